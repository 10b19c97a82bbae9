"""The types of a file's columns, as Arrow sees them: a small fact per record, and their sum over the file.

A *type tree* says what a value is made of: a letter for a scalar (`KINDS`), `("{", key, tree, …)` for an
object, `("[", index, tree, …)` for a list, with each distinct tree once and the index of the first item
that has it. Records of one make share their tree, whatever their texts say, so a file has few of them.

A *column* is a path from the root with `ITEM` for the items of a list, as `datasets` and pyarrow name it
(`/messages/[]/content`).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Path
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions

Tree: TypeAlias = str | tuple[Any, ...]
Column: TypeAlias = tuple[str | int, ...]

ITEM: Final = 0
OBJECT: Final = "{"
LIST: Final = "["
TEXT: Final = "s"
DATE: Final = "d"
JSON: Final = "j"
NULL: Final = "n"
WHOLE: Final = "i"
FRACTION: Final = "f"
EVEN: Final = "w"
KINDS: Final[Mapping[str, str]] = {
    TEXT: "string",
    DATE: "string",
    JSON: "string",
    OBJECT: "object",
    LIST: "array",
    WHOLE: "number",
    FRACTION: "number",
    EVEN: "number",
    "b": "boolean",
    NULL: "null",
}
"""Letter → the type as pyarrow names it. A text that is an ISO date, and one that is JSON, have letters of
their own, as have whole numbers, those with a fraction (or too large), and whole ones written like `2.0`."""

_MOST_COLUMNS: Final = 4096
_MOST_TREES: Final = 512
_INT64: Final = 1 << 63
_EXACT: Final = 1 << 53

_SPECIAL: Final = frozenset('0123456789-{["tfnNI \t\r\n')
_LITERALS: Final = frozenset({"true", "false", "null", "NaN", "Infinity", "-Infinity"})
_LETTERS: Final = frozenset("tfnNI")
_LITERAL_STARTS: Final = frozenset({"tru", "fal", "nul", "NaN", "Inf"})
_CLOSING: Final = {"{": "}", "[": "]", '"': '"'}
# What pandas' ujson takes as a number, by trial: also `007`, `1.`, `1e` and a minus alone, but not `.5`.
_NUMBER: Final = lazy(r"(?:-[0-9]*|[0-9]+)(\.[0-9]*)?([eE][+-]?[0-9]*)?")
# What Arrow takes as `timestamp[s]`, by trial: no fraction of a second, and a zone only behind a time.
_DATE: Final = lazy(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"([ T]([01][0-9]|2[0-3])(:[0-5][0-9](:[0-5][0-9])?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?"
)


# -- one record ---------------------------------------------------------------------------------------------


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Tree]:
    """The type tree of each record."""
    known: dict[Tree, Tree] = {}
    return [known.setdefault(tree, tree) for tree in (tree_of(e.record.value) for e in examples)]


def tree_of(value: Any) -> Tree:
    """The type tree of a decoded value."""
    kind = value.__class__
    if kind is str:
        return text_kind(value) if value and value[0] in _SPECIAL else TEXT
    if kind is dict:
        parts: list[Any] = [OBJECT]
        for key, item in value.items():
            if item.__class__ is str:
                parts += key, text_kind(item) if item and item[0] in _SPECIAL else TEXT
            else:
                parts += key, tree_of(item)
        return tuple(parts)
    if kind is list:
        return _tree_of_list(value)
    if kind is int:
        return WHOLE if -_INT64 <= value < _INT64 else FRACTION
    if kind is float:
        return EVEN if value.is_integer() and abs(value) <= _EXACT else FRACTION
    return NULL if value is None else "b"


@lru_cache(maxsize=256)
def _of_keys(keys: tuple[str, ...]) -> Tree:
    """The tree of an object with plain texts under these keys."""
    parts: list[Any] = [OBJECT]
    for key in keys:
        parts += key, TEXT
    return tuple(parts)


def _tree_of_list(items: list[Any]) -> Tree:
    if len(items) > 16 and set(map(type, items)) == {int}:
        return (LIST, 0, WHOLE)  # token ids
    first: dict[Tree, int] = {}
    last: tuple[str, ...] | None = None
    for index, item in enumerate(items):
        if item.__class__ is not dict:
            first.setdefault(tree_of(item), index)
            continue
        # A turn, mostly: nothing but texts that are neither dates nor JSON, under the keys of the one before.
        for text in item.values():
            if text.__class__ is not str or (text and text[0] in _SPECIAL and text_kind(text) != TEXT):
                first.setdefault(tree_of(item), index)
                break
        else:
            keys = tuple(item)
            if keys != last:
                first.setdefault(_of_keys(keys), index)
                last = keys
    parts: list[Any] = [LIST]
    for tree, index in first.items():
        parts += index, tree
    return tuple(parts)


def text_kind(text: str) -> str:
    """`DATE` where Arrow makes a timestamp of a column of such texts, `JSON` where `datasets` decodes it
    in a column of mixed types, else `TEXT`.
    """
    if text[:1] in _LETTERS and text[:3] not in _LITERAL_STARTS:
        return TEXT  # `the`, `for`, `I`: of what may be special the commonest
    if text[4:5] == "-" and (date := _DATE.fullmatch(text)) is not None and _exists(date):
        return DATE
    text = text.strip(" \t\r\n")
    first = text[:1]
    if first in _CLOSING:
        if text[-1] != _CLOSING[first] or len(text) < 2:
            return TEXT
        try:
            orjson.loads(text)
        except ValueError:  # also a lone surrogate in it
            return TEXT
        return JSON
    if text in _LITERALS:
        return JSON
    number = _NUMBER.fullmatch(text)
    if number is None:
        return TEXT
    whole = number[1] is None and number[2] is None and len(text) > 18
    return JSON if not whole or -_INT64 <= int(text[:400]) < 2 * _INT64 else TEXT


def _exists(date: re.Match[str]) -> bool:
    """Whether the calendar has this day."""
    year, month, day = int(date[1]), int(date[2]), int(date[3])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def places(tree: Tree, column: Column) -> Iterator[tuple[Path, str]]:
    """Where in the record values of a column stand, and their letters; of equal items of a list the first."""
    if not column:
        yield (), tree[0]
        return
    step, rest = column[0], column[1:]
    if tree[0] != (LIST if step == ITEM else OBJECT):
        return
    for number in range(1, len(tree), 2):
        if step == ITEM or tree[number] == step:
            for path, kind in places(tree[number + 1], rest):
                yield (tree[number], *path), kind


# -- the file -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Columns:
    """The sum of records: `trees` counts those not yet added up, `counts` letter → how often, by column.

    A list counts once for each distinct tree of its items. With too many columns the deepest are left out, so
    the columns that are kept do not depend on order.
    """

    trees: Counter[Tree] = field(default_factory=Counter)
    counts: dict[Column, Counter[str]] = field(default_factory=dict)

    def settle(self) -> Mapping[Column, Counter[str]]:
        """Add up what waits; the counts."""
        for tree, times in self.trees.items():
            _count(self.counts, (), tree, times)
        self.trees = Counter()
        if len(self.counts) > _MOST_COLUMNS:
            kept = sorted(self.counts, key=lambda column: (len(column), repr(column)))[:_MOST_COLUMNS]
            self.counts = {column: self.counts[column] for column in kept}
        return self.counts


def _count(counts: dict[Column, Counter[str]], column: Column, tree: Tree, times: int) -> None:
    kind = tree[0]
    if column not in counts:
        counts[column] = Counter()
    counts[column][kind] += times
    if kind == OBJECT:
        for number in range(1, len(tree), 2):
            _count(counts, (*column, tree[number]), tree[number + 1], times)
    elif kind == LIST:
        for number in range(1, len(tree), 2):
            _count(counts, (*column, ITEM), tree[number + 1], times)


def add(summary: Columns, tree: Tree) -> Columns:
    """One record more."""
    summary.trees[tree] += 1
    if len(summary.trees) > _MOST_TREES:
        summary.settle()
    return summary


def merge(one: Columns, other: Columns) -> Columns:
    """Both together; `other` stays as it is."""
    one.trees.update(other.trees)
    for column, counts in other.counts.items():
        if column in one.counts:
            one.counts[column].update(counts)
        else:
            one.counts[column] = Counter(counts)
    if len(one.trees) > _MOST_TREES or len(one.counts) > 2 * _MOST_COLUMNS:
        one.settle()
    return one


def types_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Type as pyarrow names it → how often; nulls aside, which go with every type."""
    types: dict[str, int] = {}
    for kind, count in counts.items():
        if kind != NULL:
            types[KINDS[kind]] = types.get(KINDS[kind], 0) + count
    return types


def mixed(counts: Mapping[Column, Mapping[str, int]]) -> dict[Column, dict[str, int]]:
    """The columns of more than one type, with their types."""
    return {column: types for column, letters in counts.items() if len(types := types_of(letters)) > 1}


def differs_in_keys(counts: Mapping[Column, Mapping[str, int]]) -> dict[Column, list[str]]:
    """Columns of objects that have not all the same keys → the keys that some lack, sorted."""
    lacking: dict[Column, list[str]] = {}
    for column, letters in counts.items():
        if column and isinstance(column[-1], str):
            parent = column[:-1]
            if sum(letters.values()) < counts[parent][OBJECT]:
                lacking.setdefault(parent, []).append(column[-1])
    return {column: sorted(keys) for column, keys in lacking.items()}


def kept_as_json(counts: Mapping[Column, Mapping[str, int]]) -> set[Column]:
    """Columns that the later generation of `datasets` keeps as JSON text: of mixed types, of objects with
    differing keys, or with an empty object (`find_mixed_struct_types_field_paths`). What lies in them is
    kept to the letter.
    """
    differing = differs_in_keys(counts)
    chosen = mixed(counts).keys() | {column for column in differing if column}
    named = {column[:-1] for column in counts if column and isinstance(column[-1], str)}
    return chosen | {
        column for column, letters in counts.items() if column and letters[OBJECT] and column not in named
    }


def within(column: Column, columns: set[Column] | Mapping[Column, Any]) -> bool:
    """Whether a column lies inside one of `columns`."""
    return any(column[:length] in columns for length in range(len(column)))


def pointer(column: Column) -> str:
    """The column as pyarrow writes it; of a long one the last steps, to fit a message."""
    steps = ["[]" if step == ITEM else str(step)[:_WIDE] for step in column]
    shown = steps
    while len(shown) > 1 and sum(map(len, shown)) + len(shown) > _WIDE:
        shown = shown[1:]
    return ("" if shown is steps else "…") + "/" + "/".join(shown)


_WIDE: Final = 45
_FREE_FORM: Final = frozenset({"arguments", "args", "parameters", "input_schema"})


def free_form(column: Column) -> Column | None:
    """The column of the tool arguments or the tool schema that this one lies in, or is; None outside."""
    for number, step in enumerate(column):
        if step in _FREE_FORM:
            return column[: number + 1]
    return None
