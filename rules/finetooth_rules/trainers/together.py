"""The request that makes a fine-tuning job at Together, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning

_MARKS: Final = names(
    "n_epochs n_checkpoints n_evals lora lora_r lora_alpha training_type training_method train_on_inputs "
    "learning_rate warmup_ratio lr_scheduler from_checkpoint"
)
_OBJECTIVES: Final = {"sft": Objective.SFT, "dpo": Objective.DPO}


def recognise(value: Mapping[str, Any]) -> bool:
    """A model and a training file, and a word beside them that OpenAI has elsewhere or not at all."""
    return (
        isinstance(value.get("model"), str)
        and isinstance(value.get("training_file"), str)
        and bool(_MARKS.intersection(value))
        and "hyperparameters" not in value
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """`training_method`, and `lora` or `training_type`; what holds without these changed over time."""
    given = value.get("training_method", "sft")
    name = given.get("method", "sft") if isinstance(given, Mapping) else given
    kind = value.get("training_type")
    kind = kind.get("type") if isinstance(kind, Mapping) else kind
    tuning = Tuning.UNKNOWN
    if value.get("lora") is True or str(kind).lower() == "lora":
        tuning = Tuning.LORA
    elif value.get("lora") is False or str(kind).lower() == "full":
        tuning = Tuning.FULL
    return _OBJECTIVES.get(str(name), Objective.OTHER), tuning


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """Ids of uploaded files, or names before they are uploaded."""
    for key, split in (("training_file", "train"), ("validation_file", "validation")):
        if isinstance(value.get(key), str):
            yield (key,), value[key], split, False


TRAINER = Trainer(
    name="together",
    title="Together",
    target="together",
    languages=frozenset({Language.JSON}),
    marks=(b'"training_file"',),
    recognise=recognise,
    method=method,
    data=data,
    roles={
        Role.LEARNING_RATE: (("learning_rate",),),
        Role.TOTAL_BATCH: (("batch_size",),),
        Role.EPOCHS: (("n_epochs",),),
        Role.MODEL: (("model",),),
    },
    defaults={Role.EPOCHS: 1},
    known={
        (): _MARKS
        | names(
            "model training_file validation_file batch_size suffix min_lr_ratio max_grad_norm weight_decay "
            "num_cycles lr_scheduler_type lora_dropout lora_trainable_modules wandb_api_key wandb_base_url "
            "wandb_project_name wandb_name wandb_key verbose model_limits dpo_beta "
            "dpo_normalize_logratios_by_length "
            "rpo_alpha simpo_gamma from_hf_model hf_model_revision hf_api_token hf_output_repo_name packing "
            "max_seq_length random_seed multimodal_params scheduler_num_cycles"
        )
    },
    limits=(
        Limit(path=("learning_rate",), low=0, above=True),
        Limit(path=("n_epochs",), low=1, high=20, whole=True, certain=False),
        Limit(path=("n_evals",), low=0, high=100, whole=True, certain=False),
        Limit(path=("batch_size",), low=1, whole=True, words=("max",)),
    ),
    sources=("docs.together.ai/reference/finetune (n_epochs 1 to 20, n_evals 0 to 100)",),
)
