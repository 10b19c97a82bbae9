"""The request that makes a fine-tuning job at Mistral, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning


def recognise(value: Mapping[str, Any]) -> bool:
    """A model and a list of training files."""
    return isinstance(value.get("model"), str) and isinstance(value.get("training_files"), list)


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """Supervised, unless it is a classifier."""
    kind = value.get("job_type", "completion")
    return Objective.SFT if kind == "completion" else Objective.OTHER, Tuning.UNKNOWN


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Ids of uploaded files, each with a weight; or names before they are uploaded."""
    for index, entry in enumerate(value.get("training_files") or ()):
        if isinstance(entry, Mapping) and isinstance(entry.get("file_id"), str):
            yield ("training_files", index, "file_id"), entry["file_id"], "train", False
    files = value.get("validation_files")
    for index, name in enumerate(files if isinstance(files, list) else ()):
        if isinstance(name, str):
            yield ("validation_files", index), name, "validation", False


_AT = "hyperparameters"

TRAINER = Trainer(
    name="mistral",
    title="Mistral",
    target="mistral",
    languages=frozenset({Language.JSON}),
    marks=(b'"training_files"',),
    recognise=recognise,
    method=method,
    data=data,
    roles={
        Role.LEARNING_RATE: ((_AT, "learning_rate"),),
        Role.EPOCHS: ((_AT, "epochs"),),
        Role.STEPS: ((_AT, "training_steps"),),
        Role.CONTEXT: ((_AT, "seq_len"),),
        Role.MODEL: (("model",),),
    },
    defaults={Role.LEARNING_RATE: 1e-4},
    known={
        (): names(
            "model training_files validation_files suffix integrations auto_start "
            "invalid_sample_skip_percentage "
            "job_type hyperparameters repositories classifier_targets"
        ),
        (_AT,): names("training_steps learning_rate weight_decay warmup_fraction epochs seq_len fim_ratio"),
    },
    limits=(
        Limit(path=(_AT, "learning_rate"), low=0, above=True),
        Limit(path=(_AT, "training_steps"), low=1, whole=True),
    ),
    sources=("mistralai/client-python 76559ed: docs/models/completiontrainingparametersin.md",),
)
