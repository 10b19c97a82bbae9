"""No trainer named: what most trainers of open models, and the OpenAI-compatible APIs, agree on."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Target

GENERIC = Target(
    name="generic",
    title="any trainer",
    # Nobody knows the limit of a trainer that is not named. TRL, Axolotl and LLaMA-Factory cut at 1,024,
    # 512 and 2,048 tokens unless told otherwise, but people who train on long texts do tell them. Twice the
    # largest of these is long enough to be worth knowing under every trainer's default, and no more than
    # that: hence "assumed".
    over_limit=Consequence.TRUNCATED,
    default_token_limit=4096,
    assumed_token_limit=True,
    min_examples=10,
    min_examples_consequence=Consequence.DEGRADED,
    advised_examples=50,
    sources=(
        "TRL: docs/source/sft_trainer.md (max_length)",
        "Axolotl: docs/config-reference (sequence_len)",
        "LLaMA-Factory: data_args.py (cutoff_len)",
    ),
)
