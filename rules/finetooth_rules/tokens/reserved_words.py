r"""A text holds words that the target keeps for itself.

## What it does
Looks for the words that a target reserves, exactly as written, in every text of a record: for Amazon Nova
`User:`, `Bot:`, `Assistant:`, `System:`, `<image>`, `<video>` and `[EOS]`. Silent under targets that reserve
none.

## Why it matters
Nova's user guide says that these words anywhere in a prompt make the job fail, so a word in a prompt (user
and system turns) is an error; in an answer it is a warning.

## Example
```toml
target = "bedrock-nova"
```
```jsonl
{"prompt": "User: What is 2 + 2?", "completion": "4"}
```

## Use instead
```jsonl
{"prompt": "What is 2 + 2?", "completion": "4"}
```

## Fix
None: other words are for a person to find.

## Options
None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.targets import TARGETS

CODE: Final = "TOK006"
MOST_MARKS: Final = 50
"""Words of one text marked at a time: each has to be looked up in the record."""


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each text that holds a reserved word, on the words."""
    words = profile.target.reserved_words
    if not words:
        return
    pattern = _finder(words)
    for turn in (*example.turns, *example.rejected):
        for text in turn.texts:
            found = [*pattern.finditer(text.text)]
            if found:
                yield _finding(example, turn, text, found)


def _finding(example: Example, turn: Turn, text: Text, found: list[re.Match[str]]) -> Finding:
    first, *others = (example.span_of(text, match.start(), match.end()) for match in found[:MOST_MARKS])
    more = f" (and {len(found) - 1:,} more in this text)" if len(found) > 1 else ""
    return Finding(
        CODE,
        f"`{found[0][0]}` is a reserved word, with which the job fails; expected other words{more}",
        Consequence.DEGRADED if turn.role == "assistant" else Consequence.REJECTED,
        span=first,
        path=text.path,
        more_spans=tuple(others),
    )


@lru_cache(maxsize=8)
def _finder(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


RULE = RecordRule(
    code=CODE,
    name="reserved-words",
    summary="A text holds words that the target keeps for itself.",
    consequence=Consequence.REJECTED,
    check=check,
    triggers=tuple(sorted({word for target in TARGETS.values() for word in target.reserved_words})),
)
