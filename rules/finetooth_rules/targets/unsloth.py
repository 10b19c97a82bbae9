"""Unsloth: TRL's trainers behind an older `datasets`."""

from __future__ import annotations

from dataclasses import replace

from finetooth_rules.targets._hf import SINGLE_CALL_MODELS, STRICT_MESSAGES, TEMPLATE_MESSAGES
from finetooth_rules.targets._target import Loader
from finetooth_rules.targets.trl import TRL

UNSLOTH = replace(
    TRL,
    name="unsloth",
    title="Unsloth",
    loader=Loader.STRICT,
    counts_image_parts=False,  # it has a collator of its own
    default_token_limit=2048,
    formats=None,  # its recipes format by a function of their own
    maps_fields=True,
    keeps_from_roles=False,  # `standardize_sharegpt` turns `human` into `user`
    messages={
        **STRICT_MESSAGES,
        **TEMPLATE_MESSAGES,
        "TRN008": "Unsloth: All labels in your dataset are -100. Training losses will be all 0.",
        "TRN015": "Unsloth: All labels in your dataset are -100. Training losses will be all 0.",
    },
    notes=("Every token is trained unless `train_on_responses_only` is used.",),
    single_call_models=SINGLE_CALL_MODELS,
    sources=(
        "Unsloth 015bdef: pyproject.toml (datasets >=3.4.1,<4.4), unsloth/models/loader.py (max_seq_length)",
        "`datasets` 3.6, 4.0, 4.3 (run)",
    ),
)
