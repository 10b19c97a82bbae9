"""The live index against reading the final text anew, after any edits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth.engine.live import index as live
from finetooth.engine.live.blocks import BLOCK_RECORDS, Entry
from finetooth.engine.live.document import Change, Document, Encoding, Touched
from finetooth.engine.live.index import LiveIndex
from finetooth_rules.dataset import summarise
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding, Related, Span
from finetooth_rules.framing import Bounds, frame
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import AnyRule, GroupRule, Member, NoOptions, StatisticRule, SyntaxRule
from finetooth_rules.testing import of_groups

NOTE = Consequence.NOTE


def check_bad(record: Record, profile: Profile, options: Any) -> Iterator[Finding]:
    at = record.raw.find(b"bad")
    if at >= 0:
        yield Finding("TST001", "bad", NOTE, span=Span(at, at + 3))


def check_broken(record: Record, profile: Profile, options: Any) -> Iterator[Finding]:
    if not record.strict:
        yield Finding("TST002", f"{len(record.raw)} bytes, {record.line_count} lines", NOTE)


def gather_length(
    examples: Sequence[Example], features: Features, profile: Profile, options: Any
) -> list[int]:
    return [len(example.record.raw) for example in examples]


def judge_length(fact: int, verdict: int, profile: Profile, options: Any) -> Iterator[Finding]:
    if fact > verdict:
        yield Finding("TST003", f"{fact} over {verdict}", NOTE)


def conclude_length(verdict: int, profile: Profile, options: Any) -> Iterator[Finding]:
    yield Finding("TST003", f"largest but one is {verdict}", NOTE)


def pick_length(fact: int, verdict: int) -> Iterator[str]:
    if fact > verdict:
        yield "largest"


def conclude_picked(
    verdict: int, picked: Mapping[str, Any], profile: Profile, options: Any
) -> Iterator[Finding]:
    related = tuple(Related(label, address=address) for label, address in picked.items())
    yield Finding("TST003", "the largest", NOTE, related=related)


HEAD_BYTES = 150


def conclude_head(verdict: tuple[int, int], profile: Profile, options: Any) -> Iterator[Finding]:
    yield Finding("TST005", f"head of {verdict[0]} in {verdict[1]}", NOTE)


def largest_two(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(one + other)[-2:])


def keys_of(example: Example, profile: Profile, options: Any) -> list[bytes]:
    return [hashlib.blake2b(example.prompt.encode(), digest_size=8).digest()]


def judge_group(
    members: Sequence[Member], profile: Profile, options: Any
) -> Iterator[tuple[Member, Finding]]:
    for number, member in enumerate(members[1:]):
        related = (Related("the first", address=members[0].address),)
        yield member, Finding("TST004", f"copy {number + 1}", NOTE, related=related)


RULES: tuple[AnyRule, ...] = (
    SyntaxRule(
        code="TST001", name="bad", summary="", consequence=NOTE, check=check_bad, raw_triggers=("bad",)
    ),
    SyntaxRule(code="TST002", name="broken", summary="", consequence=NOTE, check=check_broken),
    StatisticRule(
        code="TST003",
        name="long",
        summary="",
        consequence=NOTE,
        gather=gather_length,
        empty=tuple,
        add=lambda summary, fact: largest_two(summary, (fact,)),
        merge=largest_two,
        fit=lambda summary, features, profile, options: summary[0] if summary else 0,
        judge=judge_length,
        conclude=conclude_length,
        picks=pick_length,
        conclude_at=conclude_picked,
    ),
    StatisticRule(
        code="TST005",
        name="head",
        summary="",
        consequence=NOTE,
        gather=gather_length,
        empty=int,
        add=lambda summary, fact: summary + fact,
        merge=lambda one, other: one + other,
        fit=lambda summary, features, profile, options: (summary.head, summary.whole),
        conclude=conclude_head,
        head_bytes=lambda options: HEAD_BYTES,
    ),
    GroupRule(code="TST004", name="copy", summary="", consequence=NOTE, keys=keys_of, judge=judge_group),
)


def linter(rules: Sequence[AnyRule] = RULES) -> Linter:
    profile = replace(
        Profile(),
        selected=frozenset(rule.code for rule in rules),
        options={rule.code: NoOptions() for rule in rules},
        max_joined_lines=6,
    )
    return Linter(profile, rules)


Place = tuple[int, str, str, tuple[int, ...]]
"""Line, code, message and lines of related records of a finding."""


def from_scratch(document: Document) -> tuple[list[Place], list[tuple[str, tuple[int, ...]]]]:
    """Every finding on a record; message and lines of related records of those on the file."""
    rules = linter()
    lines, at = document.lines, 0
    starts, records = [], []
    while at < len(lines):
        framed = frame(lines, at, Bounds(rules.profile.max_joined_lines))
        assert framed is not None
        starts.append(at)
        records.append(framed.record)
        at += framed.record.line_count
    found = [list(findings) for findings in rules.check(records)]
    examples = rules.examples(records)
    of_file: list[Finding] = []
    sizes = [0, *accumulate(map(len, lines))]
    offsets = [sizes[start] for start in starts]
    for statistic in rules.statistics:
        facts = rules.gather(examples, Features())[statistic.code]
        summary = summarise(statistic, facts)
        heads: list[Any] = []
        if statistic.head_bytes is not None:
            count = sum(offset <= HEAD_BYTES for offset in offsets)
            heads = [summarise(statistic, facts[:count])]
        verdict = rules.verdict(statistic, [summary], Features(), heads)
        for findings, fact in zip(found, facts, strict=True):
            findings += rules.judge(statistic, fact, verdict) if fact is not None else []
        picked: dict[str, int] = {}
        for number, fact in enumerate(facts):
            for label in rules.picks(statistic, fact, verdict) if fact is not None else ():
                picked.setdefault(label, number)
        of_file += rules.conclude(statistic, verdict, picked)
    for number, finding in of_groups(rules, [], examples):
        found[number].append(finding)
    return sorted(
        (
            starts[number],
            finding.code,
            finding.message,
            tuple(starts[int(str(related.address))] for related in finding.related),
        )
        for number, findings in enumerate(found)
        for finding in findings
    ), [(f.message, tuple(starts[int(str(r.address))] for r in f.related)) for f in of_file]


def of_index(index: LiveIndex) -> tuple[list[Place], list[tuple[str, tuple[int, ...]]]]:
    def lines(finding: Finding) -> tuple[int, ...]:
        return tuple(index.blocks.place(related.address.entry)[2] for related in finding.related)  # type: ignore[attr-defined]

    return sorted(
        (
            line,
            finding.code,
            finding.message,
            lines(finding),
        )
        for line, finding in index.findings()
    ), [(finding.message, lines(finding)) for _, finding in index.file_findings()]


def entries(index: LiveIndex) -> list[Entry]:
    return [entry for block in index.blocks for entry in block.entries]


PIECES = [
    '{"prompt": "a", "completion": "b"}',
    '{"prompt": "a", "completion": "bad"}',
    '{"messages": [{"role": "user", "content": "é😀"}]}',
    '{"prompt": ',
    '"a",',
    '"completion": "b"}',
    '{"prompt": "a',
    'b", "completion": "c"}',
    '{\n"prompt": "a",\n\n"completion": "b"\n}',
    '{"prompt":\n{\n\n\n',
    "{",
    "}",
    "[",
    '"',
    "",
    "bad",
    "   ",
    "x" * 40,
]
ENDINGS = ["\n", "\n", "\n", "\r\n", "\r", ""]
texts = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(ENDINGS)).map("".join), max_size=14).map(
    "".join
)
positions = st.tuples(st.integers(0, 16), st.integers(0, 40))
changes = st.one_of(
    st.builds(Change, texts, positions, positions),
    st.builds(lambda text, at: Change(text, at, at), st.sampled_from([*PIECES, "\n", "x"]), positions),
    st.builds(lambda at, count: Change("", at, (at[0] + count, 0)), positions, st.integers(0, 5)),
)


@pytest.mark.parametrize("large", [live.BULK_BYTES, 30])
@given(text=texts, steps=st.lists(st.tuples(changes, st.integers(0, 4)), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_edits_equal_reading_the_final_text(
    large: int, text: str, steps: list[tuple[Change, int]]
) -> None:
    """Also with records that are checked elsewhere, and while work goes on between edits."""
    with patch.object(live, "BULK_BYTES", large):
        document = Document(text)
        index = LiveIndex(document, linter())
        opening = index.lint_steps()
        for change, rest in steps:
            edit(index, change)
            if rest == 1:  # the keystroke's work only
                for _ in index.lint_steps(bulk=False):
                    pass
            elif rest == 2:  # the background begins, and is dropped
                for _ in index.lint_steps():
                    pass
                judging = index.judge_steps()
                for _ in range(3):
                    next(judging, None)
            elif rest == 3:
                index.settle()
            elif rest == 4:  # the reading of the file goes on, as if nothing had happened
                next(opening, None)
        index.settle()
        assert of_index(index) == from_scratch(document)
        assert index.settled
        assert index.judged
        assert sum(entry.lines for entry in entries(index)) == len(document.lines)


def many(count: int) -> Document:
    return Document("".join(f'{{"prompt": "p{number}", "completion": "c"}}\n' for number in range(count)))


def edit(index: LiveIndex, change: Change) -> None:
    for touched in index.document.apply([change], Encoding.UTF16):
        index.touch(touched)


def test_an_edit_keeps_every_other_record() -> None:
    index = LiveIndex(many(2000), linter())
    index.settle()
    before = entries(index)
    edit(index, Change("bad", (700, 13), (700, 13)))
    index.settle()
    after = entries(index)
    assert [number for number in range(2000) if before[number] is not after[number]] == [700]
    assert [(line, finding.code) for line, finding in index.findings() if finding.code == "TST001"] == [
        (700, "TST001")
    ]


def test_an_edit_below_an_open_record_reads_it_anew() -> None:
    index = LiveIndex(Document('{"prompt": "a",\n"completion": "b"\n\n'), linter())
    index.settle()
    assert len(entries(index)) == 3
    edit(index, Change("}", (2, 0), (2, 0)))
    index.settle()
    assert [entry.lines for entry in entries(index)] == [3]


def test_appending_closes_an_open_record() -> None:
    index = LiveIndex(Document('{"prompt": "a",\n'), linter())
    index.settle()
    edit(index, Change('"completion": "b"}', (1, 0), (1, 0)))
    index.settle()
    assert [entry.lines for entry in entries(index)] == [2]


def test_blocks_stay_small_while_lines_come_and_go() -> None:
    index = LiveIndex(Document(""), linter())
    for number in range(0, 3000, 10):
        text = "".join(f'{{"prompt": "p{number + n}", "completion": "c"}}\n' for n in range(10))
        edit(index, Change(text, (number, 0), (number, 0)))
        index.settle()
    assert max(len(block.entries) for block in index.blocks) <= BLOCK_RECORDS
    assert len(index.blocks.blocks) <= 4 * 3000 / BLOCK_RECORDS
    edit(index, Change("", (10, 0), (2990, 0)))
    index.settle()
    assert len(index.blocks.blocks) <= 2
    assert of_index(index) == from_scratch(index.document)


def test_deleting_a_whole_block_reaches_the_statistics() -> None:
    index = LiveIndex(many(2 * BLOCK_RECORDS), linter())
    index.settle()
    first = index.blocks.blocks[0].lines
    edit(index, Change("", (0, 0), (first, 0)))
    assert not index.judged
    index.settle()
    assert of_index(index) == from_scratch(index.document)


def test_the_other_of_two_copies_is_free_when_one_goes() -> None:
    index = LiveIndex(Document('{"prompt": "a", "completion": "b"}\n' * 2), linter())
    index.settle()
    assert "TST004" in {finding.code for _, finding in index.findings()}
    edit(index, Change("x", (0, 12), (0, 12)))
    index.settle()
    assert "TST004" not in {finding.code for _, finding in index.findings()}


def test_what_was_judged_stays_while_the_record_is_typed_in() -> None:
    """Of the whole record; it is judged anew after a pause."""
    index = LiveIndex(Document('{"prompt": "a", "completion": "b"}\n' * 2), linter())
    index.settle()

    def copies() -> list[int]:
        return [line for line, finding in index.findings() if finding.code == "TST004"]

    for typed in "bad":
        edit(index, Change(typed, (1, 31), (1, 31)))
        for _ in index.lint_steps(bulk=False):
            pass
        assert copies() == [1]
    index.settle()
    assert copies() == [1]
    edit(index, Change("x", (1, 12), (1, 12)))
    for _ in index.lint_steps(bulk=False):
        pass
    assert copies() == [1]
    index.settle()
    assert copies() == []
    assert of_index(index) == from_scratch(index.document)


def test_what_names_bytes_does_not_stay() -> None:
    def judge(fact: int, verdict: int, profile: Profile, options: Any) -> Iterator[Finding]:
        yield Finding("TST003", "bytes", NOTE, span=Span(0, fact))
        yield Finding("TST003", "value", NOTE, path=("prompt",))

    (statistic,) = (rule for rule in RULES if rule.code == "TST003")
    assert isinstance(statistic, StatisticRule)
    rules = linter([replace(statistic, judge=judge)])
    index = LiveIndex(Document('{"prompt": "a", "completion": "b"}\n'), rules)
    index.settle()
    assert [finding.message for _, finding in index.findings()] == ["value", "bytes"]
    edit(index, Change(" ", (0, 0), (0, 0)))
    for _ in index.lint_steps(bulk=False):
        pass
    assert [finding.message for _, finding in index.findings()] == ["value"]
    index.settle()
    assert [finding.message for _, finding in index.findings()] == ["value", "bytes"]


def test_a_large_paste_is_left_to_the_background() -> None:
    index = LiveIndex(many(10), linter())
    index.settle()
    edit(index, Change('{"prompt": "bad"}\n' * 1000, (5, 0), (5, 0)))
    for _ in index.lint_steps(bulk=False):
        pass
    assert not index.settled
    assert sum(1 for _ in index.findings()) == 0
    index.settle()
    assert sum(finding.code == "TST001" for _, finding in index.findings()) == 1000


def test_a_keystroke_while_the_file_is_still_read_is_linted_first() -> None:
    index = LiveIndex(many(5000), linter())
    edit(index, Change("bad", (4000, 13), (4000, 13)))
    for _ in index.lint_steps(bulk=False):
        pass
    assert [line for line, _ in index.findings()] == [4000]
    assert not index.settled


@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_a_rule_that_raises_is_off_and_the_others_go_on(code: str) -> None:
    def fail(*arguments: Any) -> Any:
        raise RuntimeError("no")

    broken: list[AnyRule] = []
    for rule in RULES:
        if rule.code != code:
            broken.append(rule)
        elif isinstance(rule, SyntaxRule):
            broken.append(replace(rule, check=fail))
        elif isinstance(rule, StatisticRule):
            broken.append(replace(rule, add=fail))
        else:
            assert isinstance(rule, GroupRule)
            broken.append(replace(rule, judge=fail))
    rules = linter(broken)
    index = LiveIndex(
        Document('{"prompt": "a", "completion": "bad"}\n' * 2 + '{"messages": [{}]}\nx\n'), rules
    )
    index.settle()
    assert set(rules.broken) == {code}
    expected = {"TST001", "TST002", "TST003", "TST004"} - {code} - {"TST003"}
    assert {finding.code for _, finding in index.findings()} == expected


def test_a_large_record_that_changes_while_it_is_checked_is_checked_again() -> None:
    index = LiveIndex(
        Document('{"prompt": "bad", "completion": "' + "x" * live.BULK_BYTES + '"}\n'), linter()
    )
    steps = index.lint_steps()
    next(steps)
    edit(index, Change("good", (0, 12), (0, 15)))
    for _ in steps:
        pass
    assert index.settled
    assert not list(index.findings())


def test_a_large_record_that_is_closed_below_while_it_is_checked_is_checked_again() -> None:
    open_record = '{"prompt": "' + "x" * live.BULK_BYTES + '",\n'
    index = LiveIndex(Document(open_record + "\n\n"), linter())
    index.settle()
    edit(index, Change("bad", (0, 12), (0, 12)))
    steps = index.lint_steps()
    next(steps)
    edit(index, Change('"completion": "b"}', (1, 0), (1, 0)))
    for _ in steps:
        pass
    index.settle()
    assert of_index(index) == from_scratch(index.document)
    assert [entry.lines for entry in entries(index)] == [2, 1]


def test_touching_nothing_changes_nothing() -> None:
    index = LiveIndex(many(3), linter())
    index.settle()
    before = entries(index)
    index.touch(Touched(3, 0, 0))
    assert entries(index) == before
