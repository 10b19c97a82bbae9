"""Axolotl's config, YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.targets import Overlong
from finetooth_rules.trainers import _keys
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._hf import SOURCE, is_on, listed
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning

_OBJECTIVES: Final[Mapping[str, Objective]] = {
    "dpo": Objective.DPO,
    "ipo": Objective.ORPO,
    "orpo": Objective.ORPO,
    "simpo": Objective.ORPO,
    "kto": Objective.KTO,
    "grpo": Objective.GRPO,
}
_MARKS: Final = ("datasets", "pretraining_dataset", "micro_batch_size", "sequence_len", "num_epochs", "rl")
_PART_OF_WEIGHTS: Final = ("relora", "unfrozen_parameters", "lisa_n_layers", "spectrum_top_fraction")
_RAW: Final = ("completion", "pretrain")


def recognise(value: Mapping[str, Any]) -> bool:
    """A base model and two more of Axolotl's words; others (mergekit) name a base model too."""
    return isinstance(value.get("base_model"), str) and sum(key in value for key in _MARKS) >= 2


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """`rl` names the loss, `adapter` the weights; without an adapter all are trained."""
    return _objective(value), _tuning(value)


def _objective(value: Mapping[str, Any]) -> Objective:
    if value.get("rl") not in (None, False):
        return _OBJECTIVES.get(str(value["rl"]).lower(), Objective.OTHER)
    if is_on(value, "reward_model", "process_reward_model"):
        return Objective.REWARD
    entries = [entry for entry in listed(value.get("datasets")) if isinstance(entry, Mapping)]
    if value.get("pretraining_dataset") or any(entry.get("type") in _RAW for entry in entries):
        return Objective.PRETRAINING
    plugins = " ".join(str(plugin) for plugin in listed(value.get("plugins")))
    return Objective.OTHER if "diffusion" in plugins else Objective.SFT


def _tuning(value: Mapping[str, Any]) -> Tuning:
    adapter = value.get("adapter")
    if any(value.get(key) for key in _PART_OF_WEIGHTS):
        return Tuning.OTHER
    if adapter in (None, "", False):
        return Tuning.FULL
    return {"lora": Tuning.LORA, "qlora": Tuning.QLORA}.get(str(adapter), Tuning.OTHER)


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """The paths of `datasets` (with `data_files`, these) and `test_datasets`."""
    for key, split in (
        ("datasets", "train"),
        ("pretraining_dataset", "train"),
        ("test_datasets", "validation"),
    ):
        given = value.get(key)
        for index, entry in enumerate(given if isinstance(given, list) else ()):
            if not isinstance(entry, Mapping):
                continue
            files = entry.get("data_files")
            if isinstance(files, str):
                yield (key, index, "data_files"), files, split, False
            elif isinstance(files, list):
                for number, name in enumerate(files):
                    if isinstance(name, str):
                        yield (key, index, "data_files", number), name, split, False
            elif isinstance(entry.get("path"), str):
                yield (key, index, "path"), entry["path"], split, False


def overlong(value: Mapping[str, Any]) -> Overlong | None:
    """What `excess_length_strategy` says; without it a long row is left out."""
    names = {"drop": Overlong.DROP, "truncate": Overlong.END, "raise": Overlong.REFUSE}
    return names.get(str(value.get("excess_length_strategy")))


def stretched(value: Mapping[str, Any]) -> bool:
    """Whether the rotary embeddings are scaled."""
    overrides = [value.get(key) for key in ("overrides_of_model_config", "model_config")]
    return any(isinstance(given, Mapping) and "rope_scaling" in given for given in (value, *overrides))


TRAINER = Trainer(
    name="axolotl",
    title="Axolotl",
    target="axolotl",
    languages=frozenset({Language.YAML}),
    marks=(b"base_model",),
    recognise=recognise,
    method=method,
    data=data,
    stretched=stretched,
    overlong=overlong,
    roles={
        Role.LEARNING_RATE: (("learning_rate",),),
        Role.BATCH: (("micro_batch_size",),),
        Role.TOTAL_BATCH: (("batch_size",),),
        Role.ACCUMULATION: (("gradient_accumulation_steps",),),
        Role.EPOCHS: (("num_epochs",),),
        Role.STEPS: (("max_steps",),),
        Role.CONTEXT: (("sequence_len",),),
        Role.PACKING: (("sample_packing",),),
        Role.MODEL: (("base_model",),),
        Role.OPTIMIZER: (("optimizer",),),
        Role.VALIDATION: (("val_set_size",),),
    },
    defaults={
        Role.BATCH: 1,
        Role.ACCUMULATION: 1,
        Role.EPOCHS: 1,
        Role.CONTEXT: 512,
        Role.VALIDATION: 0,
    },
    known={
        (): _keys.AXOLOTL,
        ("datasets", "*"): _keys.AXOLOTL_DATASET,
        ("test_datasets", "*"): _keys.AXOLOTL_DATASET,
    },
    limits=(
        Limit(path=("learning_rate",), low=0),
        Limit(path=("micro_batch_size",), low=1, whole=True),
        Limit(path=("gradient_accumulation_steps",), low=1, whole=True),
        Limit(path=("warmup_ratio",), low=0, high=1),
        Limit(path=("lora_dropout",), low=0, high=1),
        Limit(path=("sequence_len",), low=1, whole=True),
    ),
    sources=("Axolotl 067b021: src/axolotl/utils/schemas/config.py, training.py, peft.py, enums.py", SOURCE),
)
