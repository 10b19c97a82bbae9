"""TSK001 beyond its marker cases: order, bounds, wording of the task, and what stays silent."""

from __future__ import annotations

import pickle
import random
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth_rules.example import Example, Text, Turn
from finetooth_rules.features import Features
from finetooth_rules.finding import Finding
from finetooth_rules.profile import Profile, Task
from finetooth_rules.record import Record
from finetooth_rules.task import _sample
from finetooth_rules.task import off_task_prompt as rule
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._split import Limits, centre_of, cut, similarities
from finetooth_rules.task._vectors import SCALE, Fact, unpack
from finetooth_rules.testing import lint
from providers import FEATURES

OPTIONS = rule.Options()
TECHNICAL = [
    (
        "Explain the concept of backpropagation in neural networks.",
        "Backpropagation computes how the loss of a neural network changes with each of its weights, so that "
        "training can move them against the error.",
    ),
    (
        "Describe the purpose of an activation function in a deep learning model.",
        "It makes a neural network non-linear. Without it the network would be a linear regression model.",
    ),
]
TALK = [
    ("How was your day?", "My day was fine, thank you for asking."),
    ("What's the weather like?", "I cannot see out of the window, sorry."),
]
WORDINGS = [
    "Explain concepts of machine learning and neural networks.",
    "Technical explanations of deep learning",
    "Answer questions about neural networks",
    "machine learning",
    "Explain AI concepts",
    "The assistant explains terms from deep learning in two sentences.",
    "Teach students how neural networks are trained",
    "Deep learning tutor",
    "Describe machine learning algorithms",
    "Write short definitions of terms from machine learning for a glossary",
    "Explain technical ideas",
    "A tutor that answers students' questions about machine learning",
]
UNHELPFUL = [
    "",
    "  ",
    "x",
    "--",
    "Small talk",
    "Write Python code",
    "Answer questions.",
    "数学",
    "Be helpful",
]


def lines(rows: list[tuple[str, str]]) -> bytes:
    return b"".join(orjson.dumps({"prompt": p, "completion": c}) + b"\n" for p, c in rows)


def reported(rows: list[tuple[str, str]], **task: Any) -> list[int]:
    """Numbers (from 1) of the records that are reported."""
    settings = (
        f"select = ['TSK001']\ntask = {{ {', '.join(f'{k} = {_toml(v)}' for k, v in task.items())} }}\n"
    )
    return [placed.line + 1 for placed in lint(lines(rows), settings, FEATURES)]


def _toml(value: Any) -> str:
    return orjson.dumps(value).decode()


@pytest.mark.parametrize("wording", WORDINGS)
def test_any_reasonable_wording_of_the_task_separates_two_mixed_datasets(wording: str) -> None:
    assert reported(TECHNICAL + TALK, description=wording) == [3, 4]
    assert reported(TECHNICAL, description=wording) == []


@pytest.mark.parametrize("wording", UNHELPFUL)
def test_a_description_that_fits_nothing_reports_nothing(wording: str) -> None:
    assert reported(TECHNICAL, description=wording) == []
    assert len(reported(TECHNICAL + TALK, description=wording)) <= 2


def test_examples_of_prompts_do_as_well_as_a_description() -> None:
    examples = ["Explain gradient descent in deep learning.", "What is a convolutional neural network?"]
    assert reported(TECHNICAL + TALK, examples=examples) == [3, 4]


# A file with one task, made of templates, and strays that have nothing to do with it.
ITEMS = ["apples", "pencils", "books", "marbles", "cookies", "stamps", "tickets", "flowers", "coins", "eggs"]
NAMES = ["Tom", "Mia", "Ben", "Sara", "Jack", "Lily", "Anna", "Sam", "Emma", "Paul"]
STRAYS = [
    (
        "Write a haiku about autumn.",
        "Red leaves drift and fall, the quiet garden listens to the patient rain.",
    ),
    ("Who painted the Mona Lisa?", "Leonardo da Vinci, in Florence, early in the sixteenth century."),
    ("Translate 'good evening' into French.", "Bonsoir."),
    ("What is the capital of Norway?", "Oslo, at the head of a fjord."),
    ("Suggest a polite way to decline an invitation.", "Thank you kindly, but another appointment keeps me."),
    ("Describe the plumage of a kingfisher.", "Bright blue above and orange below."),
]


@lru_cache(maxsize=1)
def sums() -> list[tuple[str, str]]:
    rng = random.Random(7)
    rows = []
    for _ in range(150):
        name, item, some, more = rng.choice(NAMES), rng.choice(ITEMS), rng.randint(2, 40), rng.randint(2, 40)
        prompt = rng.choice(
            (
                f"{name} has {some} {item} and buys {more} more. How many {item} does {name} have now?",
                f"{name} buys {some} {item} at ${more} each. How much money does {name} pay?",
                f"There are {some} boxes with {more} {item} each. How many {item} are there in total?",
            )
        )
        rows.append((prompt, f"{some} and {more} give {some + more}, so the answer is {some + more} {item}."))
    return rows


def mixed() -> tuple[list[tuple[str, str]], list[int]]:
    rows = list(sums())
    places = [5, 33, 60, 61, 100, 140]
    for place, stray in zip(places, STRAYS, strict=True):
        rows.insert(place, stray)
    return rows, [place + 1 for place in places]


def test_strays_are_found_without_settings() -> None:
    rows, expected = mixed()
    assert reported(rows) == expected
    assert reported(list(sums())) == []


def test_a_description_that_fits_nothing_does_not_hide_them() -> None:
    rows, expected = mixed()
    assert reported(rows, description="Translate legal contracts from Dutch") == expected


def test_half_a_file_may_be_off_task_when_the_task_is_known() -> None:
    rows = TECHNICAL * 1
    topics = ["dropout", "gradient descent", "batch normalisation", "overfitting", "attention", "embeddings"]
    rows += [
        (f"Explain {topic} in neural networks.", f"In deep learning {topic} changes how the network trains.")
        for topic in topics
    ]
    both = rows + STRAYS + TALK
    assert reported(both) == []
    found = reported(both, description="Explain machine learning and neural networks.")
    assert set(found) <= set(range(len(rows) + 1, len(both) + 1))
    assert len(found) >= 6


def test_sensitivity_and_length_are_options() -> None:
    rows, _ = mixed()
    summary = summary_of(facts_of(rows))
    limits = [
        verdict.apart.limit
        for sensitivity in (0.1, 0.5, 0.9)
        if (verdict := rule.fit(summary, FEATURES, Profile(), rule.Options(sensitivity=sensitivity)))
        and verdict.apart
    ]
    assert len(limits) == 3
    assert limits == sorted(set(limits), reverse=True)
    assert rule.fit(summary, FEATURES, Profile(), rule.Options(min_records=1_000)) is None


def example(prompt: str, completion: str) -> Example:
    turns = [
        Turn(
            role, (Text(text, ("messages", n, "content")),), ("messages", n), ("messages", n, "content"), True
        )
        for n, (role, text) in enumerate(
            (("system", "Be brief."), ("user", prompt), ("assistant", completion))
        )
    ]
    return Example(Record(b"{}"), "openai-chat", tuple(turns))


def facts_of(rows: list[tuple[str, str]]) -> list[Fact]:
    facts = rule.gather([example(*row) for row in rows], FEATURES, Profile(), OPTIONS)
    return [fact for fact in facts if fact is not None]


def summary_of(facts: list[Fact]) -> Sample:
    summary = Sample()
    for fact in facts:
        summary = rule.add(summary, fact)
    return summary


def test_a_fact_is_small_and_names_the_user_turn() -> None:
    [fact] = facts_of(TECHNICAL[:1])
    assert fact.path == ("messages", 1, "content")
    assert len(pickle.dumps(fact)) <= 700
    assert len(fact.vectors) == 512
    assert pickle.loads(pickle.dumps(fact)) == fact
    prompts, answers = unpack([fact.vectors])
    exact = FEATURES.embedder.embed(list(TECHNICAL[0])) if FEATURES.embedder else np.zeros((2, 256))
    exact = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    assert np.allclose(np.vstack([prompts, answers]), exact, atol=1 / SCALE)


def test_records_without_words_and_hosts_without_embedder_have_no_fact() -> None:
    assert rule.gather([example("", " ")], FEATURES, Profile(), OPTIONS) == [None]
    assert rule.gather([example("a", "b")], Features(), Profile(), OPTIONS) == [None]
    assert rule.fit(Sample(), FEATURES, Profile(task=Task("x")), OPTIONS) is None


def test_a_record_without_answer_is_compared_by_its_prompt() -> None:
    rows, _ = mixed()
    summary = summary_of(facts_of(rows))
    verdict = rule.fit(summary, FEATURES, Profile(), OPTIONS)
    assert verdict is not None
    [usual, strange] = facts_of([(sums()[0][0], ""), (STRAYS[0][0], "")])
    assert list(rule.judge(usual, verdict, Profile(), OPTIONS)) == []
    assert [finding.path for finding in rule.judge(strange, verdict, Profile(), OPTIONS)] == [strange.path]


def judged(facts: list[Fact], verdict: Any) -> list[list[Finding]]:
    return [list(rule.judge(fact, verdict, Profile(), OPTIONS)) for fact in facts]


def test_messages_are_short_and_in_round_figures() -> None:
    rows, _ = mixed()
    facts = facts_of(rows)
    verdict = rule.fit(summary_of(facts), FEATURES, Profile(), OPTIONS)
    messages = [finding.message for found in judged(facts, verdict) for finding in found]
    assert messages
    for message in messages:
        assert len(message) <= 120
        for figure in message.replace(";", " ").split():
            if figure.startswith("0."):
                assert figure[3] in "05"


VALUES = {random.Random(number).getrandbits(64): b"%d" % (number % 35) for number in range(40)}
"""Some values have several keys: texts of the same words."""


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_sample_does_not_depend_on_order_or_grouping(data: st.DataObject) -> None:
    original = _sample.SAMPLE_SIZE
    _sample.SAMPLE_SIZE = 5  # type: ignore[misc]
    try:
        keys = data.draw(st.lists(st.sampled_from([*VALUES]), max_size=80))
        parts = data.draw(st.lists(st.integers(0, 3), min_size=len(keys), max_size=len(keys)))
        order = data.draw(st.permutations(range(4)))
        samples = [Sample() for _ in range(4)]
        for key, part in zip(keys, parts, strict=True):
            samples[part] = samples[part].add(key, VALUES[key])
        merged = Sample()
        for part in order:
            merged = merged.merge(samples[part])
        whole = Sample()
        for key in data.draw(st.permutations(keys)):
            whole = whole.add(key, VALUES[key])
        assert merged.smallest() == whole.smallest()
        assert {*whole.smallest()} == {VALUES[key] for key in sorted(set(keys))[:5]}
        assert whole.full is (len(set(keys)) >= 5)
        assert max(len(merged.values), len(whole.values)) <= 10
    finally:
        _sample.SAMPLE_SIZE = original  # type: ignore[misc]


@lru_cache(maxsize=1)
def mixed_facts() -> tuple[Fact, ...]:
    return tuple(facts_of(mixed()[0]))


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6), st.sampled_from(["", "Grade-school maths"]))
def test_the_verdict_does_not_depend_on_order_or_grouping(
    rng: random.Random, count: int, description: str
) -> None:
    facts = list(mixed_facts())
    profile = Profile(task=Task(description))
    expected = rule.fit(summary_of(facts), FEATURES, profile, OPTIONS)
    rng.shuffle(facts)
    parts = [summary_of(facts[number::count]) for number in range(count)]
    total = Sample()
    for part in parts:
        total = rule.RULE.merge(total, pickle.loads(pickle.dumps(part)))
    assert expected is not None
    assert rule.fit(total, FEATURES, profile, OPTIONS) == expected


def cosines(rng: np.random.Generator, groups: list[tuple[int, float, float]]) -> Any:
    return np.concatenate([rng.normal(mean, spread, count) for count, mean, spread in groups])


IN_FILE = Limits(count=2.5, least=0.003, most=0.15)


def test_one_group_is_not_cut_however_wide() -> None:
    rng = np.random.default_rng(1)
    for mean, spread in ((0.45, 0.08), (0.5, 0.12), (0.7, 0.15), (0.9, 0.02), (0.23, 0.1)):
        values = cosines(rng, [(1500, mean, spread)])
        assert cut(values, values, IN_FILE, 0.5) is None


def test_a_second_group_is_cut_off_between_the_two() -> None:
    rng = np.random.default_rng(2)
    for share in (0.01, 0.05, 0.12):
        count = int(1500 * share)
        values = cosines(rng, [(1500 - count, 0.5, 0.09), (count, 0.03, 0.06)])
        found = cut(values, values, IN_FILE, 0.5)
        assert found is not None
        assert 0.1 < found.threshold < 0.25 < found.usual < 0.4
        assert (values[-count:] < found.threshold).mean() > 0.9


def test_a_second_group_beyond_the_limit_is_two_datasets() -> None:
    values = cosines(np.random.default_rng(3), [(800, 0.5, 0.09), (400, 0.03, 0.06)])
    assert cut(values, values, IN_FILE, 0.5) is None


def test_the_centre_leaves_out_the_farthest() -> None:
    rng = np.random.default_rng(4)
    near = rng.normal(0, 0.05, (180, 32)) + np.eye(32)[0]
    far = rng.normal(0, 0.05, (20, 32)) + np.eye(32)[1]
    rows = np.vstack([near, far])
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    total, inside = centre_of(rows)
    assert not inside[180:].any()
    assert inside.mean() == pytest.approx(0.85, abs=0.02)
    likeness = similarities(rows, total, inside)
    assert likeness[:180].min() > 0.8 > 0.3 > likeness[180:].max()


def test_a_record_is_not_compared_with_itself() -> None:
    rows = np.eye(3, dtype=np.float32)
    assert similarities(rows, rows.sum(axis=0), np.ones(3, bool)) == pytest.approx([0, 0, 0])
