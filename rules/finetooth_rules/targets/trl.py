"""TRL of Hugging Face: SFTTrainer and its siblings, with their defaults."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._hf import HF_OVERRIDES, JSON_MESSAGES, SINGLE_CALL_MODELS, TEMPLATE_MESSAGES
from finetooth_rules.targets._target import Arguments, Loader, Overlong, Target, Trains

TRL_FORMATS = frozenset(
    {
        *(
            "text",
            "openai-chat",
            "prompt-completion",
            "tokenized",
            "custom",
            "sharegpt",
            "openai-reinforcement",
        ),
        *("trl-prompt-only", "trl-prompt-completion", "trl-preference", "trl-unpaired", "trl-stepwise"),
    }
)

TRL = Target(
    name="trl",
    title="TRL",
    overrides={
        **HF_OVERRIDES,
        # Every token is trained, so nothing is left out; still there is no answer to learn.
        "TRN001": Consequence.DEGRADED,
        "TRN003": Consequence.DEGRADED,
    },
    over_limit=Consequence.TRUNCATED,
    overlong=Overlong.END,
    default_token_limit=1024,
    formats=TRL_FORMATS,
    loader=Loader.JSON,
    reads_weight=False,
    trains=Trains.ALL,
    arguments=Arguments.OBJECT,
    counts_image_parts=True,
    min_examples=1,
    advised_examples=50,
    messages={
        **JSON_MESSAGES,
        **TEMPLATE_MESSAGES,
        "TPL006": (
            "You're using `assistant_only_loss=True`, but at least one example has no assistant tokens."
        ),
        "TOK007": "Mismatch between tokenized prompt and the start of tokenized prompt+completion.",
        "SIZ006": "Number of images provided (…) does not match number of image placeholders (…).",
    },
    notes=(
        "A record longer than `max_length` loses its end; one left without a trained token is filtered out.",
        "On `messages` every token is trained unless `assistant_only_loss=True`.",
        "`conversations` with `from` and `value` is renamed where the first record has it; the roles `human` "
        "and `gpt` stay as they are. `messages` with `from` and `value` is not read (KeyError: 'text').",
    ),
    single_call_models=SINGLE_CALL_MODELS,
    keeps_from_roles=True,
    maps_fields=False,
    sources=(
        "TRL f2cd577: docs/source/dataset_formats.md, trl/trainer/sft_config.py (max_length), sft_trainer.py",
        "`datasets` 4.7.0, 4.8.4, 5.2 (run); TRL 1.16.0: trl/data_utils.py (maybe_convert_to_chatml, run)",
    ),
)
