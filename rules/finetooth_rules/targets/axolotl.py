"""Axolotl, with its defaults."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._hf import HF_OVERRIDES, JSON_MESSAGES, SINGLE_CALL_MODELS, TEMPLATE_MESSAGES
from finetooth_rules.targets._target import Arguments, Loader, Overlong, Target, Trains

AXOLOTL = Target(
    name="axolotl",
    title="Axolotl",
    overrides={**HF_OVERRIDES, "TRN001": Consequence.DEGRADED},
    over_limit=Consequence.DROPPED,
    overlong=Overlong.DROP,
    default_token_limit=512,
    loader=Loader.JSON,
    reads_weight=False,
    trains=Trains.ASSISTANT,
    arguments=Arguments.EITHER,
    reasoning_keys=frozenset({"reasoning_content"}),
    validation_setting="val_set_size",
    min_examples=1,
    cleans_messages=True,
    advised_examples=50,
    messages={
        **JSON_MESSAGES,
        **TEMPLATE_MESSAGES,
        "FMT001": "Messages is null. Please check `field_messages`.",
        "LOD006": "Messages is null. Please check `field_messages`.",
        "TOL008": "Unknown tools format. Please convert it into a list[dict].",
        "TRN008": "Dropped N samples with no trainable tokens from train dataset",
        "TRN015": "Dropped N samples with no trainable tokens from train dataset",
    },
    notes=(
        "A record longer than `sequence_len` is left out, unless `excess_length_strategy` says otherwise.",
        "Strings for messages, tools, arguments and parameters are read as JSON; nulls are taken out.",
        "What is trained per turn is told by `message_field_training` (true or false), not by `weight`.",
    ),
    single_call_models=SINGLE_CALL_MODELS,
    sources=(
        "Axolotl 067b021: docs/config-reference.qmd (sequence_len, excess_length_strategy)",
        "Axolotl 067b021: docs/dataset-formats/conversation.qmd, prompt_strategies/chat_template.py",
        "`datasets` 4.8.4 (run)",
    ),
)
