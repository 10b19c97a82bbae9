"""what the loader makes of the columns"""
