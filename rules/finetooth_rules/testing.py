"""Runs marker cases: the records, and under each `^^^^ CODE message` at the exact characters.

For our rules and for other people's (give `known`, the catalogue with yours):

    for case in load_cases(text):
        assert run_case(case, "FEN001") == []

A case is a heading, prose, an optional ```` ```toml ```` block of settings, an optional ```` ```schema ````
block (the user's own JSON Schema), a ```` ```jsonl ```` block of
records and markers, and optionally a ```` ```train ```` block (the training split of the dataset whose
validation split the records then are), a ```` ```fixed ```` block (after all safe fixes) or ````
```fixed-unsafe ```` (after the unsafe ones of this rule too).

A case on the settings of a run has them in a ```` ```yaml ```` or ```` ```json ```` block with the markers,
or in `[training]` of the ```` ```toml ```` block; its ```` ```jsonl ```` block, if any, is the training data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from finetooth_rules.catalogue import Catalogue
from finetooth_rules.edits import apply_edits, apply_fix
from finetooth_rules.features import Features
from finetooth_rules.finding import Applicability, Fix
from finetooth_rules.framing import column, content, position, span_of, split_lines
from finetooth_rules.in_memory import Host, Placed, lint, lint_settings, of_groups
from finetooth_rules.patterns import lazy
from finetooth_rules.trainers import Language
from finetooth_rules.trainers.finetooth import TABLE

__all__ = [
    "Case",
    "Host",
    "Mark",
    "Placed",
    "fix_all",
    "lint",
    "lint_settings",
    "load_cases",
    "mark_of",
    "of_groups",
    "run_case",
]

_BLOCK: Final = lazy(r"^(`{3,})([\w-]+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
_HEADING: Final = lazy(r"^# (.+)$", re.MULTILINE)
_MARKER: Final = lazy(r"^( *)(\^+) ([A-Z]{3,8}\d{3})(?: (.*))?$")
_MAX_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """An expected or actual finding: record line (from 0), column and end column in code points, code,
    message.
    """

    line: int
    column: int
    end: int
    code: str
    message: str = ""

    def __str__(self) -> str:
        return f"line {self.line + 1}, columns {self.column}–{self.end}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True)
class Case:
    """One marker case: settings (TOML text), the file's bytes, the marks, a JSON Schema of the user's own,
    and the texts expected after fixes.
    """

    title: str
    settings: str
    data: bytes
    marks: tuple[Mark, ...]
    schema: str = ""
    fixed: bytes | None = None
    fixed_unsafe: bytes | None = None
    train: bytes = b""
    language: Language | None = None
    """What `data` is written in, where it is the settings of a run; None where it is records."""
    rows: bytes | None = None
    """The training data of these settings."""


def load_cases(text: str) -> list[Case]:
    """The cases of a Markdown file; ValueError where a section has no `jsonl` block."""
    heads = [*_HEADING.finditer(_blank_blocks(text))]
    cases = []
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        section = text[head.end() : following.start() if following else len(text)]
        blocks = {name: body for _, name, body in _BLOCK.findall(section)}
        if (language := _settings_language(blocks)) is not None:
            cases.append(_settings_case(head[1], blocks, language))
            continue
        if "jsonl" not in blocks:
            raise ValueError(f"case {head[1]!r} has no jsonl block")
        data, marks = _read_marks(blocks["jsonl"])
        fixed, unsafe = blocks.get("fixed"), blocks.get("fixed-unsafe")
        cases.append(
            Case(
                head[1],
                blocks.get("toml", ""),
                data,
                marks,
                blocks.get("schema", ""),
                _bytes(fixed),
                _bytes(unsafe),
                _bytes(blocks.get("train")) or b"",
            )
        )
    return cases


def _settings_language(blocks: Mapping[str, str]) -> Language | None:
    """What the settings that a case is about are written in; None for a case about records."""
    own = next((Language(name) for name in ("yaml", "json") if name in blocks), None)
    return own or (Language.TOML if f"[{TABLE}]" in blocks.get("toml", "") else None)


def _settings_case(title: str, blocks: Mapping[str, str], language: Language) -> Case:
    data, marks = _read_marks(blocks[language])
    settings = data.decode() if language is Language.TOML else blocks.get("toml", "")
    fixes = _bytes(blocks.get("fixed")), _bytes(blocks.get("fixed-unsafe"))
    return Case(title, settings, data, marks, "", *fixes, b"", language, _bytes(blocks.get("jsonl")))


def _bytes(text: str | None) -> bytes | None:
    """A block's bytes; a file read with `surrogateescape` gives back those that are not UTF-8."""
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _blank_blocks(text: str) -> str:
    return _BLOCK.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _read_marks(body: str) -> tuple[bytes, tuple[Mark, ...]]:
    records: list[str] = []
    marks: list[Mark] = []
    for line in re.split(r"(?<=\n)", body):
        match = _MARKER.match(line.rstrip("\n"))
        if match:
            start = len(match[1])
            marks.append(Mark(len(records) - 1, start, start + len(match[2]), match[3], match[4] or ""))
        elif line:
            records.append(line)
    return "".join(records).encode("utf-8", "surrogateescape"), tuple(marks)


def mark_of(placed: Placed) -> Mark:
    """Where a finding is shown: columns on the record's own line; a span over several lines ends with its
    first.
    """
    record, finding = placed.record, placed.finding
    span = span_of(record, finding)
    start = position(record.raw, span.start)
    line = content(record.raw.splitlines(keepends=True)[start.line]) if record.raw else b""
    end = position(record.raw, span.end)
    last = column(line, end.offset) if end.line == start.line else column(line, len(line))
    return Mark(placed.line + start.line, column(line, start.offset), last, finding.code, finding.message)


def run_case(
    case: Case,
    code: str,
    features: Features | Host = Features(),  # noqa: B008 - frozen
    known: Catalogue | None = None,
) -> list[str]:
    """What is wrong with a case for rule `code`; empty when it holds. Findings of other rules of the case's
    marks count too, those of rules that no mark and no caller names do not. `known`: as in `lint`.
    """

    def find(data: bytes) -> list[Placed]:
        if case.language is not None:
            return lint_settings(data, case.language, case.settings, case.rows, features, known)
        return lint(data, case.settings, features, case.schema, known, case.train)

    wanted = {code, *(mark.code for mark in case.marks)}
    found = [placed for placed in find(case.data) if placed.finding.code in wanted]
    problems = _compare(case.marks, [mark_of(placed) for placed in found])
    if case.fixed is not None:
        problems += _check_fix(
            case, code, case.fixed, find, lambda fix: fix.applicability is Applicability.SAFE
        )
    if case.fixed_unsafe is not None:
        problems += _check_fix(case, code, case.fixed_unsafe, find, lambda fix: True)
    return [f"{case.title}: {problem}" for problem in problems]


def _compare(expected: Sequence[Mark], actual: Sequence[Mark]) -> list[str]:
    left = list(actual)
    problems = []
    for mark in expected:
        match = next((other for other in left if _same(mark, other)), None)
        if match is None:
            problems.append(f"not found: {mark}")
        else:
            left.remove(match)
    return problems + [f"not expected: {mark}" for mark in left]


def _same(expected: Mark, actual: Mark) -> bool:
    """Equal; an empty span is marked by one `^`, and so may be one at the end of the line."""
    end = max(actual.end, actual.column + 1)
    return (
        (expected.line, expected.column, expected.end, expected.code)
        == (actual.line, actual.column, end, actual.code)
        and len(actual.message) <= 120
        and actual.message.startswith(expected.message)
    )


Finder: TypeAlias = Callable[[bytes], list[Placed]]


def _check_fix(
    case: Case, code: str, expected: bytes, find: Finder, take: Callable[[Fix], bool]
) -> list[str]:
    once = _fixed(case.data, code, find, take)
    if once != expected:
        return [
            f"after the fix\n{once.decode(errors='replace')}\ninstead of\n{expected.decode(errors='replace')}"
        ]
    if _fixed(once, code, find, take) != once:
        return ["the fix changes its own result"]
    return []


def fix_all(
    data: bytes,
    code: str,
    settings: str = "",
    features: Features | Host = Features(),  # noqa: B008 - frozen
    take: Callable[[Fix], bool] = lambda fix: True,
) -> bytes:
    """The file after the taken fixes of rule `code`, one at a time until there is none (at most 20
    rounds).
    """
    return _fixed(data, code, lambda given: lint(given, settings, features), take)


def _fixed(data: bytes, code: str, find: Finder, take: Callable[[Fix], bool]) -> bytes:
    for _ in range(_MAX_ROUNDS * (1 + data.count(b"\n"))):
        for placed in find(data):
            fix = next((fix for fix in placed.finding.fixes if take(fix) and fix.rewrite is None), None)
            if placed.finding.code == code and fix is not None:
                if placed.record.raw == data:  # a settings file is one piece
                    data = apply_edits(data, fix.edits)
                    break
                lines = split_lines(data)
                data = b"".join(apply_fix(lines, placed.line, placed.record, fix))
                break
        else:
            return data
    return data
