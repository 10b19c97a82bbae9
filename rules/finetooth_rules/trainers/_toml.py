"""Settings written in TOML: `tomllib` reads the values, a small scanner finds where they stand.

The scanner runs only over a text that `tomllib` took, so it need not judge; it knows keys (bare, quoted,
dotted), tables and arrays of them, the four kinds of string, arrays and inline tables.
"""

from __future__ import annotations

import re
from typing import Final

from finetooth_rules.finding import Path, Span
from finetooth_rules.patterns import lazy
from finetooth_rules.trainers._document import Document, Language, Offsets, decoded, unreadable

_PLACE: Final = lazy(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")
_SKIP: Final = lazy(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = lazy(r"[ \t]*")
_STRING: Final = lazy(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_BARE: Final = lazy(r"[A-Za-z0-9_-]+")
_SCALAR: Final = lazy(r"[^,\]}#\r\n]*")


def read_toml(raw: bytes) -> Document:
    """The document; of a text that is not TOML the place where that shows."""
    import tomllib

    text = decoded(raw, Language.TOML)
    if isinstance(text, Document):
        return text
    offsets = Offsets(raw, text)
    try:
        value = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _index(str(error), text)
        message = _PLACE.sub("", str(error)).strip()
        return unreadable(raw, Language.TOML, f"is not valid TOML: {message}", offsets.span(at, at + 1))
    spans = _Scanner(text).places()

    def find(path: Path, on_key: bool) -> Span | None:
        place = spans.get(path)
        return None if place is None else offsets.span(*(place[:2] if on_key else place[2:]))

    return Document(raw, Language.TOML, value, None, find)


def _index(message: str, text: str) -> int:
    """The offset of the place that tomllib names; its lines end at `\\n`."""
    match = _PLACE.search(message)
    if match is None or match[1] is None:
        return max(len(text.rstrip()) - 1, 0)
    lines = text.replace("\r\n", "\n") if "\r\n" in text else text
    start = 0
    for _ in range(int(match[1]) - 1):
        start = lines.find("\n", start) + 1
    crs = 0 if lines is text else int(match[1]) - 1
    return min(start + crs + int(match[2]) - 1, len(text))


Place = tuple[int, int, int, int]
"""Start and end of the key, start and end of the value."""


class _Scanner:
    """Walks a text that is TOML once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._places: dict[Path, Place] = {}
        self._counts: dict[Path, int] = {}

    def places(self) -> dict[Path, Place]:
        """Path → where its key and its value stand. The value of a table is its header."""
        table: Path = ()
        self._skip()
        while self._at < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip()
        return self._places

    def _skip(self) -> None:
        match = _SKIP.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _blank(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _header(self) -> Path:
        several = self._text.startswith("[[", self._at)
        start = self._at
        self._at += 2 if several else 1
        steps, left, right = self._key()
        path = self._inside(steps[:-1])
        path = (*path, steps[-1])
        if several:
            self._counts[path] = self._counts.get(path, -1) + 1
            path = (*path, self._counts[path])
        self._at = self._text.index("]", self._at) + (2 if several else 1)
        self._places[path] = (left, right, start, self._at)
        return self._inside(path) if not several else path

    def _inside(self, steps: Path) -> Path:
        """A path of keys with the index of the last element wherever a step is an array of tables."""
        path: Path = ()
        for step in steps:
            path = (*path, step)
            if path in self._counts and not (len(path) < len(steps) and isinstance(steps[len(path)], int)):
                path = (*path, self._counts[path])
        return path

    def _pair(self, table: Path) -> None:
        steps, left, right = self._key()
        self._at = self._text.index("=", self._at) + 1
        self._blank()
        path = (*table, *steps)
        start = self._at
        self._value(path)
        self._places[path] = (left, right, start, self._at)
        for count in range(1, len(steps)):
            self._places.setdefault(path[: len(table) + count], (left, right, start, self._at))

    def _key(self) -> tuple[Path, int, int]:
        """The steps of a dotted key, and where it stands."""
        steps: list[str] = []
        self._blank()
        left = right = self._at
        while True:
            string = _STRING.match(self._text, self._at)
            match = string or _BARE.match(self._text, self._at)
            if match is None:  # pragma: no cover - no TOML
                self._at += 1
                break
            steps.append(_decode(match[0]) if string else match[0])
            self._at = right = match.end()
            self._blank()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
            self._blank()
        return tuple(steps), left, right

    def _value(self, path: Path) -> None:
        char = self._text[self._at : self._at + 1]
        if char in ("[", "{"):
            self._many(path, "]" if char == "[" else "}")
            return
        match = _STRING.match(self._text, self._at) if char in "\"'" else None
        if match is None:
            match = _SCALAR.match(self._text, self._at)
            assert match is not None
            self._at += len(match[0].rstrip())
        else:
            self._at = match.end()

    def _many(self, path: Path, end: str) -> None:
        """The items of an array, or the pairs of an inline table."""
        self._at += 1
        index = 0
        while True:
            self._skip()
            if self._text.startswith(end, self._at):
                self._at += 1
                return
            if self._text.startswith(",", self._at):
                self._at += 1
            elif end == "}":
                self._pair(path)
            else:
                start = self._at
                self._value((*path, index))
                self._places[(*path, index)] = (start, self._at, start, self._at)
                index += 1
            if self._at >= len(self._text):  # pragma: no cover - no TOML
                return


def _decode(quoted: str) -> str:
    """The text of a quoted key."""
    import tomllib

    decoded_key = next(iter(tomllib.loads(f"{quoted} = 0")))
    return str(decoded_key)
