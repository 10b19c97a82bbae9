"""Fireworks' managed fine-tuning."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Arguments, ImageLimits, Target

FIREWORKS = Target(
    name="fireworks",
    title="Fireworks fine-tuning",
    overrides={"TRN005": Consequence.REJECTED},
    over_limit=Consequence.DEGRADED,  # what becomes of a longer record its documentation does not say
    formats=frozenset(
        {"fireworks", "openai-chat", "openai-preference", "openai-reinforcement", "trl-preference"}
    ),
    variants=dict.fromkeys(("openai-chat", "openai-preference"), "fireworks"),
    arguments=Arguments.STRING,
    min_examples=3,
    min_examples_consequence=Consequence.REJECTED,
    advised_examples=50,
    max_examples=3_000_000,
    images=ImageLimits(types=frozenset({"jpeg", "png"}), sources=frozenset({"data"})),
    sources=(
        "Fireworks documentation: Supervised fine-tuning (text) – minimum and maximum examples, system first",
        "Fireworks training skill: choose-method.md (vision: base64 only)",
    ),
)
