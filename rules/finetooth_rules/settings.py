"""From settings (a finetooth.toml, decoded) to a Profile, and the JSON Schema of the settings.

Every rule's Options compose into `[rules.<name>]`; nothing here knows a rule by name.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from finetooth_rules import catalogue
from finetooth_rules.catalogue import Catalogue
from finetooth_rules.formats import FORMATS, recognise
from finetooth_rules.formats._presets import PRESETS, recognised
from finetooth_rules.formats.custom import NAME as CUSTOM
from finetooth_rules.formats.custom import FieldMap, mapping_of, mapping_schema, settled
from finetooth_rules.profile import Profile, Task
from finetooth_rules.rule import AnyRule
from finetooth_rules.targets import GENERIC, TARGETS, Target
from finetooth_rules.trainers.finetooth import TABLE, training_schema

Settings = Mapping[str, Any]
AUTO: Final = "auto"
ENCODINGS: Final = ("o200k_base", "cl100k_base")
SEVERITIES: Final = ("error", "warning", "info", "never")

ALTERNATIVES: Final = ("serving-system-prompt", "serving-system-prompt-file")
"""Keys that say the same in two ways: of settings over others, one takes the place of the other."""

_SELECTORS: Final = {"type": "array", "items": {"type": "string"}}
_JUDGING: Final[dict[str, Any]] = {
    "format": {
        "description": "Dataset format; `auto` decides by the first records. "
        "A table maps the fields of a format of your own.",
        "anyOf": [{"enum": [AUTO, *FORMATS]}, mapping_schema()],
    },
    "schema": {"description": "JSON Schema that every record must satisfy too: a file.", "type": "string"},
    "plugins": {"description": "Python files with rules of your own, relative to this file.", **_SELECTORS},
    "target": {"description": "Which trainer or API will read the file.", "enum": list(TARGETS)},
    "model": {"description": "The model to be trained; decides limits and the tokenizer.", "type": "string"},
    "select": {"description": "Rules to run: codes, prefixes, names or ALL.", **_SELECTORS},
    "ignore": {"description": "Rules not to run; the more exact selector wins.", **_SELECTORS},
    "extend-select": {"description": "Rules to run besides `select`.", **_SELECTORS},
    "extend-ignore": {"description": "Rules not to run besides `ignore`.", **_SELECTORS},
    "max-record-bytes": {
        "description": "A larger record is reported and skipped.",
        "type": "integer",
        "minimum": 64,
    },
    "max-decompressed-bytes": {
        "description": "How much of a compressed file is unpacked (to disk) and judged; 8 GiB unless set.",
        "type": "integer",
        "minimum": 64,
    },
    "max-index-bytes": {
        "description": "How much of what is known of a file's records is kept in memory, about; what is more "
        "goes to disk, to temporary files. 256 MiB unless set.",
        "type": "integer",
        "minimum": 0,
    },
    "max-joined-lines": {
        "description": "How many lines a pretty-printed record may span to be read as one.",
        "type": "integer",
        "minimum": 1,
    },
    "max-depth": {
        "description": "Deepest nesting of a record.",
        "type": "integer",
        "minimum": 8,
        "maximum": 1024,
    },
    "task": {
        "description": "What the dataset should teach.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "description": {"description": "The task in a sentence or two.", "type": "string"},
            "examples": {"description": "Prompts that fit the task.", **_SELECTORS},
            "requires": {
                "description": "Skills that the completions should show: loop, conditional, recursion, "
                "error-handling, function, class, python:NODE of its syntax tree (`python:ListComp`), "
                "regex:PATTERN, tool:NAME, language:CODE (`language:de`).",
                **_SELECTORS,
            },
            "examples-file": {
                "description": "More of them: a text file with one a line, or records (JSONL). "
                "Relative to this file.",
                "type": "string",
            },
            "serving-system-prompt": {
                "description": 'The system prompt that the trained model will be used with; "" for none.',
                "type": "string",
            },
            "serving-system-prompt-file": {
                "description": "The same in a text file of its own, relative to this file; outer white "
                "space does not count. An empty file: none.",
                "type": "string",
            },
        },
    },
    "tokens": {
        "description": "How tokens are counted, and how many a record may have.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "encoding": {"description": "Encoding to count with.", "enum": list(ENCODINGS)},
            "limit": {
                "description": "Most tokens a record may have. Unless it is set: `context` of [training], "
                "else what a trainer's file beside the data, one folder above, or in `configs`, says where "
                "it names the data (sequence_len, cutoff_len, max_length; of several the smallest, where a "
                "target is set of those of its trainer), else what the target takes for the model.",
                "type": "integer",
                "minimum": 1,
            },
            "tokenizer": {
                "description": "A model's `tokenizer.json`, or its folder: tokens are counted by it.",
                "type": "string",
            },
            "assistant-only-loss": {
                "description": "The loss is on answers alone, as the template's `{% generation %}` marks it "
                "(TRL's `assistant_only_loss`).",
                "type": "boolean",
            },
            "template": {
                "description": "The model's chat template (a Jinja file or tokenizer_config.json): "
                "records are rendered by it.",
                "type": "string",
            },
        },
    },
}

_DATASET: Final[dict[str, Any]] = {
    "description": "The files that make up the dataset, by split (gitignore patterns relative to this file). "
    "Without it they are told by their names: train.jsonl, valid.jsonl, test-00000-of-00002.jsonl.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "train": {"description": "Files to train on.", **_SELECTORS},
        "validation": {"description": "Files to measure with while training.", **_SELECTORS},
        "test": {"description": "Files to measure with at the end.", **_SELECTORS},
        "benchmarks": {
            "description": "Files with the items of benchmarks, which must not be trained on.",
            **_SELECTORS,
        },
    },
}


def config_schema(known: Catalogue | None = None) -> dict[str, Any]:
    """JSON Schema of finetooth.toml, with the options of every rule there is (default: ours)."""
    known = known or catalogue.builtin()
    rules = {
        "description": "Options of single rules, by name.",
        "type": "object",
        "additionalProperties": False,
        "properties": {rule.name: _options_schema(rule) for rule in known.rules if _fields(rule)},
    }
    judging = {**_JUDGING, "rules": rules}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of Finetooth",
        "description": "finetooth.toml, .finetooth.toml, or [tool.finetooth] in pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **judging,
            "dataset": _DATASET,
            TABLE: training_schema(),
            "exclude": {"description": "Files not to look at (gitignore patterns).", **_SELECTORS},
            "baseline": {
                "description": "File with findings that are not shown, relative to this one; "
                "`finetooth baseline` writes it. Default: finetooth-baseline.txt beside it.",
                "type": "string",
                "minLength": 1,
            },
            "fail-on": {"description": "Least severity that makes `check` exit 1.", "enum": list(SEVERITIES)},
            "overrides": {
                "description": "Other settings for some files; later entries win.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {"files": {"description": "gitignore patterns.", **_SELECTORS}, **judging},
                },
            },
        },
    }


def _fields(rule: AnyRule) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(rule.options)


def _options_schema(rule: AnyRule) -> dict[str, Any]:
    hints = typing.get_type_hints(rule.options)
    return {
        "description": f"{rule.code}: {rule.summary}",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            field.name.replace("_", "-"): _field_schema(field, hints[field.name]) for field in _fields(rule)
        },
    }


def _field_schema(field: dataclasses.Field[Any], hint: Any) -> dict[str, Any]:
    schema = _type_schema(hint)
    default = field.default
    if default is not dataclasses.MISSING and default is not None:
        schema["default"] = list(default) if isinstance(default, tuple) else default
    return schema | dict(field.metadata)


_TYPES: Final = {bool: "boolean", int: "integer", float: "number", str: "string"}


def _type_schema(hint: Any) -> dict[str, Any]:
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _type_schema(typing.get_args(hint)[0])}
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [item for item in typing.get_args(hint) if item is not type(None)]
        return _type_schema(inner[0])
    raise TypeError(f"an option may be bool, int, float, str, a tuple of them or None, not {hint}")


def detect_format(values: Sequence[Any]) -> str | None:
    """The format most of these decoded records are meant as, at a tie the first that is met; None where more
    of them look like no known one.
    """
    name = _detected(values, GENERIC).format
    return name if name in FORMATS else None


@dataclasses.dataclass(frozen=True, slots=True)
class _Decided:
    """A format, why it is this one, and for `custom` the mapping."""

    format: str | None
    source: str
    mapping: FieldMap | None = None


def _detected(values: Sequence[Any], target: Target) -> _Decided:
    """What the first records say: a known format, or a preset whose fields they have and it lacks; that not
    under a target that reads no fields of other names.
    """
    records = [value for value in values if isinstance(value, dict)]
    known = [recognise(value) for value in records]
    votes = Counter(fmt.name for fmt in known if fmt is not None)
    name, most = _first(votes)
    if most < known.count(None):
        name = None  # more of them look like no known format
    presets = Counter(preset for value in records if (preset := recognised(value)) is not None)
    preset = max(PRESETS, key=lambda name: presets[name]) if presets else ""
    readable = target.formats is None or CUSTOM in target.formats
    if preset and readable and 2 * presets[preset] > len(records) and _says_more(preset, name, records):
        mapping = dataclasses.replace(PRESETS[preset], source=preset)
        return _Decided(CUSTOM, f"{_share(presets[preset], len(records))}: {preset}", mapping)
    if name is None:
        return _Decided(None, "")
    own = target.variants.get(name, name)
    by = f", as {target.title} reads them" if own != name else ""
    return _Decided(own, f"{_share(votes[name], len(records))}{by}")


def _first(votes: Counter[str]) -> tuple[str | None, int]:
    """The format of most records. At a tie the first one's, unless that is another of them with a key
    missing.
    """
    name, most = next(iter(votes.most_common(1)), (None, 0))
    for other, count in votes.items():
        if name is not None and count == most and FORMATS[name].lacks_of(FORMATS[other]):
            name = other
    return name, most


def _says_more(preset: str, name: str | None, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a preset describes records better than the known format they were recognised as."""
    if name is None:
        return True
    needed = frozenset(FORMATS[name].schema.get("required", ()))
    whole = sum(needed <= record.keys() for record in records)
    fields = {path[0] for _, path in PRESETS[preset].required()}
    return 2 * whole < len(records) or (bool(needed) and needed < fields)


def _share(count: int, total: int) -> str:
    return f"{count} of its first {total} records" if total > 1 else "its first record"


def merged(base: Settings, *others: Settings) -> dict[str, Any]:
    """Settings with later ones laid over earlier ones; tables are merged, everything else is replaced, and so
    is a mapping of fields: it is one thing.
    """
    result = dict(base)
    for other in others:
        if any(key in other for key in ALTERNATIVES):
            result = {key: value for key, value in result.items() if key not in ALTERNATIVES}
        for key, value in other.items():
            old = result.get(key)
            tables = isinstance(old, Mapping) and isinstance(value, Mapping) and key != "format"
            result[key] = merged(old, value) if tables else value  # type: ignore[arg-type]
    return result


def is_auto(settings: Settings) -> bool:
    """Whether the settings leave the format open."""
    return bool(settings.get("format", AUTO) == AUTO)


def build_profile(
    settings: Settings,
    first_values: Sequence[Any] = (),
    known: Catalogue | None = None,
    *,
    mapping: FieldMap | None = None,
    format_source: str = "configured",
) -> Profile:
    """The profile for settings that satisfy `config_schema`. `first_values`: the file's first decoded
    records, by which `auto` decides the format. `known`: the rules there are (default: ours). `mapping`:
    what a trainer's own file says of the fields, where the settings leave that open. `format_source`: why
    it is the format that the settings or the mapping say.
    """
    known = known or catalogue.builtin()
    decided = _decide(settings, first_values, mapping, format_source)
    task, tokens = settings.get("task", {}), settings.get("tokens", {})
    rules = settings.get("rules", {})
    defaults = Profile()
    return Profile(
        format=decided.format,
        configured_format=mapping is not None or not is_auto(settings),
        format_source=decided.source,
        mapping=decided.mapping,
        target=TARGETS[settings.get("target", "generic")],
        model=settings.get("model"),
        task=Task(
            task.get("description", ""),
            tuple(task.get("examples", ())),
            tuple(dict.fromkeys(task.get("requires", ()))),
            task.get("serving-system-prompt"),
        ),
        encoding=tokens.get("encoding"),
        token_limit=tokens.get("limit"),
        assistant_only_loss=tokens.get("assistant-only-loss", False),
        selected=known.select(
            (*settings.get("select", ("ALL",)), *settings.get("extend-select", ())),
            (*settings.get("ignore", ()), *settings.get("extend-ignore", ())),
        ),
        options={rule.code: _options(rule, rules.get(rule.name, {})) for rule in known.rules},
        max_record_bytes=settings.get("max-record-bytes", defaults.max_record_bytes),
        max_joined_lines=settings.get("max-joined-lines", defaults.max_joined_lines),
        max_depth=settings.get("max-depth", defaults.max_depth),
        max_index_bytes=settings.get("max-index-bytes", defaults.max_index_bytes),
    )


def _decide(settings: Settings, values: Sequence[Any], mapping: FieldMap | None, source: str) -> _Decided:
    given: str | Settings = settings.get("format", AUTO)
    if not isinstance(given, str):
        mapping = mapping_of(given)
    elif given != AUTO:
        # Of a trainer's file that leaves the names as they are, LOD006 asks for the columns it looks up.
        return _Decided(given, source, mapping if mapping and mapping.columns else None)
    if mapping is None:
        return _detected(values, TARGETS[settings.get("target", "generic")])
    return _Decided(CUSTOM, source, settled(mapping, values))


def _options(rule: AnyRule, given: Mapping[str, Any]) -> Any:
    values = {
        key.replace("-", "_"): tuple(value) if isinstance(value, list) else value
        for key, value in given.items()
    }
    return rule.options(**values)
