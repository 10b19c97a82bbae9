"""Reads JSON and, where it is not, what was probably meant.

Every place that is not JSON becomes a spot with the edits that would make it so, and reading goes on as if they had been made. No
value is built: that is the strict parser's business, on the edited text, which also proves the edits right (see
`repair`). A place that nothing sensible can be made of ends the reading. Never recurses; linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

from finetooth_rules.finding import Edit, Span
from finetooth_rules.reading import quotes, values
from finetooth_rules.reading.grammar import (
    AFTER,
    BOM,
    CALL,
    CLEAN_STRING,
    COLON,
    COMMENT,
    CUT_OFF_VALUE,
    KEY_LIKE,
    MEMBER,
    NEXT_VALUE,
    NUMBER,
    NUMBERS,
    ODD_SPACE,
    PLAIN_WORD,
    QUOTED_KEY,
    REOPENS,
    SPACE,
    STRING,
    TAIL,
)
from finetooth_rules.reading.literals import Loss, decode, loss
from finetooth_rules.reading.spots import Cause, Spot, Unreadable, insert, replace, stop
from finetooth_rules.reading.strings import string_spots

_QUOTE: Final = 0x22
_COMMA: Final = 0x2C
_OPEN_OBJECT: Final = 0x7B
_OPEN_ARRAY: Final = 0x5B
_CLOSE_OBJECT: Final = 0x7D
_CLOSE_ARRAY: Final = 0x5D
_COLON: Final = 0x3A
_EQUALS: Final = 0x3D
_SEMICOLON: Final = 0x3B
_CLOSERS: Final = frozenset(b"}]")
_BEGINNINGS: Final = frozenset(b'{["-0123456789tfn')
_WHITE: Final = b" \t\r\n"
_PREFIX_BYTES: Final = 200
_SHORT_NUMBER: Final = 16
_MOST_SLIPS: Final = 2_000
_MOST_SPOTS: Final = 50_000
_LOSSES: Final = {
    Loss.INFINITE: Cause.INFINITE,
    Loss.BEYOND_64_BITS: Cause.BEYOND_64_BITS,
    Loss.BEYOND_DOUBLE: Cause.BEYOND_DOUBLE,
    Loss.DIGITS: Cause.DIGITS,
}


def _skip(raw: bytes, at: int) -> int:
    match = SPACE.match(raw, at)
    return match.end() if match else at


class Mismatch(Enum):
    """How to read the first closing bracket that does not fit the open one."""

    INSERT = auto()
    REPLACE = auto()
    DELETE = auto()


class _Frame:
    """An object or array that is open. `keys` of an object: where each was first seen."""

    __slots__ = ("closer", "keys")

    def __init__(self, closer: int, keys: dict[str, tuple[int, int]] | None) -> None:
        self.closer = closer
        self.keys = keys


class Reader:
    """One reading of one text. `spots` in the order they were met, `values` the spans of the top-level values."""

    def __init__(self, raw: bytes, max_depth: int, mismatch: Mismatch = Mismatch.INSERT) -> None:
        self.raw = raw
        self.max_depth = max_depth
        self.spots: list[Spot] = []
        self.values: list[Span] = []
        self.stopped = False
        self.mismatched = False
        self._mismatch = mismatch
        self._slips = 0
        self._before = 0  # how many spots there were before the string just read
        self._open = {_CLOSE_OBJECT: 0, _CLOSE_ARRAY: 0}  # how many of each are open
        self._pos = len(BOM) if raw.startswith(BOM) else 0
        self._frames: list[_Frame] = []
        self._first = 0  # where the top-level value starts
        self._closed: _Frame | None = None
        self._fresh = False  # a member or item is to come
        self._comma = -1  # the comma it comes after
        self._start = 0  # where the value just read starts

    def read(self) -> Reader:
        """Read all of it; to be called once."""
        try:
            self._document()
        except Unreadable as end:
            self.spots.append(end.spot)
            if end.spot.edits:  # cut off, but only its closing brackets
                self.values.append(Span(self._first, len(self.raw)))
            else:
                self.stopped = True
        return self

    # -- the record as a whole --------------------------------------------------------------------------------

    def _document(self) -> None:
        self._blank()
        if self._pos >= len(self.raw):
            return
        self._first = self._pos
        called = self._lead()
        while True:
            self._run()
            self.values.append(Span(self._first, self._pos))
            if not self._another(called):
                return
            self._first = self._pos
            self._value()

    def _lead(self) -> bool:
        """Begin the first value; True where a call or a label stands around it."""
        raw, at = self.raw, self._pos
        if QUOTED_KEY.match(raw, at):
            self._opener_missing(at)
            return False
        called = False
        if raw[at] not in b"{[\"'}]" and not NUMBER.match(raw, at) and not PLAIN_WORD.match(raw, at):
            opening = raw.find(b"{", at, at + _PREFIX_BYTES)
            if opening > 0 and b"\n" not in raw[at:opening] and b"\xe2\x80" not in raw[at:opening]:
                called = CALL.match(raw[at:opening]) is not None
                edit = replace(at, opening, b"")
                self.spots.append(Spot(edit.span, Cause.TEXT_BEFORE, (edit,), safe=called))
                self._pos = opening
        self._value()
        return called

    def _opener_missing(self, at: int) -> None:
        if not self.raw.rstrip().endswith(b"}"):
            raise stop(Cause.MISSING_OPENER, at, at, "the record's")
        self.spots.append(
            Spot(Span(at, at), Cause.MISSING_OPENER, (insert(at, b"{"),), False, "the record's")
        )
        self._push(_CLOSE_OBJECT, {})

    def _run(self) -> None:
        """Read until the value that was begun is complete."""
        while self._frames or self._reopened():
            frame = self._frames[-1]
            if not self._fresh:
                self._after(frame)
            elif frame.keys is None:
                self._item()
            else:
                self._member(frame.keys)

    def _reopened(self) -> bool:
        """Whether the record goes on with a key after its last bracket, which was therefore one too many."""
        closed, at = self._closed, self._pos
        if closed is None or closed.keys is None or self.raw[at - 1] != closed.closer:
            return False
        if REOPENS.match(self.raw, at) is None:
            return False
        edit = replace(at - 1, at, b"")
        self._note(Cause.STRAY_CLOSER, edit, safe=False, detail="}")
        self._frames.append(closed)
        self._open[closed.closer] += 1
        return True

    def _another(self, called: bool) -> bool:
        """What stands after the value; True when another value begins."""
        raw = self.raw
        self._blank()
        at = self._pos
        if at >= len(raw):
            return False
        tail = TAIL.match(raw, at)
        if tail is not None and (called or not tail["call"]):
            edit = replace(at, len(raw.rstrip()), b"")
            if tail["call"]:  # the other half of what stands before
                self.spots[0] = self.spots[0]._replace(edits=(*self.spots[0].edits, edit))
            else:
                cause = Cause.STRAY_CLOSER if tail["closers"] else Cause.MARK_AFTER
                safe = cause is Cause.MARK_AFTER or not self._slips
                self.spots.append(Spot(edit.span, cause, (edit,), safe, chr(raw[at])))
            return False
        following = NEXT_VALUE.match(raw, at)
        if following is not None:
            self._pos = following.end()
            self._found([Spot(Span(self._pos, self._pos + 1), Cause.SEVERAL_VALUES)])
            return True
        edit = replace(at, len(raw.rstrip()), b"")
        self.spots.append(Spot(edit.span, Cause.TEXT_AFTER, (edit,), safe=False))
        return False

    # -- members and items --------------------------------------------------------------------------------------

    def _member(self, keys: dict[str, tuple[int, int]]) -> None:
        """A key, its colon, and the beginning of its value; or the end of the object."""
        match = MEMBER.match(self.raw, self._pos)
        if match is not None:
            key = match[1].decode()
            start, end = match.span(1)
            place = (start - 1, end + 1)
            self._pos = match.end()
        else:
            odd = self._odd_key()
            if odd is None:
                return
            key, place = odd
        first = keys.setdefault(key, place)
        if first is not place:
            self._found([Spot(Span(*place), Cause.DUPLICATE_KEY, detail=key, other=Span(*first))])
        self._fresh = False
        self._value()

    def _odd_key(self) -> tuple[str, tuple[int, int]] | None:
        """A key that is not plain ASCII, or not JSON; None at the end of the object or a comma too many."""
        raw = self.raw
        self._blank()
        at = self._pos
        byte = self._byte()
        if byte in _CLOSERS:
            self._close(at)
            return None
        if byte == _COMMA:
            self._extra_comma(at)
            return None
        if byte == _QUOTE:
            match = STRING.match(raw, at)
            if match is None:
                raise stop(Cause.UNTERMINATED, at, at + 1, '"')
            self._pos = match.end()
            self._before = len(self.spots)
            self._found(string_spots(raw, *match.span()))
            key = decode(raw[at + 1 : match.end() - 1])
        else:
            odd = values.single_quoted(raw, at) or values.smart_quoted(raw, at) or values.bare_key(raw, at)
            if odd is None:
                unopened = byte == _OPEN_OBJECT and self._comma >= 0
                raise stop(Cause.OBJECT_FOR_KEY if unopened else Cause.EXPECTED_KEY, at, at + 1)
            key = self._take(odd)
        end = self._pos
        self._colon(at)
        return key, (at, end)

    def _colon(self, start: int) -> None:
        """The colon after the key from `start` to here."""
        raw, end = self.raw, self._pos
        match = COLON.match(raw, end)
        if match is None and self._blank():
            match = COLON.match(raw, self._pos)
        if match is not None:
            self._pos = match.end()
            return
        at = self._pos
        byte = self._byte()
        mended = quotes.misquoted_key(raw, start, end) if raw[start] == _QUOTE else None
        if mended is not None:
            self._mend(mended)
            self._colon(start)
        elif byte == _EQUALS:
            wide = 2 if raw[at + 1 : at + 2] == b">" else 1
            self._note(Cause.WRONG_COLON, replace(at, at + wide, b":"), detail=raw[at : at + wide].decode())
            self._pos = _skip(raw, at + wide)
        elif byte == _COMMA or byte in _CLOSERS:
            raise stop(Cause.KEY_WITHOUT_VALUE, start, end)
        elif raw[at] in b'"{[' or (at > end and raw[at] in b"-0123456789tfnTFN"):
            self._note(Cause.MISSING_COLON, insert(end, b":"))
        else:
            raise stop(Cause.EXPECTED_COLON, at, at + 1)

    def _item(self) -> None:
        """The beginning of an array's item; or the end of the array."""
        numbers = NUMBERS.match(self.raw, self._pos)
        if numbers is not None:
            self._pos = numbers.end()
            self._comma = self._pos - 1
        at = _skip(self.raw, self._pos)
        self._pos = at
        if at >= len(self.raw) or self.raw[at] not in _BEGINNINGS:
            self._blank()
            at = self._pos
            byte = self._byte()
            if byte in _CLOSERS:
                self._close(at)
                return
            if byte == _COMMA:
                self._extra_comma(at)
                return
        self._fresh = False
        self._value()

    def _extra_comma(self, at: int) -> None:
        self._note(Cause.EXTRA_COMMA, replace(at, at + 1, b""))
        self._pos = at + 1

    def _after(self, frame: _Frame) -> None:
        """A comma or closing bracket after a value."""
        match = AFTER.match(self.raw, self._pos)
        if match is None:
            self._odd_after(frame)
            return
        at = match.start(1)
        if self.raw[at] == _COMMA:
            self._comma, self._fresh, self._pos = at, True, at + 1
        else:
            self._close(at)

    def _odd_after(self, frame: _Frame) -> None:
        raw, end = self.raw, self._pos
        if self._blank():
            return
        at = self._pos
        byte = self._byte(complete=True)
        text = raw[self._start] == _QUOTE and raw[end - 1] == _QUOTE
        if byte == _SEMICOLON:
            self._note(Cause.WRONG_COMMA, replace(at, at + 1, b","))
            self._comma, self._fresh, self._pos = at, True, at + 1
        elif text and byte == _COLON:
            self._key_for_value(frame, self._start)
        elif self._next_begins(frame, at) and not (text and at == end and byte not in b'"{['):
            self._note(
                Cause.MISSING_COMMA, insert(end, b","), detail="key" if frame.keys is not None else "value"
            )
            self._comma, self._fresh = -1, True
        else:
            mended = quotes.misquoted_text(raw, self._start, end, self._closers()) if text else None
            if mended is None:
                cause = Cause.MISQUOTED if text else Cause.EXPECTED_COMMA
                raise stop(cause, at, at + 1, chr(frame.closer))
            self._mend(mended)

    def _key_for_value(self, frame: _Frame, start: int) -> None:
        """The string at `start`, read as a value, is a key: either the array that it stands in should have been closed before
        the comma, or an object opened."""
        del self.spots[self._before :]
        inside = frame.keys is None and self._comma >= 0 and self._frames[-2:][0].keys is not None
        if inside and self._mode() is Mismatch.INSERT:
            self._pop()
            self._pos = quotes.unskip(self.raw, self._comma)
            self._note(Cause.UNCLOSED, insert(self._pos, b"]"), safe=False)
            return
        self._note(Cause.MISSING_OPENER, insert(start, b"{"), safe=False, detail="an")
        self._pos = start
        self._push(_CLOSE_OBJECT, {})

    def _next_begins(self, frame: _Frame, at: int) -> bool:
        if frame.keys is not None:
            return KEY_LIKE.match(self.raw, at) is not None
        return (
            self.raw[at] in b'"{['
            or NUMBER.match(self.raw, at) is not None
            or PLAIN_WORD.match(self.raw, at) is not None
        )

    # -- brackets -------------------------------------------------------------------------------------------------

    def _push(self, closer: int, keys: dict[str, tuple[int, int]] | None) -> None:
        if len(self._frames) >= self.max_depth:
            raise stop(Cause.TOO_DEEP, self._pos, self._pos + 1)
        self._frames.append(_Frame(closer, keys))
        self._open[closer] += 1
        self._fresh, self._comma = True, -1

    def _close(self, at: int) -> None:
        """The closing bracket at `at`, whether or not it fits."""
        frame, comma = self._frames[-1], self._comma if self._fresh else -1
        if self.raw[at] == frame.closer:
            self._pop()
        elif not self._unfit(at, self.raw[at], frame.closer):
            self._pos = at + 1
            return
        if comma >= 0:
            self._note(Cause.TRAILING_COMMA, replace(comma, comma + 1, b""), detail=chr(self.raw[at]))
        self._fresh, self._comma, self._pos = False, -1, at + 1

    def _mode(self) -> Mismatch:
        """How to read a bracket that may be read in several ways: as told for the first, by inserting for all others."""
        mode = Mismatch.INSERT if self.mismatched else self._mismatch
        self.mismatched = True
        return mode

    def _unfit(self, at: int, byte: int, wanted: int) -> bool:
        """A closing bracket of the wrong kind; False when it is best left out."""
        mode = self._mode()
        shown, expected = chr(byte), chr(wanted)
        if mode is Mismatch.INSERT and self._open[byte]:
            missing = bytearray()
            while self._frames[-1].closer != byte:
                missing.append(self._frames[-1].closer)
                self._pop()
            edit = insert(quotes.unskip(self.raw, at), bytes(missing))
            self._add(Spot(Span(at, at + 1), Cause.MISSING_CLOSER, (edit,), False, missing.decode()))
        elif mode is Mismatch.REPLACE:
            self._note(
                Cause.WRONG_CLOSER,
                replace(at, at + 1, bytes((wanted,))),
                safe=False,
                detail=f"`{shown}`, expected `{expected}`",
            )
        else:
            self._note(Cause.STRAY_CLOSER, replace(at, at + 1, b""), safe=False, detail=shown)
            return False
        self._pop()
        return True

    def _closers(self) -> bytes:
        """What closes the open brackets, the outermost first."""
        return bytes(frame.closer for frame in self._frames)

    def _pop(self) -> None:
        self._closed = self._frames.pop()
        self._open[self._closed.closer] -= 1

    # -- values ---------------------------------------------------------------------------------------------------

    def _value(self) -> None:
        """The value that begins here: all of a scalar, the opening of an object or array."""
        raw, at = self.raw, self._pos
        self._start = at
        byte = raw[at] if at < len(raw) else -1
        if byte == _QUOTE:
            match = CLEAN_STRING.match(raw, at)
            if match is not None:
                self._pos, self._before = match.end(), len(self.spots)
            else:
                self._string(at)
        elif byte == _OPEN_OBJECT:
            self._push(_CLOSE_OBJECT, {})
            self._pos = at + 1
        elif byte == _OPEN_ARRAY:
            self._push(_CLOSE_ARRAY, None)
            self._pos = at + 1
        elif (match := NUMBER.match(raw, at)) is not None:
            self._pos = match.end()
            token = match[0]
            if len(token) >= _SHORT_NUMBER or b"e" in token or b"E" in token:
                self._number(token, at)
        elif (match := PLAIN_WORD.match(raw, at)) is not None:
            self._pos = match.end()
        else:
            self._odd_value()

    def _number(self, token: bytes, at: int) -> None:
        cause = _LOSSES.get(loss(token))
        if cause is not None:
            place = Span(at, at + len(token))
            edits = (Edit(place, values.PLACEHOLDER),) if cause is Cause.INFINITE else ()
            self._found([Spot(place, cause, edits)])

    def _string(self, at: int) -> None:
        match = STRING.match(self.raw, at)
        if match is None:
            self._before = len(self.spots)
            mended = quotes.never_closed(self.raw, at, self._closers())
            if mended is None:
                raise stop(Cause.UNTERMINATED, at, at + 1, '"')
            self._mend(mended)
            return
        self._pos = match.end()
        self._before = len(self.spots)
        self._found(string_spots(self.raw, at, self._pos))

    def _odd_value(self) -> None:
        raw = self.raw
        if self._blank():
            self._value()
            return
        at = self._pos
        byte = self._byte()
        if self._frames and CUT_OFF_VALUE.match(raw, at):
            end = quotes.unskip(raw, len(raw))
            raise stop(Cause.CUT_OFF, end, end)
        odd = (
            values.single_quoted(raw, at)
            or values.smart_quoted(raw, at)
            or values.number(raw, at)
            or values.word(raw, at)
            or (values.bare_text(raw, at) if self._frames else None)
        )
        if odd is not None:
            self._take(odd)
        elif byte in _CLOSERS and not self._frames:
            raise stop(Cause.STRAY_CLOSER, at, at + 1, chr(byte))
        elif self._frames and (byte == _COMMA or byte in _CLOSERS):
            raise stop(Cause.MISSING_VALUE, at, at + 1)
        else:
            raise stop(Cause.EXPECTED_VALUE, at, at + 1)

    def _mend(self, mended: quotes.Mended) -> None:
        """Go on as if a quote stood elsewhere; what was found behind it, in the string just read, is void."""
        inside = self.spots[self._before :]
        del self.spots[self._before :]
        self._found(spot for spot in inside if spot.span.start < mended.at)
        self._found(mended.spots)
        self._pos = mended.at

    def _take(self, odd: values.Odd) -> str:
        self._before = len(self.spots)
        self._found(odd.spots)
        self._pos = odd.end
        return decode(self.raw[odd.body.start : odd.body.end], foreign=True)

    # -- odds and ends ----------------------------------------------------------------------------------------------

    def _blank(self) -> bool:
        """Skip white space; True when comments or characters that are no white space in JSON were among it."""
        raw, found = self.raw, False
        while True:
            at = _skip(raw, self._pos)
            self._pos = at
            match = ODD_SPACE.match(raw, at)
            if match is not None:
                self._note(Cause.ODD_SPACE, replace(*match.span(), b" "))
            else:
                match = COMMENT.match(raw, at)
                if match is None:
                    return found
                self._comment(match[0], at)
            self._pos = match.end()
            found = True

    def _comment(self, text: bytes, at: int) -> None:
        end = at + len(text)
        if (self._frames and end == len(self.raw)) or (
            text.startswith(b"/*") and (len(text) < 4 or not text.endswith(b"*/"))
        ):
            raise stop(Cause.OPEN_COMMENT, at, at + (1 if text.startswith(b"#") else 2))
        self._note(Cause.COMMENT, replace(at, end, b""))

    def _byte(self, *, complete: bool = False) -> int:
        """The byte here; at the end of the text the record is cut off (`complete`: behind a whole value)."""
        if self._pos < len(self.raw):
            return self.raw[self._pos]
        end = quotes.unskip(self.raw, len(self.raw))
        if not complete or not self._frames:
            raise stop(Cause.CUT_OFF, end, end)
        missing = self._closers()[::-1]
        raise Unreadable(Spot(Span(end, end), Cause.CUT_OFF, (insert(end, missing),), safe=False))

    def _note(self, cause: Cause, edit: Edit, *, safe: bool = True, detail: str = "") -> None:
        self._add(Spot(edit.span, cause, (edit,), safe, detail))

    def _add(self, spot: Spot) -> None:
        """A slip. Text with so many is no JSON."""
        self._slips += 1
        if self._slips > _MOST_SLIPS:
            raise Unreadable(spot._replace(edits=()))
        self.spots.append(spot)

    def _found(self, spots: Iterable[Spot]) -> None:
        """Spots of other kinds. Their number is bounded too, for the sake of time and memory."""
        for spot in spots:
            if len(self.spots) >= _MOST_SPOTS:
                raise Unreadable(spot._replace(edits=()))
            self.spots.append(spot)
