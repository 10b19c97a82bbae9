"""Prompt and completion for base models, as OpenAI's old data-preparation tool judged them."""
