"""Settings of a run: what a trainer would do with this data under them."""
