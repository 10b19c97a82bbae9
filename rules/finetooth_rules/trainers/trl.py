"""The file of `trl sft --config` and its sisters, YAML. Which command reads it, the file does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers import _keys
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._hf import DEFAULTS, LIMITS, ROLES, SOURCE, is_on, listed
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning

_ANY: Final = frozenset(
    {
        "learning_rate",
        "num_train_epochs",
        "per_device_train_batch_size",
        "max_steps",
        "max_length",
        "use_peft",
    }
)
_NOT: Final = frozenset({"stage", "finetuning_type", "cutoff_len", "infer_backend", "template", "do_predict"})
_TELLING: Final[tuple[tuple[Objective, frozenset[str]], ...]] = (
    (
        Objective.GRPO,
        frozenset({"num_generations", "max_completion_length", "reward_funcs", "reward_weights"}),
    ),
    (Objective.KTO, frozenset({"desirable_weight", "undesirable_weight"})),
    (Objective.REWARD, frozenset({"center_rewards_coefficient"})),
    (Objective.DPO, frozenset({"beta", "precompute_ref_log_probs", "f_divergence_type", "ld_alpha"})),
    (
        Objective.SFT,
        frozenset(
            {"packing", "completion_only_loss", "assistant_only_loss", "packing_strategy", "eos_token"}
        ),
    ),
)
"""Keys that only one kind of trainer has; the first that is met decides (GRPO has `beta` too)."""
_COMMON: Final = {Role.CONTEXT: 1024.0}


def recognise(value: Mapping[str, Any]) -> bool:
    """A model, data, and how to train; and no word of LLaMA-Factory's."""
    has_data = isinstance(value.get("dataset_name"), str) or isinstance(value.get("datasets"), list)
    return (
        isinstance(value.get("model_name_or_path"), str)
        and has_data
        and not _NOT.intersection(value)
        and bool(_ANY.intersection(value))
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """The loss by the keys that are there; LoRA only where `use_peft` is on, but a script of one's own may do
    without it.
    """
    objective = next((name for name, keys in _TELLING if keys.intersection(value)), Objective.UNKNOWN)
    if objective is Objective.DPO and {"orpo_alpha", "cpo_alpha", "simpo_gamma"}.intersection(value):
        objective = Objective.ORPO
    if not is_on(value, "use_peft"):
        own_script = "use_peft" not in value and any(key.startswith("lora_") for key in value)
        return objective, Tuning.UNKNOWN if own_script else Tuning.FULL
    return objective, Tuning.QLORA if is_on(value, "load_in_4bit", "load_in_8bit") else Tuning.LORA


def splits(value: Mapping[str, Any]) -> bool:
    """Of the ways to pack all but the default one go on with a long row in the next sequence."""
    return is_on(value, "packing") and value.get("packing_strategy", "bfd") != "bfd"


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """`dataset_name`, or the files of `datasets`."""
    if isinstance(value.get("dataset_name"), str) and not value.get("datasets"):
        yield ("dataset_name",), value["dataset_name"], "train", False
    given = value.get("datasets")
    for index, entry in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(entry, Mapping):
            continue
        files = entry.get("data_files")
        if isinstance(files, Mapping):
            for split, several in files.items():
                for name in listed(several):
                    if isinstance(name, str):
                        yield ("datasets", index, "data_files", split), name, split, False
        elif isinstance(files, str):
            yield ("datasets", index, "data_files"), files, "train", False
        elif isinstance(files, list):
            for number, name in enumerate(files):
                if isinstance(name, str):
                    yield ("datasets", index, "data_files", number), name, "train", False
        elif isinstance(entry.get("path"), str):
            yield ("datasets", index, "path"), entry["path"], "train", False


TRAINER = Trainer(
    name="trl",
    title="TRL",
    target="trl",
    languages=frozenset({Language.YAML}),
    marks=(b"model_name_or_path",),
    recognise=recognise,
    method=method,
    data=data,
    splits=splits,
    answers_alone=lambda value: is_on(value, "assistant_only_loss"),
    roles={
        **ROLES,
        Role.CONTEXT: (("max_length",), ("max_seq_length",)),
        Role.PACKING: (("packing",),),
        Role.VALIDATION: (("test_split_size",),),
    },
    defaults={Role.BATCH: DEFAULTS[Role.BATCH], Role.ACCUMULATION: 1, Role.EPOCHS: 3, Role.VALIDATION: 0},
    defaults_of={
        Objective.SFT: {Role.LEARNING_RATE: 2e-5, **_COMMON},
        Objective.DPO: {Role.LEARNING_RATE: 1e-6, **_COMMON},
        Objective.KTO: {Role.LEARNING_RATE: 1e-6, **_COMMON},
        Objective.REWARD: {Role.LEARNING_RATE: 1e-4, **_COMMON},
        Objective.GRPO: {Role.LEARNING_RATE: 1e-6},
        Objective.UNKNOWN: _COMMON,
    },
    known={
        (): _keys.TRAINING_ARGUMENTS | _keys.TRL,
        ("datasets", "*"): _keys.TRL_DATASET,
    },
    # The command refuses any other key, but scripts of people's own read such files too, with keys of theirs.
    refuses_unknown=False,
    limits=(*LIMITS, Limit(path=("max_length",), low=1, whole=True)),
    sources=(
        "TRL 016013e: trl/trainer/sft_config.py (packing_strategy)",
        "TRL f2cd577: trl/scripts/utils.py, trl/trainer/*_config.py, docs/source/peft_integration.md",
        SOURCE,
    ),
)
