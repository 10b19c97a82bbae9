"""`custom`: records whose fields have names of their own, mapped in the settings (`[format]`), by a
`dataset_info.json` (LLaMA-Factory) or by an Axolotl config.

    [format]
    prompt = "question"            # or several: ["article", "question"]
    completion = "answer"

    [format]
    messages = "dialog"            # a field in a field: "data.dialog"; the first of a list: "question.0"
    role = "speaker"
    content = "text"
    roles = { user = ["Customer"], assistant = ["Agent"] }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.formats._field_map import (
    DEFAULT_ROLES,
    FieldMap,
    Roles,
    dotted,
    messages_of,
    there,
    undotted,
)
from finetooth_rules.formats._format import Format
from finetooth_rules.formats._mapped_read import NAME, read
from finetooth_rules.formats._mapped_schema import schema_of
from finetooth_rules.formats._presets import PRESETS
from finetooth_rules.formats.openai_chat import EXTRA_KEYS

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

_SEVERAL: Final[Mapping[str, str]] = {
    "prompt": "Field of the prompt, or several that make it.",
    "input": "Field of what the prompt is about, which may be missing; or several.",
    "completion": "Field of the answer, or several that make it.",
}
_PATHS: Final[Mapping[str, str]] = {
    "system": "Field of the system prompt, which may be missing.",
    "history": "Field of earlier turns: a list of pairs.",
    "text": "Field of plain text (pretraining).",
    "messages": "Field of the list of messages.",
    "tools": "Field of the tool definitions: a list, or a list as JSON in a string.",
    "reasoning": "Field of the reasoning: of a message where `messages` is mapped, else of the record.",
    "chosen": "Field of the better answer: a text, a message or a list of them.",
    "rejected": "Field of the worse answer.",
    "label": "Field that says whether the answer is good: true or false.",
    "images": "Field of the images.",
    "videos": "Field of the videos.",
    "audios": "Field of the audios.",
}
_KEYS: Final[Mapping[str, str]] = {
    "role": "A message's key of who speaks.",
    "content": "A message's key of what is said.",
    "calls": "A message's key of tool calls.",
    "training": "A message's key that says whether it is trained: true, false or a weight.",
}
_OTHERS: Final = EXTRA_KEYS | {
    *("name", "tool_call_id", "tool_calls", "function_call", "refusal", "audio", "weight"),
    *("system", "tools", "history", "input", "context", "category", "text", "kto_tag"),
}
"""Keys that mean something of their own, and are no slip of the hand for a mapped one."""
_CARRIERS: Final = ("type", "prompt", "completion", "messages", "text", "chosen", "rejected")


def mapping_schema() -> dict[str, Any]:
    """JSON Schema of the table `[format]` in the settings."""
    name = {"type": "string", "minLength": 1}
    names = {"type": "array", "items": name}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "type": {
                "description": "What to start from, as Axolotl's dataset types; the other keys change it.",
                "enum": list(PRESETS),
            },
            **{
                key: {"description": text, "type": ["string", "array"], "items": name, "minLength": 1}
                for key, text in _SEVERAL.items()
            },
            **{key: {"description": text, **name} for key, text in {**_PATHS, **_KEYS}.items()},
            "roles": {
                "description": "The names that the records write for each role.",
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    role: {"description": f"Names of the role `{role}`.", **names}
                    for role in ("system", "user", "assistant", "tool")
                },
            },
        },
    }


def mapping_problem(settings: Mapping[str, Any]) -> str | None:
    """What is wrong with a `[format]` table that satisfies the schema."""
    if any(key in settings for key in _CARRIERS):
        return None
    return "`format` maps no field to learn from; expected `prompt`, `messages`, `text`, `chosen` or a `type`"


def mapping_of(settings: Mapping[str, Any]) -> FieldMap:
    """The mapping that a `[format]` table describes."""
    base = PRESETS.get(settings.get("type", ""), FieldMap(calls="tool_calls"))
    changes: dict[str, Any] = {key: settings[key] for key in _KEYS if key in settings}
    for key in _SEVERAL:
        if key in settings:
            names = settings[key]
            changes[key] = tuple(undotted(n) for n in ([names] if isinstance(names, str) else names))
    changes |= {key: undotted(settings[key]) for key in _PATHS if key in settings}
    if "roles" in settings:
        changes["roles"] = roles_of(settings["roles"])
    return replace(base, **changes)


def described(mapping: FieldMap) -> dict[str, str]:
    """What a mapping says, for people: `prompt` → `question`."""
    several = {key: ", ".join(map(dotted, getattr(mapping, key))) for key in _SEVERAL}
    single = {key: dotted(getattr(mapping, key)) for key in _PATHS}
    keys = {key: getattr(mapping, key) for key in _KEYS} if mapping.messages else {}
    return {key: names for key, names in (several | single | keys).items() if names}


def roles_of(given: Mapping[str, Sequence[str]]) -> Roles:
    """Names of roles as given; a role that is not mentioned keeps those of its usual names that are free."""
    taken = {name for names in given.values() for name in names}
    return (
        *((role, tuple(names)) for role, names in given.items()),
        *(
            (role, tuple(name for name in names if name not in taken))
            for role, names in DEFAULT_ROLES
            if role not in given
        ),
    )


def settled(mapping: FieldMap, values: Sequence[Any]) -> FieldMap:
    """The mapping, with what none of these records has named in `absent`."""
    records = [value for value in values if isinstance(value, dict)]
    if not records:
        return replace(mapping, absent=())
    return replace(mapping, absent=tuple(_absent(mapping, records)))


def _absent(mapping: FieldMap, records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for attribute, path in mapping.required():
        if not any(there(value, path) for value in records):
            yield attribute, dotted(path)
    messages = [message for value in records for message in messages_of(mapping, value)]
    if not messages:
        return
    for attribute, key in (("role", mapping.role), ("content", mapping.content)):
        if not any(key in message or mapping.calls in message for message in messages):
            yield attribute, key
    written = {role for message in messages if isinstance(role := message.get(mapping.role), str)}
    if written and not mapping.open_roles and written.isdisjoint(mapping.role_names()):
        yield "roles", ""


@lru_cache(maxsize=64)
def custom_format(mapping: FieldMap) -> Format:
    """The format that a mapping describes."""
    fields = tuple(dict.fromkeys(str(path[0]) for _, path in mapping.required()))
    return Format(
        name=NAME,
        title="mapped fields",
        recognise=partial(_recognise, None if mapping.absent else frozenset(fields)),
        schema=schema_of(mapping),
        read=partial(_read, mapping),
        sources=("the settings, a dataset_info.json or an Axolotl config",),
        hint=", ".join(fields),
        extra_keys=_OTHERS,
    )


def _recognise(fields: frozenset[str] | None, value: Mapping[str, Any]) -> bool:
    """One of the fields is there. Under a mapping that does not fit, all records are meant by it: LOD006
    says once what is wrong with it.
    """
    return fields is None or not fields.isdisjoint(value)


def _read(mapping: FieldMap, record: Record, value: Mapping[str, Any], target: Target) -> Example:
    return read(mapping, record, value)


__all__ = [
    "NAME",
    "FieldMap",
    "custom_format",
    "described",
    "mapping_of",
    "mapping_problem",
    "mapping_schema",
    "settled",
]
