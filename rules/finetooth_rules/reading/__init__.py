"""Reads the text of a record that is not quite JSON: what `scan` and `spans` stand on."""
