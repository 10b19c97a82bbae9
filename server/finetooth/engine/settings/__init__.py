"""What is set for a file, wherever it is written, and the profile that comes of it: `resolve.py`."""
