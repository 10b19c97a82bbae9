"""Codes, prefixes and names of rules as people type them, and settings given inline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from finetooth.cli import UsageError
from finetooth_rules.catalogue import Catalogue, builtin


def checked(selectors: Iterable[str], option: str, config: Path | None = None) -> tuple[str, ...]:
    """Selectors as the catalogue writes them (`fen001` is FEN001). `config`: the settings file, where it is
    named. Raises UsageError for one that names no rule.
    """
    from finetooth.engine.settings.config import unknown_selector

    result = []
    for selector in selectors:
        forms = (selector, selector.upper(), selector.lower())
        written = next((form for form in forms if builtin().knows(form)), None)
        if written is None:
            known = known_here(config)
            written = next((form for form in forms if known.knows(form)), None)
        if written is None:
            raise UsageError(f"{option}: {unknown_selector(selector, known)}")
        result.append(written)
    return tuple(result)


def known_here(config: Path | None = None) -> Catalogue:
    """The rules there are in this folder, or under a settings file: ours, and those of plugins. Raises
    UsageError.
    """
    from finetooth.engine.settings.config import ConfigError, discover, read
    from finetooth.engine.settings.plugins import PluginError

    try:
        found = discover(Path.cwd()) if config is None else read(config)
        return builtin() if found is None else found.catalogue
    except (ConfigError, PluginError) as error:
        raise UsageError(str(error)) from error


def settings(inline: Iterable[str]) -> dict[str, Any]:
    """The tables that `--config 'key = value'` options stand for, merged. Raises UsageError."""
    from finetooth.engine.settings.config import problems
    from finetooth_rules.settings import merged

    result: dict[str, Any] = {}
    for text in inline:
        table = _table(text)
        for path, message in problems(table):
            where = ".".join(map(str, path))
            raise UsageError(
                f"--config `{text}`: {message}" + ("" if where in message else f" (at `{where}`)")
            )
        result = merged(result, table)
    return result


def _table(text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        key, _, value = (part.strip() for part in text.partition("="))
        try:
            tomllib.loads(f'{key} = "{value}"')
        except tomllib.TOMLDecodeError:
            raise UsageError(f"--config `{text}`: not a TOML setting: {str(error).lower()}") from error
        raise UsageError(f"--config `{text}`: a text needs quotes: --config '{key} = \"{value}\"'") from error


def split_config(values: Iterable[str]) -> tuple[Path | None, tuple[str, ...]]:
    """`--config` is a file, or a setting where it holds a `=` and no such file exists. Raises UsageError."""
    file: Path | None = None
    inline = []
    for value in values:
        path = Path(value)
        if "=" in value and not path.exists():
            inline.append(value)
        elif not path.is_file():
            raise UsageError(f"--config: {value}: no such file; a setting is written 'key = value'")
        elif file is not None:
            raise UsageError(
                f"--config: two files, {file} and {path}; only settings can be given several times"
            )
        else:
            file = path
    return file, tuple(inline)
