"""LLaMA-Factory, with its defaults (its v0 loader)."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._hf import HF_OVERRIDES, STRICT_MESSAGES
from finetooth_rules.targets._target import AddedText, Arguments, Drops, Loader, Overlong, Target, Trains

_OUT_OF_ORDER = ("TRN001", "TRN002", "TRN003", "TRN004", "TRN005", "TRN006", "TRN010")

LLAMA_FACTORY = Target(
    name="llama-factory",
    title="LLaMA-Factory",
    overrides={
        **HF_OVERRIDES,
        **dict.fromkeys(_OUT_OF_ORDER, Consequence.DROPPED),
        # Every prompt goes through a template, so no token spans the end of a prompt.
        "TOK007": None,
    },
    over_limit=Consequence.TRUNCATED,
    overlong=Overlong.BOTH,
    default_token_limit=2048,
    formats=frozenset(
        {"alpaca", "sharegpt", "llama-factory-v1", "openai-chat", "custom", "text", "prompt-completion"}
    ),
    loader=Loader.STRICT,
    reads_weight=False,
    trains=Trains.ASSISTANT,
    arguments=Arguments.EITHER,
    placeholders={"image": "<image>", "video": "<video>", "audio": "<audio>"},
    drops=Drops(
        formats=frozenset({"sharegpt", "openai-chat"}),
        results_apart=frozenset({"sharegpt"}),
        results_lost=frozenset({"openai-chat"}),
        unread_roles=frozenset({"developer", "function"}),
        flags=frozenset({"kto_tag"}),
        tags=("human", "gpt", "observation", "function_call", "system"),
    ),
    # Its newer reader takes the turns of its own format in any order.
    overrides_not_for={"llama-factory-v1": frozenset(_OUT_OF_ORDER)},
    adds_text=(
        "With `formatting: openai`, `detailed thinking off` is appended to the system text of a record "
        "without tools."
    ),
    added=AddedText(
        text="detailed thinking off",
        formats=frozenset({"openai-chat"}),
        unless=("detailed thinking on", "detailed thinking off"),
        setting="`formatting: openai`",
    ),
    validation_setting="val_size",
    min_examples=1,
    advised_examples=50,
    messages={
        **STRICT_MESSAGES,
        "FMT001": "Cannot find valid samples, check `data/README.md` for the data format.",
        "TRN001": "Invalid message count in …",
        "TRN002": "Invalid role tag in …",
        "TRN004": "Invalid role tag in …",
        "TRN005": "Invalid role tag in …",
        "TRN006": "Invalid role tag in …",
        "TRN010": "Invalid role tag in …",
        "TRN013": "Skipping this abnormal example.",
        "SIZ006": "The number of images does not match the number of <image> tokens in …",
        "TOL008": "Invalid JSON format in tool description: …",
    },
    notes=(
        "A conversation whose roles are out of order is emptied, and only a line of the log says so.",
        "Prompt and answer of each turn are shortened to fit `cutoff_len`; turns behind it vanish.",
        "With packing a long record is left out: `Dropped lengthy example with length …`.",
    ),
    sources=(
        "LLaMA-Factory ff6d4d1: data/README.md, src/llamafactory/data/converter.py, hparams/data_args.py",
        "`datasets` 2.20, 3.6, 4.0 (run)",
    ),
)
