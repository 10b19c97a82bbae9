"""Runs marker cases: the records, and under each `^^^^ CODE message` at the exact characters.

For our rules and for other people's (give `known`, the catalogue with yours):

    for case in load_cases(text):
        assert run_case(case, "FEN001") == []

A case is a heading, prose, an optional ```` ```toml ```` block of settings, an optional ```` ```schema ````
block (the user's own JSON Schema), a ```` ```jsonl ```` block of
records and markers, and optionally a ```` ```fixed ```` block (after all safe fixes) or ````
```fixed-unsafe ```` (after the unsafe ones of this rule too).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Final, TypeAlias

from finetooth_rules.catalogue import Catalogue, builtin
from finetooth_rules.dataset import summarise
from finetooth_rules.edits import apply_fix
from finetooth_rules.features import Features
from finetooth_rules.finding import Applicability, Finding, Fix
from finetooth_rules.framing import Bounds, column, content, frame, position, span_of, split_lines
from finetooth_rules.lint import Linter
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile

Host: TypeAlias = Callable[[Profile, Mapping[str, Any]], tuple[Profile, Features]]
"""Stands for the engine: from a profile and the case's settings to the profile with the files they name, and
the features for it."""

_BLOCK: Final = re.compile(r"^(`{3,})([\w-]+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
_HEADING: Final = re.compile(r"^# (.+)$", re.MULTILINE)
_MARKER: Final = re.compile(r"^( *)(\^+) ([A-Z]{3,8}\d{3})(?: (.*))?$")
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


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with the number of its record's first line; records of the same file share `lines`."""

    line: int
    record: Record
    finding: Finding


def load_cases(text: str) -> list[Case]:
    """The cases of a Markdown file; ValueError where a section has no `jsonl` block."""
    heads = [*_HEADING.finditer(_blank_blocks(text))]
    cases = []
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        section = text[head.end() : following.start() if following else len(text)]
        blocks = {name: body for _, name, body in _BLOCK.findall(section)}
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
            )
        )
    return cases


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


def lint(
    data: bytes,
    settings: str = "",
    features: Features | Host = Features(),  # noqa: B008 - frozen
    schema: str = "",
    known: Catalogue | None = None,
) -> list[Placed]:
    """Every finding on the records of a whole file in memory (file rules aside). `known`: the rules there are
    (default: ours); `catalogue.builtin().extended([my_rules])` has yours too. It is the training split of a
    dataset that has the splits of the settings' `[dataset]`.
    """
    known = known or builtin()
    decoded = tomllib.loads(settings)
    own = OwnSchema("my.schema.json", schema) if schema else None
    lines = split_lines(data)
    first = build_profile(decoded, (), known)
    bounds = Bounds(first.max_joined_lines, first.max_record_bytes, first.max_depth)
    framed: list[tuple[int, Record]] = []
    index = 0
    while index < len(lines):
        here = frame(lines, index, bounds)
        assert here is not None
        framed.append((index, here.record))
        index += here.record.line_count
    records = [record for _, record in framed]
    profile = build_profile(decoded, [record.value for record in records], known)
    profile = replace(profile, own_schema=own, splits=frozenset(decoded.get("dataset", ())))
    if callable(features):
        profile, features = features(profile, decoded)
    linter = Linter(profile, known.rules)
    found: list[Placed] = []
    for (line, record), one, two in zip(
        framed, linter.check(records), linter.measure(records, features), strict=True
    ):
        found += [Placed(line, record, finding) for finding in linter.finish((*one, *two))]
    found += _dataset_findings(linter, framed, lines, features)
    if linter.broken:
        raise AssertionError(f"rules raised: {linter.broken}")
    return found


def _dataset_findings(
    linter: Linter, framed: Sequence[tuple[int, Record]], lines: Sequence[bytes], features: Features
) -> list[Placed]:
    """Findings of the statistic and group rules; those of the file as a whole are placed on its first
    record.
    """
    starts = [0, *accumulate(map(len, lines))]
    offsets = [starts[line] for line, _ in framed]
    examples = linter.examples(record for _, record in framed)
    facts = linter.gather(examples, features)
    found: list[Placed] = []
    for rule in linter.statistics:
        if rule.code not in facts:
            continue
        given = {rule.code: summarise(rule, facts[rule.code])}
        first = linter.heads({rule.code: facts[rule.code]}, given, offsets)
        verdict = linter.verdict(rule, [given[rule.code]], features, [*first.values()])
        picked: dict[str, int] = {}
        for number, ((line, record), fact) in enumerate(zip(framed, facts[rule.code], strict=True)):
            if fact is not None:
                found += [Placed(line, record, finding) for finding in linter.judge(rule, fact, verdict)]
                for label in linter.picks(rule, fact, verdict):
                    picked.setdefault(label, number)
        if framed:
            line, record = framed[0]
            found += [Placed(line, record, finding) for finding in linter.conclude(rule, verdict, picked)]
    keys = linter.keys(examples)
    for group in linter.groups:
        members: dict[bytes, list[int]] = {}
        for number, several in enumerate(keys[group.code]):
            for key in several:
                members.setdefault(key, []).append(number)
        for number, finding in linter.judge_groups(group, members):
            line, record = framed[number]
            found.append(Placed(line, record, finding))
    return [placed for placed in found if placed.finding.code in linter.profile.selected]


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
        return lint(data, case.settings, features, case.schema, known)

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
                lines = split_lines(data)
                data = b"".join(apply_fix(lines, placed.line, placed.record, fix))
                break
        else:
            return data
    return data
