"""Together's fine-tuning API, as its own checker judges a file before the upload (together 1.5.35)."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Arguments, ImageLimits, Target

TOGETHER = Target(
    name="together",
    title="Together fine-tuning",
    overrides={
        "SYN003": Consequence.REJECTED,
        "FMT002": Consequence.REJECTED,
        "TRN003": Consequence.REJECTED,
        "TRN004": Consequence.REJECTED,
    },
    unexpected_keys=Consequence.REJECTED,
    over_limit=Consequence.DEGRADED,  # what becomes of a longer record Together's checker does not say
    formats=frozenset(
        {"together", "openai-chat", "openai-preference", "prompt-completion", "text", "tokenized"}
    ),
    variants=dict.fromkeys(("openai-chat", "openai-preference", "prompt-completion", "text"), "together"),
    roles=frozenset({"system", "user", "assistant", "tool"}),
    arguments=Arguments.STRING,
    min_examples=1,
    advised_examples=50,
    max_file_bytes=50_100_000_000,
    images=ImageLimits(
        per_example=10,
        max_bytes=10 * 1024 * 1024,
        types=frozenset({"jpeg", "png", "webp"}),
        roles=frozenset({"user"}),
        sources=frozenset({"data"}),
        weighted=False,
    ),
    messages={
        "FMT002": "Found multiple dataset formats in the input file.",
        "FMT005": 'Found extra column "x" in the line N.',
        "TRN004": (
            "Invalid role turns on line N of the input file. After the optional system message, conversation "
            "roles must alternate between user/assistant/user/assistant"
        ),
    },
    sources=("together 1.5.35: together/utils/files.py (run and read); 3.x leaves the checks to the server",),
)
