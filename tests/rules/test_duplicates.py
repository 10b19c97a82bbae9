"""Near copies: how candidates are found, and what makes two records the same."""

from __future__ import annotations

import random
from array import array
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth_rules.duplicates import _pairs, _prints, _sketch
from finetooth_rules.duplicates._folded import folded, words
from finetooth_rules.example import Example
from finetooth_rules.grouping import _of_many, grouping
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.rule import Columns
from finetooth_rules.settings import build_profile

PROFILE = build_profile({"format": "prompt-completion"})
LINTER = Linter(PROFILE, ())
WORDS = [
    "river",
    "engine",
    "Garden",
    "letter,",
    "market",
    "signal",
    "42",
    "forest",
    "bridge.",
    "not",
    "漢字",
    "é",
]


def example(prompt: str, answer: str) -> Example:
    found = LINTER.example(Record(orjson.dumps({"prompt": prompt, "completion": answer})))
    assert found is not None
    return found


def columns(rows: Sequence[tuple[str, str]]) -> Columns:
    return _prints.gather([example(*row) for row in rows], PROFILE)


@given(st.lists(st.binary(max_size=300), max_size=12))
def test_both_ways_to_sketch_give_the_same(texts: list[bytes]) -> None:
    assert _sketch._plain(texts) == _sketch._fast(texts)


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=4, max_size=40).map(" ".join), max_size=12))
def test_a_sketch_hangs_on_its_text_alone(texts: list[str]) -> None:
    data = [folded(text)[0] for text in texts]
    together = _sketch.bins(data)
    apart = array("I")
    for text in data:
        apart.extend(_sketch._fast([text]))
    assert together == apart


rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 5)).map(
        lambda given: (
            f"{'How many letters has the word ' * given[0]}{given[1]}?",
            "An answer in several words. " * given[2],
        )
    ),
    max_size=30,
)


@given(rows)
@settings(deadline=None)
def test_both_ways_to_find_candidates_give_the_same(given_rows: list[tuple[str, str]]) -> None:
    found = columns(given_rows)
    every = range(len(given_rows))
    few, many = _pairs._few(found, every), _pairs._many(found, every) if given_rows else []
    assert sorted(few) == sorted(many)


@given(rows, st.randoms())
@settings(deadline=None)
def test_both_ways_to_find_equal_rows_give_the_same(given_rows: list[tuple[str, str]], order: Any) -> None:
    rows = [(prompt.upper() if order.random() < 0.3 else prompt, answer) for prompt, answer in given_rows]
    found, held_out = columns(rows), [order.random() < 0.3 for _ in rows]
    asked = found[_prints.SAID], found[_prints.WHOLE], held_out
    if rows:
        few, many = _pairs._equal_few(*asked), _pairs._equal_many(*asked)
        assert (sorted(few[0]), sorted(few[1])) == (sorted(many[0]), many[1])
        keys, values = found[_prints.ASKED], found[_prints.ANSWER]
        assert grouping(keys, values) == _of_many(keys, values)


@given(st.text(max_size=60))
def test_folding_never_raises_and_case_is_no_difference(text: str) -> None:
    assert folded(text)[0].translate(None, b"\x01") == folded(text)[0].replace(b"\x01", b"")
    if text.isascii():
        assert folded(text.upper())[0] == folded(text.lower())[0]
    words(text)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("3.5", "35", False),
        ("1, 2", "12", False),
        ("a != b", "a = b", False),
        ("f(a)", "f[a]", False),
        ("Hello, World!", "hello world", True),
        ("„Grundfarben“ – drei", '"Grundfarben" drei', True),
        ("中文，标点。", "中文标点", True),
        ("ｆｕｌｌ", "full", True),
    ],
)
def test_what_is_folded_away(one: str, other: str, equal: bool) -> None:
    assert (folded(one) == folded(other)) is equal


def test_rows_from_one_template_are_few_candidates() -> None:
    """The work does not grow with the square of the rows that share a template."""
    found = []
    for count in (1_000, 4_000):
        random_ = random.Random(count)
        template = (
            "Given the table orders(id, customer, amount, city), write a query that counts all orders of {}."
        )
        names = ["".join(random_.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(count)]
        rows = [
            (template.format(name), f"SELECT count(*) FROM orders WHERE customer = '{name}'")
            for name in names
        ]
        found.append(len(_pairs.pairs(columns(rows), [False] * count)))
    assert found[1] <= max(100, 5 * found[0])


def test_equal_rows_are_one() -> None:
    rows = [("What is the capital of Peru, and where does it lie?", "Lima, at the sea.")] * 3_000
    assert _pairs.pairs(columns(rows), [False] * len(rows)) == []


def test_copies_are_candidates_among_many_others() -> None:
    random_ = random.Random(3)
    rows = [
        (" ".join(random_.choices(WORDS, k=20)), " ".join(random_.choices(WORDS, k=60))) for _ in range(2_000)
    ]
    copies = []
    for row in range(0, 2_000, 100):
        prompt, answer = rows[row]
        spoken = answer.split()
        for at in (7, 31, 52):
            spoken[at] = "other"
        rows.append((prompt.lower(), " ".join(spoken)))
        copies.append((row, len(rows) - 1))
    # The numbers and negations of a copy must be the same: of those that lost one nothing is said.
    numbers = columns(rows)[_prints.NUMBERS]
    wanted = {pair for pair in copies if numbers[pair[0]] == numbers[pair[1]]}
    found = {(pair.first, pair.second) for pair in _pairs.pairs(columns(rows), [False] * len(rows))}
    assert len(wanted) > 5
    assert len(wanted - found) <= 1
