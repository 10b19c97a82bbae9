"""The request that makes a model customization job at Amazon Bedrock, JSON. Its hyperparameters are texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.trainers._document import Language
from finetooth_rules.trainers._keys import names
from finetooth_rules.trainers._trainer import Limit, Objective, Role, Trainer, Tuning

_AT: Final = "hyperParameters"
_NOVA: Final = r"amazon\.nova"
_CLAUDE: Final = r"anthropic\.claude-3"
_LLAMA: Final = r"meta\.llama"


def recognise(value: Mapping[str, Any]) -> bool:
    """A base model, and what to train on or how."""
    return isinstance(value.get("baseModelIdentifier"), str) and (
        _AT in value or "trainingDataConfig" in value
    )


def method(value: Mapping[str, Any]) -> tuple[Objective, Tuning]:
    """Supervised, unless another type of customization is named."""
    kind = value.get("customizationType", "FINE_TUNING")
    names = {"FINE_TUNING": Objective.SFT, "CONTINUED_PRE_TRAINING": Objective.PRETRAINING}
    return names.get(str(kind), Objective.OTHER), Tuning.UNKNOWN


def data(value: Mapping[str, Any]) -> Iterator[tuple[Path, str, str, bool]]:
    """The names of the objects in S3."""
    config = value.get("trainingDataConfig")
    if isinstance(config, Mapping) and isinstance(config.get("s3Uri"), str):
        yield ("trainingDataConfig", "s3Uri"), config["s3Uri"], "train", False
    config = value.get("validationDataConfig")
    several = config.get("validators") if isinstance(config, Mapping) else None
    for index, entry in enumerate(several if isinstance(several, list) else ()):
        if isinstance(entry, Mapping) and isinstance(entry.get("s3Uri"), str):
            yield ("validationDataConfig", "validators", index, "s3Uri"), entry["s3Uri"], "validation", False


def _limit(key: str, model: str, low: float, high: float, *, whole: bool = False) -> Limit:
    return Limit(path=(_AT, key), model=model, low=low, high=high, whole=whole)


TRAINER = Trainer(
    name="bedrock",
    title="Amazon Bedrock",
    target="generic",
    languages=frozenset({Language.JSON}),
    marks=(b'"baseModelIdentifier"',),
    recognise=recognise,
    method=method,
    data=data,
    roles={
        Role.LEARNING_RATE: ((_AT, "learningRate"),),
        Role.MULTIPLIER: ((_AT, "learningRateMultiplier"),),
        Role.TOTAL_BATCH: ((_AT, "batchSize"),),
        Role.EPOCHS: ((_AT, "epochCount"),),
        Role.MODEL: (("baseModelIdentifier",),),
    },
    known={
        (): names(
            "jobName customModelName roleArn clientRequestToken baseModelIdentifier customizationType "
            "customModelKmsKeyId jobTags customModelTags trainingDataConfig validationDataConfig "
            "outputDataConfig "
            "hyperParameters vpcConfig customizationConfig"
        ),
        (_AT,): names(
            "epochCount batchSize learningRate learningRateMultiplier learningRateWarmupSteps "
            "earlyStoppingThreshold earlyStoppingPatience"
        ),
    },
    limits=(
        _limit("epochCount", _NOVA, 1, 5, whole=True),
        _limit("learningRate", _NOVA, 1e-6, 1e-4),
        _limit("learningRateWarmupSteps", _NOVA, 0, 100, whole=True),
        _limit("epochCount", _CLAUDE, 1, 10, whole=True),
        _limit("batchSize", _CLAUDE, 4, 256, whole=True),
        _limit("learningRateMultiplier", _CLAUDE, 0.1, 2),
        _limit("earlyStoppingThreshold", _CLAUDE, 0, 0.1),
        _limit("earlyStoppingPatience", _CLAUDE, 1, 10, whole=True),
        # Its epochs are a quota that can be raised.
        _limit("batchSize", _LLAMA, 1, 1, whole=True),
        _limit("learningRate", _LLAMA, 5e-6, 0.1),
    ),
    sources=("Amazon Bedrock user guide: Custom model hyperparameters (Nova, Claude 3, Llama 2 and 3.1)",),
)
