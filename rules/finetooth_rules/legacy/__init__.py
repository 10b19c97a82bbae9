"""Prompt and completion for base models."""
