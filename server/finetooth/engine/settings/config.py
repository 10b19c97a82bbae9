"""Finding and reading settings: the nearest finetooth.toml wins, nothing is merged from folders above.

Bad settings are an error that points at the key, with a did-you-mean; the file is never half-used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.settings.plugins import PluginError, catalogue_for
from finetooth_rules import catalogue
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.formats.custom import mapping_problem
from finetooth_rules.patterns import lazy
from finetooth_rules.settings import ALTERNATIVES, Settings, config_schema, merged

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

NAMES: Final = ("finetooth.toml", ".finetooth.toml", "pyproject.toml")
CONFIGURED: Final = "configured"
_SELECTOR_KEYS: Final = ("select", "ignore", "extend-select", "extend-ignore")


@dataclass(frozen=True)
class ConfigError(Exception):
    """A config file that cannot be used. `line` and `column` from 1; 0 where no place is known. `note`: it
    may not be meant for us at all, so nothing fails.
    """

    path: Path
    message: str
    line: int = 0
    column: int = 0
    note: bool = False

    def __str__(self) -> str:
        place = f":{self.line}:{self.column}" if self.line else ""
        return f"{self.path}{place}: {self.message}"


@dataclass(frozen=True)
class Config:
    """Settings as read. `root` is the folder that patterns are relative to; `path` is None for the built-in
    defaults.
    """

    path: Path | None = None
    root: Path = field(default_factory=Path.cwd)
    settings: Settings = field(default_factory=dict)
    allow_plugins: bool = True
    looks_around: bool = True
    """Whether the files of trainers beside a dataset are read too (`mappings`)."""

    @property
    def catalogue(self) -> Catalogue:
        """The rules there are under these settings. Raises PluginError."""
        return catalogue_for(self.settings if self.allow_plugins else {}, self.root)

    def format_source(self, file: Path | None) -> str:
        """Why a file has the format that these settings give it."""
        for override in self.settings.get("overrides", ()):
            if "format" in override and file is not None and self.matches(override["files"], file):
                return f"{self.path.name if self.path else 'settings'} [[overrides]]"
        return CONFIGURED

    def settings_for(self, file: Path | None) -> dict[str, Any]:
        """The settings of one file: the base with all matching overrides laid over it."""
        base = {key: value for key, value in self.settings.items() if key != "overrides"}
        layers = [
            {key: value for key, value in override.items() if key != "files"}
            for override in self.settings.get("overrides", ())
            if file is not None and self.matches(override["files"], file)
        ]
        return merged(base, *layers)

    def matches(self, patterns: Sequence[str], file: Path) -> bool:
        """Whether a file matches gitignore-style patterns relative to the config's folder."""
        try:
            relative = file.resolve().relative_to(self.root.resolve())
        except ValueError:
            return False
        from pathspec import GitIgnoreSpec  # 20 ms that most runs do not need

        return GitIgnoreSpec.from_lines(patterns).match_file(relative.as_posix())

    def error_at(self, keys: tuple[str, ...], file: Path | None, named: Path, message: str) -> ConfigError:
        """An error at the setting that holds for a file; at the file that it names where no file sets it."""
        for number, layer in reversed([*enumerate(self.settings.get("overrides", ()))]):
            holds = file is not None and self.matches(layer["files"], file)
            if holds and _has(layer, keys):
                return self._error(("overrides", number, *keys), named, message)
        return self._error(keys if _has(self.settings, keys) else (), named, message)

    def _error(self, keys: tuple[str | int, ...], named: Path, message: str) -> ConfigError:
        if self.path is None or not keys:
            return ConfigError(named, message)
        prefix = ("tool", "finetooth") if self.path.name == "pyproject.toml" else ()
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return ConfigError(self.path, message)
        return ConfigError(self.path, message, *locate_key(text, (*prefix, *keys)))

    @property
    def exclude(self) -> tuple[str, ...]:
        """Patterns of files not to look at."""
        return tuple(self.settings.get("exclude", ()))


def discover(folder: Path, *, allow_plugins: bool = True) -> Config:
    """The config for files in `folder`: the nearest one upwards, or the defaults. Raises ConfigError.

    `allow_plugins`: whether the code of its plugins may be run.
    """
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        for name in NAMES:
            path = place / name
            if path.is_file() and (config := read(path, allow_plugins=allow_plugins)) is not None:
                return config
    return Config(root=folder)


def read(path: Path, *, allow_plugins: bool = True) -> Config | None:
    """The config in a file; None for a pyproject.toml without `[tool.finetooth]`. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 (byte {error.start})") from error
    return parse(path, text, allow_plugins=allow_plugins)


def parse(path: Path, text: str, *, allow_plugins: bool = True) -> Config | None:
    """Like `read`, on text that an editor holds."""
    prefix: tuple[str, ...] = ("tool", "finetooth") if path.name == "pyproject.toml" else ()
    import tomllib

    try:
        decoded: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column = _toml_place(str(error), text)
        if prefix and "finetooth" not in text:
            return None
        raise ConfigError(path, f"is not valid TOML: {_plain(str(error))}", line, column) from error
    for step in prefix:
        decoded = decoded.get(step)
        if decoded is None:
            return None
    try:
        known = catalogue_for(decoded, path.parent) if allow_plugins else None
    except PluginError as error:
        line, column = locate_key(text, (*prefix, "plugins"))
        raise ConfigError(path, str(error), line, column) from error
    for key_path, message in problems(decoded, known):
        if not allow_plugins and "plugins" in decoded and _of_a_rule(key_path):
            continue  # it may be a rule of the plugins that are not loaded
        place = locate_key(text, (*prefix, *key_path))
        if key_path and isinstance(key_path[-1], int):
            place = locate_item(text, place, key_path[-1])
        raise ConfigError(path, message, *place)
    return Config(path, path.parent, decoded, allow_plugins)


def _has(table: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(table, Mapping) or key not in table:
            return False
        table = table[key]
    return True


def _of_a_rule(key_path: Sequence[str | int]) -> bool:
    """Whether a place in the settings names a rule."""
    steps = key_path[2:] if key_path[:1] == ("overrides",) else key_path
    return bool(steps) and (steps[0] in _SELECTOR_KEYS or steps[0] == "rules")


def problems(settings: Any, known: Catalogue | None = None) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong with decoded settings: the path of the key, and a message. `known`: the rules there are
    (default: ours).
    """
    from finetooth_rules.skills import problem as skill_problem

    known = known or catalogue.builtin()
    if not _decider(known).is_valid(settings):
        yield from _explain(settings, known)
        return
    for where in (settings, *settings.get("overrides", ())):
        base: tuple[str | int, ...] = (
            () if where is settings else ("overrides", settings["overrides"].index(where))
        )
        mapping = where.get("format")
        if isinstance(mapping, Mapping) and (message := mapping_problem(mapping)):
            yield (*base, "format"), message
        if len(both := [key for key in ALTERNATIVES if key in where.get("task", {})]) > 1:
            yield (*base, "task", both[1]), f"`{both[0]}` is set too; expected one of the two"
        for number, skill in enumerate(where.get("task", {}).get("requires", ())):
            if message := skill_problem(skill):
                yield (*base, "task", "requires", number), message
        for key in _SELECTOR_KEYS:
            for number, selector in enumerate(where.get(key, ())):
                if not known.knows(selector):
                    yield (*base, key, number), unknown_selector(selector, known)


def unknown_selector(selector: str, known: Catalogue | None = None) -> str:
    """Message for a rule code, prefix or name that names nothing."""
    from finetooth_rules.suggest import nearest

    rules = (known or catalogue.builtin()).rules
    names = [name for rule in rules for name in (rule.code, rule.name, rule.group)]
    near = nearest(selector, names) or nearest(selector.upper(), names)
    return f"unknown rule `{selector[:40]}`" + (
        f"; did you mean `{near}`?" if near else "; `finetooth rules` lists them"
    )


@lru_cache(maxsize=8)
def _decider(known: Catalogue) -> Any:
    import jsonschema_rs

    return jsonschema_rs.validator_for(config_schema(known))


def _explain(settings: Any, known: Catalogue) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The first violation first; jsonschema is imported only here, as it is slow to import."""
    from jsonschema import Draft202012Validator

    from finetooth_rules.suggest import nearest

    for error in _leaves(Draft202012Validator(config_schema(known)).iter_errors(settings)):
        path = tuple(error.absolute_path)
        schema: Mapping[str, Any] = error.schema
        if error.validator == "additionalProperties":
            keys = list(schema["properties"])
            for key in error.instance:
                if key not in keys:
                    near = nearest(key, keys)
                    hint = f"did you mean `{near}`?" if near else f"known here: {', '.join(sorted(keys)[:8])}"
                    yield (*path, key), f"unknown setting `{key[:40]}`; {hint}"
        elif error.validator == "enum":
            allowed = [str(value) for value in error.validator_value]
            near = nearest(str(error.instance), allowed)
            hint = f"did you mean `{near}`?" if near else f"expected one of {', '.join(allowed)}"
            yield path, f"`{_dotted(path)}` is `{str(error.instance)[:40]}`; {hint}"
        elif error.validator == "type":
            yield (
                path,
                f"`{_dotted(path)}` is {_kind(error.instance)}; expected {_article(error.validator_value)}",
            )
        elif error.validator == "required":
            missing = next(key for key in error.validator_value if key not in error.instance)
            yield path, f"`{_dotted(path)}` has no `{missing}`"
        else:
            wanted = f"{error.validator} is {error.validator_value}"
            yield path, f"`{_dotted(path)}` is {str(error.instance)[:40]}; {wanted}"


def _leaves(errors: Iterable[ValidationError]) -> Iterator[Any]:
    """Of an `anyOf` the errors of the alternative that has the value's type, else of the first."""
    for error in errors:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context or ():
            branches.setdefault(inner.schema_path[0], []).append(inner)
        of_type = [
            several
            for several in branches.values()
            if all(e.validator != "type" or e.relative_path for e in several)
        ]
        chosen = next(iter(of_type[-1:] if isinstance(error.instance, Mapping) else of_type), None)
        if chosen is None:
            yield error
        else:
            yield from _leaves(chosen)


def _dotted(path: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in path) or "the file"


_KINDS: Final = {
    "str": "a string",
    "bool": "a boolean",
    "int": "an integer",
    "float": "a number",
    "list": "an array",
    "dict": "a table",
}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value).__name__, type(value).__name__)


def _article(kind: str | list[str]) -> str:
    if isinstance(kind, list):
        return " or ".join(_article(one) for one in kind)
    return {"integer": "an integer", "array": "an array", "object": "a table"}.get(kind, f"a {kind}")


_TOML_PLACE: Final = lazy(r"\(at line (\d+), column (\d+)\)")


def _toml_place(message: str, text: str) -> tuple[int, int]:
    match = _TOML_PLACE.search(message)
    if match:
        return int(match[1]), int(match[2])
    return text.count("\n") + 1, 1


def _plain(message: str) -> str:
    return _TOML_PLACE.sub("", message).replace("(at end of document)", "at the end of the file").strip()


_HEADER: Final = lazy(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY: Final = lazy(r"^\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")


def locate_key(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Line and column (from 1) of the key that sets `path`, or of the nearest table above it; 1, 1 where
    nothing is found.

    Reads headers and `key =` lines as people write them; a key inside an inline table is placed at the
    line's own key.
    """
    wanted = tuple(path)
    best, best_length = (1, 1), 0
    table: tuple[str | int, ...] = ()
    arrays: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _steps(header[2])
            if header[1] == "[[":
                arrays[table] = arrays.get(table, -1) + 1
                table = (*table, arrays[table])
            else:
                # `[overrides.task]` belongs to the last `[[overrides]]`.
                outer = next((n for n in range(len(table) - 1, 0, -1) if table[:n] in arrays), 0)
                table = (*table[:outer], arrays[table[:outer]], *table[outer:]) if outer else table
            here, column = table, header.start(2) + 1
        elif key:
            here, column = (*table, *_steps(key[1])), key.start(1) + 1
        else:
            continue
        if wanted[: len(here)] == here and len(here) > best_length:
            best, best_length = (number, column), len(here)
    return best


_ITEM: Final = lazy(
    r"""#[^\n]*|(?P<item>\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?P<end>\])""", re.DOTALL
)


def locate_item(text: str, place: tuple[int, int], number: int) -> tuple[int, int]:
    """Line and column (from 1) of a string in the array that the key at `place` sets; `place` itself where
    there is no such string.
    """
    lines = text.splitlines(keepends=True)
    if not lines or _HEADER.match(lines[place[0] - 1]):
        return place
    at = sum(map(len, lines[: place[0] - 1])) + place[1] - 1
    at = text.find("[", text.find("=", at)) + 1
    for match in _ITEM.finditer(text, at) if at else ():
        if match["end"]:
            break
        if match["item"]:
            if number == 0:
                before = text[: match.start()].replace("\r\n", "\n").replace("\r", "\n")
                return before.count("\n") + 1, len(before) - before.rfind("\n")
            number -= 1
    return place


def _steps(dotted: str) -> tuple[str, ...]:
    return tuple(step.strip().strip("\"'") for step in dotted.split("."))
