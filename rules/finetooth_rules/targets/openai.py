"""OpenAI's fine-tuning API (closed to new users); its format lives on at Azure, Together, Fireworks and
others.
"""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Arguments, ImageLimits, Target

OPENAI = Target(
    name="openai",
    title="OpenAI fine-tuning",
    overrides={
        "SYN003": Consequence.REJECTED,
        "SYN007": Consequence.REJECTED,
        "SYN008": Consequence.REJECTED,
        "TRN009": Consequence.REJECTED,
        # People met `contains an extra "tools"` where records with and without are mixed (no document).
        "TOL012": Consequence.DEGRADED,
    },
    unexpected_keys=Consequence.REJECTED,
    formats=frozenset({"openai-chat", "openai-preference", "openai-reinforcement", "prompt-completion"}),
    arguments=Arguments.STRING,
    tool_name=r"^[A-Za-z0-9_-]{1,64}$",
    images=ImageLimits(
        # 10 images an example were not found in any document: not enforced.
        max_bytes=10 * 1024 * 1024,
        types=frozenset({"jpeg", "png", "webp"}),
        roles=frozenset({"user"}),
        sources=frozenset({"data", "http"}),
        most_examples=50_000,
    ),
    legacy=True,
    needs_validation=frozenset({"openai-reinforcement"}),
    over_limit=Consequence.TRUNCATED,
    token_limits={
        "gpt-4.1": 65_536,
        "gpt-4o": 65_536,
        "gpt-4": 8_192,
        "gpt-3.5-turbo": 16_385,
        "babbage-002": 16_384,
        "davinci-002": 16_384,
    },
    default_token_limit=65_536,
    encodings={
        "gpt-4.1": "o200k_base",
        "gpt-4o": "o200k_base",
        "gpt-4": "cl100k_base",
        "gpt-3.5": "cl100k_base",
        "babbage-002": "cl100k_base",
        "davinci-002": "cl100k_base",
    },
    exact_encoding=True,
    min_examples=10,
    min_examples_consequence=Consequence.REJECTED,
    advised_examples=50,
    max_file_bytes=512 * 1024 * 1024,
    messages={
        "SYN001": "Invalid file format. Example 1273 cannot be parsed. Error: line contains invalid json",
        "SYN002": (
            "Expected file to have JSONL format, where every line is a JSON dictionary. "
            "Line 1 is not a dictionary"
        ),
        "FMT003": "Invalid file format. Example 1 is missing key 'messages'.",
        "FMT005": 'Invalid file format. Example 1 contains an extra "weight".',
        "TRN009": 'Invalid file format. Example 1 contains an extra "weight".',
        "TOL012": 'Invalid file format. Example 1 contains an extra "tools".',
        "SIZ001": "Training file has 7 example(s), but must have at least 10 examples",
    },
    sources=(
        "OpenAI API specification, FineTuneChatRequestInput (2025-04)",
        "OpenAI guide to supervised fine-tuning",
        "Microsoft Learn: reinforcement fine-tuning (training and validation data are required)",
        "OpenAI Cookbook: Data preparation and analysis for chat model fine-tuning",
    ),
)
