r"""A record has almost as many tokens as the target takes.

## What it does
Notes a record that has at least 90 % of the tokens that the limit allows, and not more than it allows.
Tokens are counted as `too-many-tokens` counts them. Silent where the limit is only assumed.

## Why it matters
Counts differ: a chat template writes tokens of its own around every turn, a trainer may add a system prompt
or a description of the tools, and the next model may come with another tokenizer. A record that just fits
may then be cut at its end, where the answer is.

## Example
```toml
[tokens]
limit = 24
```
```jsonl
{"messages": [{"role": "user", "content": "Name three rivers."}, {"role": "assistant", "content": "Danube, Volga, Rhine."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Name a river."}, {"role": "assistant", "content": "Danube."}]}
```

## Fix
None.

## Options
- `fraction` (default 0.9): the share of the limit from which on a record is noted, from 0 to 1.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Path
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule
from finetooth_rules.tokens._measure import Limit, amount, limit_of, may_exceed, reaching

CODE: Final = "TOK003"


@dataclass(frozen=True, slots=True)
class Options:
    """`fraction`: share of the limit from which on a record is noted."""

    fraction: float = 0.9


def screen(record: Record, profile: Profile, options: Options) -> bool:
    """Whether the record is long enough to be near the limit."""
    allowed = profile.tokens_allowed
    # One less, since the limit's share itself is near enough.
    return (
        allowed is not None
        and may_exceed(record, allowed * options.fraction - 1, profile)
        and _known_limit(profile) is not None
    )


def _known_limit(profile: Profile) -> Limit | None:
    limit = limit_of(profile)
    return None if limit is None or limit.assumed else limit


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record near the limit."""
    limit, counter = _known_limit(profile), features.tokens
    if limit is None or counter is None:
        return
    for index, counted in reaching(examples, features, profile, limit.tokens * options.fraction):
        total = counted.total
        if limit.tokens * options.fraction <= total <= limit.tokens:
            yield (
                index,
                Finding(
                    CODE,
                    f"{amount(total, counted.estimated)} tokens ({counter.name}), "
                    f"{100 * total // limit.tokens} % of the limit of {limit.tokens:,} ({limit.said_by})",
                    Consequence.NOTE,
                    path=_key(examples[index]),
                    on_key=True,
                ),
            )


def _key(example: Example) -> Path:
    """The key to mark: that of the turns, or of the last text."""
    return example.turns_path or (example.turns[-1].path[:1] if example.turns else ())


RULE = MeasuredRule(
    code=CODE,
    name="near-token-limit",
    summary="A record has almost as many tokens as the target takes.",
    consequence=Consequence.NOTE,
    options=Options,
    screen=screen,
    check=check,
)
