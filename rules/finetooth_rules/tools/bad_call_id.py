r"""The id of a call is not one that the target takes.

## What it does
Compares the ids of calls, and those that results refer to, with the target's pattern: nine letters and digits
for Mistral. In the last turn, where no result refers to it, an id may be missing or `null`. Silent where the
target takes any id.

## Why it matters
mistral-finetune stops: `Tool call id was X but must be a-z, A-Z, 0-9, with a length of 9.`

## Example
```toml
target = "mistral"
```
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Weather in Rome?"}, {"role": "assistant", "tool_calls": [{"id": "Vx31sW8aa", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]}]}
```

## Fix
Writes an id that fits, made from the old one, in the call and in all results that refer to it. Safe: the target
refuses the record as it stands.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.finding import Applicability, Consequence, Finding, Path
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.tools._calls import renamed, touches_tools

CODE: Final = "TOL007"
_NOT_PLAIN: Final = lazy(r"[^A-Za-z0-9]")
_LENGTH: Final = 9


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each id, where it first stands."""
    pattern = profile.target.call_id
    if pattern is None or not profile.target.reads(example.format):
        return
    fits = re.compile(pattern).fullmatch
    title = profile.target.title
    places = _places(example)
    last = len(example.turns) - 1
    for index, turn in enumerate(example.turns):
        for call in turn.calls:
            if call.id is None and index != last:
                message = f"this call has no id; {title} wants one before the last turn"
                yield Finding(CODE, message, Consequence.REJECTED, path=call.name_path)
    for old, paths in places.items():
        if fits(old) or (old == "null" and _only_last(example, last)):
            continue
        new = _like(old, set(places))
        title_of_fix = "Write an id that fits, wherever it stands"
        fix = renamed(example.record, paths, new, title_of_fix, Applicability.SAFE)
        yield Finding(
            CODE,
            f"{title} does not take this id of a call; expected it to match `{pattern.strip('^$')}`",
            Consequence.REJECTED,
            path=paths[0],
            more_spans=tuple(example.record.locate(path) for path in paths[1:]),
            fixes=(fix,) if fits(new) else (),
        )


def _places(example: Example) -> dict[str, list[Path]]:
    """Id → where it stands: in calls and in results."""
    places: dict[str, list[Path]] = {}
    for turn in example.turns:
        for call in turn.calls:
            if call.id is not None:
                places.setdefault(call.id, []).append(call.id_path)
        if turn.answers is not None:
            places.setdefault(turn.answers, []).append(turn.answers_path)
    return places


def _only_last(example: Example, last: int) -> bool:
    return not any(
        turn.answers == "null" or (index != last and any(call.id == "null" for call in turn.calls))
        for index, turn in enumerate(example.turns)
    )


def _like(old: str, taken: set[str]) -> str:
    """Nine letters and digits, the same for the same id: the last ones of the old one, or its digest."""
    plain = _NOT_PLAIN.sub("", old)[-_LENGTH:]
    if len(plain) == _LENGTH and plain not in taken and not any(_ends_alike(old, id_) for id_ in taken):
        return plain
    digest = hashlib.blake2b(old.encode("utf-8", "surrogatepass"), digest_size=30).digest()
    return _NOT_PLAIN.sub("", base64.b64encode(digest).decode())[:_LENGTH]


def _ends_alike(old: str, other: str) -> bool:
    return old != other and _NOT_PLAIN.sub("", old)[-_LENGTH:] == _NOT_PLAIN.sub("", other)[-_LENGTH:]


RULE = RecordRule(
    code=CODE,
    name="bad-call-id",
    summary="The id of a call is not one that the target takes.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    applies=touches_tools,
)
