"""LLaMA-Factory's arguments, YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.targets import Overlong
from finetooth_rules.trainers import _keys
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._hf import DEFAULTS, LIMITS, ROLES, SOURCE, is_on
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning

_OBJECTIVES: Final[Mapping[str, Objective]] = {
    "pt": Objective.PRETRAINING,
    "sft": Objective.SFT,
    "rm": Objective.REWARD,
    "dpo": Objective.DPO,
    "kto": Objective.KTO,
}
_OF_FORKS: Final = frozenset({"kt_config"})
"""Arguments of the patched transformers that KTransformers brings along."""
_OTHER_OPTIMIZERS: Final = ("use_galore", "use_apollo", "use_badam", "use_muon")


def recognise(value: Mapping[str, Any]) -> bool:
    """A model, and a stage or a type of fine-tuning; and that it trains: others merge, chat or predict."""
    method_named = isinstance(value.get("stage"), str) or isinstance(value.get("finetuning_type"), str)
    trains = is_on(value, "do_train") or "learning_rate" in value or "dataset" in value
    return isinstance(value.get("model_name_or_path"), str) and method_named and trains


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """`stage` (sft where it is not said) and `finetuning_type` (lora)."""
    objective = _OBJECTIVES.get(str(value.get("stage", "sft")), Objective.OTHER)
    if objective is Objective.DPO and value.get("pref_loss") in ("orpo", "simpo", "ipo"):
        objective = Objective.ORPO
    kind = value.get("finetuning_type", "lora")
    if any(is_on(value, key) for key in _OTHER_OPTIMIZERS):
        return objective, Tuning.OTHER
    if kind == "lora":
        return objective, Tuning.LORA if value.get("quantization_bit") is None else Tuning.QLORA
    return objective, Tuning.FULL if kind == "full" else Tuning.OTHER


def overlong(value: Mapping[str, Any]) -> Overlong | None:
    """With packing a long row is left out; else it is shortened."""
    return Overlong.DROP if is_on(value, "packing", "neat_packing") else None


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Names of `dataset_info.json`, one or several with commas."""
    for key, split in (("dataset", "train"), ("eval_dataset", "validation")):
        given = value.get(key)
        if isinstance(given, str):
            for name in given.split(","):
                if name.strip():
                    yield (key,), name.strip(), split, True
        elif isinstance(given, list):
            for index, name in enumerate(given):
                if isinstance(name, str):
                    yield (key, index), name, split, True


TRAINER = Trainer(
    name="llama-factory",
    title="LLaMA-Factory",
    target="llama-factory",
    languages=frozenset({Language.YAML, Language.JSON}),
    marks=(b"model_name_or_path",),
    recognise=recognise,
    method=method,
    data=data,
    overlong=overlong,
    stretched=lambda value: value.get("rope_scaling") is not None,
    roles={
        **ROLES,
        Role.CONTEXT: (("cutoff_len",),),
        Role.PACKING: (("packing",), ("neat_packing",)),
        Role.VALIDATION: (("val_size",),),
        Role.MOST_ROWS: (("max_samples",),),
    },
    defaults={**DEFAULTS, Role.CONTEXT: 2048, Role.VALIDATION: 0},
    defaults_of={Objective.PRETRAINING: {Role.PACKING: 1}},
    known={(): _keys.TRAINING_ARGUMENTS | _keys.LLAMA_FACTORY | _OF_FORKS},
    refuses_unknown=True,
    limits=(
        *LIMITS,
        Limit(path=("stage",), words=("pt", "sft", "rm", "ppo", "dpo", "kto")),
        Limit(path=("finetuning_type",), words=("lora", "oft", "freeze", "full")),
        Limit(path=("cutoff_len",), low=1, whole=True),
    ),
    sources=(
        "LLaMA-Factory ff6d4d1: src/llamafactory/hparams/ (parser, data_args, finetuning_args); examples/",
        SOURCE,
    ),
)
