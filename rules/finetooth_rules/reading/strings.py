"""What is wrong inside a string, and the edits that turn another language's string into JSON's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import orjson

from finetooth_rules.finding import Edit, Span
from finetooth_rules.reading.grammar import FOREIGN_ESCAPE, SEPARATOR, TROUBLE
from finetooth_rules.reading.literals import PIECE, part_end
from finetooth_rules.reading.spots import Cause, Spot, insert, replace

_SHORT: Final = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r"}
_SEPARATORS: Final = {b"\xe2\x80\xa8": b"\\u2028", b"\xe2\x80\xa9": b"\\u2029", b"\xc2\x85": b"\\u0085"}


def escaped(byte: int) -> bytes:
    """A control character as JSON writes it."""
    return _SHORT.get(byte) or b"\\u%04x" % byte


def string_spots(raw: bytes, start: int, end: int) -> Iterator[Spot]:
    """The spots of the string literal at `start` to `end`, quotes included."""
    literal = raw[start:end]
    try:
        orjson.loads(literal)
    except orjson.JSONDecodeError:
        yield from body_spots(raw, start + 1, end - 1)
    if not literal.isascii():
        yield from separator_spots(raw, start + 1, end - 1)


def separator_spots(raw: bytes, start: int, end: int) -> Iterator[Spot]:
    """U+2028, U+2029 and U+0085 as themselves between two offsets."""
    for match in SEPARATOR.finditer(raw, start, end):
        edit = replace(*match.span(), _SEPARATORS[match[0]])
        yield Spot(edit.span, Cause.LINE_SEPARATOR, (edit,), detail=f"U+{edit.content[2:].decode()}")


def body_spots(raw: bytes, start: int, end: int) -> Iterator[Spot]:
    """Control characters, lone surrogates and invalid escapes between two offsets; quotes are not looked
    at."""
    for match in _troubles(raw, start, end):
        at = match.start()
        if match["control"]:
            edit = replace(*match.span(), b"".join(map(escaped, match[0])))
            yield Spot(edit.span, Cause.CONTROL, (edit,), detail=edit.content.decode())
        elif match["lone"]:
            edit = replace(*match.span(), b"\\ufffd")
            yield Spot(edit.span, Cause.LONE_SURROGATE, (edit,), safe=False, detail=match[0].decode())
        elif match["bad"] is not None:
            yield _invalid_escape(raw, at, end)


def _troubles(raw: bytes, start: int, end: int) -> Iterator[re.Match[bytes]]:
    """All that is no character standing for itself; of a long body only in the parts that are not JSON, as
    there may be hundreds of thousands of escapes."""
    if end - start <= 2 * PIECE:
        yield from TROUBLE.finditer(raw, start, end)
        return
    body, at = raw[start:end], 0
    while at < len(body):
        stop = part_end(body, at)
        try:
            orjson.loads(b'"%b"' % body[at:stop])
        except orjson.JSONDecodeError:
            yield from TROUBLE.finditer(raw, start + at, start + stop)
        at = stop


def _invalid_escape(raw: bytes, at: int, end: int) -> Spot:
    shown = raw[at : min(at + 2, end)]
    detail = shown.decode() if len(shown) == 2 and shown.isascii() and chr(shown[1]).isprintable() else "\\"
    place = Span(at, at + len(detail))
    if detail == "\\'":
        return Spot(place, Cause.INVALID_ESCAPE, (replace(at, at + 1, b""),), detail=detail)
    # Doubling keeps the backslash, but then `\n` in the same text may have been meant as one too: a
    # person looks.
    return Spot(place, Cause.INVALID_ESCAPE, (insert(at, b"\\"),), safe=False, detail=detail)


def foreign_edits(raw: bytes, start: int, end: int) -> Iterator[Edit]:
    """The edits that make a body in other quotes one in double quotes."""
    for match in TROUBLE.finditer(raw, start, end):
        if match["quote"]:
            yield insert(match.start(), b"\\")
        elif match["bad"] is not None:
            yield _foreign_escape(raw, match.start(), end) or insert(match.start(), b"\\")


def foreign_spots(raw: bytes, start: int, end: int) -> Iterator[Spot]:
    """As `body_spots`, for a body in other quotes, whose escapes `foreign_edits` sees to."""
    yield from (spot for spot in body_spots(raw, start, end) if spot.cause is not Cause.INVALID_ESCAPE)
    yield from separator_spots(raw, start, end)


def _foreign_escape(raw: bytes, at: int, end: int) -> Edit | None:
    match = FOREIGN_ESCAPE.match(raw, at, end)
    if match is None:
        return None
    if match["byte"]:
        return replace(*match.span(), b"\\u00" + match["byte"])
    if match["long"]:
        code = chr(int(match["long"], 16))
        return replace(
            *match.span(), orjson.dumps(code)[1:-1] if code.isprintable() else _unicode_escape(code)
        )
    return replace(at, at + 1, b"")


def _unicode_escape(character: str) -> bytes:
    units = character.encode("utf-16-be", "surrogatepass")
    return b"".join(b"\\u" + units[i : i + 2].hex().encode() for i in range(0, len(units), 2))
