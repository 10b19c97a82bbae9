"""Facts that were left out as there were too many are gathered when an edit makes them matter."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import lint_file
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.gather import Here
from finetooth.engine.live.index import LiveIndex
from finetooth_rules.features import Features
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile
from finetooth_rules.turns.inconsistent_system_prompt import MOST_PROMPTS

PROFILE = build_profile({"select": ["TRN012"]}, [{"messages": []}])
USUAL = "You answer in one word."
NAMES = [f"You are {chr(0x4E00 + number)}, a clerk." for number in range(MOST_PROMPTS + 8)]


class Large(Here):
    """Gathers as many records at once as a worker does."""

    batch_records = 256
    batch_bytes = 1 << 20


def line(prompt: str) -> str:
    turns = [("system", prompt), ("user", "Red and blue?"), ("assistant", "Purple")]
    return json.dumps({"messages": [{"role": role, "content": text} for role, text in turns]}) + "\n"


def of_editor(index: LiveIndex) -> list[tuple[int, str]]:
    index.settle()
    assert index.judged
    return [(at, finding.message) for at, finding in index.findings()]


def of_check(index: LiveIndex) -> list[tuple[int, str]]:
    source = Source("a.jsonl", data=b"".join(index.document.lines))
    result = lint_file(source, PROFILE, Features())
    return [(item.line, finding.message) for item in result.of_records for finding in item.findings]


def test_it_speaks_again_once_most_prompts_are_deleted() -> None:
    text = "".join(map(line, [*NAMES, *[USUAL] * 30, "You answer in  one word"]))
    linter = Linter(PROFILE)
    index = LiveIndex(Document(text), linter, Large(linter, Features()))
    assert of_editor(index) == []
    for touched in index.document.apply([Change("", (0, 0), (len(NAMES), 0))], Encoding.UTF8):
        index.touch(touched)
    ((at, _),) = of_editor(index)
    assert at == 30
    assert of_editor(index) == of_check(index)


prompts = st.sampled_from([*NAMES, *[USUAL] * 12, "You answer in one word", "you answer in one word."])
cuts = st.tuples(st.integers(0, 120), st.integers(0, 60))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.permutations(NAMES),
    st.lists(prompts, min_size=20, max_size=80),
    st.lists(st.tuples(cuts, st.lists(prompts, max_size=3)), min_size=1, max_size=5),
)
def test_edits_equal_reading_anew(
    first: list[str], rest: list[str], edits: list[tuple[tuple[int, int], list[str]]]
) -> None:
    linter = Linter(PROFILE)
    index = LiveIndex(Document("".join(map(line, first + rest))), linter, Large(linter, Features()))
    assert of_editor(index) == of_check(index)
    for (at, count), new in edits:
        change = Change("".join(map(line, new)), (at, 0), (at + count, 0))
        for touched in index.document.apply([change], Encoding.UTF8):
            index.touch(touched)
        assert of_editor(index) == of_check(index)
