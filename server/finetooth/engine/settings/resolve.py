"""Which profile a file is judged by: its settings, and where the format is `auto`, its first records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from finetooth.engine.files.heads import first_values
from finetooth.engine.settings.config import CONFIGURED, Config, ConfigError
from finetooth.engine.settings.mappings import Found, find
from finetooth.engine.settings.plugins import PluginError, plugins_of
from finetooth_rules.array import Framing
from finetooth_rules.benchmark_files import BenchmarkFile
from finetooth_rules.formats import FORMATS
from finetooth_rules.profile import Profile
from finetooth_rules.settings import Settings, build_profile, is_auto, merged


def resolve(
    config: Config,
    file: Path | None,
    overrides: Settings,
    head: bytes | Iterable[bytes],
    framing: Framing = Framing.LINES,
    report: Callable[[ConfigError], None] = lambda error: None,
    *,
    model_files: bool = True,
) -> Profile:
    """The profile of one file: config, overrides for its path, then the command line's or the editor's
    settings on top; where these leave the format open, a trainer's own file that names the dataset, else its
    first records. Raises ConfigError where a file that the settings name cannot be used; a trainer's file
    that cannot is told to `report`. Without `model_files` the model's tokenizer and chat template are
    left out.
    """
    settings = with_overrides(config.settings_for(file), overrides)
    source = config.format_source(file) if is_auto(overrides) else CONFIGURED
    mapping = None
    if is_auto(settings) and file is not None and config.looks_around:
        found = _found(file, report)
        if found is not None and found.format in FORMATS:
            settings = {**settings, "format": found.format}
        mapping = None if found is None else found.mapping
        source = source if found is None else found.path.name
    try:
        values = first_values(head, framing)
        profile = build_profile(settings, values, config.catalogue, mapping=mapping, format_source=source)
        profile = replace(profile, framing=framing)
        if config.allow_plugins and "plugins" in config.settings:
            profile = replace(profile, plugins=plugins_of(config.settings, config.root))
    except PluginError as error:
        raise ConfigError(config.path or Path(error.plugin), str(error)) from error
    if profile.token_limit is None and file is not None:
        from finetooth.engine.settings.row_limits import (
            row_limit,  # which finds files, by the records they begin with
        )

        profile = replace(profile, row_limit=row_limit(config, file, profile))
    if "assistant-only-loss" not in settings.get("tokens", {}) and file is not None:
        from finetooth.engine.settings.row_limits import answers_alone

        profile = replace(profile, assistant_only_loss=answers_alone(config, file, profile))
    if "schema" in settings:
        from finetooth.engine.settings.own_schema import load

        profile = replace(profile, own_schema=load(config.root / settings["schema"]))
    if names := config.settings.get("dataset", {}).get("benchmarks"):
        profile = replace(profile, benchmarks=_benchmarks(config, names, file))
    if name := settings.get("task", {}).get("examples-file"):
        from finetooth.engine.settings.task_examples import load as load_examples

        examples = (*profile.task.examples, *load_examples(config.root / name))
        profile = replace(profile, task=replace(profile.task, examples=examples))
    if (name := settings.get("task", {}).get("serving-system-prompt-file")) is not None:
        from finetooth.engine.settings.serving_prompt import load as load_prompt

        prompt = load_prompt(config, file, name)
        profile = replace(profile, task=replace(profile.task, serving_system_prompt=prompt))
    tokens = settings.get("tokens", {})
    if model_files and ("tokenizer" in tokens or "template" in tokens):
        from finetooth.engine.settings.model_files import load as load_model_files

        tokenizer, template = load_model_files(config.root, tokens)
        profile = replace(profile, tokenizer=tokenizer, template=template)
    return profile


def _benchmarks(config: Config, names: Iterable[str], file: Path | None) -> tuple[BenchmarkFile, ...]:
    """The benchmarks that the settings name; none for a file that is one of them. Raises ConfigError."""
    found: list[BenchmarkFile] = []
    for name in names:
        path = (config.root / name).resolve()
        try:
            status = path.stat()
        except OSError as error:
            raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
        if file is not None and file.resolve() == path:
            return ()
        found.append(BenchmarkFile(str(path), path.name, f"{status.st_size} {status.st_mtime_ns}"))
    return tuple(found)


def _found(file: Path, report: Callable[[ConfigError], None]) -> Found | None:
    try:
        return find(file)
    except ConfigError as error:
        report(error)
        return None


def with_overrides(settings: Settings, overrides: Settings) -> dict[str, Any]:
    """Settings with others laid over them; `extend-…` adds to what is there, a new `select` or `ignore`
    replaces.
    """
    result = merged(settings, overrides)
    for key in ("extend-select", "extend-ignore"):
        result[key] = [*settings.get(key, ()), *overrides.get(key, ())]
    return result
