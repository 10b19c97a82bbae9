r"""The file holds no records at all.

## What it does
Finds an empty file, a Git LFS pointer, a web page, compressed or binary data, and UTF-16 under the name of
a dataset.

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
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule, NoOptions

_MAGIC = (
    (b"\x1f\x8b", "gzip data; unpack it first"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"PAR1", "a Parquet file; convert it to JSON Lines"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data; unpack it first"),
    (b"BZh", "bzip2 data; unpack it first"),
    (b"\xfd7zXZ\x00", "xz data; unpack it first"),
    (b"ARROW1", "an Arrow file; convert it to JSON Lines"),
    (b"\x89PNG", "a PNG image"),
    (b"%PDF", "a PDF document"),
    (b"\xff\xfe", "UTF-16; convert it to UTF-8"),
    (b"\xfe\xff", "UTF-16; convert it to UTF-8"),
    (b"version https://git-lfs.github.com/", "a Git LFS pointer; run `git lfs pull`"),
)


def what(head: bytes) -> str | None:
    """What the first bytes show the file to be, and what to do; None for what may be a dataset."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return "empty" if len(head) < 65_536 else None
    if start[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page; download the file itself"
    if b"\x00" in head[:256]:
        wide = head[:256].count(b"\x00") * 4 >= len(head[:256])
        return (
            "UTF-16; convert it to UTF-8" if wide and b"\x00{" in head[:4] + head[:4][::-1] else "binary data"
        )
    return None


def check(facts: FileFacts, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file."""
    kind = what(facts.head)
    if kind is not None:
        yield Finding("SYN017", f"no dataset: the file is {kind}", Consequence.REJECTED)


RULE = FileRule(
    code="SYN017",
    name="not-a-dataset",
    summary="The file holds no records at all.",
    consequence=Consequence.REJECTED,
    check=check,
)
