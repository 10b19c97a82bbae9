"""Code actions, one module for each kind."""
