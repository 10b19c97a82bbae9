"""Rules on reasoning: think blocks and keys of reasoning."""
