"""`[training]` of a finetooth.toml: for runs whose own settings are elsewhere, or in a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._trainer import Objective, Role, Trainer, Tuning

TABLE: Final = "training"
METHODS: Final = (Tuning.FULL.value, Tuning.LORA.value, Tuning.QLORA.value)
OBJECTIVES: Final = tuple(
    objective.value for objective in Objective if objective not in (Objective.OTHER, Objective.UNKNOWN)
)
_NUMBERS: Final = (
    Role.LEARNING_RATE,
    Role.MULTIPLIER,
    Role.BATCH,
    Role.ACCUMULATION,
    Role.DEVICES,
    Role.EPOCHS,
    Role.STEPS,
    Role.CONTEXT,
    Role.PACKING,
    Role.VALIDATION,
    Role.PRICE,
    Role.MODEL,
)


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """`objective` (sft where it is not said) and `method`."""
    objective, tuning = value.get("objective", "sft"), value.get("method")
    return (
        Objective(objective) if objective in OBJECTIVES else Objective.OTHER,
        Tuning(tuning) if tuning in METHODS else Tuning.UNKNOWN,
    )


TRAINER = Trainer(
    name="finetooth",
    title="[training]",
    languages=frozenset({Language.TOML}),
    recognise=lambda value: False,  # its file is a config, found as such
    method=method,
    roles={role: ((role.value,),) for role in _NUMBERS},
    defaults={Role.ACCUMULATION: 1, Role.VALIDATION: 0},
)


def training_schema() -> dict[str, Any]:
    """JSON Schema of the table."""
    positive = {"type": "number", "exclusiveMinimum": 0}
    count = {"type": "integer", "minimum": 1}
    return {
        "description": "How the data will be trained on: `finetooth plan` tells what that means.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "method": {"description": "Which weights are trained.", "enum": list(METHODS)},
            "objective": {"description": "What the loss is; sft unless set.", "enum": list(OBJECTIVES)},
            "model": {"description": "The base model; else the setting `model`.", "type": "string"},
            "learning-rate": {"description": "Peak learning rate.", **positive},
            "learning-rate-multiplier": {
                "description": "Times the rate that a service chooses.",
                **positive,
            },
            "batch-size": {"description": "Rows of one device in one pass.", **count},
            "gradient-accumulation": {"description": "Passes to a step; 1 unless set.", **count},
            "devices": {"description": "Devices that train side by side; 1 unless set.", **count},
            "epochs": {"description": "How often all rows are trained on.", **positive},
            "max-steps": {"description": "Steps after which the run ends, whatever the epochs.", **count},
            "context": {
                "description": "Tokens of a row; what is longer is cut or left out. Records are judged by it "
                "unless `tokens.limit` is set.",
                **count,
            },
            "packing": {"description": "Whether several rows share one context.", "type": "boolean"},
            "validation-share": {
                "description": "Share of the training rows that is held out.",
                "type": "number",
                "minimum": 0,
                "exclusiveMaximum": 1,
            },
            "price-per-million-tokens": {
                "description": "What a million tokens cost; all of a row count, in each epoch.",
                "type": "number",
                "minimum": 0,
            },
        },
    }
