r"""No completion shows a skill that the task requires.

## What it does
Looks for each skill of `[task] requires` in the trained texts, and says once for the file (for a split of a
dataset) which of them none shows:

- `loop`, `conditional`, `recursion`, `error-handling`, `function`, `class`: in code, which is parsed and not
  searched for words: Python by its own grammar; JavaScript, TypeScript, Java, C, C++, C#, Go, Rust, Ruby,
  PHP, shell and SQL where the extra `finetooth[code]` is installed. Code stands in fences, in scripts of
  HTML, or bare. A comprehension is no loop, `if __name__ == "__main__"` no conditional.
- `python:NODE`: a node of Python's syntax tree, as the module `ast` names it: `python:ListComp`.
- `regex:PATTERN`: a regular expression of RE2, anywhere in a trained text.
- `tool:NAME`: a call of that tool.
- `language:CODE`: the language of the answer, ISO 639-1: `language:de`.

Where some code could not be read (a language without a grammar, code that does not parse) and may show the
skill, this is only noted, and so it is of a split that is there to measure with. `finetooth stats` counts
what could not be read.

## Why it matters
A model does not learn what it is never shown. A set of programming answers without a single condition
gives a model that cannot be relied on to write one, and nothing in training says so.

## Example
```toml
[task]
requires = ["conditional"]
```
```jsonl
{"prompt": "Print three integers.", "completion": "```python\nfor i in range(3):\n    print(i)\n```"}
{"prompt": "Add two numbers.", "completion": "```python\ndef add(a, b):\n    return a + b\n```"}
```

## Use instead
```jsonl
{"prompt": "Print three integers.", "completion": "```python\nfor i in range(3):\n    print(i)\n```"}
{"prompt": "The larger?", "completion": "```python\ndef larger(a, b):\n    return a if a > b else b\n```"}
{"prompt": "Is n even?", "completion": "```python\nif n % 2 == 0:\n    print(\"even\")\n```"}
{"prompt": "Is n odd?", "completion": "```python\nif n % 2:\n    print(\"odd\")\n```"}
```

## Fix
None: write examples that show it.

## Options
None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, StatisticRule
from finetooth_rules.splits import TRAIN
from finetooth_rules.task._skills import Counts, Fact, gather, judged, named

CODE: Final = "TSK004"


class Missing(NamedTuple):
    """A skill that no record shows; `unread` names the languages of code that may show it all the same."""

    skill: str
    unread: str


def fit(total: Counts, features: Features, profile: Profile, options: NoOptions) -> tuple[Missing, ...]:
    """The skills that no record shows."""
    if not total.records:
        return ()
    return tuple(
        Missing(skill, total.unread_in_words() if total.maybe[number] else "")
        for number, skill in enumerate(profile.task.requires)
        if not total.shown[number] and judged(skill, features)
    )


def conclude(missing: tuple[Missing, ...], profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each skill."""
    for skill, unread in missing:
        name = named(skill)
        if profile.split != TRAIN:
            message = f"the {profile.split} split does not show `{name}`, which the task requires"
            yield Finding(CODE, message, Consequence.NOTE)
        elif unread:
            message = (
                f"`{name}`, which the task requires, is not shown; some code could not be read ({unread})"
            )
            yield Finding(CODE, message, Consequence.NOTE)
        else:
            message = f"no completion shows `{name}`, which the task requires"
            yield Finding(CODE, message, Consequence.DEGRADED)


RULE: Final[StatisticRule[Fact, Counts, tuple[Missing, ...]]] = StatisticRule(
    code=CODE,
    name="skill-not-shown",
    summary="No completion shows a skill that the task requires.",
    consequence=Consequence.DEGRADED,
    gather=gather,
    empty=Counts,
    add=Counts.add,
    merge=Counts.merge,
    fit=fit,
    conclude=conclude,
    facts_read_options=False,
)
