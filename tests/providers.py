"""The features that rules are tested with: the product's own providers."""

from __future__ import annotations

from typing import Final

from finetooth.engine.providers import FeatureSpec, provide
from finetooth_rules.features import Features

FEATURES: Final[Features] = provide(FeatureSpec("o200k_base", False, True))
