"""The objects and arrays that are open, and closing brackets that do not fit them."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from finetooth_rules.finding import Span
from finetooth_rules.reading.cursor import Cursor
from finetooth_rules.reading.quotes import unskip
from finetooth_rules.reading.spots import Cause, Spot, insert, replace, stop

CLOSE_OBJECT: Final = 0x7D
CLOSE_ARRAY: Final = 0x5D
Keys = dict[str, tuple[int, int]]
"""Where each key of an object was first seen."""


class Mismatch(Enum):
    """How to read the first bracket that does not fit; all later ones are read as by INSERT."""

    INSERT = auto()
    REPLACE = auto()
    DELETE = auto()


class Frame:
    """An object (`keys`) or array that is open."""

    __slots__ = ("closer", "keys")

    def __init__(self, closer: int, keys: Keys | None) -> None:
        self.closer = closer
        self.keys = keys


class Brackets(Cursor):
    """A cursor that knows what is open. `fresh`: a member or item is to come, after the comma at `comma`
    (-1: after the bracket). `closed`: what was closed last. `mismatched`: a bracket came that may be read
    otherwise."""

    def __init__(self, raw: bytes, max_depth: int, mismatch: Mismatch) -> None:
        super().__init__(raw)
        self.max_depth = max_depth
        self.frames: list[Frame] = []
        self.closed: Frame | None = None
        self.fresh = False
        self.comma = -1
        self.mismatched = False
        self._mismatch = mismatch
        self._open = {CLOSE_OBJECT: 0, CLOSE_ARRAY: 0}

    def inside(self) -> bool:
        """Whether anything is open."""
        return bool(self.frames)

    def push(self, closer: int, keys: Keys | None) -> None:
        """Open an object or array."""
        if len(self.frames) >= self.max_depth:
            raise stop(Cause.TOO_DEEP, self.pos, self.pos + 1)
        self.frames.append(Frame(closer, keys))
        self._open[closer] += 1
        self.fresh, self.comma = True, -1

    def pop(self) -> None:
        """Close the innermost."""
        self.closed = self.frames.pop()
        self._open[self.closed.closer] -= 1

    def reopen(self, frame: Frame) -> None:
        """Go on in one that was closed."""
        self.frames.append(frame)
        self._open[frame.closer] += 1

    def closers(self) -> bytes:
        """What closes the open brackets, the outermost first."""
        return bytes(frame.closer for frame in self.frames)

    def mode(self) -> Mismatch:
        """How to read the bracket at hand."""
        mode = Mismatch.INSERT if self.mismatched else self._mismatch
        self.mismatched = True
        return mode

    def close(self, at: int) -> None:
        """The closing bracket at `at`, whether or not it fits."""
        comma = self.comma if self.fresh else -1
        if self.raw[at] == self.frames[-1].closer:
            self.pop()
        elif not self._unfit(at):
            self.pos = at + 1
            return
        if comma >= 0:
            self.note(Cause.TRAILING_COMMA, replace(comma, comma + 1, b""), detail=chr(self.raw[at]))
        self.fresh, self.comma, self.pos = False, -1, at + 1

    def _unfit(self, at: int) -> bool:
        """A closing bracket of the wrong kind; False when it is best left out."""
        byte, wanted = self.raw[at], self.frames[-1].closer
        mode = self.mode()
        if mode is Mismatch.INSERT and self._open[byte]:
            missing = bytearray()
            while self.frames[-1].closer != byte:
                missing.append(self.frames[-1].closer)
                self.pop()
            edit = insert(unskip(self.raw, at), bytes(missing))
            self.slip(Spot(Span(at, at + 1), Cause.MISSING_CLOSER, (edit,), False, missing.decode()))
        elif mode is Mismatch.REPLACE:
            detail = f"`{chr(byte)}`, expected `{chr(wanted)}`"
            self.note(Cause.WRONG_CLOSER, replace(at, at + 1, bytes((wanted,))), safe=False, detail=detail)
        else:
            self.note(Cause.STRAY_CLOSER, replace(at, at + 1, b""), safe=False, detail=chr(byte))
            return False
        self.pop()
        return True
