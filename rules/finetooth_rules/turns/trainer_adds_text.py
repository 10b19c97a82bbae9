r"""The trainer writes text of its own into the records.

## What it does
Says once for a file how many records the target adds text to: LLaMA-Factory with `formatting: openai` appends
`detailed thinking off` to the system text of every record without tools, unless that or `detailed thinking
on` stands in it; where there is no system turn it makes one. Only of a file whose entry in
`dataset_info.json` has that formatting, or with tool calls or results in OpenAI's form, which no other
formatting reads; any other is mostly read by `formatting: sharegpt` (with the tags `role` and `content`),
which adds nothing.

## Why it matters
The model is trained on a system prompt that nobody wrote, in just those records that show it answering without
tools. Served without it, it is asked something it was not trained on. The log says nothing.

## Example
```toml
target = "llama-factory"
```
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "call_add1", "type": "function", "function": {"name": "add", "arguments": "{\"a\": 2, \"b\": 2}"}}]}], "tools": [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}}}]}
{"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": []}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "call_add1", "type": "function", "function": {"name": "add", "arguments": "{\"a\": 2, \"b\": 2}"}}]}], "tools": [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}}}]}
{"messages": [{"role": "system", "content": "detailed thinking off"}, {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}], "tools": []}
```
Written into the data, it is there for all to see, and can be sent when the model is served. Or offer the tools
in every record.

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.targets import AddedText
from finetooth_rules.turns._turns import has_role

CODE: Final = "TRN016"


class Count(NamedTuple):
    """Of one record or of many: how many get the text, how many can only be read the way that adds it."""

    added: int = 0
    bound: int = 0


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Sequence[Count | None]:
    """What the target would do to each record; None for records it leaves alone."""
    added = profile.target.added
    if added is None:
        return [None] * len(examples)
    # The trainer's own file says that it reads OpenAI's calls: that is the formatting meant.
    told = profile.mapping is not None and bool(profile.mapping.calls)
    return [_count(example, added, told=told) for example in examples]


def _count(example: Example, added: AddedText, *, told: bool) -> Count | None:
    if not (told or example.format in added.formats) or not example.turns:
        return None
    bound = told or has_role(example, "tool") or any(turn.calls for turn in example.turns)
    count = Count(int(_is_added(example, added)), int(bound))
    return count if any(count) else None


def _is_added(example: Example, added: AddedText) -> bool:
    """Whether no tool is offered and the system turn at the beginning, if there is one, lacks the words."""
    first = example.turns[0]
    system = first.text if first.role == "system" else ""
    return not example.tools and not any(words in system for words in added.unless)


def add(total: Count, fact: Count) -> Count:
    """Sum up."""
    return Count(total.added + fact.added, total.bound + fact.bound)


def fit(total: Count, features: Features, profile: Profile, options: NoOptions) -> Count:
    """The sum, without what does not matter to the finding."""
    return Count(total.added, int(total.bound > 0))


def conclude(verdict: Count, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for the file, where it can be read in no other way."""
    added = profile.target.added
    if added is None or not verdict.added or not verdict.bound:
        return
    records = "1 record" if verdict.added == 1 else f"{verdict.added:,} records"
    message = f"{added.setting} adds `{added.text}` to the system text of {records}"
    yield Finding(CODE, message, Consequence.DEGRADED)


RULE: StatisticRule[Count, Count, Count] = StatisticRule(
    code=CODE,
    name="trainer-adds-text",
    summary="The trainer writes text of its own into the records.",
    consequence=Consequence.DEGRADED,
    gather=gather,
    empty=Count,
    add=add,
    merge=add,
    fit=fit,
    conclude=conclude,
)
