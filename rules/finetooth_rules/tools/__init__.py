"""Rules on tool definitions, calls of tools and their results."""
