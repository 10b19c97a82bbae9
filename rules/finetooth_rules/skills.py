"""The skills that a `[task]` may require of its completions: their names, and what is wrong with one.

loop  conditional  recursion  error-handling  function  class    of code, in any language that is parsed
python:ListComp      a node of Python's syntax tree (`ast`)
regex:PATTERN        a regular expression (RE2) that a trained text matches
tool:NAME            a call of that tool
language:de          the natural language of the completion, ISO 639-1
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from finetooth_rules.code.python import (
    CLASS,
    CONDITIONAL,
    ERROR_HANDLING,
    FUNCTION,
    LOOP,
    RECURSION,
    node_names,
)
from finetooth_rules.suggest import nearest

CODE_SKILLS: Final[Mapping[str, str]] = {
    LOOP: "a loop: `for`, `while`, `each` with a block and the like; a comprehension is none",
    CONDITIONAL: "`if`, a conditional expression, `match`, `switch`, `case`; not `if __name__ == …`",
    RECURSION: "a function that calls itself by its name",
    ERROR_HANDLING: "`try` with a handler, `catch`, `rescue`, `if err != nil`, `?` of Rust, `trap`",
    FUNCTION: "the definition of a function",
    CLASS: "the definition of a class",
}
"""Skills of code, and what shows each."""

PYTHON: Final = "python:"
REGEX: Final = "regex:"
TOOL: Final = "tool:"
LANGUAGE: Final = "language:"

NATURAL_LANGUAGES: Final = (
    *("ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he", "hi"),
    *("hr", "hu", "id", "it", "ja", "ka", "kn", "ko", "lt", "lv", "ml", "mr", "nl", "no", "pa", "pl", "pt"),
    *("ro", "ru", "sk", "sl", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh"),
)
"""The languages told apart, ISO 639-1: those that people train on. More of them make more mistakes."""

_OTHERWISE: Final[Mapping[str, str]] = {
    "for": LOOP,
    "while": LOOP,
    "iteration": LOOP,
    "if": CONDITIONAL,
    "if-else": CONDITIONAL,
    "branch": CONDITIONAL,
    "branching": CONDITIONAL,
    "switch": CONDITIONAL,
    "recursive": RECURSION,
    "try": ERROR_HANDLING,
    "try-except": ERROR_HANDLING,
    "try-catch": ERROR_HANDLING,
    "exception": ERROR_HANDLING,
    "exceptions": ERROR_HANDLING,
    "exception-handling": ERROR_HANDLING,
    "def": FUNCTION,
    "method": FUNCTION,
}
_SHOWN: Final = 40

_KEYWORDS: Final[Mapping[str, str]] = {
    LOOP: r"for|while|until|loop|each|times|upto|downto|step|select",
    CONDITIONAL: r"if|case|match|switch|unless|select|\?|\[",
    RECURSION: r"\(|recursive|\{",
    ERROR_HANDLING: (
        r"try|catch|except|rescue|err|trap|set -|suppress|unwrap|or_|_or|recover|setjmp|exit|\?|\|\|"
    ),
    FUNCTION: r"def|func|fn|lambda|procedure|->|=>|\(",
    CLASS: r"class|struct|interface|record|enum|trait|impl|module",
}
"""Words without one of which no code in any language shows the skill, in small letters or capitals."""


_IN_PYTHON: Final[Mapping[str, str]] = {
    LOOP: r"\b(?:for|while)\b",
    CONDITIONAL: r"\b(?:if|match)\b",
    RECURSION: r"\b(?:def|lambda)\b",
    ERROR_HANDLING: r"\b(?:try|suppress)\b",
    FUNCTION: r"\bdef\b",
    CLASS: r"\bclass\b",
}
_IN_BRACES: Final[Mapping[str, str]] = {
    LOOP: r"\b(?:for|while|do|loop)\b|(?:for_?|\.)each",
    CONDITIONAL: r"\b(?:if|switch|match|case)\b|\?",
}
_KEYWORDS_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "python": _IN_PYTHON,
    **dict.fromkeys(
        ("c", "cpp", "csharp", "go", "java", "javascript", "php", "rust", "typescript"), _IN_BRACES
    ),
}
"""The same for a language, where that says more."""


@lru_cache(maxsize=256)
def screen_of(wanted: frozenset[str], language: str = "") -> Any:
    """What a text must match to show one of the wanted skills of code (in a language)."""
    import re2

    words = {**_KEYWORDS, **_KEYWORDS_IN.get(language, {})}
    parts = {words.get(skill, "") for skill in wanted}
    return re2.compile("(?i)" + "|".join(sorted(parts)) if all(parts) else "")


def is_of_code(skill: str) -> bool:
    """Whether the skill is one that code shows."""
    return skill in CODE_SKILLS or skill.startswith(PYTHON)


@lru_cache(maxsize=64)
def pattern_of(skill: str) -> Any:
    """The compiled expression of a `regex:` skill; its matching takes linear time. Raises re2.error."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(skill.removeprefix(REGEX), options)


def problem(skill: str) -> str | None:
    """What is wrong with the name of a skill; None where it is one."""
    if skill in CODE_SKILLS:
        return None
    for prefix, check in _CHECKS.items():
        if skill.startswith(prefix):
            return check(skill, skill.removeprefix(prefix))
    folded = skill.casefold().replace("_", "-").replace(" ", "-")
    near = _OTHERWISE.get(folded) or nearest(skill, CODE_SKILLS) or _nearest_prefix(skill)
    hint = f"did you mean `{near}`?" if near else f"expected {', '.join(CODE_SKILLS)}, or {_PREFIXED}"
    return f"unknown skill `{skill[:_SHOWN]}`; {hint}"


_PREFIXED: Final = "python:NODE, regex:PATTERN, tool:NAME, language:CODE"


def _nearest_prefix(skill: str) -> str | None:
    head, colon, rest = skill.partition(":")
    near = nearest(head, [prefix[:-1] for prefix in _CHECKS]) if colon else None
    return f"{near}:{rest[:_SHOWN]}" if near else None


def _python_problem(skill: str, name: str) -> str | None:
    if name in node_names():
        return None
    near = nearest(name, node_names())
    hint = (
        f"did you mean `python:{near}`?"
        if near
        else "expected a class of Python's `ast`, such as `python:For`"
    )
    return f"unknown skill `{skill[:_SHOWN]}`; {hint}"


def _regex_problem(skill: str, pattern: str) -> str | None:
    if not pattern:
        return "the skill `regex:` has no expression"
    import re2

    try:
        pattern_of(skill)
    except re2.error as error:
        said = error.args[0] if error.args else error
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"`{skill[:_SHOWN]}` is no regular expression of RE2: {said}"
    return None


def _tool_problem(skill: str, name: str) -> str | None:
    return None if name.strip() else "the skill `tool:` names no tool"


def _language_problem(skill: str, code: str) -> str | None:
    if code in NATURAL_LANGUAGES:
        return None
    if code.lower() in NATURAL_LANGUAGES:
        return f"unknown skill `{skill[:_SHOWN]}`; did you mean `language:{code.lower()}`?"
    return f"unknown skill `{skill[:_SHOWN]}`; languages are named by ISO 639-1: `language:de`, `language:en`"


_CHECKS: Final = {
    PYTHON: _python_problem,
    REGEX: _regex_problem,
    TOOL: _tool_problem,
    LANGUAGE: _language_problem,
}
