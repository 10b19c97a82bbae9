r"""A fence does not name the language of its code, as the other fences of the file do.

## What it does
Reports, in trained texts, the opening fence of code that names no language, where the file has the habit of
naming it: at least `min-named` fences do, and at least the share `min-share` of the fences around code. A
block that does not look like code for sure (output, a listing, text, a single command) is not reported and
not counted, nor is one in a text whose fences do not all close: there the rules on fences speak.

## Why it matters
The language behind the fence is part of the answer: programs take the code out by it, and pages colour it.
A model that sees both forms writes now one and now the other.

## Example
```toml
rules.fence-without-language.min-named = 2
rules.fence-without-language.min-share = 0.5
```
```jsonl
{"prompt": "Print 1.", "completion": "```python\nprint(1)\n```"}
{"prompt": "Print 2.", "completion": "```python\nprint(2)\n```"}
{"prompt": "Print the names.", "completion": "```\nfor name in names:\n    print(name)\n```"}
```

## Use instead
```jsonl
{"prompt": "Print 1.", "completion": "```python\nprint(1)\n```"}
{"prompt": "Print 2.", "completion": "```python\nprint(2)\n```"}
{"prompt": "Print the names.", "completion": "```python\nfor name in names:\n    print(name)\n```"}
```

## Fix
Unsafe: names the language that the code plainly is in, as the file spells it.

## Options
- `min-named` (default 10): fences of the file that must name a language.
- `min-share` (0 to 1, default 0.8): their least share of the fences around code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from finetooth_rules.code.languages import SPELLINGS, language_named, sure_language
from finetooth_rules.example import Example, Text
from finetooth_rules.features import Features
from finetooth_rules.fences._blocks import Block, blocks
from finetooth_rules.fences._content import content
from finetooth_rules.fences._plain import plain_infos
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Path, Span
from finetooth_rules.profile import Profile
from finetooth_rules.rule import StatisticRule

CODE: Final = "FEN005"


@dataclass(frozen=True, slots=True)
class Options:
    """`min_named`: fences that must name a language; `min_share`: their least share of those around code."""

    min_named: int = field(default=10, metadata={"minimum": 1})
    min_share: float = field(default=0.8, metadata={"minimum": 0, "maximum": 1})


class Unnamed(NamedTuple):
    """A fence around code of a language that it does not name: `span` of the run, which ends where the name
    belongs; `path` of the text.
    """

    path: Path
    span: Span
    language: str


class Fact(NamedTuple):
    """The fences of one record: how many name a language, as which known ones they spell it, and those that
    name none.
    """

    named: int
    spelled: tuple[tuple[str, str], ...] = ()
    unnamed: tuple[Unnamed, ...] = ()


@dataclass(slots=True)
class Fences:
    """The fences of many records; `spelled` counts (language, spelling in small letters) of known ones."""

    named: int = 0
    unnamed: int = 0
    spelled: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, fact: Fact) -> Fences:
        """Count one record's; returns itself."""
        self.named += fact.named
        self.unnamed += len(fact.unnamed)
        self.spelled.update(fact.spelled)
        return self

    def merge(self, other: Fences) -> Fences:
        """Add those of another part; returns itself."""
        self.named += other.named
        self.unnamed += other.unnamed
        self.spelled.update(other.spelled)
        return self


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The fences of each record's trained texts."""
    return [_fact(example) if example.record.strict else None for example in examples]


def _fact(example: Example) -> Fact | None:
    named = 0
    spelled: list[tuple[str, str]] = []
    unnamed: list[Unnamed] = []
    for text in example.trained_texts():
        if "```" not in text.text and "~~~" not in text.text:
            continue
        names = _names(text.text)
        if names is not None:
            named += len(names)
            spelled += [(language_named(name), name) for name in names if name in SPELLINGS]
            continue
        found = blocks(text.text)
        if any(block.close is None for block in found):
            continue
        for block in found:
            if words := block.info.split():
                named += 1
                name = words[0].lower()
                if name in SPELLINGS:
                    spelled.append((language_named(name), name))
            elif language := sure_language(content(text.text, block)):
                unnamed.append(_unnamed(example, text, block, language))
    return Fact(named, tuple(spelled), tuple(unnamed)) if named or unnamed else None


def _names(text: str) -> list[str] | None:
    """The names that the fences of a text give, where a quick look tells that each gives one."""
    infos = plain_infos(text)
    if infos is None:
        return None
    words = [info.split(None, 1) for info in infos]
    return [first[0].lower() for first in words] if all(words) else None


def _unnamed(example: Example, text: Text, block: Block, language: str) -> Unnamed:
    return Unnamed(text.path, example.span_of(text, block.start, block.start + block.length), language)


def fit(total: Fences, features: Features, profile: Profile, options: Options) -> dict[str, str] | None:
    """How the file spells the languages, the commonest spelling of each; None where fences need not name
    them.
    """
    if not total.unnamed or total.named < options.min_named:
        return None
    if total.named < options.min_share * (total.named + total.unnamed):
        return None
    ranked = sorted(total.spelled.items(), key=lambda item: (item[1], item[0]))
    return {language: name for (language, name), _ in ranked}


def judge(
    fact: Fact, spelled: dict[str, str] | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for each fence."""
    for path, span, language in fact.unnamed if spelled is not None else ():
        assert spelled is not None
        name = spelled.get(language, language)
        edit = Edit(Span(span.end, span.end), name.encode())
        yield Finding(
            CODE,
            f"the fence names no language, as others of this file do; expected `{name}`",
            Consequence.NOTE,
            span=span,
            path=path,
            fixes=(Fix(f"Name the language: `{name}`", Applicability.UNSAFE, (edit,)),),
        )


RULE: Final[StatisticRule[Fact, Fences, dict[str, str] | None]] = StatisticRule(
    code=CODE,
    name="fence-without-language",
    summary="A fence does not name the language of its code, as the other fences of the file do.",
    consequence=Consequence.NOTE,
    options=Options,
    gather=gather,
    empty=Fences,
    add=Fences.add,
    merge=Fences.merge,
    fit=fit,
    judge=judge,
    facts_read_options=False,
)
