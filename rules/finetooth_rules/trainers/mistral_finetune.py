"""mistral-finetune's config, YAML. It packs: a batch is so many sequences of `seq_len` tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning


def recognise(value: Mapping[str, Any]) -> bool:
    """A model's folder and a table of data."""
    data_table = value.get("data")
    return (
        isinstance(value.get("model_id_or_path"), str)
        and isinstance(data_table, Mapping)
        and ("instruct_data" in data_table or "data" in data_table)
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """LoRA, of instructions or of plain text."""
    data_table = value["data"] if isinstance(value.get("data"), Mapping) else {}
    return Objective.SFT if data_table.get("instruct_data") else Objective.PRETRAINING, Tuning.LORA


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Files with commas between them, each with an optional `:weight`."""
    table = value["data"] if isinstance(value.get("data"), Mapping) else {}
    for key, split in (("instruct_data", "train"), ("data", "train"), ("eval_instruct_data", "validation")):
        if isinstance(table.get(key), str):
            for part in table[key].split(","):
                name, _, weight = part.strip().rpartition(":")
                plain = name if name and weight.replace(".", "", 1).isdigit() else part.strip()
                if plain:
                    yield ("data", key), plain, split, False


TRAINER = Trainer(
    name="mistral-finetune",
    title="mistral-finetune",
    target="mistral",
    languages=frozenset({Language.YAML}),
    marks=(b"model_id_or_path",),
    recognise=recognise,
    method=method,
    data=data,
    splits_long=True,
    roles={
        Role.LEARNING_RATE: (("optim", "lr"),),
        Role.BATCH: (("batch_size",),),
        Role.ACCUMULATION: (("num_microbatches",),),
        Role.STEPS: (("max_steps",),),
        Role.CONTEXT: (("seq_len",),),
        Role.MODEL: (("model_id_or_path",),),
    },
    defaults={
        Role.BATCH: 1,
        Role.ACCUMULATION: 1,
        Role.CONTEXT: 2048,
        Role.STEPS: 100,
        Role.PACKING: 1,
    },
    known={
        (): names(
            "data model_id_or_path run_dir optim seed num_microbatches seq_len batch_size max_norm max_steps "
            "log_freq ckpt_freq save_adapters no_ckpt num_ckpt_keep eval_freq no_eval checkpoint world_size "
            "wandb mlflow lora"
        ),
        ("data",): names("data shuffle instruct_data eval_instruct_data instruct dynamic_chunk_fn_call"),
        ("optim",): frozenset({"lr", "weight_decay", "pct_start"}),
        ("lora",): frozenset({"enable", "rank", "dropout", "scaling"}),
    },
    limits=(
        Limit(path=("optim", "lr"), low=0),
        Limit(path=("batch_size",), low=1, whole=True),
        Limit(path=("seq_len",), low=1, whole=True),
        Limit(path=("optim", "pct_start"), low=0, high=1),
    ),
    sources=("mistral-finetune 1943535: README.md, finetune/args.py, example/7B.yaml",),
)
