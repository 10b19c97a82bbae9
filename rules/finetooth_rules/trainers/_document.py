"""The text of a settings file: what it says, and where in its bytes each value stands.

JSON, YAML and TOML are read into the same thing. Nothing here raises: a text that cannot be read has one
`trouble` at one place, and no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from finetooth_rules.finding import Path, Span

MAX_BYTES: Final = 128 * 1024
"""A larger file is no settings: reading YAML takes a second a megabyte, and people write some kilobytes."""
MAX_DEPTH: Final = 64


class Language(StrEnum):
    """What a settings file is written in."""

    JSON = "json"
    YAML = "yaml"
    TOML = "toml"


class Trouble(NamedTuple):
    """Why a text cannot be read, and where (byte offsets)."""

    message: str
    span: Span


Locate = Callable[[Path, bool], Span | None]


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A settings file as read. `value` is None where there is `trouble`; otherwise whatever the text holds.

    Numbers that YAML 1.1 takes for text (`1e-4`) are strings here too: what they mean, each trainer says.
    """

    raw: bytes
    language: Language
    value: Any
    trouble: Trouble | None
    find: Locate

    def locate(self, path: Path, *, on_key: bool = False) -> Span | None:
        """Span of the value at `path` (quotes included), or of its key; None where there is none."""
        return self.find(path, on_key)

    @property
    def mapping(self) -> Mapping[str, Any]:
        """The value where it is a mapping, else an empty one."""
        return self.value if isinstance(self.value, Mapping) else {}

    def at(self, path: Path) -> Any:
        """The value at a path of keys and indices; None where it leads nowhere."""
        value = self.value
        for step in path:
            if isinstance(step, str) and isinstance(value, Mapping):
                value = value.get(step)
            elif isinstance(step, int) and isinstance(value, list) and step < len(value):
                value = value[step]
            else:
                return None
        return value


def nowhere(path: Path, on_key: bool) -> Span | None:
    """Finds nothing: for texts that could not be read."""
    return None


def unreadable(raw: bytes, language: Language, message: str, span: Span) -> Document:
    """A document with trouble, and nothing else."""
    start = min(span.start, len(raw))
    return Document(
        raw, language, None, Trouble(message, Span(start, min(max(span.end, start), len(raw)))), nowhere
    )


def decoded(raw: bytes, language: Language) -> str | Document:
    """The text without a byte-order mark, or the document that says why there is none."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + (len(raw) - len(raw.removeprefix(BOM)))
        return unreadable(raw, language, f"byte 0x{raw[at]:02x} is not UTF-8", Span(at, at + 1))


BOM: Final = b"\xef\xbb\xbf"


class Offsets:
    """Byte offsets in a file of the character offsets in its text (which lacks a byte-order mark)."""

    def __init__(self, raw: bytes, text: str) -> None:
        self._base = len(BOM) if raw.startswith(BOM) else 0
        self._text = None if text.isascii() else text

    def span(self, start: int, end: int) -> Span:
        """The span of the characters `start` to `end`."""
        return Span(self._byte(start), self._byte(end))

    def _byte(self, at: int) -> int:
        if self._text is None:
            return self._base + at
        return self._base + len(self._text[:at].encode("utf-8", "surrogatepass"))


def language_of(name: str) -> Language | None:
    """The language that a file's name tells; None where it is no settings file."""
    suffix = name.lower().rpartition(".")[2]
    return {"json": Language.JSON, "yaml": Language.YAML, "yml": Language.YAML, "toml": Language.TOML}.get(
        suffix
    )
