"""A `[format]` table for records of no known format: a start that a person looks over, never used unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.formats._field_map import DEFAULT_ROLES, dotted
from finetooth_rules.suggest import SYNONYMS

_ROLE: Final = ("role", *SYNONYMS["role"])
_CONTENT: Final = ("content", *SYNONYMS["content"])
_PROMPT: Final = ("prompt", *SYNONYMS["prompt"], "request", "source", "user")
_COMPLETION: Final = ("completion", *SYNONYMS["completion"], "reply", "target", "assistant", "solution")
_KNOWN_ROLES: Final = frozenset(name for _, names in DEFAULT_ROLES for name in names)
_DEPTH: Final = 3

Table = dict[str, Any]
"""What stands in `[format]`: strings, and for `roles` lists of strings by role."""


def guessed_table(values: Sequence[Any]) -> Table:
    """What the fields of all these records seem to be; empty where nothing is like messages, or like a prompt
    with its answer.
    """
    records = [value for value in values if isinstance(value, dict)]
    if not records:
        return {}
    places = dict.fromkeys(path for path, _ in _fields(records[0], ()))
    for path in places:
        lists = [_at(record, path) for record in records]
        if table := _of_messages(lists):
            return {"messages": dotted(path), **table}
    prompt = _named(records, places, _PROMPT)
    completion = _named(records, places, _COMPLETION)
    return {"prompt": prompt, "completion": completion} if prompt and completion else {}


def _fields(value: Mapping[str, Any], above: Path) -> Iterator[tuple[Path, Any]]:
    """Every field, also those of objects in it."""
    for key, item in value.items():
        yield (*above, key), item
        if isinstance(item, dict) and len(above) + 1 < _DEPTH:
            yield from _fields(item, (*above, key))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _of_messages(lists: Sequence[Any]) -> Table:
    """The keys of messages, where all of these are lists of such."""
    messages = [item for several in lists if isinstance(several, list) for item in several]
    if not messages or not all(isinstance(several, list) for several in lists):
        return {}
    if not all(isinstance(item, dict) for item in messages):
        return {}
    role = next((key for key in _ROLE if all(isinstance(item.get(key), str) for item in messages)), None)
    content = next((key for key in _CONTENT if all(key in item for item in messages)), None)
    if role is None or content is None:
        return {}
    names = list(dict.fromkeys(item[role] for item in messages))
    others = [name for name in names if name not in _KNOWN_ROLES]
    # Two who take turns are the user, who begins, and the one who answers.
    roles = {"roles": {"user": others[:1], "assistant": others[1:]}} if len(others) == len(names) == 2 else {}
    return {"role": role, "content": content, **roles}


def _named(records: Sequence[Mapping[str, Any]], places: Mapping[Path, None], words: Sequence[str]) -> str:
    """The field of text with the best of these names; empty for none."""
    for word in words:
        for path in places:
            if str(path[-1]).casefold() == word and all(isinstance(_at(r, path), str) for r in records):
                return dotted(path)
    return ""
