"""From the paths of a command line to bytes: which files are meant, which belong together, read how."""
