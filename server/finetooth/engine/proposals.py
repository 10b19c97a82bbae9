"""What can be written at a place of a record: keys and values of the format, tools and calls of the record,
languages of fences, and whole records."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from finetooth.engine.schema_views import Schema, View, choices, value_at, views, views_at
from finetooth.engine.slots import HERE, Slot, Wanted
from finetooth_rules.example import Example, ToolCall, Turn
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.formats import FORMATS, Format
from finetooth_rules.formats.snippets import Snippet, snippets_of
from finetooth_rules.formats.words import about_key, about_role
from finetooth_rules.profile import Profile
from finetooth_rules.scan import MISSING
from finetooth_rules.targets import Arguments

_DEEPEST: Final = 4
_ROLE_KEYS: Final = frozenset({"role", "from"})
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {"function": ("id", "type")}
"""Keys that go with another, though a format lets them be missing."""
_OURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("user", "human"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "chatbot"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "observation", "function"), "tool"),
    **dict.fromkeys(("function_call", "tool_call"), "call"),
}
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
_FENCE: Final = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})([^`]*)")
_INFO: Final = re.compile(r"[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*([\w+#.-]*)\Z")
_WRITTEN_FENCE: Final = re.compile(rb'(?:\\n|")[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*([A-Za-z0-9_+#.-]+)')
LANGUAGES: Final = (
    *("python", "javascript", "typescript", "json", "bash", "sql", "html", "css", "java", "c", "cpp"),
    *("csharp", "go", "rust", "php", "ruby", "kotlin", "swift", "r", "yaml", "toml", "xml", "markdown"),
    *("diff", "text"),
)


class Sort(StrEnum):
    """What kind of thing is proposed."""

    KEY = "key"
    VALUE = "value"
    ITEM = "item"
    TOOL = "tool"
    ID = "id"
    LANGUAGE = "language"
    RECORD = "record"


class Piece(NamedTuple):
    """A part of the text: as it is (`number` 0), or a place to write over, with what may stand there."""

    text: str
    number: int = 0
    choices: tuple[str, ...] = ()


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
            pieces += _Skeleton(profile, slot.spaced, first).value(schema, key)
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


class _Skeleton:
    """Writes a value that is to be filled in."""

    def __init__(self, profile: Profile, spaced: bool, first: tuple[str, ...] = ()) -> None:
        self._first = first
        self._object = profile.target.arguments is Arguments.OBJECT
        self._space = " " if spaced else ""
        self._number = 0

    def _field(self, text: str = "", choices: tuple[str, ...] = ()) -> Piece:
        self._number += 1
        return Piece(text, self._number, choices)

    def value(self, schema: Schema, key: str = "", deep: int = _DEEPEST) -> list[Piece]:
        """Of a schema, at a key."""
        found = views(schema)
        view = next(iter(found), View())
        of_choice = [one for one in choices(found if view.values else [view]) if one is not None]
        of_choice.sort(key=lambda one: _OURS.get(str(one).lower(), str(one)) not in self._first)
        given = [json.dumps(one, ensure_ascii=False) for one in of_choice]
        if len(given) == 1 and view.values:
            return [Piece(given[0])]
        if given:
            return [self._field(given[0], tuple(given))]
        if key in ("arguments", "args"):
            if self._object or "string" not in view.types:
                return [Piece("{"), self._field(), Piece("}")]
            return [Piece('"{'), self._field(), Piece('}"')]
        if "string" in view.types:
            return [Piece('"'), self._field(), Piece('"')]
        if view.may_be_object and deep:
            return self.object(view, deep)
        if "object" in view.types:
            return [Piece("{"), self._field(), Piece("}")]
        if "array" in view.types:
            return [Piece("["), self._field(), Piece("]")]
        return [self._field("null" if "null" in view.types else "")]

    def object(self, view: View, deep: int = _DEEPEST) -> list[Piece]:
        """An object with the keys it must have."""
        keys = [usual for key in view.required for usual in _USUAL.get(key, ()) if usual in view.properties]
        keys += [key for key in view.required if key in view.properties and key not in keys]
        pieces = [Piece("{")]
        for number, key in enumerate(keys):
            start = f",{self._space}" if number else ""
            pieces.append(Piece(f"{start}{json.dumps(key, ensure_ascii=False)}:{self._space}"))
            pieces += self.value(view.properties[key], key, deep - 1)
        if not keys:
            pieces.append(self._field())
        return [*pieces, Piece("}")]


# -- values ------------------------------------------------------------------------------------------------


def _values(slot: Slot, found: Sequence[View], profile: Profile) -> Iterator[Proposal]:
    """The values of a choice, and objects to fill in."""
    key = slot.path[-1] if slot.path else ""
    follows = _following(slot) if key in _ROLE_KEYS else ()
    for one in _in_order(choices(found), slot, profile):
        text = json.dumps(one, ensure_ascii=False)
        if one is None or (slot.quoted and not isinstance(one, str)):
            continue
        ours = _OURS.get(str(one).lower(), str(one))
        about = about_role("user" if ours == "user" else ours) if key in _ROLE_KEYS else ""
        yield Proposal(text, Sort.VALUE, (Piece(text),), text, "", about, 0 if ours in follows else 1)
    if slot.wanted is not Wanted.VALUE or slot.typed:
        return
    seen: set[str] = set()
    for view in found:
        if not view.may_be_object:
            continue
        pieces = tuple(_Skeleton(profile, slot.spaced).object(view))
        text = "".join(piece.text for piece in pieces)
        if text not in seen:
            seen.add(text)
            role = _fixed(view)
            ours = _OURS.get(role.lower(), role)
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
    return _NEXT.get(_OURS.get(written.lower(), written), ())


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


def opened_fence(text: str) -> str | None:
    """What is written of the language behind a fence that ends a text; None where no fence opens there."""
    if "```" not in text and "~~~" not in text:
        return None
    *before, last = text.split("\n")
    found = _INFO.match(last)
    if found is None:
        return None
    fence = ""
    for line in before:
        match = _FENCE.match(line)
        if match is None:
            continue
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence) and not match[2].strip():
            fence = ""
    return None if fence else found[1]


def languages_in(lines: Iterable[bytes]) -> list[str]:
    """The languages of fences in records, the commonest first."""
    counts: Counter[bytes] = Counter()
    for line in lines:
        if b"```" in line or b"~~~" in line:
            counts.update(_WRITTEN_FENCE.findall(line))
    return [name.decode() for name, _ in counts.most_common()]


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


__all__ = ["MISSING", "Piece", "Proposal", "Sort", "languages_in", "opened_fence", "proposals"]
