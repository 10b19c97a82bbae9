"""The pieces of code that a text holds: in fences, in the scripts of markup, or bare."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from finetooth_rules.code.languages import (
    HOSTS_SCRIPT,
    NO_PROGRAM,
    PARSED,
    PYTHON,
    language_named,
    signs_of,
)
from finetooth_rules.fences._blocks import blocks
from finetooth_rules.fences._causes import causes
from finetooth_rules.fences._content import content
from finetooth_rules.fences._repairs import applied
from finetooth_rules.fences._tokens import LANGUAGES
from finetooth_rules.patterns import lazy

_CANDIDATES: Final = 3
_FEWEST_SIGNS: Final = 2
"""Signs of a language without which code that nothing calls code is not read as that language."""

_CLEAR_SIGNS: Final = 3
_FEWEST_LINES: Final = 3
_CODE_SHARE: Final = 0.6

_WITH_BRACES: Final = ("java", "csharp", "cpp", "javascript")
"""Languages that are much alike: which of them a function is written in may not show."""

_MAYBE: Final = lazy(
    r"[;{})\]:][ \t]*$|^#[!i]|"
    r"^[ \t]*(?:end|fi|done|from [\w.]+ import|import|package|return|require|puts|echo)\b|"
    r"(?i:^[ \t]*(?:select|insert|create|update|delete|alter|with|drop)\b)",
    re.MULTILINE,
)
_SCRIPT: Final = lazy(r"<script\b([^>]*)>(.*?)(?:</script>|\Z)", re.DOTALL | re.IGNORECASE)
_DATA_SCRIPT: Final = lazy(
    r"\btype=[\"']?(?!text/javascript|module|text/babel|application/javascript)\w", re.I
)
_STYLE: Final = lazy(r"^\s*[a-z-]+: [^;{}\n]+;\s*$", re.MULTILINE)  # a rule of CSS
_INDENTED: Final = lazy(r"(?:  |\t)\s*(?![-*•]\s|\d+[.)])[\w$@\"'(}\]]")
_ENDS_CODE: Final = lazy(r"[;{})\]]\s*$|^\s*(?:end|fi|done|esac)\b")


class Code(NamedTuple):
    """A piece of code. `languages`: the one its fence names (`named`), else those it looks like, the
    likeliest first; with `likely` it is hardly another than the first. `sure` says that it is code at all,
    whether it parses or not.
    """

    text: str
    languages: tuple[str, ...]
    named: bool = True
    likely: bool = True
    sure: bool = True


def codes_of(text: str) -> Iterator[Code]:
    """The pieces of code in a text; what is data, markup or output is left out."""
    if "```" in text or "~~~" in text:
        text = closed(text)
        found = blocks(text)
        if found:
            for block in found:
                inside = bool(block.containers or block.indent)
                code = content(text, block) if inside else text[block.body : block.body_end]
                yield from _code(code, language_named(block.info))
            return
    yield from _bare(text)


def closed(text: str) -> str:
    """The text with those fences closed that were meant to be and are not."""
    edits = sorted((edit for cause in causes(text) for edit in cause.edits), key=lambda edit: edit.start)
    return applied(text, tuple(edits)) if edits else text


def _code(text: str, language: str) -> Iterator[Code]:
    if language in NO_PROGRAM:
        return
    if language in HOSTS_SCRIPT:
        yield from _scripts(text)
    elif language in PARSED or language in LANGUAGES:
        yield Code(text, (language,))
    elif _is_page(text):
        yield from _scripts(text)
    elif signs := signs_of(text):
        yield Code(text, tuple(signs)[:_CANDIDATES], named=False, likely=_is_clear(text, signs))


def _is_page(text: str) -> bool:
    """Whether this is markup with a script in it."""
    return text.lstrip().startswith("<") and "<?php" not in text and _SCRIPT.search(text) is not None


def _scripts(text: str) -> Iterator[Code]:
    for match in _SCRIPT.finditer(text):
        if match[2].strip() and not _DATA_SCRIPT.search(match[1]):
            yield Code(match[2], ("javascript",))


def _bare(text: str) -> Iterator[Code]:
    if _is_page(text):
        yield from _scripts(text)
        return
    if not _MAYBE.search(text):
        return
    signs = signs_of(text)
    likely = tuple(name for name, count in signs.items() if count >= _FEWEST_SIGNS)[:_CANDIDATES]
    if PYTHON in signs and PYTHON not in likely:
        likely += (PYTHON,)  # its statements say by themselves what they are
    if "sql" in signs and not likely:
        likely = ("sql",)
    sure = _looks_like_code(text)
    if sure:
        likely += tuple(name for name in signs if name not in likely)[:_CANDIDATES]
        if "{" in text:
            likely += tuple(name for name in _WITH_BRACES if name not in likely)
    if likely or sure:
        yield Code(_trimmed(text), likely, False, _is_clear(text, signs), sure)


def _is_clear(text: str, signs: Mapping[str, int]) -> bool:
    """Whether the first language has many signs, or says its name."""
    return max(signs.values(), default=0) >= _CLEAR_SIGNS or text.startswith(
        ("#!/bin/bash", "#!/bin/sh", "<?php")
    )


def _looks_like_code(text: str) -> bool:
    """Whether most lines end as lines of code do, or are indented, and it is not data or markup."""
    if text.lstrip()[:1] in ("{", "[", "<", ".", "@") or _STYLE.search(text):
        return False
    lines = [line for line in text.split("\n") if line.strip()]
    code = sum(_INDENTED.match(line) is not None or _ENDS_CODE.search(line) is not None for line in lines)
    return code >= _FEWEST_LINES and code >= _CODE_SHARE * len(lines)


def _trimmed(text: str) -> str:
    """The text without the prose behind the last line that ends like code."""
    lines = text.split("\n")
    last = len(lines)
    while last and _is_prose(lines[last - 1]):
        last -= 1
    first = 0
    while first < last and _is_prose(lines[first]):
        first += 1
    return "\n".join(lines[first:last])


_PROSE: Final = lazy(r"\s*(?:[A-Z][\w',-]*|I|A)(?: [\w'’\"`(),-]+){2,}.*[.:!?]\s*$")


def _is_prose(line: str) -> bool:
    return not line.strip() or (_PROSE.match(line) is not None and not _ENDS_CODE.search(line))
