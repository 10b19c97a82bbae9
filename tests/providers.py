"""The features that rules are tested with: the product's own providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from finetooth.engine.providers import FeatureSpec, provide, spec_for
from finetooth_rules.benchmark_files import BenchmarkFile
from finetooth_rules.features import Features
from finetooth_rules.model_files import ChatTemplate
from finetooth_rules.profile import Profile

TEMPLATES: Final = Path(__file__).parent / "data" / "templates"
BENCHMARKS: Final = Path(__file__).parent / "data" / "benchmarks"
FEATURES: Final[Features] = provide(FeatureSpec("o200k_base", False, True, code=True, language=True))
"""Every rule's marker cases, and the examples in its documentation."""


def template(name: str, text: str | None = None) -> ChatTemplate:
    """A chat template of the tests, with their special tokens."""
    if text is None:
        text = (TEMPLATES / name).read_text(encoding="utf-8")
    return ChatTemplate(name, text, tokens=(("bos_token", "<bos>"), ("eos_token", "<|im_end|>")))


def host(profile: Profile, settings: Mapping[str, Any]) -> tuple[Profile, Features]:
    """For marker cases: the features above, and the template that a case names."""
    names = settings.get("dataset", {}).get("benchmarks", ())
    if names:
        files = tuple(BenchmarkFile(str(BENCHMARKS / name), name) for name in names)
        profile = replace(profile, benchmarks=files)
        return profile, provide(replace(spec_for(profile), encoding="o200k_base", exact=False))
    name = settings.get("tokens", {}).get("template")
    if name is None:
        return profile, FEATURES
    profile = replace(profile, template=template(name))
    return profile, provide(replace(spec_for(profile), encoding="o200k_base", exact=False))
