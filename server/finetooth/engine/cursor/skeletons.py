"""Values to be filled in: what a schema asks for, with places to write over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from finetooth.engine.cursor.schema_views import Schema, View, choices, views
from finetooth_rules.profile import Profile
from finetooth_rules.targets import Arguments

_DEEPEST: Final = 4
_USUAL: Final[Mapping[str, tuple[str, ...]]] = {"function": ("id", "type")}
"""Keys that go with another, though a format lets them be missing."""
OURS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("user", "human"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "chatbot"), "assistant"),
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("tool", "observation", "function"), "tool"),
    **dict.fromkeys(("function_call", "tool_call"), "call"),
}
"""A role as formats write it → one word for its kind."""


class Piece(NamedTuple):
    """A part of the text: as it is (`number` 0), or a place to write over, with what may stand there."""

    text: str
    number: int = 0
    choices: tuple[str, ...] = ()


class Skeleton:
    """Writes a value that is to be filled in. `first` are the roles to propose before others."""

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
        of_choice.sort(key=lambda one: OURS.get(str(one).lower(), str(one)) not in self._first)
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
