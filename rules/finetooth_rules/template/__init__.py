"""Rules on what the model's chat template makes of a record."""
