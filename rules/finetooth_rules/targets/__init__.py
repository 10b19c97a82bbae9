"""The trainers and APIs that read a file, as data: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from finetooth_rules.targets._target import (
    AddedText,
    Arguments,
    Drops,
    ImageLimits,
    Loader,
    Overlong,
    Target,
    Trains,
)
from finetooth_rules.targets.axolotl import AXOLOTL
from finetooth_rules.targets.azure import AZURE
from finetooth_rules.targets.bedrock import BEDROCK_ANTHROPIC, BEDROCK_NOVA
from finetooth_rules.targets.fireworks import FIREWORKS
from finetooth_rules.targets.generic import GENERIC
from finetooth_rules.targets.llama_factory import LLAMA_FACTORY
from finetooth_rules.targets.mistral import MISTRAL
from finetooth_rules.targets.nemo import NEMO
from finetooth_rules.targets.openai import OPENAI
from finetooth_rules.targets.together import TOGETHER
from finetooth_rules.targets.trl import TRL
from finetooth_rules.targets.unsloth import UNSLOTH
from finetooth_rules.targets.vertex import VERTEX

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        *(GENERIC, OPENAI, AZURE, TOGETHER, FIREWORKS, MISTRAL, BEDROCK_ANTHROPIC, BEDROCK_NOVA, VERTEX),
        *(TRL, AXOLOTL, UNSLOTH, LLAMA_FACTORY, NEMO),
    )
}

__all__ = [
    "GENERIC",
    "OPENAI",
    "TARGETS",
    "AddedText",
    "Arguments",
    "Drops",
    "ImageLimits",
    "Loader",
    "Overlong",
    "Target",
    "Trains",
]
