"""What the loader makes of the columns of a file (`datasets` of Hugging Face), by its generation."""
