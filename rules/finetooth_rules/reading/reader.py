"""Reads JSON and, where it is not, what was probably meant.

Every place that is not JSON becomes a spot with the edits that would make it so, and reading goes on as
if they had been made. No value is built: that is the strict parser's business, on the edited text, which
also proves the edits right (see `repair`). A place that nothing sensible can be made of ends the reading.
Never recurses; linear in the length of the text.
"""

from __future__ import annotations

from typing import Final

from finetooth_rules.finding import Edit, Span
from finetooth_rules.reading import quotes, values
from finetooth_rules.reading.brackets import CLOSE_ARRAY, CLOSE_OBJECT, Brackets, Frame, Keys, Mismatch
from finetooth_rules.reading.cursor import skip
from finetooth_rules.reading.grammar import (
    AFTER,
    CALL,
    CLEAN_STRING,
    COLON,
    CUT_OFF_VALUE,
    KEY_LIKE,
    MEMBER,
    NEXT_VALUE,
    NUMBER,
    NUMBERS,
    PLAIN_WORD,
    QUOTED_KEY,
    REOPENS,
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
_COLON: Final = 0x3A
_EQUALS: Final = 0x3D
_SEMICOLON: Final = 0x3B
_CLOSERS: Final = frozenset(b"}]")
_BEGINNINGS: Final = frozenset(b'{["-0123456789tfn')
_WHITE: Final = b" \t\r\n"
_PREFIX_BYTES: Final = 200
_SHORT_NUMBER: Final = 16
_LOSSES: Final = {
    Loss.INFINITE: Cause.INFINITE,
    Loss.BEYOND_64_BITS: Cause.BEYOND_64_BITS,
    Loss.BEYOND_DOUBLE: Cause.BEYOND_DOUBLE,
    Loss.DIGITS: Cause.DIGITS,
}


class Reader(Brackets):
    """One reading of one text. `spots` in the order they were met, `values` the spans of the top-level
    values."""

    def __init__(self, raw: bytes, max_depth: int, mismatch: Mismatch = Mismatch.INSERT) -> None:
        super().__init__(raw, max_depth, mismatch)
        self.values: list[Span] = []
        self.stopped = False
        self._first = 0  # where the top-level value starts
        self._start = 0  # where the value just read starts
        self._before = 0  # how many spots there were before the string just read

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

    # -- the record as a whole -------------------------------------------------------------------------

    def _document(self) -> None:
        self.blank()
        if self.pos >= len(self.raw):
            return
        self._first = self.pos
        called = self._lead()
        while True:
            self._run()
            self.values.append(Span(self._first, self.pos))
            if not self._another(called):
                return
            self._first = self.pos
            self._value()

    def _lead(self) -> bool:
        """Begin the first value; True where a call or a label stands around it."""
        raw, at = self.raw, self.pos
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
                self.pos = opening
        self._value()
        return called

    def _opener_missing(self, at: int) -> None:
        if not self.raw.rstrip().endswith(b"}"):
            raise stop(Cause.MISSING_OPENER, at, at, "the record's")
        self.spots.append(
            Spot(Span(at, at), Cause.MISSING_OPENER, (insert(at, b"{"),), False, "the record's")
        )
        self.push(CLOSE_OBJECT, {})

    def _run(self) -> None:
        """Read until the value that was begun is complete."""
        while self.frames or self._reopened():
            frame = self.frames[-1]
            if not self.fresh:
                self._after(frame)
            elif frame.keys is None:
                self._item()
            else:
                self._member(frame.keys)

    def _reopened(self) -> bool:
        """Whether the record goes on with a key after its last bracket, which was therefore one too many."""
        closed, at = self.closed, self.pos
        if closed is None or closed.keys is None or self.raw[at - 1] != closed.closer:
            return False
        if REOPENS.match(self.raw, at) is None:
            return False
        edit = replace(at - 1, at, b"")
        self.note(Cause.STRAY_CLOSER, edit, safe=False, detail="}")
        self.reopen(closed)
        return True

    def _another(self, called: bool) -> bool:
        """What stands after the value; True when another value begins."""
        raw = self.raw
        self.blank()
        at = self.pos
        if at >= len(raw):
            return False
        tail = TAIL.match(raw, at)
        if tail is not None and tail["closers"] and self.spots and self.spots[0].cause is Cause.TEXT_BEFORE:
            # The end of a record that begins on a line above: no record is to be made of it.
            raise stop(Cause.STRAY_CLOSER, at, at + 1, chr(raw[at]))
        if tail is not None and (called or not tail["call"]):
            edit = replace(at, len(raw.rstrip()), b"")
            if tail["call"]:  # the other half of what stands before
                self.spots[0] = self.spots[0]._replace(edits=(*self.spots[0].edits, edit))
            else:
                cause = Cause.STRAY_CLOSER if tail["closers"] else Cause.MARK_AFTER
                safe = self._surely_too_many(tail[0])
                self.spots.append(Spot(edit.span, cause, (edit,), safe, chr(raw[at])))
            return False
        following = NEXT_VALUE.match(raw, at)
        if following is not None:
            self.pos = following.end()
            self.found([Spot(Span(self.pos, self.pos + 1), Cause.SEVERAL_VALUES)])
            return True
        edit = replace(at, len(raw.rstrip()), b"")
        self.spots.append(Spot(edit.span, Cause.TEXT_AFTER, (edit,), safe=False))
        return False

    def _surely_too_many(self, tail: bytes) -> bool:
        """Whether brackets or a mark behind the value can only be too many. Where anything was guessed, where
        an array is closed, or an indented line ends in a comma, this is more likely a piece of a record over
        several lines that fell apart."""
        if not all(spot.safe for spot in self.spots):
            return False
        if tail[0] in _CLOSERS:
            return not self.slips and len(self.values) == 1 and b"]" not in tail
        return tail[0] != _COMMA or self.raw[0] not in _WHITE

    # -- members and items -----------------------------------------------------------------------------

    def _member(self, keys: Keys) -> None:
        """A key, its colon, and the beginning of its value; or the end of the object."""
        match = MEMBER.match(self.raw, self.pos)
        if match is not None:
            key = match[1].decode()
            start, end = match.span(1)
            place = (start - 1, end + 1)
            self.pos = match.end()
        else:
            odd = self._odd_key()
            if odd is None:
                return
            key, place = odd
        first = keys.setdefault(key, place)
        if first is not place:
            self.found([Spot(Span(*place), Cause.DUPLICATE_KEY, detail=key, other=Span(*first))])
        self.fresh = False
        self._value()

    def _odd_key(self) -> tuple[str, tuple[int, int]] | None:
        """A key that is not plain ASCII, or not JSON; None at the end of the object or a comma too many."""
        raw = self.raw
        self.blank()
        at = self.pos
        byte = self._byte()
        if byte in _CLOSERS:
            self.close(at)
            return None
        if byte == _COMMA:
            self._extra_comma(at)
            return None
        if byte == _QUOTE:
            match = STRING.match(raw, at)
            if match is None:
                raise stop(Cause.UNTERMINATED, at, at + 1, '"')
            self.pos = match.end()
            self._before = len(self.spots)
            self.found(string_spots(raw, *match.span()))
            key = decode(raw[at + 1 : match.end() - 1])
        else:
            odd = values.single_quoted(raw, at) or values.smart_quoted(raw, at) or values.bare_key(raw, at)
            if odd is None:
                unopened = byte == _OPEN_OBJECT and self.comma >= 0
                raise stop(Cause.OBJECT_FOR_KEY if unopened else Cause.EXPECTED_KEY, at, at + 1)
            key = self._take(odd)
        end = self.pos
        self._colon(at)
        return key, (at, end)

    def _colon(self, start: int) -> None:
        """The colon after the key from `start` to here."""
        raw, end = self.raw, self.pos
        match = COLON.match(raw, end)
        if match is None and self.blank():
            match = COLON.match(raw, self.pos)
        if match is not None:
            self.pos = match.end()
            return
        at = self.pos
        byte = self._byte()
        mended = quotes.misquoted_key(raw, start, end) if raw[start] == _QUOTE else None
        if mended is not None:
            self._mend(mended)
            self._colon(start)
        elif byte == _EQUALS:
            wide = 2 if raw[at + 1 : at + 2] == b">" else 1
            self.note(Cause.WRONG_COLON, replace(at, at + wide, b":"), detail=raw[at : at + wide].decode())
            self.pos = skip(raw, at + wide)
        elif byte == _COMMA or byte in _CLOSERS:
            raise stop(Cause.KEY_WITHOUT_VALUE, start, end)
        elif raw[at] in b'"{[' or (at > end and raw[at] in b"-0123456789tfnTFN"):
            self.note(Cause.MISSING_COLON, insert(end, b":"))
        else:
            raise stop(Cause.EXPECTED_COLON, at, at + 1)

    def _item(self) -> None:
        """The beginning of an array's item; or the end of the array."""
        numbers = NUMBERS.match(self.raw, self.pos)
        if numbers is not None:
            self.pos = numbers.end()
            self.comma = self.pos - 1
        at = skip(self.raw, self.pos)
        self.pos = at
        if at >= len(self.raw) or self.raw[at] not in _BEGINNINGS:
            self.blank()
            at = self.pos
            byte = self._byte()
            if byte in _CLOSERS:
                self.close(at)
                return
            if byte == _COMMA:
                self._extra_comma(at)
                return
        self.fresh = False
        self._value()

    def _extra_comma(self, at: int) -> None:
        self.note(Cause.EXTRA_COMMA, replace(at, at + 1, b""))
        self.pos = at + 1

    def _after(self, frame: Frame) -> None:
        """A comma or closing bracket after a value."""
        match = AFTER.match(self.raw, self.pos)
        if match is None:
            self._odd_after(frame)
            return
        at = match.start(1)
        if self.raw[at] == _COMMA:
            self.comma, self.fresh, self.pos = at, True, at + 1
        else:
            self.close(at)

    def _odd_after(self, frame: Frame) -> None:
        raw, end = self.raw, self.pos
        if self.blank():
            return
        at = self.pos
        byte = self._byte(complete=True)
        text = raw[self._start] == _QUOTE and raw[end - 1] == _QUOTE
        if byte == _SEMICOLON:
            self.note(Cause.WRONG_COMMA, replace(at, at + 1, b","))
            self.comma, self.fresh, self.pos = at, True, at + 1
        elif text and byte == _COLON:
            self._key_for_value(frame, self._start)
        elif self._next_begins(frame, at) and not (text and at == end and byte not in b'"{['):
            self.note(
                Cause.MISSING_COMMA, insert(end, b","), detail="key" if frame.keys is not None else "value"
            )
            self.comma, self.fresh = -1, True
        else:
            mended = quotes.misquoted_text(raw, self._start, end, self.closers()) if text else None
            if mended is None:
                cause = Cause.MISQUOTED if text else Cause.EXPECTED_COMMA
                raise stop(cause, at, at + 1, chr(frame.closer))
            self._mend(mended)

    def _key_for_value(self, frame: Frame, start: int) -> None:
        """The string at `start`, read as a value, is a key: either the array that it stands in should
        have been closed before the comma, or an object opened."""
        del self.spots[self._before :]
        inside = frame.keys is None and self.comma >= 0 and self.frames[-2:][0].keys is not None
        if inside and self.mode() is Mismatch.INSERT:
            self.pop()
            self.pos = quotes.unskip(self.raw, self.comma)
            while self.spots and self.spots[-1].span.start >= self.pos:  # to be met again
                self.spots.pop()
            self.note(Cause.UNCLOSED, insert(self.pos, b"]"), safe=False)
            return
        self.note(Cause.MISSING_OPENER, insert(start, b"{"), safe=False, detail="an")
        self.pos = start
        self.push(CLOSE_OBJECT, {})

    def _next_begins(self, frame: Frame, at: int) -> bool:
        if frame.keys is not None:
            return KEY_LIKE.match(self.raw, at) is not None
        return (
            self.raw[at] in b'"{['
            or NUMBER.match(self.raw, at) is not None
            or PLAIN_WORD.match(self.raw, at) is not None
        )

    # -- values ----------------------------------------------------------------------------------------

    def _value(self) -> None:
        """The value that begins here: all of a scalar, the opening of an object or array."""
        raw, at = self.raw, self.pos
        self._start = at
        byte = raw[at] if at < len(raw) else -1
        if byte == _QUOTE:
            match = CLEAN_STRING.match(raw, at)
            if match is not None:
                self.pos, self._before = match.end(), len(self.spots)
            else:
                self._string(at)
        elif byte == _OPEN_OBJECT:
            self.push(CLOSE_OBJECT, {})
            self.pos = at + 1
        elif byte == _OPEN_ARRAY:
            self.push(CLOSE_ARRAY, None)
            self.pos = at + 1
        elif (match := NUMBER.match(raw, at)) is not None:
            self.pos = match.end()
            token = match[0]
            if len(token) >= _SHORT_NUMBER or b"e" in token or b"E" in token:
                self._number(token, at)
        elif (match := PLAIN_WORD.match(raw, at)) is not None:
            self.pos = match.end()
        else:
            self._odd_value()

    def _number(self, token: bytes, at: int) -> None:
        cause = _LOSSES.get(loss(token))
        if cause is not None:
            place = Span(at, at + len(token))
            edits = (Edit(place, values.PLACEHOLDER),) if cause is Cause.INFINITE else ()
            self.found([Spot(place, cause, edits)])

    def _string(self, at: int) -> None:
        match = STRING.match(self.raw, at)
        if match is None:
            self._before = len(self.spots)
            mended = quotes.never_closed(self.raw, at, self.closers())
            if mended is None:
                raise stop(Cause.UNTERMINATED, at, at + 1, '"')
            self._mend(mended)
            return
        self.pos = match.end()
        self._before = len(self.spots)
        self.found(string_spots(self.raw, at, self.pos))

    def _odd_value(self) -> None:
        raw = self.raw
        if self.blank():
            self._value()
            return
        at = self.pos
        byte = self._byte()
        if self.frames and CUT_OFF_VALUE.match(raw, at):
            end = quotes.unskip(raw, len(raw))
            raise stop(Cause.CUT_OFF, end, end)
        odd = (
            values.single_quoted(raw, at)
            or values.smart_quoted(raw, at)
            or values.number(raw, at)
            or values.word(raw, at)
            or (values.bare_text(raw, at) if self.frames else None)
        )
        if odd is not None:
            self._take(odd)
        elif byte in _CLOSERS and not self.frames:
            raise stop(Cause.STRAY_CLOSER, at, at + 1, chr(byte))
        elif self.frames and (byte == _COMMA or byte in _CLOSERS):
            raise stop(Cause.MISSING_VALUE, at, at + 1)
        else:
            raise stop(Cause.EXPECTED_VALUE, at, at + 1)

    def _mend(self, mended: quotes.Mended) -> None:
        """Go on as if a quote stood elsewhere; what was found behind it, in the string just read, is void."""
        inside = self.spots[self._before :]
        del self.spots[self._before :]
        self.found(spot for spot in inside if spot.span.start < mended.at)
        self.found(mended.spots)
        self.pos = mended.at

    def _take(self, odd: values.Odd) -> str:
        self._before = len(self.spots)
        self.found(odd.spots)
        self.pos = odd.end
        return decode(self.raw[odd.body.start : odd.body.end], foreign=True)

    # -- odds and ends ---------------------------------------------------------------------------------

    def _byte(self, *, complete: bool = False) -> int:
        """The byte here; at the end of the text the record is cut off (`complete`: behind a whole value)."""
        if self.pos < len(self.raw):
            return self.raw[self.pos]
        end = quotes.unskip(self.raw, len(self.raw))
        if not complete or not self.frames:
            raise stop(Cause.CUT_OFF, end, end)
        missing = self.closers()[::-1]
        raise Unreadable(Spot(Span(end, end), Cause.CUT_OFF, (insert(end, missing),), safe=False))
