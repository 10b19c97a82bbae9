r"""A turn repeats an earlier one of the same role.

## What it does
Reports a user or assistant turn whose text is that of the turn right before it, an exchange (user and
assistant) that is that of the exchange right before it, and a long text that stands in an earlier turn of
the same role. A short answer that comes twice ("Yes.") is normal and not reported.

## Why it matters
A turn pasted twice teaches the model to repeat itself. It is mostly the scar of a conversion that went wrong.

## Example
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Bye!"}]}
```

## Fix
None.

## Options
- `min-length`: how many characters a text needs to be reported when it stands further up. Default 160.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from finetooth_rules.example import Example, Turn
from finetooth_rules.finding import Consequence, Finding, Related, Severity
from finetooth_rules.profile import Profile
from finetooth_rules.rule import RecordRule
from finetooth_rules.turns._turns import in_order, named

CODE: Final = "TRN011"
RUN: Final = "TRN004"
"""`consecutive-same-role`, which this rule explains where it is only a warning."""

_ROLES: Final = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class Options:
    """`min_length`: characters of a text that is reported when it stands further up."""

    min_length: int = 160


def applies(example: Example) -> bool:
    """Whether a role has two turns."""
    roles = [turn.role for turn in example.turns]
    return example.conversation and any(roles.count(role) > 1 for role in _ROLES)


def check(example: Example, profile: Profile, options: Options) -> Iterator[Finding]:
    """One finding for each turn (each exchange) that repeats, on the text of the turn."""
    if not in_order(example) or _refused(example, profile):
        return
    turns = example.turns
    seen: dict[tuple[str, str], Turn] = {}
    reported = -1
    for index, turn in enumerate(turns):
        if turn.role not in _ROLES or not (text := _text(turn)):
            continue
        before = seen.setdefault((turn.role, text), turn)
        if before is turn or index <= reported:
            continue
        if _repeats(turns, index, 1):
            yield _finding(turn, turns[index - 1], "the turn right before it")
        elif _repeats(turns, index + 1, 2) and turn.role == "user":
            yield _finding(turn, turns[index - 2], "the one before it, and so does its answer")
            reported = index + 1
        elif len(text) >= options.min_length:
            yield _finding(turn, before, f"an earlier `{named(turn)}` turn")


def _refused(example: Example, profile: Profile) -> bool:
    """Whether the record is refused or emptied for two turns of a role in a row: that is the graver thing to
    say of it.
    """
    return profile.severity(RUN, Consequence.DEGRADED) is Severity.ERROR and any(
        one.role == other.role in _ROLES for one, other in pairwise(example.turns)
    )


def _repeats(turns: tuple[Turn, ...], last: int, length: int) -> bool:
    """Whether the `length` turns that end at index `last` say what as many turns right before them say."""
    first = last - length + 1
    return (
        first >= length
        and last < len(turns)
        and all(_same(turns[first + step], turns[first - length + step]) for step in range(length))
    )


def _same(one: Turn, other: Turn) -> bool:
    return one.role == other.role and _text(one) != "" and _text(one) == _text(other)


def _text(turn: Turn) -> str:
    """The text of a turn that is text alone; beside a call or an image, equal words may be news."""
    return "" if turn.calls or turn.media else turn.text.strip()


def _finding(turn: Turn, before: Turn, what: str) -> Finding:
    return Finding(
        CODE,
        f"this `{named(turn)}` turn repeats {what}",
        Consequence.DEGRADED,
        path=turn.content_path,
        related=(Related("said first here", path=before.content_path),),
    )


RULE = RecordRule(
    code=CODE,
    name="repeated-turn",
    summary="A turn repeats an earlier one of the same role.",
    consequence=Consequence.DEGRADED,
    options=Options,
    check=check,
    applies=applies,
    supersedes=(RUN,),
)
