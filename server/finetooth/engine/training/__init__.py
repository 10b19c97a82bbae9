"""Trainers' settings files: found, read with the data they mean, and judged within a check."""
