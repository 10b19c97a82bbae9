"""What the trainers built on `transformers.Trainer` have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers._trainer import Limit, Role

ROLES: Final[Mapping[Role, tuple[Path, ...]]] = {
    Role.LEARNING_RATE: (("learning_rate",),),
    Role.BATCH: (("per_device_train_batch_size",),),
    Role.ACCUMULATION: (("gradient_accumulation_steps",),),
    Role.EPOCHS: (("num_train_epochs",),),
    Role.STEPS: (("max_steps",),),
    Role.MODEL: (("model_name_or_path",),),
    Role.OPTIMIZER: (("optim",),),
}
DEFAULTS: Final[Mapping[Role, float]] = {
    Role.LEARNING_RATE: 5e-5,
    Role.BATCH: 8,
    Role.ACCUMULATION: 1,
    Role.EPOCHS: 3,
}
LIMITS: Final = (
    Limit(path=("learning_rate",), low=0),
    Limit(path=("per_device_train_batch_size",), low=1, whole=True),
    Limit(path=("gradient_accumulation_steps",), low=1, whole=True, words=("auto",)),
    Limit(path=("warmup_ratio",), low=0, high=1),
    Limit(path=("lora_dropout",), low=0, high=1),
)
SOURCE: Final = (
    "transformers 5.24: TrainingArguments (defaults; `warmup_ratio must lie in range [0,1]` in 4.x), "
    "torch.optim (`Invalid learning rate`), torch.nn.Dropout (`dropout probability has to be between 0 and "
    "1`)"
)


def is_on(value: Mapping[str, Any], *keys: str) -> bool:
    """Whether one of these switches is on; text says it too."""
    return any(str(value.get(key)).lower() in ("true", "yes", "on", "1") for key in keys)


def listed(value: Any) -> list[Any]:
    """A list as it is, one thing as a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]
