r"""Most records define tools, and some do not.

## What it does
In a file in which most records define tools (more than half, and at least `min-records`), looks at those that
do not:

- a record with calls or results, and no definitions: its first call is noted, where nearly all records that call
  define what they call. A call to a tool that chat templates define by themselves, or that the system text
  names, is none of these;
- a record that has nothing to do with tools: noted one by one where they are rare (at most `rare` of the
  records), and else once for the file.

An empty list (`"tools": []`) says that there are none, so such a record is left alone.

## Why it matters
A record that calls what it does not define teaches the model to make tools up. Of records without tools, in a
file of tools, the definitions were often lost on the way. It may be meant: a model with tools should also be
able to talk. OpenAI reads the file as a whole: where records with and without tools are mixed, people met
`Example 1 contains an extra "tools"`.

## Example
```toml
rules.tools-on-some-records.min-records = 2
rules.tools-on-some-records.rare = 0.5
rules.too-few-examples.advised = 1
```
```jsonl
{"messages": [{"role": "user", "content": "What time is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
{"messages": [{"role": "user", "content": "How late is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "What time is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
{"messages": [{"role": "user", "content": "How late is it?"}, {"role": "assistant", "tool_calls": [{"id": "call_2", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}]}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
{"messages": [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "4"}], "tools": [{"type": "function", "function": {"name": "get_time", "parameters": {"type": "object", "properties": {}}}}]}
```

## Fix
None: which tools the record had is not known.

## Options
- `min-records` (default 10): the fewest records with definitions of which anything is said.
- `rare` (default 0.1): the share up to which each record without is noted.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, NamedTuple

from finetooth_rules.example import SYSTEM_ROLES, Example, Kind
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Path, Related
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule
from finetooth_rules.tools._calls import BUILT_IN, calls_of, is_result

CODE: Final = "TOL012"
WITH: Final = "the first record with tools"
WITHOUT: Final = "the first record without"

RARELY_UNDEFINED: Final = 0.2
"""The share of the records with calls up to which one without definitions is noted: where more have none, the
tools are described elsewhere."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: records with definitions needed to say anything; `rare`: the share up to which each
    record without is noted."""

    min_records: int = field(default=10, metadata={"minimum": 1})
    rare: float = field(default=0.1, metadata={"minimum": 0, "maximum": 0.5})


class Has(IntEnum):
    """What a record has of tools."""

    NOTHING = 0
    TOOLS = 1
    TOOLS_AND_CALLS = 2
    CALLS = 3


class Fact(NamedTuple):
    """What a record has of tools, and where its first call is, if it does not define what it calls."""

    has: Has
    path: Path = ()


_NOTHING: Final = Fact(Has.NOTHING)
_TOOLS: Final = Fact(Has.TOOLS)
_BOTH: Final = Fact(Has.TOOLS_AND_CALLS)


class Count(NamedTuple):
    """Records by what they have."""

    nothing: int = 0
    tools: int = 0
    both: int = 0
    calls: int = 0


_ONE: Final = (Count(1), Count(0, 1), Count(0, 0, 1), Count(0, 0, 0, 1))


class Verdict(NamedTuple):
    """`percent` of the records define tools. `each`: those without are noted one by one, or (`some`) there
    are some; `undefined`: calls without definitions are noted.
    """

    percent: int
    each: bool
    some: bool
    undefined: bool


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """What each record has of tools; None where it cannot have any, or says that it has none."""
    return [_fact(example) if example.conversation or example.tools_path else None for example in examples]


def _fact(example: Example) -> Fact | None:
    called = False
    for turn in example.turns:
        if turn.calls or is_result(turn):
            called = True
            break
    if example.tools:
        return _BOTH if called else _TOOLS
    if not called:
        return None if example.kind is Kind.PROMPT_ONLY or _says_none(example) else _NOTHING
    return None if example.tools_path else _undefined(example)


def _says_none(example: Example) -> bool:
    """Whether there is a list of tools, with nothing in it (or what is no list: another rule's)."""
    if not example.tools_path:
        return False
    value = example.record.value
    return (
        any(value.get(key) is not None for key in example.tools_path[:1]) if isinstance(value, dict) else True
    )


def _undefined(example: Example) -> Fact | None:
    """The fact of a record that calls and defines nothing."""
    said = "\n".join(turn.text for turn in example.turns if turn.role in SYSTEM_ROLES)
    calls = [call for call in calls_of(example) if call.name is None or call.name not in BUILT_IN]
    if any(call.name is not None and call.name in said for call in calls):
        return None
    first = next((turn.path for turn in example.turns if turn.calls or is_result(turn)), ())
    if calls:
        first = calls[0].name_path or calls[0].path
    elif next(calls_of(example), None) is not None:
        return None  # all of them are built in
    return Fact(Has.CALLS, first)


def add(total: Count, fact: Fact) -> Count:
    """Count one record."""
    return merge(total, _ONE[fact.has])


def merge(one: Count, other: Count) -> Count:
    """Both together."""
    return Count(one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3])


def fit(total: Count, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """What is said of records without definitions; None where there are none, or tools are the exception."""
    defined = total.tools + total.both
    count = defined + total.nothing
    if defined < options.min_records or 2 * defined <= count:
        return None
    each = 0 < total.nothing <= options.rare * count
    undefined = 0 < total.calls <= RARELY_UNDEFINED * (total.both + total.calls)
    if not total.nothing and not undefined:
        return None
    return Verdict(100 * defined // count, each, total.nothing > 0, undefined)


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Note a record without definitions."""
    if verdict is None:
        return
    if fact.has is Has.CALLS and verdict.undefined:
        message = "calls a tool and defines none; nearly all records with calls define theirs"
        yield Finding(CODE, message, Consequence.NOTE, path=fact.path)
    elif fact.has is Has.NOTHING and verdict.each:
        message = f"this record defines no tools; {verdict.percent} % of the records do"
        yield Finding(CODE, message, Consequence.NOTE)


def picks(fact: Fact, verdict: Verdict | None) -> Iterable[str]:
    """An example of each kind, where it is said once."""
    if verdict is None or not verdict.some or verdict.each or fact.has is Has.CALLS:
        return ()
    return (WITHOUT if fact.has is Has.NOTHING else WITH,)


def conclude(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """Once for the file, where records without are not rare."""
    if verdict is not None and verdict.some and not verdict.each:
        message = f"{verdict.percent} % of the records define tools, the others say nothing of them"
        related = tuple(Related(label, picked[label]) for label in (WITHOUT, WITH) if label in picked)
        yield Finding(CODE, f"{message}; expected all to, or `[]`", Consequence.NOTE, related=related)


RULE: StatisticRule[Fact, Count, Verdict | None] = StatisticRule(
    code=CODE,
    name="tools-on-some-records",
    summary="Most records define tools, and some do not.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Count,
    add=add,
    merge=merge,
    fit=fit,
    judge=judge,
    picks=picks,
    conclude_at=conclude,
    facts_read_options=False,
    min_records=lambda profile, options: int(options.min_records),
)
