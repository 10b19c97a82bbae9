"""The other framing: a file that is one JSON array, of which each element is a record.

Reading goes step by step over a buffer of the file's bytes, `next_step` giving the record that begins at a
place *between* elements. Such a place needs no memory of what stood before it, and a step depends only on
the first `looked` bytes from there: so a file can be read in blocks of any size, and an editor reads anew
only what an edit touched.

What stands between elements is no record. Where it is wrong (no comma, one too many, no end) it becomes a
record of its own, `Record.glue`, which holds the wrong bytes and their flaw, so that places, fixes and
selection work as for every other finding.

A broken element ends where the next one surely begins: at a line with a brace at its own indentation, or,
where elements do not stand on lines of their own, at a brace and the same first key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from finetooth_rules.finding import Applicability, Edit, Span
from finetooth_rules.formats import recognise
from finetooth_rules.framing import Bounds
from finetooth_rules.patterns import lazy
from finetooth_rules.record import Element
from finetooth_rules.scan import Flaw, FlawKind

BOM: Final = b"\xef\xbb\xbf"
SOFT: Final = 64 * 1024
"""How far behind the likely start of the next element an open one may still end well."""
OVERSIZE_HEAD: Final = 1024

_OBJECT: Final = ord("{")
_ARRAY: Final = ord("[")
_END: Final = ord("]")
_COMMA: Final = ord(",")
_QUOTE: Final = ord('"')
_CLOSER: Final = {_OBJECT: ord("}"), _ARRAY: _END}
_WHITE: Final = lazy(rb"[ \t\r\n]*+")
_TEXT: Final = rb'"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*+'
_OPEN_TEXT: Final = lazy(_TEXT)
_STRING: Final = lazy(_TEXT + b'"')
_STRUCTURE: Final = lazy(_TEXT + rb'"|[{}\[\]"]')
_COMMENT: Final = lazy(rb"/\*.*?\*/|(?://|#)[^\r\n]*+", re.DOTALL)
_SCALAR: Final = lazy(rb"[^,\[\]{}\r\n]*+")
_FIRST_KEY: Final = lazy(rb"\{[ \t\r\n]*+(" + _TEXT + rb'")[ \t\r\n]*+:')
_ON_LINE: Final = lazy(rb"[\r\n][ \t]*+(?=\{)")
_BETWEEN: Final = lazy(rb"\}[ \t\r\n]*+,[ \t\r\n]*+(?=\{)")
_INDENT: Final = lazy(rb"\{[ \t]*+(?:\r\n|\n|\r)[ \t\r\n]*+(?=[^ \t\r\n])")


_COMMON: Final[dict[str, set[str]]] = {"text": {"text"}, "trl-prompt-only": {"prompt"}, "nemo": set()}
"""Formats that much other JSON looks like (menus, posts, test cases with `input` and `output`): proof only
with exactly these keys, without any never."""


class Framing(StrEnum):
    """How a file's records stand in it. `OBJECT` is a file that is one object: no dataset."""

    LINES = "lines"
    ARRAY = "array"
    OBJECT = "object"


def framing_of(name: str, head: bytes) -> Framing:
    """By the name of a file (without `.gz` and the like) and its first bytes.

    Only under `.json` is there a choice; a `.jsonl` that is an array is one file finding (SYN008). Under
    `.json` one object a line is JSON Lines as well, where a second line shows it or the first is a record.
    """
    if not name.lower().endswith(".json"):
        return Framing.LINES
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    if text.startswith(b"["):
        return Framing.ARRAY
    if not text.startswith(b"{"):
        return Framing.LINES
    lines = [line for line in text.splitlines()[:3] if line.strip()]
    try:
        value = orjson.loads(lines[0])
    except orjson.JSONDecodeError:
        # One broken line does not make an object of many lines that are none.
        return Framing.LINES if _objects(lines[1:]) else Framing.OBJECT
    if len(lines) > 1:
        return Framing.LINES if lines[1].lstrip().startswith(b"{") else Framing.OBJECT
    return Framing.LINES if is_record(value) else Framing.OBJECT


def is_record(value: Any) -> bool:
    """Whether a decoded value is a good record of a known format: proof that a `.json` is a dataset. A key
    of the same name is none."""
    fmt = recognise(value) if isinstance(value, dict) else None
    if fmt is None or (fmt.name in _COMMON and set(value) != _COMMON[fmt.name]):
        return False
    return bool(fmt.validator.is_valid(value))


def _objects(lines: Sequence[bytes]) -> bool:
    try:
        return bool(lines) and isinstance(orjson.loads(lines[0]), dict)
    except orjson.JSONDecodeError:
        return False


class Item(NamedTuple):
    """A record whose slice begins at byte `at` of the buffer."""

    at: int
    record: Element


class Step(NamedTuple):
    """An element and what is wrong behind it; `pos` is where the next step begins.

    The first `looked` bytes of the buffer decided it; one more than the file has, where its end did: bytes
    appended to it could change the step. `done`: the file is read to its end. `skipping`: a record over the
    size limit is to be passed over until this matches.
    """

    items: tuple[Item, ...]
    pos: int
    looked: int
    done: bool = False
    skipping: re.Pattern[bytes] | None = None


def next_step(
    buffer: bytes,
    pos: int,
    bounds: Bounds,
    *,
    first: bool = False,
    at_end: bool = True,
    line_start: bool = False,
    skipping: re.Pattern[bytes] | None = None,
) -> Step | None:
    """What stands at `pos`, a place between elements (`first`: the start of the file; `line_start`: of a
    line).

    None when more bytes are needed to tell: only with `at_end=False`, where the buffer is not the whole rest.
    """
    size = len(buffer)
    if skipping is not None:
        found = skipping.search(buffer, pos)
        if found is None and not at_end:
            kept = max(pos, size - OVERSIZE_HEAD)
            return Step((), kept - (buffer[kept : kept + 1] == b"\n" and kept > pos), size, False, skipping)
        return Step((), size if found is None else _stop(skipping, found), size, done=found is None)
    if first and buffer.startswith(BOM, pos):
        pos += len(BOM)
    at = skip_white(buffer, pos)
    if at == size:
        return Step((_unclosed(pos),), size, size, done=True) if at_end else None
    byte = buffer[at]
    if byte == _ARRAY and first:
        return Step((), at + 1, at + 1)
    if byte == _END:
        return _end(buffer, at, at_end)
    if byte == _COMMA:
        item = _glue(at, b",", "a comma too many; expected a record", "Remove the comma", b"")
        return Step((item,), at + 1, at + 1)
    if byte in _CLOSER:
        line = max(buffer.rfind(b"\n", pos, at), buffer.rfind(b"\r", pos, at)) + 1
        own = line if line else pos if first or line_start else None
        return _element(buffer, own, at, bounds, at_end)
    return _scalar(buffer, at, at_end, bounds)


def skip_white(buffer: bytes, pos: int) -> int:
    found = _WHITE.match(buffer, pos)
    assert found is not None
    return found.end()


# -- what stands between elements ---------------------------------------------------------------------------


def _glue(
    at: int, raw: bytes, message: str, title: str, text: bytes, safety: Applicability = Applicability.SAFE
) -> Item:
    span = Span(0, len(raw))
    flaw = Flaw(FlawKind.INVALID, span, message, title, (Edit(span, text),), applicability=safety)
    return Item(at, Element(raw, flaw=flaw))


def _unclosed(at: int) -> Item:
    message = "the array does not end; expected `]`"
    return _glue(at, b"", message, "Add the closing `]`", b"\n]", Applicability.UNSAFE)


def _end(buffer: bytes, at: int, at_end: bool) -> Step | None:
    """A closing bracket: the end of the file's array, or one that stands too early."""
    size = len(buffer)
    behind = skip_white(buffer, at + 1)
    comma = buffer[behind : behind + 1] == b","
    after = skip_white(buffer, behind + 1) if comma else behind
    again = skip_white(buffer, after + 1) if buffer[after : after + 1] == b"[" else after
    if size in (behind, after, again) and not at_end:
        return None
    if behind == size:
        return Step((), size, size, done=True)
    if again < size and buffer[again] == _OBJECT:
        if again > after:
            raw = buffer[at : after + 1]
            item = _glue(
                at, raw, "one array ends and another begins; expected a comma", "Join the arrays", b","
            )
            return Step((item,), after + 1, again + 1)
        message = "the array ends here, and more records follow; expected a comma"
        title, text = ("Remove the bracket", b"") if comma else ("Write a comma", b",")
        return Step((_glue(at, b"]", message, title, text),), after if comma else at + 1, again + 1)
    limit = behind + SOFT
    following = _ON_LINE.search(buffer, behind, limit)
    if following is None and not at_end and size < limit:
        return None
    end = min(size, limit) if following is None else following.start()
    raw = buffer[behind:end].rstrip(b" \t\r\n")
    message, title = "text behind the end of the array; expected the end of the file", "Remove the text"
    item = _glue(behind, raw, message, title, b"", Applicability.UNSAFE)
    return Step((item,), behind + len(raw), size + at_end, done=at_end and end == size)


def _behind(buffer: bytes, end: int, good: bool, at_end: bool) -> Step | None:
    """What follows an element that ends at `end`; no more is said of it where that one is broken."""
    size = len(buffer)
    at = skip_white(buffer, end)
    if at == size:
        return Step((), end, size, done=not good) if at_end else None
    if buffer[at] == _COMMA:
        after = skip_white(buffer, at + 1)
        if after == size and not at_end:
            return None
        items = (
            (_glue(at, b",", "trailing comma before `]`", "Remove the comma", b""),)
            if buffer[after : after + 1] == b"]"
            else ()
        )
        return Step(items, at + 1, after + 1)
    if buffer[at] == _END or not good:
        return Step((), end, at + 1)
    return Step((_glue(end, b"", "missing comma between two records", "Add the comma", b","),), end, at + 1)


# -- elements -----------------------------------------------------------------------------------------------


def _record(raw: bytes, bounds: Bounds) -> Element:
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") + 1
    return Element(raw, lines, bounds.max_depth)


def _with(buffer: bytes, at: int, record: Element, at_end: bool, looked: int = 0) -> Step | None:
    step = _behind(buffer, at + len(record.raw), record.strict, at_end)
    if step is None:
        return None
    return Step((Item(at, record), *step.items), step.pos, max(step.looked, looked), step.done)


def _scalar(buffer: bytes, at: int, at_end: bool, bounds: Bounds) -> Step | None:
    """Whatever is neither object nor array: a string, a word, a comment, a stray bracket."""
    size = len(buffer)
    limit = min(size, at + bounds.max_record_bytes)
    more = size == limit and not at_end
    whole = _COMMENT.match(buffer, at, limit) or _STRING.match(buffer, at, limit)
    found = whole or _SCALAR.match(buffer, at, limit)
    assert found is not None
    end = max(found.end(), at + 1)
    looked = end + 1
    if whole is None:  # it may be one that goes on
        if buffer.startswith(b"/*", at):
            looked = limit + 1
        elif text := _OPEN_TEXT.match(buffer, at, limit):
            looked = max(looked, min(text.end() + 2, limit + 1))
    if looked > limit and more:
        return None
    return _with(buffer, at, _record(buffer[at:end].rstrip(b" \t\r\n"), bounds), at_end, looked)


def _element(buffer: bytes, line: int | None, at: int, bounds: Bounds, at_end: bool) -> Step | None:
    """An object or array, whole or broken; `line` is where its line starts, if it is the first on it."""
    size, hard = len(buffer), at + bounds.max_record_bytes
    limit = min(at + SOFT, hard)
    inner = skip_white(buffer, at + 1)
    if buffer[inner : inner + 1] == b"{" and buffer[at] == _OBJECT:
        # One brace too many: what follows is read as if it were not there.
        return _with(buffer, at, _record(b"{", bounds), at_end, inner + 1)
    end = _close(buffer, at, limit)
    if end is None and size < limit and not at_end:
        return None
    if end is None and buffer[at] == _ARRAY:
        # As good as never meant: else the whole rest of a file would be one element while one is typed.
        return _with(buffer, at, _record(b"[", bounds), at_end, min(limit, size + 1))
    record = _record(buffer[at:end], bounds) if end else None
    if record is not None and record.strict:
        return _with(buffer, at, record, at_end)
    starts = _starts(buffer, line, at, at_end)
    if starts is None:
        return None
    pattern, sure = starts
    found = pattern.search(buffer, at + 1)
    if end is None and size >= limit:  # larger than most
        limit = hard if found is None or not sure else min(hard, found.start() + SOFT)
        end = _close(buffer, at, limit)
        if end is None and size < limit and not at_end:
            return None
        record = _record(buffer[at:end], bounds) if end else None
        if record is not None and record.strict:
            return _with(buffer, at, record, at_end)
    if record is not None and end:
        if pattern.search(buffer, at + 1, end) is None:
            return _with(buffer, at, record, at_end)
    elif found is None and not at_end and size <= hard + OVERSIZE_HEAD:
        return None
    stop = size if found is None else _stop(pattern, found)
    if stop - at > bounds.max_record_bytes:
        head = buffer[at : at + min(OVERSIZE_HEAD, bounds.max_record_bytes)]
        item = Item(at, Element(head, oversize=True))
        return Step((item,), at + len(head), size, False, pattern)
    raw = buffer[at:stop].rstrip(b" \t\r\n")
    if found is None:
        raw = raw.removesuffix(b"]").rstrip(b" \t\r\n")
    raw = raw.removesuffix(b",").rstrip(b" \t\r\n")
    return _with(buffer, at, _record(raw, bounds), at_end, size + at_end)


def _stop(pattern: re.Pattern[bytes], found: re.Match[bytes]) -> int:
    """Where to go on: before the line break or the brace that was looked for."""
    return found.end() if pattern is _BETWEEN else found.start()


def _close(buffer: bytes, at: int, limit: int) -> int | None:
    """Where the brackets opened at `at` are closed; 0 where they do not fit or a string does not end on its
    line, None where `limit` or the end of the buffer comes first.
    """
    limit = min(limit, len(buffer))
    open_: list[int] = []
    for token in _STRUCTURE.finditer(buffer, at, limit):
        start = token.start()
        byte = buffer[start]
        if byte == _QUOTE:
            if token.end() == start + 1:
                text = _OPEN_TEXT.match(buffer, start, limit)
                assert text is not None
                return None if text.end() >= limit - 1 else 0
        elif byte in _CLOSER:
            open_.append(_CLOSER[byte])
        elif open_.pop() != byte:
            return 0
        elif not open_:
            return token.end()
    return None


def _starts(buffer: bytes, line: int | None, at: int, at_end: bool) -> tuple[re.Pattern[bytes], bool] | None:
    """What the start of the next element looks like, and whether nothing inside an element does. None when
    more bytes are needed."""
    inner = _INDENT.match(buffer, at)
    if inner is None and not at_end and not buffer[at + 1 :].strip(b" \t\r\n"):
        return None
    deeper = True
    if inner is not None:
        last = max(buffer.rfind(b"\n", at, inner.end()), buffer.rfind(b"\r", at, inner.end()))
        deeper = line is None or inner.end() - last - 1 > at - line
    if line is not None and deeper:
        return re.compile(rb"[\r\n]" + re.escape(buffer[line:at]) + rb"\{"), True
    key = _FIRST_KEY.match(buffer, at)
    if key is not None:
        return re.compile(rb"\{[ \t\r\n]*+" + re.escape(key[1]) + rb"[ \t\r\n]*+:"), False
    return (_BETWEEN if line is None else _ON_LINE), False
