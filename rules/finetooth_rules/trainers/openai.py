"""The request that makes a fine-tuning job at OpenAI or Azure OpenAI, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning
from finetooth_rules.trainers.together import recognise as is_together

_METHODS: Final = ("supervised", "dpo", "reinforcement")
_OBJECTIVES: Final = {
    "supervised": Objective.SFT,
    "dpo": Objective.DPO,
    "reinforcement": Objective.GRPO,
}
_PLACES: Final[tuple[Path, ...]] = (
    ("hyperparameters",),
    *(("method", name, "hyperparameters") for name in _METHODS),
)
_AUTO: Final = ("auto",)
_COMMON: Final = frozenset({"n_epochs", "batch_size", "learning_rate_multiplier"})
_DPO: Final = _COMMON | {"beta", "l2_multiplier"}
_RFT: Final = _COMMON | {"compute_multiplier", "eval_interval", "eval_samples", "reasoning_effort"}


def recognise(value: Mapping[str, Any]) -> bool:
    """A model and a training file, and no word that only Together knows."""
    return (
        isinstance(value.get("model"), str)
        and isinstance(value.get("training_file"), str)
        and not is_together(value)
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """The type of `method`; supervised without. Which weights are trained the service does not say."""
    given = value.get("method")
    kind = given.get("type") if isinstance(given, Mapping) else "supervised"
    return _OBJECTIVES.get(str(kind), Objective.OTHER), Tuning.UNKNOWN


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Ids of uploaded files, or names before they are uploaded."""
    for key, split in (("training_file", "train"), ("validation_file", "validation")):
        if isinstance(value.get(key), str):
            yield (key,), value[key], split, False


def _under(*keys: str) -> tuple[Path, ...]:
    return tuple((*place, key) for place in _PLACES for key in keys)


def _limits() -> Iterator[Limit]:
    for place in _PLACES:
        yield Limit(path=(*place, "n_epochs"), low=1, high=50, whole=True, words=_AUTO)
        yield Limit(path=(*place, "batch_size"), low=1, high=256, whole=True, words=_AUTO)
        yield Limit(path=(*place, "learning_rate_multiplier"), low=0, above=True, words=_AUTO)
    yield Limit(path=("method", "dpo", "hyperparameters", "beta"), low=0, high=2, above=True, words=_AUTO)
    rft: Path = ("method", "reinforcement", "hyperparameters")
    yield Limit(path=(*rft, "compute_multiplier"), low=0.00001, high=10, above=True, words=_AUTO)
    yield Limit(path=(*rft, "eval_interval"), low=1, whole=True, words=_AUTO)
    yield Limit(path=(*rft, "eval_samples"), low=1, whole=True, words=_AUTO)
    yield Limit(path=(*rft, "reasoning_effort"), words=("default", "low", "medium", "high"))
    yield Limit(path=("method", "type"), words=_METHODS)
    yield Limit(path=("suffix",), characters=64)


TRAINER = Trainer(
    name="openai",
    title="OpenAI or Azure OpenAI",
    target="openai",
    languages=frozenset({Language.JSON}),
    marks=(b'"training_file"',),
    recognise=recognise,
    method=method,
    data=data,
    roles={
        Role.EPOCHS: _under("n_epochs"),
        Role.TOTAL_BATCH: _under("batch_size"),
        Role.MULTIPLIER: _under("learning_rate_multiplier"),
        Role.MODEL: (("model",),),
    },
    multiplier=(0.1, 2),
    known={
        (): names(
            "model training_file validation_file suffix seed method hyperparameters integrations metadata "
            "trainingType properties"
        ),
        ("hyperparameters",): _COMMON,
        ("method",): frozenset({"type", *_METHODS}),
        ("method", "supervised"): frozenset({"hyperparameters"}),
        ("method", "dpo"): frozenset({"hyperparameters"}),
        ("method", "reinforcement"): frozenset({"hyperparameters", "grader", "response_format"}),
        ("method", "supervised", "hyperparameters"): _COMMON,
        ("method", "dpo", "hyperparameters"): _DPO,
        ("method", "reinforcement", "hyperparameters"): _RFT,
    },
    limits=tuple(_limits()),
    sources=(
        "OpenAI API specification: CreateFineTuningJobRequest, FineTuneSupervisedHyperparameters, "
        "FineTuneDPOHyperparameters, FineTuneReinforcementHyperparameters",
        "Azure OpenAI: hyperparameters for fine-tuning (multiplier 0.1 to 2)",
    ),
)
