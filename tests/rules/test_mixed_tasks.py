"""TSK003 beyond its marker cases: order, shards, sizes, and what stays silent."""

from __future__ import annotations

import random
import re

import pytest

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.formats import FORMATS
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC
from finetooth_rules.task import mixed_tasks as rule
from finetooth_rules.task import off_task_prompt as rule_of_facts
from finetooth_rules.task._sample import Sample
from finetooth_rules.testing import lint
from providers import FEATURES
from rules.test_off_task_prompt import TALK, TECHNICAL, lines, sums

OPTIONS = rule.Options()
TABLES = ["customers", "orders", "products", "invoices", "employees", "suppliers", "payments", "shipments"]
COLUMNS = ["name", "city", "total", "price", "created_at", "status", "country", "quantity"]


def queries(count: int) -> list[tuple[str, str]]:
    """A file with one task, made of templates."""
    rng = random.Random(11)
    rows = []
    for number in range(count):
        table, column, other = rng.choice(TABLES), *rng.sample(COLUMNS, 2)
        having = f"HAVING COUNT(*) > {number}"
        rows.append(
            rng.choice(
                (
                    (
                        f"Count the {table} for each {column}, more than {number}.",
                        f"SELECT {column}, COUNT(*) FROM {table} GROUP BY {column} {having};",
                    ),
                    (
                        f"List the {column} of the {table} with the largest {other}, the first {number}.",
                        f"SELECT {column} FROM {table} ORDER BY {other} DESC LIMIT {number};",
                    ),
                    (
                        f"Which {table} have a {column} over {number} and no {other}?",
                        f"SELECT * FROM {table} WHERE {column} > {number} AND {other} IS NULL;",
                    ),
                )
            )
        )
    return rows


def found(rows: list[tuple[str, str]], features: Features = FEATURES) -> list[str]:
    """The messages on a file."""
    return [placed.finding.message for placed in lint(lines(rows), "select = ['TSK003']", features)]


@pytest.mark.parametrize(("one", "two"), [(100, 100), (140, 40), (40, 160)])
def test_two_datasets_are_told_apart_and_counted(one: int, two: int) -> None:
    [message] = found([*sums()[:one], *queries(two)])
    counts = [int(number) for number in re.findall(r"\d+", message)]
    # Records of the same words in another order count as one.
    assert 0.97 * max(one, two) <= counts[0] <= max(one, two)
    assert 0.97 * min(one, two) <= counts[1] <= min(one, two)
    assert found(sums()[:one]) == found(queries(two)) == []


ROOMS = ["kitchen", "bedroom", "garage", "hall", "garden", "office", "cellar", "bathroom", "attic", "balcony"]
TEMPLATES = [
    ("Turn on the lights in the {}", "Okay, the {} lights are on now."),
    ("What is the temperature in the {}?", "It is 21 degrees in the {} right now."),
    ("Play jazz in the {}", "Playing some jazz for you in the {}."),
    ("Lock the {} door", "The door of the {} is locked."),
    ("Remind me to clean the {} on Sunday", "I have set a reminder for Sunday: clean the {}."),
]


@pytest.mark.parametrize("kinds", [3, 4, 5])
@pytest.mark.parametrize("rooms", [7, 10])
def test_templates_of_one_task_are_no_datasets(kinds: int, rooms: int) -> None:
    """Each stands as clearly apart from the others as two datasets do."""
    rows = [(ask.format(room), say.format(room)) for room in ROOMS[:rooms] for ask, say in TEMPLATES[:kinds]]
    assert found(rows) == []


def test_the_examples_are_the_first_of_each_group() -> None:
    rows = [*queries(80), *sums()[:120]]
    [placed] = lint(lines(rows), "select = ['TSK003']", FEATURES)
    assert {place.address for place in placed.finding.related} == {0, 80}


def test_few_strays_are_no_second_dataset() -> None:
    assert found([*sums()[:140], *queries(8)]) == []


def test_order_and_parts_do_not_matter() -> None:
    rows = [*sums()[:100], *queries(100), *TALK, *TECHNICAL]
    facts = rule_of_facts.gather(_examples(rows), FEATURES, Profile(), rule_of_facts.Options())
    verdicts = set()
    for seed in range(5):
        rng = random.Random(seed)
        some = [fact for fact in facts if fact is not None]
        rng.shuffle(some)
        parts = [Sample() for _ in range(1 + seed)]
        for fact in some:
            rng.choice(parts).add(fact.key, fact.vectors)
        total = Sample()
        for part in parts:
            total = total.merge(part)
        verdicts.add(rule.fit(total, FEATURES, Profile(), OPTIONS))
    assert len(verdicts) == 1
    assert None not in verdicts


def _examples(rows: list[tuple[str, str]]) -> list[Example]:
    records = [Record(line) for line in lines(rows).split(b"\n") if line]
    return [FORMATS["prompt-completion"].read(record, record.value, GENERIC) for record in records]


def test_equal_records_and_empty_texts_are_borne() -> None:
    assert found([("a", "b")] * 40) == []
    assert found([("", "")] * 10) == []
    assert found([("a", "")] * 5 + [("", "b")] * 5) == []
    assert found([*TALK, *TECHNICAL], Features()) == []
