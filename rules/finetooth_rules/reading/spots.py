"""What the reader reports: places where the text is not as it should be."""

from __future__ import annotations

from enum import IntEnum, auto
from typing import NamedTuple

from finetooth_rules.finding import Edit, Span


class Cause(IntEnum):
    """What is wrong at a spot; `scan` words it."""

    # Punctuation: each place is a flaw of its own.
    TRAILING_COMMA = auto()
    EXTRA_COMMA = auto()
    MISSING_COMMA = auto()
    WRONG_COMMA = auto()
    MISSING_COLON = auto()
    WRONG_COLON = auto()
    MISSING_CLOSER = auto()
    WRONG_CLOSER = auto()
    STRAY_CLOSER = auto()
    UNCLOSED = auto()
    MISSING_OPENER = auto()
    MISSING_QUOTE = auto()
    INNER_QUOTE = auto()
    CUT_OFF = auto()
    MARK_AFTER = auto()
    TEXT_BEFORE = auto()
    TEXT_AFTER = auto()
    # A habit of whoever wrote the record: all places are one flaw.
    SINGLE_QUOTES = auto()
    PYTHON_WORD = auto()
    UNQUOTED_KEY = auto()
    UNQUOTED_TEXT = auto()
    SMART_QUOTES = auto()
    COMMENT = auto()
    ODD_SPACE = auto()
    NO_SUCH_WORD = auto()
    INVALID_ESCAPE = auto()
    NUMBER_FORM = auto()
    LEADING_ZERO = auto()
    # Reading ends here.
    UNTERMINATED = auto()
    OPEN_COMMENT = auto()
    MISSING_VALUE = auto()
    KEY_WITHOUT_VALUE = auto()
    EXPECTED_KEY = auto()
    OBJECT_FOR_KEY = auto()
    EXPECTED_VALUE = auto()
    EXPECTED_COMMA = auto()
    MISQUOTED = auto()
    EXPECTED_COLON = auto()
    BAD_NUMBER = auto()
    TOO_DEEP = auto()
    # Not a question of grammar.
    INVALID_UTF8 = auto()
    SEVERAL_VALUES = auto()
    DUPLICATE_KEY = auto()
    NON_FINITE = auto()
    INFINITE = auto()
    LONE_SURROGATE = auto()
    CONTROL = auto()
    LINE_SEPARATOR = auto()
    BEYOND_64_BITS = auto()
    BEYOND_DOUBLE = auto()
    DIGITS = auto()


class Spot(NamedTuple):
    """A place that is not as it should be.

    `edits` make it JSON; `safe` says that they are the only sensible reading, and lose nothing. `detail`
    is for the message. `other` is an earlier place that this one clashes with.
    """

    span: Span
    cause: Cause
    edits: tuple[Edit, ...] = ()
    safe: bool = True
    detail: str = ""
    other: Span | None = None


class Unreadable(Exception):
    """Nothing sensible can be made of the text from this spot on."""

    def __init__(self, spot: Spot) -> None:
        self.spot = spot


def stop(cause: Cause, start: int, end: int, detail: str = "") -> Unreadable:
    """To be raised: reading ends at this place."""
    return Unreadable(Spot(Span(start, end), cause, detail=detail))


def replace(start: int, end: int, content: bytes) -> Edit:
    """Put `content` in the place of these bytes."""
    return Edit(Span(start, end), content)


def insert(at: int, content: bytes) -> Edit:
    """Put `content` before the byte at `at`."""
    return Edit(Span(at, at), content)
