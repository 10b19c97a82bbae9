r"""The file holds no records at all.

## What it does
Finds an empty file, a Git LFS pointer, a web page, CSV, YAML, plain text, compressed or binary data, and
UTF-16 under the name of a dataset. Text is judged so only where none of its first lines has anything of a
record.

## Why it matters
The trainer stops at the first line, or finds no example: `SchemaInferenceError`, `StopIteration`, `No valid
json line found in file`.

## Example
```python
b'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n'
```

## Use instead
```python
b'{"prompt": "1 + 1?", "completion": "2"}\n'
```

## Fix
None: `git lfs pull`, unpack it, or convert it to UTF-8.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule, NoOptions

_UTF8_BOM = b"\xef\xbb\xbf"
_MAGIC = (
    (b"\x1f\x8b", "gzip data; unpack it first"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"PAR1", "a Parquet file; convert it to JSON Lines"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data; unpack it first"),
    (b"BZh", "bzip2 data; unpack it first"),
    (b"\xfd7zXZ\x00", "xz data; unpack it first"),
    (b"ARROW1", "an Arrow file; convert it to JSON Lines"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xfe\x00\x00", "UTF-32; convert it to UTF-8"),
    (b"\x00\x00\xfe\xff", "UTF-32; convert it to UTF-8"),
    (b"\xff\xfe", "UTF-16; convert it to UTF-8"),
    (b"\xfe\xff", "UTF-16; convert it to UTF-8"),
    (b"version https://git-lfs.github.com/", "a Git LFS pointer; run `git lfs pull`"),
)
_LOOKED_AT = 256
_BINARY_LOOKED_AT = 8192
_LINES_LOOKED_AT = 20
_JSON_START = lazy(
    rb"[\[{}\]'(/#]|.*\{\s*[\"']|(?:-?\d[\d.eE+-]*|true|false|null|None|True|False|NaN)[\s,]*$"
)
_SEPARATORS = {b",": "comma-separated (CSV)", b"\t": "tab-separated (TSV)", b";": "semicolon-separated (CSV)"}
_HEADERS = {
    mark: lazy(rb'"?[A-Za-z_][\w .-]*"?(?:' + mark + rb'"?[A-Za-z_][\w .-]*"?)+') for mark in _SEPARATORS
}
_YAML = lazy(rb"- \w+:|---$|\w+:(?: [|>]-?)?$")
_PROSE = lazy(rb"[A-Za-z\x80-\xff]\S* +\S")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")


def what(facts: FileFacts) -> str | None:
    """What the first bytes show the file to be, and what to do; None for what may be a dataset."""
    head = facts.head
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.removeprefix(_UTF8_BOM).lstrip()
    if not text:
        if facts.size > len(head):
            return None
        blank = "only white space" if head.removeprefix(_UTF8_BOM) else "empty"
        return f"{blank}; expected records"
    start = text[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page; download the data itself"
    if start.startswith(b"<?xml"):
        return "an XML document; was an error page saved in the data's place?"
    no_text = _wide_text(head[:_LOOKED_AT]) or _binary(head[:_BINARY_LOOKED_AT])
    if no_text is not None or facts.array:
        return no_text
    return _other_text(text, whole=facts.size <= len(head))


def _other_text(text: bytes, *, whole: bool) -> str | None:
    """Text of another notation: not one of the first lines has anything of a record, or of any JSON value."""
    if text[:1] in b"{[":
        return None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = lines[:_LINES_LOOKED_AT] if whole else lines[:-1][:_LINES_LOOKED_AT]
    if len(lines) < 2 or any(_JSON_START.match(line) for line in lines[1:]):
        return None
    separator = next((mark for mark, header in _HEADERS.items() if header.fullmatch(lines[0])), None)
    if separator is not None and all(separator in line for line in lines[1:2]):
        return f"{_SEPARATORS[separator]}; convert it to JSON Lines"
    if any(_JSON_START.match(line) or line[:1] == b'"' for line in lines):
        return None
    if _YAML.match(lines[0]):
        return "YAML; convert it to JSON Lines"
    return "plain text; expected one JSON object a line" if all(map(_PROSE.match, lines)) else None


def _wide_text(head: bytes) -> str | None:
    """By where the NUL bytes stand: in UTF-16 every other byte of plain text is one, in UTF-32 three of
    four."""
    share = head.count(0) / len(head)
    if share < 0.3:
        return None
    if share > 0.6:
        return "UTF-32; convert it to UTF-8"
    even, odd = head[::2].count(0), head[1::2].count(0)
    return "binary data" if min(even, odd) * 4 > max(even, odd) else "UTF-16; convert it to UTF-8"


def _binary(head: bytes) -> str | None:
    """Bytes of which many are control characters, and of which no line begins like a record."""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls * 20 < len(head) or any(line.lstrip()[:1] == b"{" for line in head.splitlines()):
        return None
    return "binary data"


def check(facts: FileFacts, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file."""
    kind = what(facts)
    if kind is not None:
        yield Finding("SYN017", f"no dataset: the file is {kind}", Consequence.REJECTED)


RULE = FileRule(
    code="SYN017",
    name="not-a-dataset",
    summary="The file holds no records at all.",
    consequence=Consequence.REJECTED,
    # What is no text has no lines, and a mark alone is no text.
    supersedes=("SYN004", "SYN014", "SYN015"),
    check=check,
)
