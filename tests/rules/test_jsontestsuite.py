"""JSONTestSuite, each file as one record: what must be taken has no flaw, what must be refused has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.scan import FlawKind
from finetooth_rules.settings import build_profile

FILES = sorted((Path(__file__).parent.parent / "data" / "JSONTestSuite" / "test_parsing").glob("*.json"))
TAKEN = {FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION}
# Rules that say of JSON what else is wrong with it, or nothing about its syntax.
NOT_ABOUT_JSON = {"SYN002", "SYN007", "SYN008", "SYN009", "SYN013", "SYN014", "SYN015", "SYN016"}

NO_RECORD = {
    "n_single_space.json": "SYN003",
    "n_structure_no_data.json": "SYN003",
    "n_structure_UTF8_BOM_no_data.json": "SYN017",
}
"""Refused not for a flaw but as there is nothing in them, by the rule named."""


def record_of(path: Path) -> Record:
    data = path.read_bytes().removesuffix(b"\n")
    return Record(data, len(data.splitlines()) or 1)


def findings_of(path: Path) -> list[Finding]:
    linter = Linter(build_profile({}))
    data = path.read_bytes()
    facts = FileFacts(len(data), data[:65536], data[-4:], data.count(b"\n"))
    found = [*linter.check([record_of(path)])[0], *linter.check_file(facts)]
    assert not linter.broken
    return [finding for finding in found if finding.code.startswith("SYN")]


def names(prefix: str) -> list[Path]:
    return [path for path in FILES if path.name.startswith(prefix)]


def test_the_suite_is_there() -> None:
    assert [len(names(prefix)) for prefix in ("y_", "n_", "i_")] == [95, 188, 35]


@pytest.mark.parametrize("path", names("y_"), ids=lambda path: path.stem)
def test_what_must_be_taken_is(path: Path) -> None:
    record = record_of(path)
    assert record.strict
    assert {flaw.kind for flaw in record.flaws} <= TAKEN
    assert {finding.code for finding in findings_of(path)} <= NOT_ABOUT_JSON


@pytest.mark.parametrize("path", names("n_"), ids=lambda path: path.stem)
def test_what_must_be_refused_is(path: Path) -> None:
    record = record_of(path)
    assert not record.strict
    codes = {finding.code for finding in findings_of(path)}
    if path.name in NO_RECORD:
        assert record.flaws == ()
        assert NO_RECORD[path.name] in codes
    else:
        assert {flaw.kind for flaw in record.flaws} - TAKEN
        assert codes - NOT_ABOUT_JSON


@pytest.mark.parametrize("path", names("i_"), ids=lambda path: path.stem)
def test_what_may_be_refused_is_as_by_the_strict_parser(path: Path) -> None:
    record = record_of(path)
    refused = {flaw.kind for flaw in record.flaws} - TAKEN
    assert bool(refused) != (record.strict or record.raw.startswith(b"\xef\xbb\xbf"))
    findings_of(path)
