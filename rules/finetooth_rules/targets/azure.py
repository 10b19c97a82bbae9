"""Fine-tuning of OpenAI's models at Azure (Microsoft Foundry)."""

from __future__ import annotations

from dataclasses import replace

from finetooth_rules.targets._target import ImageLimits
from finetooth_rules.targets.openai import OPENAI

AZURE = replace(
    OPENAI,
    name="azure",
    title="Azure OpenAI fine-tuning",
    token_limits={
        "gpt-4.1": 65_536,
        "gpt-4o": 65_536,
        "gpt-4": 8_192,
        "gpt-35-turbo": 16_385,
        "gpt-3.5-turbo": 16_385,
    },
    encodings={
        "gpt-4.1": "o200k_base",
        "gpt-4o": "o200k_base",
        "gpt-4": "cl100k_base",
        "gpt-35": "cl100k_base",
        "gpt-3.5": "cl100k_base",
    },
    images=ImageLimits(
        per_example=64,
        max_bytes=10 * 1024 * 1024,
        types=frozenset({"jpeg", "png", "webp"}),
        roles=frozenset({"user"}),
        sources=frozenset({"data", "http"}),
        most_examples=50_000,
    ),
    plain_upload_bytes=150 * 1024 * 1024,
    messages={
        "SYN001": "Validation of jsonl file failed: No valid json line found in file.",
        "FMT003": "Invalid file format. Example 100, message 2 Discriminator 'role' is missing in value",
        "FMT005": 'Invalid file format. Example 1 contains an extra "weight".',
        "TRN009": 'Invalid file format. Example 1 contains an extra "weight".',
        "SIZ001": "Training file has 7 example(s), but must have at least 10 examples",
        "TRN004": "contains invalid schema (20)",
    },
    notes=(
        "Uploads through `files.create` fail without a word above some 150 MB: use the Uploads API.",
        "A byte-order mark was asked for in 2023; whether it still is, is not known.",
    ),
    sources=(
        "Microsoft Foundry fine-tuning guides: dataset formats, vision fine-tuning, large file uploads",
        "OpenAI API specification, FineTuneChatRequestInput (2025-04)",
    ),
)
