"""Supervised tuning of Gemini models on Google's Vertex AI."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import ImageLimits, Target

VERTEX = Target(
    name="vertex",
    title="Gemini tuning on Vertex AI",
    over_limit=Consequence.TRUNCATED,
    token_limits={"gemini-2.5": 131_072, "gemini-1.5": 32_768},
    formats=frozenset({"gemini"}),
    roles=frozenset({"user", "model", "system"}),
    min_examples=1,
    advised_examples=100,
    max_examples=1_000_000,
    images=ImageLimits(most_examples=300_000),
    max_file_bytes=1024 * 1024 * 1024,
    messages={"TOK001": "Row: 122. Token limit exceeded for 'input_text' [tokens: 15851|limit: 8192]"},
    notes=("At most 300,000 rows where they hold media, and 5,000 rows for validation.",),
    sources=(
        "Google Cloud: About supervised fine-tuning for Gemini models (limits by model)",
        "Google Cloud: Prepare supervised fine-tuning data for Gemini models",
    ),
)
