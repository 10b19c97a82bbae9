"""Rules that look at some records first: their findings are those by all facts."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from finetooth.engine.executors import Pool
from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import lint_file, shown
from finetooth.engine.providers import provide, spec_for
from finetooth.engine.report import Shown
from finetooth_rules.lint import Linter
from finetooth_rules.rule import Draw
from finetooth_rules.settings import build_profile
from finetooth_rules.task import _sample, mixed_tasks, off_task_completion, off_task_prompt
from finetooth_rules.task._vectors import keys
from rules.test_mixed_tasks import queries
from rules.test_off_task_prompt import TALK, mixed, sums

PROFILE = build_profile({"format": "openai-chat", "select": ["TSK001", "TSK002", "TSK003"]})
FEATURES = provide(spec_for(PROFILE))
RULES = (off_task_prompt.RULE, off_task_completion.RULE, mixed_tasks.RULE)


def row(prompt: str, answer: str) -> bytes:
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return orjson.dumps({"messages": messages}) + b"\n"


def data_of(rows: list[tuple[str, str]]) -> bytes:
    return b"".join(row(*one) for one in rows)


def findings(source: Source, size: int, *, draws: bool) -> list[Shown]:
    """All that is shown, where samples hold `size` records: drawn, or chosen from the facts of all."""
    rules = tuple(replace(rule, draw=Draw(size, keys) if draws else None) for rule in RULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_sample, "SAMPLE_SIZE", size)
        for module in ("lint_file", "shards", "drawn"):
            patch.setattr(f"finetooth.engine.{module}.linter_for", lambda profile: Linter(profile, rules))
        return list(shown(lint_file(source, PROFILE, FEATURES)))


STRAYS = mixed()[0]
TWO = [*sums()[:100], *queries(80)]


@pytest.mark.parametrize(
    ("rows", "size", "some"),
    [(STRAYS, 140, True), (TWO, 170, True), (sums(), 100, False), ([("", "")] * 150, 100, False)],
    ids=("strays", "two datasets", "one", "empty"),
)
def test_what_is_drawn_judges_as_all_do(rows: list[tuple[str, str]], size: int, some: bool) -> None:
    rows = [*rows]
    random.Random(1).shuffle(rows)
    source = Source("train.jsonl", data=data_of(rows))
    found = findings(source, size, draws=False)
    assert findings(source, size, draws=True) == found
    assert bool(found) is some


def test_in_shards_on_processes_too(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    rows = [*sums(), *sums(), *TALK[:4]]
    random.Random(2).shuffle(rows)
    file.write_bytes(data_of(rows))
    source = Source(file.name, file)
    alone = lint_file(source, PROFILE, FEATURES)
    with Pool(2) as executor:
        together = lint_file(source, PROFILE, FEATURES, executor=executor, shard_bytes=4_000)
    assert len(together.merged.parts) > 1
    assert list(shown(alone)) == list(shown(together))
    assert any(True for _ in shown(alone))


def test_records_without_a_known_word_do_not_count() -> None:
    """Others are drawn in their place."""
    rows = [*mixed()[0], *((" " * n, "") for n in range(1, 40))]
    source = Source("train.jsonl", data=data_of(rows))
    found = findings(source, 140, draws=False)
    assert findings(source, 140, draws=True) == found != []
