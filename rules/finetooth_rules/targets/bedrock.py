"""Amazon Bedrock: Claude 3 Haiku (ended 2026-09-10) and Amazon Nova."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import ImageLimits, Target

_ALTERNATING = {
    "TRN001": Consequence.REJECTED,
    "TRN002": Consequence.REJECTED,
    "TRN004": Consequence.REJECTED,
    "TRN010": Consequence.REJECTED,
}

BEDROCK_ANTHROPIC = Target(
    name="bedrock-anthropic",
    title="Claude on Bedrock",
    overrides=_ALTERNATING,
    unexpected_keys=Consequence.REJECTED,
    over_limit=Consequence.REJECTED,
    formats=frozenset({"bedrock-anthropic"}),
    variants={"openai-chat": "bedrock-anthropic"},
    roles=frozenset({"user", "assistant"}),
    # 32 to 10,000 rows are from memory and not checked: advised, not required.
    min_examples=1,
    advised_examples=32,
    notes=("Claude 3 Haiku, the only model, reached its end of life on 2026-09-10.",),
    sources=("Anthropic cookbook: Fine-tuning on Bedrock",),
)

BEDROCK_NOVA = Target(
    name="bedrock-nova",
    title="Amazon Nova on Bedrock",
    overrides={
        "TRN001": Consequence.REJECTED,
        "TRN002": Consequence.REJECTED,
        "TRN010": Consequence.REJECTED,
    },
    over_limit=Consequence.REJECTED,
    formats=frozenset({"bedrock-nova", "prompt-completion"}),
    roles=frozenset({"user", "assistant"}),
    reserved_words=("User:", "Bot:", "Assistant:", "System:", "<image>", "<video>", "[EOS]"),
    min_examples=1,
    advised_examples=100,
    images=ImageLimits(sources=frozenset({"s3"}), videos_per_example=1, with_videos=False),
    messages={
        "FMT001": (
            'Input data at … must follow \'{"prompt": "<input text>", "completion": "<output text>"}\' format'
        ),
    },
    notes=("The data may hold images or videos, not both, and one video in a record.",),
    sources=("Amazon Nova user guide: Preparing data for fine-tuning understanding models",),
)
