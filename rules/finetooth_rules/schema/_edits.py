"""Repairs of a key or a value in place: every other byte of the record stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from finetooth_rules.finding import INSIDE, Applicability, Edit, Fix, Path, Span
from finetooth_rules.record import Record

_SPACE: Final = b" \t\r\n"
_LONG: Final = 80


def rename_key(record: Record, path: Path, name: str, applicability: Applicability) -> Fix:
    """Write the key at `path` as `name`."""
    return Fix(f"Rename to `{name}`", applicability, (renamed(record, path, name),))


def renamed(record: Record, path: Path, name: str) -> Edit:
    """The edit that writes the key at `path` as `name`."""
    return Edit(record.locate(path, on_key=True), written(path, orjson.dumps(name)))


def replace_value(record: Record, path: Path, text: bytes, title: str, applicability: Applicability) -> Fix:
    """Write the value at `path` as this JSON text."""
    return Fix(title, applicability, (Edit(record.locate(path), written(path, text)),))


def replaced(record: Record, path: Path, value: Any) -> Edit:
    """The edit that writes the value at `path` as this one."""
    return Edit(record.locate(path), written(path, orjson.dumps(value)))


def named(path: Path, first: Mapping[str, str], key: str) -> bytes:
    """Members of an object at `path` and, behind them, a key without its colon and value."""
    members = [orjson.dumps(name) + b": " + orjson.dumps(value) for name, value in first.items()]
    return written(path, b", ".join([*members, orjson.dumps(key)]))


def wrapped(
    record: Record, path: Path, found: Mapping[str, Any], key: str, schema: Mapping[str, Any]
) -> tuple[Edit, ...]:
    """Put what the schema does not know of an object into another object under `key`. The members keep their
    text; a `type` that can have one value only is put before them.
    """
    known = schema.get("properties", {})
    around = [name for name in found if name in known]
    inside = [name for name in found if name not in known]
    members = [_member(record, (*path, name)) for name in around]
    kind = known.get("type", {})
    values = [kind["const"]] if "const" in kind else [word for word in kind.get("enum", ()) if word]
    if len(values) == 1 and "type" not in found:
        members.append(written(path, b'"type": ' + orjson.dumps(values[0])))
    body = b", ".join(_member(record, (*path, name)) for name in inside)
    members.append(written(path, orjson.dumps(key)) + b": {" + body + b"}")
    return (Edit(record.locate(path), b"{" + b", ".join(members) + b"}"),)


def _member(record: Record, path: Path) -> bytes:
    """A key and its value as they are written."""
    return record.raw[record.locate(path, on_key=True).start : record.locate(path).end]


def written(path: Path, text: bytes) -> bytes:
    """JSON text as it must be written at a place: escaped once for each string that it stands in."""
    for _ in range(path.count(INSIDE)):
        text = orjson.dumps(text.decode())[1:-1]
    # What orjson gives holds on to 4 KiB however short it is, and an edit is kept as long as its finding.
    return memoryview(text).tobytes()


def remove_key(record: Record, path: Path) -> Fix:
    """Take out a key, its value and one comma beside it."""
    raw = record.raw
    start, end = record.locate(path, on_key=True).start, record.locate(path).end
    after = _skip(raw, end)
    if raw[after : after + 1] == b",":
        end = _skip(raw, after + 1)
    else:
        before = len(raw[:start].rstrip(_SPACE))
        if raw[before - 1 : before] == b",":
            start = before - 1
    return Fix(f"Remove `{path[-1]}`", Applicability.UNSAFE, (Edit(Span(start, end), b""),))


def _skip(raw: bytes, at: int) -> int:
    return len(raw) - len(raw[at:].lstrip(_SPACE))


def object_span(record: Record, path: Path) -> Span:
    """Where to say that an object lacks something: the object, or only its opening brace when it is long."""
    span = record.locate(path)
    return span if span.end - span.start <= _LONG else Span(span.start, span.start + 1)


def converted(record: Record, path: Path, found: Any, types: tuple[str, ...]) -> bytes | None:
    """The JSON text of a value written in the wrong type (`"1"` for 1); None where there is no telling."""
    text = record.raw[slice(*record.locate(path))]
    if isinstance(found, str):
        return _unquoted(found, types)
    if isinstance(found, bool):
        return (b"1" if found else b"0") if "integer" in types or "number" in types else None
    if isinstance(found, int) and "boolean" in types and found in (0, 1):
        return b"true" if found else b"false"
    if isinstance(found, (int, float)) and types[0] == "string":
        return b'"' + text + b'"'
    if isinstance(found, dict) and "array" in types:
        return b"[" + text + b"]"
    return None


def _unquoted(text: str, types: tuple[str, ...]) -> bytes | None:
    """The JSON that stands in a string, if it is JSON of one of the types."""
    from finetooth_rules.schema._branch import has_type

    try:
        inner = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if inner is None or isinstance(inner, str) or not has_type(inner, types):
        return None
    return text.strip().encode()
