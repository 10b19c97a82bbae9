"""Which of the skills that the task requires each record shows, and how many records show each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from finetooth_rules.code.languages import PARSED
from finetooth_rules.code.reading import UNNAMED, shown_by
from finetooth_rules.example import Example
from finetooth_rules.features import CodeParser, Features
from finetooth_rules.fences._tokens import LANGUAGES
from finetooth_rules.profile import Profile
from finetooth_rules.skills import LANGUAGE, REGEX, TOOL, is_of_code, pattern_of, screen_of

OTHER: Final = "other"
_NAME: Final = 32


class Fact(NamedTuple):
    """What one record shows. Bit `n` of `shown` is the task's skill number `n`; of `maybe`, that code which
    could not be read may show it. `unread` are the languages of that code, each once.
    """

    shown: int
    maybe: int = 0
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class Counts:
    """How many records show, or may show, each skill by its number; `records` have a trained text. `unread`
    counts records with code of a language that could not be read; the languages are those of a fixed list.
    """

    records: int = 0
    shown: Counter[int] = field(default_factory=Counter)
    maybe: Counter[int] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, fact: Fact) -> Counts:
        """Count one record; returns itself."""
        self.records += 1
        self.shown.update(bits(fact.shown))
        self.maybe.update(bits(fact.maybe))
        self.unread.update(fact.unread)
        return self

    def merge(self, other: Counts) -> Counts:
        """Add the counts of another part; returns itself."""
        self.records += other.records
        for name in ("shown", "maybe", "unread"):
            getattr(self, name).update(getattr(other, name))
        return self

    def unread_in_words(self, most: int = 2) -> str:
        """`kotlin, r`: the languages of most records with code that could not be read."""
        common = sorted(self.unread.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(name for name, _ in common[:most]) + (", …" if len(common) > most else "")


def bits(number: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    at = 0
    while number:
        if number & 1:
            yield at
        number >>= 1
        at += 1


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: object
) -> Sequence[Fact | None]:
    """What each record shows; None for one without a trained text or call, and for all where nothing is
    required.
    """
    requires = profile.task.requires
    if not requires:
        return [None] * len(examples)
    wanted = _Wanted.of(requires)
    facts = [_fact(example, wanted, features.code) for example in examples]
    if wanted.languages and features.language is not None:
        told = features.language.tell(["\n".join(t.text for t in e.trained_texts()) for e in examples])
        for index, (fact, language) in enumerate(zip(facts, told, strict=True)):
            at = wanted.languages.get(language)
            if fact is not None and at is not None:
                facts[index] = fact._replace(shown=fact.shown | 1 << at)
    return facts


class _Wanted(NamedTuple):
    """The required skills by kind, each with its number."""

    code: dict[str, int]
    regexes: dict[str, int]
    tools: dict[str, int]
    languages: dict[str, int]

    @classmethod
    def of(cls, requires: Sequence[str]) -> _Wanted:
        numbered = list(enumerate(requires))
        return cls(
            {skill: at for at, skill in numbered if is_of_code(skill)},
            {skill: at for at, skill in numbered if skill.startswith(REGEX)},
            {skill.removeprefix(TOOL): at for at, skill in numbered if skill.startswith(TOOL)},
            {skill.removeprefix(LANGUAGE): at for at, skill in numbered if skill.startswith(LANGUAGE)},
        )


def _fact(example: Example, wanted: _Wanted, parser: CodeParser | None) -> Fact | None:
    shown = maybe = 0
    unread: set[str] = set()
    there = False
    skills = frozenset(wanted.code)
    screen = screen_of(skills) if skills else None
    for turn in example.turns:
        if not turn.trained:
            continue
        there = there or bool(turn.texts or turn.calls)
        for call in turn.calls:
            if call.name in wanted.tools:
                shown |= 1 << wanted.tools[call.name]
        for text in turn.texts:
            for skill, at in wanted.regexes.items():
                if pattern_of(skill).search(text.text):
                    shown |= 1 << at
            if screen is not None and screen.search(text.text):
                found = shown_by(text.text, skills, parser)
                for skill in found.skills:
                    shown |= 1 << wanted.code[skill]
                for skill in found.unsure:
                    maybe |= 1 << wanted.code[skill]
                unread.update(map(_known, found.unread))
    return Fact(shown, maybe & ~shown, tuple(sorted(unread))) if there else None


def _known(language: str) -> str:
    """The language by a name of a fixed list."""
    return language if language in PARSED or language in LANGUAGES or language == UNNAMED else OTHER


def named(skill: str) -> str:
    """A skill as messages name it."""
    return skill if len(skill) <= _NAME else skill[: _NAME - 1] + "…"


def judged(skill: str, features: Features) -> bool:
    """Whether a skill can be judged with these features."""
    return not skill.startswith(LANGUAGE) or features.language is not None
