"""What `workspace/executeCommand` does, one module for a command (or two alike)."""
