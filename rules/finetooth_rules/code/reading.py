"""What the code in a text shows."""

from __future__ import annotations

from typing import Final, NamedTuple

from finetooth_rules.code.blocks import Code, codes_of
from finetooth_rules.code.languages import PYTHON
from finetooth_rules.code.python import read_python
from finetooth_rules.features import CodeParser, Parsed
from finetooth_rules.skills import CODE_SKILLS, screen_of

UNNAMED: Final = "unnamed"
"""Stands for the language of code that no fence names and that parses in none."""

_NOTHING: Final[frozenset[str]] = frozenset()
_NEUTRAL: Final = frozenset(CODE_SKILLS)


class Shown(NamedTuple):
    """What the code of a text shows: the wanted `skills`; `languages` of the pieces that were read as a
    whole, and `unread` of those that were not, once for each piece, which may show the skills `unsure`.
    """

    skills: frozenset[str]
    languages: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unsure: frozenset[str] = _NOTHING


def shown_by(text: str, wanted: frozenset[str], parser: CodeParser | None) -> Shown:
    """Which of the wanted skills the code in a text shows. Code without a word that could show one is taken
    as read.
    """
    found: set[str] = set()
    unsure: set[str] = set()
    languages: list[str] = []
    unread: list[str] = []
    for code in codes_of(text):
        if not screen_of(wanted).search(code.text):
            continue
        language, parsed = read_code(code, wanted, parser)
        found |= parsed.skills
        if parsed.whole:
            languages.append(language)
        elif code.sure or parsed.skills:
            unread.append(language)
            unsure.update(skill for skill in wanted if screen_of(frozenset((skill,))).search(code.text))
    return Shown(frozenset(found), tuple(languages), tuple(unread), frozenset(unsure - found))


def read_code(code: Code, wanted: frozenset[str], parser: CodeParser | None) -> tuple[str, Parsed]:
    """The language that a piece of code is read in, and what it shows. Where no fence names the language, it
    is the likeliest one in which all of it parses; where there is none, the one it plainly looks like, or
    Python, whose statements say by themselves what they are.
    """
    if code.named:
        language = code.languages[0]
        possible = wanted if language == PYTHON else wanted & _NEUTRAL
        if not possible or not screen_of(possible, language).search(code.text):
            return language, Parsed(_NOTHING, True)
        return language, _read(code.text, language, possible, parser)
    partly, parts = UNNAMED, Parsed(_NOTHING, False)
    for number, language in enumerate(code.languages):
        parsed = _read(code.text, language, wanted, parser)
        if parsed.whole:
            return language, parsed
        if parsed.skills and not parts.skills and (language == PYTHON or (code.likely and number == 0)):
            partly, parts = language, parsed
    return partly, parts


def _read(code: str, language: str, wanted: frozenset[str], parser: CodeParser | None) -> Parsed:
    if language == PYTHON:
        return read_python(code, _possible(code, wanted))
    if parser is None or language not in parser.languages:
        return Parsed(_NOTHING, False)
    return parser.read(code, language, wanted)


def _possible(code: str, wanted: frozenset[str]) -> frozenset[str]:
    """The skills that a piece of Python may show by its words: the search for the others would go through
    all of it.
    """
    return frozenset(skill for skill in wanted if screen_of(frozenset((skill,)), PYTHON).search(code))
