"""What can be written at a place of a record: keys and values of the format, tools and calls of the record,
languages of fences, and whole records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from finetooth.engine.cursor.fence_languages import LANGUAGES, languages_in, opened_fence
from finetooth.engine.cursor.schema_views import Schema, View, choices, value_at, views, views_at
from finetooth.engine.cursor.skeletons import OURS, Piece, Skeleton
from finetooth.engine.cursor.slots import HERE, Slot, Wanted
from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.formats import FORMATS, Format
from finetooth_rules.formats.snippets import Snippet, snippets_of
from finetooth_rules.formats.words import about_key, about_role
from finetooth_rules.profile import Profile

_ROLE_KEYS: Final = frozenset({"role", "from"})
_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("system", "user"),
    "system": ("user",),
    "user": ("assistant",),
    "assistant": ("user",),
    "tool": ("assistant",),
    "call": ("tool",),
}
_CALL: Final[Schema] = {
    "type": "object",
    "required": ["name", "arguments"],
    "properties": {"name": {"type": "string"}, "arguments": {"type": "object"}},
}
"""A call that is written as JSON in a turn's text."""


class Sort(StrEnum):
    """What kind of thing is proposed."""

    KEY = "key"
    VALUE = "value"
    ITEM = "item"
    TOOL = "tool"
    ID = "id"
    LANGUAGE = "language"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing to write. `filter` is what it begins with, as it would be typed; the lower `rank` comes
    first."""

    label: str
    sort: Sort
    pieces: tuple[Piece, ...]
    filter: str
    detail: str = ""
    about: str = ""
    rank: int = 0


def proposals(
    slot: Slot, profile: Profile, example: Example | None, lines: Sequence[bytes]
) -> list[Proposal]:
    """Everything that may be written there. `example` is what the record means with `slot.value`, `lines`
    are lines of the file to take fences' languages from."""
    if slot.wanted is Wanted.RECORD:
        return list(_records(profile))
    fmt = _format(slot, profile, example)
    schema, path, value = _schema(slot, example, fmt)
    format_name = None if fmt is None else fmt.name
    if slot.wanted is Wanted.KEY:
        known = _known_of(schema, path, value) if schema is not None else []
        return list(_keys(slot, known, path, value, profile, format_name))
    own = list(_of_record(slot, example)) if example is not None else []
    if not own and schema is not None:
        own = list(_values(slot, _known_of(schema, path, value), profile))
    if not own and slot.wanted is Wanted.TEXT:
        own = list(_languages(slot, lines))
    return own


def _format(slot: Slot, profile: Profile, example: Example | None) -> Format | None:
    """The format by whose schema the record is written."""
    found = profile.format_named(example.format) if example is not None and example.format else None
    if found is None or (slot.wanted is Wanted.KEY and not slot.path):
        return profile.format_named(profile.format) or found
    return found


def _known_of(schema: Schema, path: Path, value: Any) -> list[View]:
    return views_at(schema, path, value)


def _schema(slot: Slot, example: Example | None, fmt: Format | None) -> tuple[Schema | None, Path, Any]:
    """The schema that the place is in, its path from there, and the value that the schema is of."""
    for call in _calls(example):
        place = call.arguments_path
        if place == call.path or slot.path[: len(place)] != place:
            continue
        rest = slot.path[len(place) :]
        if not rest and slot.wanted is not Wanted.KEY:
            break
        inner = rest[1:] if rest[:1] == (INSIDE,) else rest
        found = _parameters(example, call.name)
        base = (*place, INSIDE) if rest[:1] == (INSIDE,) else place
        return found, inner, value_at(slot.value, base)
    if INSIDE in slot.path:
        at = slot.path.index(INSIDE)
        if slot.path[at - 1 : at] == ("value",):
            return _CALL, slot.path[at + 1 :], value_at(slot.value, slot.path[: at + 1])
    return (None if fmt is None else fmt.schema), slot.path, slot.value


def _calls(example: Example | None) -> Iterator[ToolCall]:
    if example is not None:
        for turn in _turns(example):
            yield from turn.calls


def _turns(example: Example) -> tuple[Turn, ...]:
    return (*example.turns, *example.rejected)


def _parameters(example: Example | None, name: str | None) -> Schema | None:
    for tool in example.tools if example is not None else ():
        if tool.name == name and name:
            found = tool.parameters()
            return found[0] if found is not None and isinstance(found[0], dict) else None
    return None


# -- keys --------------------------------------------------------------------------------------------------


def _keys(
    slot: Slot, found: Sequence[View], path: Path, value: Any, profile: Profile, format_name: str | None
) -> Iterator[Proposal]:
    """The keys that the object does not have yet: those that it must have first."""
    given = value_at(value, path)
    present = {key for key in given if key != HERE} if isinstance(given, dict) else set()
    possible = [view for view in found if view.may_be_object]
    always = set[str].intersection(*(set(view.required) for view in possible)) if possible else set[str]()
    sometimes = {key for view in possible for key in view.required}
    names = dict.fromkeys(key for view in possible for key in (*view.required, *view.properties))
    for key in names:
        if key in present or key not in {name for view in possible for name in view.properties}:
            continue
        schema = _joined([view.properties[key] for view in possible if key in view.properties])
        needed = key in always
        rank = 0 if needed else 1 if key in sometimes else 2
        text = json.dumps(key, ensure_ascii=False)
        pieces: list[Piece] = [Piece(text)]
        if slot.follows != b":":
            pieces.append(Piece(": " if slot.spaced else ":"))
            first = _following(slot) if key in _ROLE_KEYS else ()
            pieces += Skeleton(profile, slot.spaced, first).value(schema, key)
        described = schema.get("description", "") if isinstance(schema, Mapping) else ""
        about = about_key((*slot.path, key), format_name) if INSIDE not in slot.path else ""
        yield Proposal(
            key,
            Sort.KEY,
            tuple(pieces),
            text,
            "required" if needed else _types(schema),
            described if path is not slot.path and described else about or described,
            rank,
        )


def _joined(schemas: Sequence[Schema]) -> Schema:
    """What is said of a key in different readings, as one choice."""
    different = {id(schema): schema for schema in schemas}
    return schemas[0] if len(different) == 1 else {"anyOf": list(different.values())}


def _types(schema: Schema) -> str:
    found = dict.fromkeys(name for view in views(schema) for name in view.types if name != "null")
    return " or ".join(found)


# -- values ------------------------------------------------------------------------------------------------


def _values(slot: Slot, found: Sequence[View], profile: Profile) -> Iterator[Proposal]:
    """The values of a choice, and objects to fill in."""
    key = slot.path[-1] if slot.path else ""
    follows = _following(slot) if key in _ROLE_KEYS else ()
    for one in _in_order(choices(found), slot, profile):
        text = json.dumps(one, ensure_ascii=False)
        if one is None or (slot.quoted and not isinstance(one, str)):
            continue
        ours = OURS.get(str(one).lower(), str(one))
        about = about_role("user" if ours == "user" else ours) if key in _ROLE_KEYS else ""
        yield Proposal(text, Sort.VALUE, (Piece(text),), text, "", about, 0 if ours in follows else 1)
    if slot.wanted is not Wanted.VALUE or slot.typed:
        return
    seen: set[str] = set()
    for view in found:
        if not view.may_be_object:
            continue
        pieces = tuple(Skeleton(profile, slot.spaced).object(view))
        text = "".join(piece.text for piece in pieces)
        if text not in seen:
            seen.add(text)
            role = _fixed(view)
            ours = OURS.get(role.lower(), role)
            rank = 0 if slot.in_list and ours in _following(slot) else 1
            about = about_role(ours) if role else ""
            yield Proposal(_label(view), Sort.ITEM, pieces, text, "", about, rank)


def _in_order(values: Iterable[Any], slot: Slot, profile: Profile) -> list[Any]:
    """The values; of roles those that the target knows, where it says so."""
    found = list(values)
    roles = profile.target.roles
    if roles is None or not slot.path or slot.path[-1] != "role":
        return found
    return [one for one in found if one in roles] or found


def _fixed(view: View) -> str:
    """The role, or the type, that an object of this reading has."""
    for key, schema in view.properties.items():
        if (
            key in (*_ROLE_KEYS, "type")
            and isinstance(schema, Mapping)
            and isinstance(schema.get("const"), str)
        ):
            return str(schema["const"])
    return ""


def _label(view: View) -> str:
    fixed = _fixed(view)
    names = [key for key in view.required if key not in (*_ROLE_KEYS, "type")]
    inner = ", ".join(filter(None, (fixed, *names)))
    return f"{{{inner}}}" if inner else "{…}"


def _following(slot: Slot) -> tuple[str, ...]:
    """The roles that usually come next in the list of turns that the place is in."""
    at = next((n for n in range(len(slot.path) - 1, -1, -1) if isinstance(slot.path[n], int)), -1)
    if at < 0:
        return ()
    index = slot.path[at]
    assert isinstance(index, int)
    before = value_at(slot.value, (*slot.path[:at], index - 1)) if index else {}
    if not isinstance(before, dict):
        return ()
    if before.get("tool_calls") or before.get("function_call"):
        return ("tool",)
    written = str(before.get("role", before.get("from", "")))
    return _NEXT.get(OURS.get(written.lower(), written), ())


# -- what the record has of its own --------------------------------------------------------------------------


def _of_record(slot: Slot, example: Example) -> Iterator[Proposal]:
    """Names of its tools, ids of its calls."""
    if any(slot.path == call.name_path for call in _calls(example)) or _names_a_tool(slot, example):
        for number, tool in enumerate(example.tools):
            if tool.name:
                about = tool.function.get("description")
                yield _string(tool.name, Sort.TOOL, "tool", about if isinstance(about, str) else "", number)
        return
    for number, turn in enumerate(_turns(example)):
        if slot.path == turn.answers_path and turn.answers_path != turn.path:
            yield from _open_calls(_turns(example), number)
            return


def _names_a_tool(slot: Slot, example: Example) -> bool:
    if slot.path[-1:] != ("name",):
        return False
    if slot.path[0] == "tool_choice" or "toolChoice" in slot.path:
        return True
    return any(
        turn.role in ("tool", "function") and slot.path == (*turn.path, "name") for turn in example.turns
    )


def _open_calls(turns: Sequence[Turn], here: int) -> Iterator[Proposal]:
    """The ids of calls before a turn that have no result in another, the latest turn's first."""
    answered = {turn.answers for number, turn in enumerate(turns) if number != here}
    rank = 0
    for turn in reversed(turns[:here]):
        for call in turn.calls:
            if call.id and call.id not in answered:
                yield _string(call.id, Sort.ID, f"call of {call.name}" if call.name else "call", "", rank)
                rank += 1


def _string(text: str, sort: Sort, detail: str, about: str, rank: int) -> Proposal:
    written = json.dumps(text, ensure_ascii=False)
    return Proposal(written, sort, (Piece(written),), written, detail, about, rank)


# -- fences ------------------------------------------------------------------------------------------------


def _languages(slot: Slot, lines: Iterable[bytes]) -> Iterator[Proposal]:
    """Languages behind a fence that opens a block: those of the file first."""
    if opened_fence(slot.typed) is None:
        return
    used = languages_in(lines)
    for rank, name in enumerate((*used, *(name for name in LANGUAGES if name not in used))):
        detail = "used in this file" if name in used else ""
        yield Proposal(name, Sort.LANGUAGE, (Piece(name),), name, detail, "", rank)


# -- records -----------------------------------------------------------------------------------------------


def _records(profile: Profile) -> Iterator[Proposal]:
    """Whole records: of the file's format; where that is open, of the well-known ones that the target
    reads."""
    formats: list[tuple[str | None, str]] = [(profile.format, "")]
    if profile.format is None:
        read = [fmt for fmt in FORMATS.values() if profile.target.reads(fmt.name)]
        formats = [(fmt.name, fmt.title) for fmt in read if fmt.well_known or profile.target.formats]
    rank = 0
    for name, title in formats:
        mapping = profile.mapping if name is not None and name not in FORMATS else None
        for snippet in snippets_of(name, mapping, profile.target):
            label = f"{title}: {snippet.label}" if title else f"record: {snippet.label}"
            pieces = tuple(_fields(snippet))
            yield Proposal(label, Sort.RECORD, pieces, label, name or "", snippet.text(), rank)
            rank += 1


def _fields(snippet: Snippet) -> Iterator[Piece]:
    for text, number in snippet.pieces():
        yield Piece(text, number)
