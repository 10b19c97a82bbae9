"""mistral-finetune, with the validator of mistral-common (V3)."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Arguments, Target, Trains

MISTRAL = Target(
    name="mistral",
    title="mistral-finetune",
    overrides={
        "TRN001": Consequence.REJECTED,
        "TRN003": Consequence.REJECTED,
        "TRN006": Consequence.REJECTED,
        "TOL004": Consequence.REJECTED,
    },
    over_limit=Consequence.TRUNCATED,
    formats=frozenset({"mistral", "openai-chat", "text"}),
    variants={"openai-chat": "mistral"},
    roles=frozenset({"system", "user", "assistant", "tool"}),
    trains=Trains.ASSISTANT,
    arguments=Arguments.STRING,
    call_id=r"^[a-zA-Z0-9]{9}$",
    tool_name=r"^[a-zA-Z0-9_-]{1,64}$",
    call_with_content=False,
    min_examples=10,
    min_examples_consequence=Consequence.REJECTED,
    advised_examples=50,
    max_examples=10_000_000,
    min_file_bytes=1_000,
    max_file_bytes=10_000_000_000,
    messages={
        "TRN001": "Expected last role Assistant for finetuning but got user",
        "TOL005": "Not the same number of function calls and responses",
        "TOL007": "Tool call id was X but must be a-z, A-Z, 0-9, with a length of 9.",
        "TOL008": "Invalid tool schema: …",
        "TOL011": (
            "Function name was X but must be a-z, A-Z, 0-9, or contain underscores and dashes, "
            "with a maximum length of 64."
        ),
        "TOL013": "Assistant message must have either content or tool_calls, but not both.",
    },
    notes=("With tools only the last assistant turn is trained (`only_last`).",),
    sources=(
        "mistral-finetune: README.md, utils/validate_data.py, finetune/data/tokenize.py",
        "mistral-common: validator.py (V3)",
    ),
)
