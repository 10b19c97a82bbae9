"""The editor's settings: from `initializationOptions`, `workspace/configuration` or `didChangeConfiguration`.

They are laid over the config file's, as the command line's are. A setting that makes no sense is told and
left out; the others hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from finetooth.engine.settings.config import problems

SECTION: Final = "finetooth"
DEFAULT_MAX_DIAGNOSTICS: Final = 1000
DEFAULT_MAX_ITEMS: Final = 5000
_JUDGING: Final = ("select", "ignore", "format", "target", "model")


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """`overrides` has the shape of a finetooth.toml. `configuration` is the path of a config file to use in
    place of the nearest one. `max_diagnostics` counts per document, the line on what was left out
    included; `max_items` the symbols, the folds and the links of a document, each by themselves.
    `allow_plugins`: the user lets the code of a project's `plugins` run. `ignore_actions`: code
    actions that write the baseline are offered. `workspace_diagnostics`: also files that are not open are
    judged, for clients that ask for them."""

    enable: bool = True
    max_diagnostics: int = DEFAULT_MAX_DIAGNOSTICS
    max_items: int = DEFAULT_MAX_ITEMS
    configuration: str | None = None
    allow_plugins: bool = False
    inlay_hints: bool = True
    code_lens: bool = True
    ignore_actions: bool = True
    workspace_diagnostics: bool = False
    overrides: Mapping[str, Any] = field(default_factory=dict)


def section_of(given: Any) -> Mapping[str, Any] | None:
    """Our section of what a client sent, however it is wrapped; None where it sent no settings."""
    if isinstance(given, Mapping):
        given = given.get("settings", given) if isinstance(given.get("settings"), Mapping) else given
        given = given.get(SECTION, given)
    return given if isinstance(given, Mapping) else None


def in_force(initial: Any, given: Any) -> Mapping[str, Any]:
    """Which settings hold: those that a client gives now, or those of its `initializationOptions`.

    An answer that sets nothing (`{}` of lsp-mode where nothing is registered, null of others) says nothing,
    and the first ones go on. One that sets anything is the whole: VS Code leaves out what a person has unset.
    """
    now = section_of(given) or {}
    return now if any(value is not None for value in now.values()) else section_of(initial) or {}


def read_settings(given: Any) -> tuple[EditorSettings, list[str]]:
    """The settings in what a client sent, and what is wrong with it."""
    given = section_of(given)
    if given is None:
        return EditorSettings(), []
    told: list[str] = []

    def take(name: str, kind: type[Any], default: Any) -> Any:
        value = given.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and not _counts(value)):
            told.append(f"`{SECTION}.{name}` is `{str(value)[:40]}`; expected {_KINDS[kind]}")
            return default
        return value

    overrides: dict[str, Any] = {}
    for key in _JUDGING:
        value = given.get(key)
        if value is None or value in ("", [], "auto"):
            continue  # not set: the config file decides
        found = [message for _, message in problems({key: value})]
        if found:
            told += [f"`{SECTION}.{key}`: {message}" for message in found]
        else:
            overrides[key] = value
    settings = EditorSettings(
        enable=take("enable", bool, True),
        max_diagnostics=take("maxDiagnostics", int, DEFAULT_MAX_DIAGNOSTICS),
        max_items=take("maxItems", int, DEFAULT_MAX_ITEMS),
        configuration=take("configuration", str, None) or None,
        allow_plugins=take("allowPlugins", bool, False),
        inlay_hints=take("inlayHints", bool, True),
        code_lens=take("codeLens", bool, True),
        ignore_actions=take("ignoreActions", bool, True),
        workspace_diagnostics=take("workspaceDiagnostics", bool, False),
        overrides=overrides,
    )
    return settings, told


_KINDS: Final[Mapping[type, str]] = {bool: "true or false", int: "a number above 0", str: "a string"}


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
