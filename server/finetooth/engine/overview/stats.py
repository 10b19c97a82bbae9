"""What is in a dataset file: rows, turns, tokens, tools, languages. One pass, in shards where it is large.

`Stats` of two parts merge in any order. The lengths of rows are kept one by one (a few bytes a row): people
want to know the longest one and the median.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from finetooth.engine.providers import FeatureSpec, provide, spec_for
from finetooth.engine.settings.plugins import linter_for
from finetooth.engine.shards import SHARD_BYTES, Shard, batches, plan
from finetooth_rules.code.reading import shown_by
from finetooth_rules.example import Example
from finetooth_rules.patterns import lazy
from finetooth_rules.skills import CODE_SKILLS, is_of_code, screen_of
from finetooth_rules.task._skills import bits, gather
from finetooth_rules.tokens._measure import count_examples
from finetooth_rules.trainers._data import trains_prompts

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from finetooth.engine.files.source import Source
    from finetooth_rules.lint import Linter
    from finetooth_rules.profile import Profile

_MORE: Final = ("languages", "skills", "code", "code_unread")
_FENCE: Final = lazy(r"^ {0,3}(?:`{3,}|~{3,})[ \t]*([A-Za-z0-9_+#.-]+)", re.MULTILINE)
LANGUAGE_SAMPLE: Final = 4_000
"""Rows of a file whose language is looked at: enough for a share of a per cent or two."""
LEAST_SAMPLE: Final = 100
"""Rows of a shard whose language is looked at, at least."""


@dataclass(slots=True)
class Stats:
    """Counts over the records of a file or of a part of it.

    `unread` counts records that hold no usable value, `formats` the formats that records are of. `lengths`
    and `trained` are tokens of each row (trained: those that the target computes a loss on), `turns` the
    number of turns of each; `roles` counts turns, `tools` the rows that define a tool, `calls` the calls of
    it. `languages` is of a sample of `sampled` rows. `skills` counts the rows whose trained texts show each
    (also those that the task requires), `code` and `code_unread` the pieces of code that could and could not
    be parsed, by language.
    """

    rows: int = 0
    unread: int = 0
    estimated: bool = False
    formats: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    turns: array[int] = field(default_factory=lambda: array("L"))
    roles: Counter[str] = field(default_factory=Counter)
    lengths: array[int] = field(default_factory=lambda: array("L"))
    trained: array[int] = field(default_factory=lambda: array("L"))
    rows_with_tools: int = 0
    tools: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    media: Counter[str] = field(default_factory=Counter)
    fences: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sampled: int = 0
    skills: Counter[str] = field(default_factory=Counter)
    code: Counter[str] = field(default_factory=Counter)
    code_unread: Counter[str] = field(default_factory=Counter)

    def merge(self, other: Stats) -> None:
        """Add the counts of another part."""
        for name in ("rows", "unread", "rows_with_tools", "sampled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.estimated = self.estimated or other.estimated
        for name in ("formats", "kinds", "roles", "tools", "calls", "media", "fences", *_MORE):
            getattr(self, name).update(getattr(other, name))
        for name in ("turns", "lengths", "trained"):
            getattr(self, name).extend(getattr(other, name))


def stats_of(
    source: Source,
    profile: Profile,
    *,
    tokens: bool = True,
    advance: Callable[[int], None] = lambda count: None,
    executor: Executor | None = None,
    shard_bytes: int = SHARD_BYTES // 2,
) -> Stats:
    """Statistics of one file. `tokens`: count them too, which takes most of the time. Raises OSError."""
    size = source.size()
    shards = plan(source, size, shard_bytes)
    languages = max(LEAST_SAMPLE, LANGUAGE_SAMPLE // len(shards))
    total = Stats()
    if executor is None or len(shards) == 1:
        for shard in shards:
            total.merge(part_of(shard, profile, tokens, languages))
            advance(size // len(shards))
        return total
    from finetooth.engine.executors import spread

    work = partial(part_of, profile=profile, tokens=tokens, languages=languages)
    for part in spread(executor, work, shards):
        total.merge(part)
        advance(size // len(shards))
    return total


def part_of(shard: Shard, profile: Profile, tokens: bool, languages: int = LANGUAGE_SAMPLE) -> Stats:
    """Statistics of one shard. `languages`: rows whose language is looked at."""
    linter = linter_for(profile)
    stats = Stats()
    spec = spec_for(profile) if tokens else FeatureSpec()
    for examples in _examples(linter, shard, stats):
        for example in examples:
            _add(stats, example, languages)
        _skills(stats, examples, profile)
        if tokens:
            _count(stats, examples, spec, profile)
    return stats


def _examples(linter: Linter, shard: Shard, stats: Stats) -> Iterator[list[Example]]:
    """The examples of a shard in batches; rows that are none are counted."""
    for records in batches(shard, linter.profile):
        there = [record for record in records if not (record.blank or record.glue)]
        examples = [example for example in linter.examples(there) if example is not None]
        stats.rows += len(there)
        stats.unread += len(there) - len(examples)
        yield examples


def _add(stats: Stats, example: Example, languages: int) -> None:
    stats.formats[example.format or "unknown"] += 1
    stats.kinds[example.kind] += 1
    stats.turns.append(len(example.turns))
    stats.roles.update(turn.written or turn.role for turn in example.turns)
    names = {tool.name or "?" for tool in example.tools}
    stats.rows_with_tools += bool(names)
    stats.tools.update(names)
    stats.media.update(item.kind for item in example.media)
    for turn in example.turns:
        stats.calls.update(call.name or "?" for call in turn.calls)
        stats.media.update(item.kind for item in turn.media)
        for text in turn.texts:
            if "```" in text.text or "~~~" in text.text:
                stats.fences.update(name.lower() for name in _opened(text.text))
    if stats.sampled < languages:
        language = _language(example)
        if language:
            stats.sampled += 1
            stats.languages[language] += 1


def _skills(stats: Stats, examples: Sequence[Example], profile: Profile) -> None:
    """What the trained texts show of code, and of what the task requires."""
    requires = profile.task.requires
    wanted = frozenset((*CODE_SKILLS, *filter(is_of_code, requires)))
    features = provide(FeatureSpec(code=True, language=True))
    for example in examples:
        shown: set[str] = set()
        for text in example.trained_texts():
            if screen_of(wanted).search(text.text):
                found = shown_by(text.text, wanted, features.code)
                shown |= found.skills
                stats.code.update(found.languages)
                stats.code_unread.update(found.unread)
        stats.skills.update(shown)
    for fact in gather(examples, features, profile, None) if not all(map(is_of_code, requires)) else ():
        if fact is not None:
            stats.skills.update(requires[at] for at in bits(fact.shown) if not is_of_code(requires[at]))


def _opened(text: str) -> Iterator[str]:
    """The languages that fences of a text name."""
    for match in _FENCE.finditer(text):
        yield match[1]


def _language(example: Example) -> str:
    """The language of its longest turn; answers are often code, or a word."""
    from finetooth.engine.features.language import language_of

    return language_of(max((text.text for text in example.all_texts()), key=len, default=""))


def _count(stats: Stats, examples: Sequence[Example], spec: FeatureSpec, profile: Profile) -> None:
    counts = count_examples(examples, provide(spec), profile)
    for example, counted in zip(examples, counts, strict=True):
        stats.lengths.append(counted.total)
        stats.trained.append(counted.total if trains_prompts(example, profile) else counted.trained())
        stats.estimated = stats.estimated or counted.estimated
