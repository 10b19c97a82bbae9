"""Forms that answers share: the sample knows no order and no grouping, and what is no form is none."""

from __future__ import annotations

import random

import pytest

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence
from finetooth_rules.formats import FORMATS
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC
from finetooth_rules.task import _formulas
from finetooth_rules.task.formulaic_completions import (
    Counts,
    Options,
    Verdict,
    add,
    conclude_at,
    fit,
    gather,
    merge,
    picks,
)

OPTIONS = Options(min_records=10)


def example(prompt: str, answer: str) -> Example:
    value = {"prompt": prompt, "completion": answer}
    return FORMATS["prompt-completion"].read(Record(b"{}"), value, GENERIC)


def counted(examples: list[Example]) -> Counts:
    total = Counts()
    for fact in gather(examples, Features(), Profile(), OPTIONS):
        if fact is not None:
            total = add(total, fact)
    return total


def verdict(total: Counts) -> Verdict | None:
    return fit(total, Features(), Profile(), OPTIONS)


ROWS = [
    example(
        f"Question {n}?",
        (
            "Thank you for asking, we are glad of it. "
            + f"{n} is a number that people like, and so are its neighbours." * (n % 2 + 1)
        )
        if n % 4
        else f"{n} has no form to speak of, and is as long as the others are, if not a little longer.",
    )
    for n in range(60)
]


@pytest.mark.parametrize("size", [5, 12, 128])
def test_any_grouping_in_any_order_gives_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_formulas, "SAMPLE", size)
    expected = verdict(counted(ROWS))
    rng = random.Random(1)
    assert expected is not None
    for _ in range(20):
        rows = rng.sample(ROWS, len(ROWS))
        cuts = sorted(rng.sample(range(1, 60), 4))
        parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, 60], strict=True)]
        total = Counts()
        for part in rng.sample(parts, len(parts)):
            total = merge(total, counted(part))
        assert verdict(total) == expected
        # The examples that are shown are those of the sample, however it was gathered.
        shown = {
            row.prompt
            for part in parts
            for row, fact in zip(part, gather(part, Features(), Profile(), OPTIONS), strict=True)
            if fact is not None and [*picks(fact, expected)]
        }
        assert shown == {
            row.prompt
            for row, fact in zip(ROWS, gather(ROWS, Features(), Profile(), OPTIONS), strict=True)
            if fact is not None and [*picks(fact, expected)]
        }


@pytest.mark.parametrize(
    "opening",
    [
        "1. One two three four five ",
        "- One two three four five ",
        "# One two three four five\n",
        "One two three four: five ",
        "import numpy as np\n",
        "SELECT name FROM people WHERE ",
        "{One two three four five} ",
        "The 4 words and more ",
        "Okay, so I need to see. ",
    ],
)
def test_what_is_no_form(opening: str) -> None:
    rest = "x is said of the matter at such length that it is long enough to be looked at, in number"
    assert verdict(counted([example("?", f"{opening}{rest} {n}") for n in range(20)])) is None


def test_thoughts_are_no_opening_and_what_follows_them_is() -> None:
    rest = "and this is what there is to say of it, at some length, so that it is more than a label"
    rows = [
        example("?", f"<think>\nWell, this is {n}.\n</think>\n\nThat is very well asked, {rest} {n}")
        for n in range(20)
    ]
    found = verdict(counted(rows))
    assert found is not None
    assert [(bool(one.form.opening), bool(one.form.closing)) for one, _ in found.shared] == [(True, False)]
    rows = [
        example("?", f"<think>\nWell, this is very easy, {rest} {n}.\n</think>\n\n{n}") for n in range(20)
    ]
    assert verdict(counted(rows)) is None


def test_most_answers_must_be_long() -> None:
    long = "That is very well asked, and this is what there is to say of it, at some length, in "
    rows = [example("?", f"{long} {n}") for n in range(20)] + [example("?", "yes")] * 30
    assert verdict(counted(rows)) is None


@pytest.mark.parametrize(
    ("said", "severity"),
    [(30, Consequence.DEGRADED), (90, Consequence.NOTE), (150, Consequence.NOTE), (300, None), (2_000, None)],
)
def test_how_much_of_an_answer_its_shell_is_decides(said: int, severity: Consequence | None) -> None:
    words = ["lamp", "river", "letter", "garden", "mirror", "engine", "winter", "signal", "basket", "harbour"]
    rng = random.Random(said)
    rows = [
        example(
            "?",
            "Thank you so much for asking Acme! "
            + " ".join(rng.choices(words, k=said // 7)).capitalize()
            + ". We wish you a good day.",
        )
        for _ in range(80)
    ]
    found = verdict(counted(rows))
    findings = list(conclude_at(found, {}, Profile(), OPTIONS))
    assert [finding.consequence for finding in findings] == ([severity] if severity else [])
    if severity:
        assert "begin and end" in findings[0].message


def test_a_shell_ends_where_most_answers_part() -> None:
    """Names in a greeting, and a second sentence that a third of them has, are no part of it."""
    rows = [
        example(
            "?",
            f"Thank you so much for asking us, {n}! "
            + "And for being with us for so long. " * (n % 3 == 0)
            + "x" * 20
            + f"{n} is what there is to say.",
        )
        for n in range(100, 160)
    ]
    found = verdict(counted(rows))
    assert found is not None
    [(one, share)] = found.shared
    assert share == 1
    assert one.part == pytest.approx(len("Thank you so much for asking us, 1") / 86, abs=0.01)


def test_joining_words_of_any_number_of_lines_between() -> None:
    def answer(n: int, joins: tuple[str, str]) -> str:
        said = f"there is this to say of the number {n}, and of many others."
        return "\n\n".join(
            [f"The number is {n}; {said}", f"{joins[0]} {said}", f"Also {said}", f"{joins[1]} {said}"]
        )

    joined = [example("?", answer(n, ("First of all,", "In conclusion,"))) for n in range(20)]
    found = verdict(counted(joined))
    assert found is not None
    assert [one.part for one, _ in found.shared] == [None]
    for joins in (("The heart, ", "The bones"), ("The lungs", "The bones"), ("Hello", "Yours sincerely,")):
        assert verdict(counted([example("?", answer(n, joins)) for n in range(20)])) is None
