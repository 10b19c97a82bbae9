"""The request that makes a supervised fine-tuning job at Fireworks, JSON. LoRA, unless its rank is zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning, number_of

_MARKS: Final = frozenset(
    {"epochs", "learningRate", "loraRank", "maxContextLength", "earlyStop", "outputModel"}
)


def recognise(value: Mapping[str, Any]) -> bool:
    """A base model, a data set, and how to train."""
    return (
        isinstance(value.get("baseModel"), str)
        and isinstance(value.get("dataset"), str)
        and bool(_MARKS.intersection(value))
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """Supervised; the rank says whether it is LoRA."""
    full = "loraRank" in value and number_of(value["loraRank"]) == 0
    return Objective.SFT, Tuning.FULL if full else Tuning.LORA


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Names of data sets."""
    for key, split in (("dataset", "train"), ("evaluationDataset", "validation")):
        if isinstance(value.get(key), str):
            yield (key,), value[key], split, False


TRAINER = Trainer(
    name="fireworks",
    title="Fireworks",
    target="fireworks",
    languages=frozenset({Language.JSON}),
    marks=(b'"baseModel"',),
    recognise=recognise,
    method=method,
    data=data,
    roles={
        Role.LEARNING_RATE: (("learningRate",),),
        Role.EPOCHS: (("epochs",),),
        Role.CONTEXT: (("maxContextLength",),),
        Role.MODEL: (("baseModel",),),
    },
    known={
        (): _MARKS
        | names("baseModel dataset evaluationDataset displayName warmStartFrom jinjaTemplate batchSize")
    },
    limits=(
        Limit(path=("epochs",), low=1, whole=True),
        Limit(path=("learningRate",), low=0),
        Limit(path=("loraRank",), low=0, whole=True),
    ),
    sources=("docs.fireworks.ai: firectl create supervised-fine-tuning-job; fine-tuning (uses LoRA)",),
)
