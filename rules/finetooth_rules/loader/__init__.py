"""What the loader of a trainer makes of a file's columns."""
