r"""The file is larger than the target takes.

## What it does
Compares the size of the file with the most bytes that the target takes. Azure's plain upload also fails above
some 150 MB; such a file is only noted, as it can be uploaded in parts.

## Why it matters
The upload is refused: at OpenAI above 512 MB, at Vertex AI above 1 GB, at mistral-finetune's checker above
10 GB, at Together above 50.1 GB.

## Example
```toml
target = "openai"
rules.file-too-large.max-bytes = 100
```
```jsonl
{"prompt": "What is 2 + 2?\n\n###\n\n", "completion": " 4 END"}
{"prompt": "What is 2 + 3?\n\n###\n\n", "completion": " 5 END"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?\n\n###\n\n", "completion": " 4 END"}
```

## Fix
None. Leave records out; put images at addresses instead of into the file.

## Options
- `max-bytes`: the most bytes. Default: what the target takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Consequence, Finding, Span
from finetooth_rules.profile import Profile
from finetooth_rules.rule import FileRule

CODE: Final = "SIZ003"
_KIB: Final = 1024
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB")


@dataclass(frozen=True, slots=True)
class Options:
    """`max_bytes`: the most bytes; None takes the target's."""

    max_bytes: int | None = None


def check(facts: FileFacts, profile: Profile, options: Options) -> Iterator[Finding]:
    """At most one finding, at the beginning of the file."""
    target = profile.target
    most = target.max_file_bytes if options.max_bytes is None else options.max_bytes
    plain = target.plain_upload_bytes
    if most is not None and facts.size > most:
        message = f"the file has {in_units(facts.size)}; {target.title} takes at most {in_units(most)}"
        yield Finding(CODE, message, Consequence.REJECTED, span=Span(0, 0))
    elif plain is not None and facts.size > plain:
        message = (
            f"the file has {in_units(facts.size)}; upload it in parts: above {in_units(plain)} it can fail"
        )
        yield Finding(CODE, message, Consequence.NOTE, span=Span(0, 0))


def in_units(size: int) -> str:
    """A number of bytes for people, in the largest unit that gives at least 1."""
    amount, unit = float(size), 0
    while amount >= _KIB and unit < len(_UNITS) - 1:
        amount, unit = amount / _KIB, unit + 1
    if unit == 0 or amount.is_integer():
        return f"{int(amount):,} {_UNITS[unit]}"
    return f"{amount:,.1f} {_UNITS[unit]}"


RULE = FileRule(
    code=CODE,
    name="file-too-large",
    summary="The file is larger than the target takes.",
    consequence=Consequence.REJECTED,
    options=Options,
    check=check,
)
