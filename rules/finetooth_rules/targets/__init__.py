"""The trainers and APIs that read a file, as data: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from finetooth_rules.targets._target import Arguments, ImageLimits, Loader, Overlong, Target, Trains
from finetooth_rules.targets.generic import GENERIC
from finetooth_rules.targets.openai import OPENAI

TARGETS: Mapping[str, Target] = {target.name: target for target in (GENERIC, OPENAI)}

__all__ = [
    "GENERIC",
    "OPENAI",
    "TARGETS",
    "Arguments",
    "ImageLimits",
    "Loader",
    "Overlong",
    "Target",
    "Trains",
]
