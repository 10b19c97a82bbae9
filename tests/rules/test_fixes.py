"""Every fix of every rule, on the records of all cases: idempotent, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from finetooth_rules.edits import apply_fix
from finetooth_rules.finding import Applicability, Fix
from finetooth_rules.framing import split_lines
from finetooth_rules.testing import Case, Placed, lint
from marker_cases import all_cases, case_id
from providers import host


def fixes(case: Case) -> Iterator[tuple[Placed, Fix]]:
    for placed in lint(case.data, case.settings, host):
        for fix in placed.finding.fixes:
            if fix.rewrite is None:
                yield placed, fix


@pytest.mark.parametrize(("code", "case"), list(all_cases()), ids=case_id)
def test_a_fix_removes_its_finding_and_touches_nothing_else(code: str, case: Case) -> None:
    lines = split_lines(case.data)
    for placed, fix in fixes(case):
        fixed = apply_fix(lines, placed.line, placed.record, fix)
        after = placed.line + placed.record.line_count
        assert fixed[: placed.line] == lines[: placed.line]
        assert fixed[len(fixed) - (len(lines) - after) :] == lines[after:]
        spans = [edit.span for edit in fix.edits]
        assert spans == sorted(spans)
        assert all(span.start <= span.end <= len(placed.record.raw) for span in spans)
        kept = [same(other) for other in lint(b"".join(fixed), case.settings, host)]
        before = [same(other) for other in lint(case.data, case.settings, host)]
        assert kept.count(same(placed)) < before.count(same(placed)), fix.title


def same(placed: Placed) -> tuple[str, object, str]:
    """What makes two findings the same defect, wherever the record now stands. Where a near copy goes, an
    equal copy of it becomes the near one.
    """
    if placed.finding.code in ("DUP001", "DUP002"):
        return "a copy", (), ""
    return placed.finding.code, placed.finding.path, placed.finding.message


@pytest.mark.parametrize(("code", "case"), list(all_cases()), ids=case_id)
def test_a_safe_fix_keeps_the_value_of_a_usable_record(code: str, case: Case) -> None:
    for placed, fix in fixes(case):
        if (
            fix.applicability is Applicability.SAFE
            and fix.edits
            and placed.record.strict
            and code.startswith("SYN")
        ):
            fixed = apply_fix([placed.record.raw], 0, placed.record, fix)
            assert orjson.loads(b"".join(fixed)) == placed.record.parsed
