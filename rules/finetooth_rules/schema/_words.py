"""The words of the messages: what was found, where, and what was expected, in at most 120 characters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.schema._branch import json_type

MAX_MESSAGE: Final = 120
_MAX_QUOTED: Final = 40

_TYPES: Final[Mapping[str, str]] = {
    "null": "null",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "array": "a list",
    "object": "an object",
}


def kind(value: Any) -> str:
    """What a value is: `a string`, `null`, `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "a number" if json_type(value) in ("integer", "number") else _TYPES[json_type(value)]


def kinds(types: Iterable[str]) -> str:
    """`a string, a list or null`."""
    return either([_TYPES.get(name, name) for name in types])


def either(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "nothing"


def quoted(value: Any) -> str:
    """A short value in backquotes: a key, a role, a number; text is cut to 40 characters on one line."""
    text = " ".join(value.replace("`", "'").split()) if isinstance(value, str) else json.dumps(value)
    return f"`{text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + '…'}`"


def place(path: Path) -> str:
    """How a message calls the value at `path`: its key, or the list it is an item of."""
    if not path:
        return "the record"
    if isinstance(path[-1], str):
        return quoted(path[-1])
    keys = [step for step in path if isinstance(step, str)]
    return f"an item of {quoted(keys[-1])}" if keys else "an item"


def within(path: Path, value: Any) -> str:
    """Where a key is missing or too many: ` in an assistant message`; empty for the record itself."""
    if not path:
        return ""
    role, part = (
        (value.get("role", value.get("from")), value.get("type"))
        if isinstance(value, Mapping)
        else (None, None)
    )
    if isinstance(role, str) and role.isalpha() and len(role) <= _MAX_QUOTED:
        return f" in {'an' if role[0].lower() in 'aeio' else 'a'} {role} message"
    if isinstance(path[-1], int) and path[-2:-1] == ("content",) and isinstance(part, str):
        return f" in a {quoted(part)} part"
    return f" in {place(path)}"


def one_of(found: str, allowed: Sequence[Any], ending: str = "") -> str:
    """`found; expected a, b or c` and the ending, with as many of the allowed values as there is room for."""
    words = [quoted(value) for value in allowed]
    whole = f"{found}; expected {either(words)}{ending}"
    while len(whole) > MAX_MESSAGE and len(words) > 1:
        words.pop()
        whole = f"{found}; expected {', '.join(words)}, …{ending}"
    return cut(whole)


def cut(message: str) -> str:
    """A message of at most 120 characters."""
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - 1] + "…"
