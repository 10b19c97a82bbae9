"""TSK002 beyond its marker cases: answers that slipped are found, good files are silent, order is nothing."""

from __future__ import annotations

import itertools
import pickle
import random

import pytest

from finetooth_rules.finding import Finding
from finetooth_rules.profile import Profile
from finetooth_rules.task import off_task_completion as rule
from finetooth_rules.task import off_task_prompt
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._vectors import Fact
from finetooth_rules.task.off_task_prompt import gather
from providers import FEATURES
from rules.test_off_task_prompt import example, sums

OPTIONS = rule.Options()
Row = tuple[str, str]
THINGS = (
    *("volcano", "violin", "bicycle", "penguin", "inflation", "photosynthesis", "bread", "chess", "blood"),
    *("tower", "coffee", "locomotive", "tulip", "parliament", "telescope", "glacier", "sonnet", "honey"),
    *("magnet", "desert", "vaccine", "kangaroo", "opera", "bridge", "diamond", "tobacco", "earthquake"),
    *("guitar", "spider", "lighthouse", "mushroom", "compass", "pyramid", "whale", "tractor", "satellite"),
)


def glossary() -> list[Row]:
    frames = (("What is a {}?", "The {} is described here."), ("Tell me of the {}.", "A {}, as it is seen."))
    return [(p.format(thing), a.format(thing)) for thing in THINGS for p, a in frames]


def slipped(rows: list[Row], start: int, end: int) -> list[Row]:
    """The answers from `start` to `end` moved on by a row."""
    answers = [answer for _, answer in rows]
    answers[start:end] = [*answers[end - 1 : end], *answers[start : end - 1]]
    return [(prompt, answer) for (prompt, _), answer in zip(rows, answers, strict=True)]


def facts_of(rows: list[Row]) -> list[Fact]:
    facts = gather([example(*row) for row in rows], FEATURES, Profile(), off_task_prompt.Options())
    return [fact for fact in facts if fact is not None]


def verdict_of(facts: list[Fact]) -> rule.Verdict | rule.Slipped | None:
    summary = Sample()
    for fact in facts:
        summary = summary.add(fact.key, fact.vectors)
    return rule.fit(summary, FEATURES, Profile(), OPTIONS)


def reported(rows: list[Row]) -> list[int]:
    facts = facts_of(rows)
    verdict = verdict_of(facts)
    return [i for i, fact in enumerate(facts) if any(rule.judge(fact, verdict, Profile(), OPTIONS))]


def test_answers_that_slipped_are_found_and_no_others() -> None:
    rows = glossary()[::2] + glossary()[1::2]
    assert reported(rows) == []
    found = reported(slipped(rows, 10, 22))
    assert set(found) <= set(range(10, 22))
    assert len(found) >= 10


def told_once(rows: list[Row]) -> list[Finding]:
    """What is said of the file as a whole."""
    facts = facts_of(rows)
    verdict = verdict_of(facts)
    picked: dict[str, int] = {}
    for line, fact in enumerate(facts):
        for label in rule.picks(fact, verdict):
            picked.setdefault(label, line)
    assert verdict is None or rule.RULE.conclude_at is not None
    return list(rule.conclude_at(verdict, picked, Profile(), OPTIONS))


def pairs_of_things() -> list[Row]:
    """Each record has two things of its own, so that one answer fits it and no other."""
    pairs = random.Random(5).sample(list(itertools.combinations(THINGS, 2)), 70)
    return [
        (f"What is a {one}, and what a {two}?", f"A {one} is this; that is a {two}.") for one, two in pairs
    ]


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("mixed", [False, True])
def test_a_file_in_which_most_answers_slipped_is_told_once(share: float, mixed: bool) -> None:
    rows = pairs_of_things()
    count = int(share * len(rows))
    wrong = slipped(rows, 0, count)
    if mixed:
        answers = [answer for _, answer in rows]
        part = answers[:count]
        random.Random(3).shuffle(part)
        wrong = list(zip([p for p, _ in rows], part + answers[count:], strict=True))
    assert told_once(rows) == []
    [finding] = told_once(wrong)
    assert reported(wrong) == []
    assert len(finding.message) <= 120
    prompt, answer = (int(str(related.address)) for related in finding.related)
    assert dict(rows)[wrong[prompt][0]] == wrong[answer][1]
    assert prompt != answer


def test_what_slipped_does_not_depend_on_order() -> None:
    rows = pairs_of_things()
    facts = facts_of(slipped(rows, 0, len(rows)))
    expected = verdict_of(facts)
    assert isinstance(expected, rule.Slipped)
    assert verdict_of(facts[::-1]) == expected


def test_answers_that_do_not_follow_from_the_words_are_left_alone() -> None:
    rows = [(prompt, str(number % 7)) for number, (prompt, _) in enumerate(glossary())]
    assert reported(rows) == []
    assert reported(slipped(rows, 0, 20)) == []
    assert told_once(slipped(rows, 0, len(rows))) == []
    assert reported(list(sums())) == []


def test_the_finding_stands_at_the_answer_and_is_short() -> None:
    facts = facts_of(slipped(glossary()[::2] + glossary()[1::2], 10, 22))
    verdict = verdict_of(facts)
    findings = [finding for fact in facts for finding in rule.judge(fact, verdict, Profile(), OPTIONS)]
    assert findings
    assert {finding.path for finding in findings} == {("messages", 2, "content")}
    assert max(len(finding.message) for finding in findings) <= 120


def test_a_record_of_another_kind_is_no_wrong_answer() -> None:
    rows = glossary()[::2] + glossary()[1::2]
    sums_of_numbers = [(f"{number} + {number * 3} =", str(4 * number)) for number in range(11, 17)]
    assert reported(rows + sums_of_numbers) == []


def test_records_without_an_answer_are_passed_by() -> None:
    facts = facts_of(slipped(glossary()[::2] + glossary()[1::2], 10, 22))
    verdict = verdict_of(facts)
    assert verdict is not None
    [fact] = facts_of([("What is a volcano?", "")])
    assert list(rule.judge(fact, verdict, Profile(), OPTIONS)) == []


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_verdict_does_not_depend_on_order_or_grouping(count: int) -> None:
    facts = facts_of(slipped(glossary()[::2] + glossary()[1::2], 10, 22))
    expected = verdict_of(facts)
    assert expected is not None
    random.Random(count).shuffle(facts)
    total = Sample()
    for number in range(count):
        part = Sample()
        for fact in facts[number::count]:
            part = part.add(fact.key, fact.vectors)
        total = rule.RULE.merge(total, pickle.loads(pickle.dumps(part)))
    assert rule.fit(total, FEATURES, Profile(), OPTIONS) == expected
