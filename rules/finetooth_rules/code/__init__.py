"""The code that texts hold: where it is, in which language, and what it shows."""
