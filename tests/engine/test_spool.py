"""What goes to disk changes no finding, and is gone with the process."""

from __future__ import annotations

import random
import tempfile
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth.engine.files.source import Source
from finetooth.engine.files.spool import Joined, Spool, Stored
from finetooth.engine.lint_file import FileResult, judge_files, scan_file, shown
from finetooth.engine.providers import provide, spec_for
from finetooth.engine.shards import Part
from finetooth_rules.settings import build_profile

TASK = {"requires": ["loop", "conditional"]}
PROFILE = build_profile({"format": "openai-chat", "task": TASK})
FEATURES = provide(spec_for(PROFILE))
ROW = '{"messages": [{"role": "user", "content": "%s"}, {"role": "assistant", "content": "%s"}]}\n'
CODE = "```python\\nfor i in range(9):\\n    print(i)\\n```"


def data_of(rng: random.Random, count: int) -> bytes:
    """Rows with copies, near copies, contradictions and code among them."""
    words = [
        "river",
        "garden",
        "letter",
        "market",
        "signal",
        "matrix",
        "forest",
        "bridge",
        "recipe",
        "planet",
    ]
    rows: list[str] = []
    for _ in range(count):
        kind = rng.random()
        if rows and kind < 0.1:
            rows.append(rng.choice(rows))
        elif rows and kind < 0.2:
            rows.append(rng.choice(rows).replace("a", "A", 3))
        elif kind < 0.3:
            rows.append(ROW % (rng.choice(words), " ".join(rng.choices(words, k=20))))
        else:
            answer = CODE if kind > 0.9 else " ".join(rng.choices(words, k=30))
            rows.append(ROW % (" ".join(rng.choices(words, k=12)), answer))
    return "".join(rows).encode()


def judged(data: bytes, most: int, files: int) -> list[FileResult]:
    """The records in some files of one dataset, in many parts."""
    lines = data.splitlines(keepends=True)
    profile = replace(PROFILE, max_index_bytes=most)
    scans = [
        scan_file(
            Source(f"{number}.jsonl", data=b"".join(lines[number::files])),
            profile,
            FEATURES,
            unit="train" if files > 1 else "",
            shard_bytes=2_000,
        )
        for number in range(files)
    ]
    return judge_files(scans)


def findings(results: list[FileResult]) -> Any:
    return [[*shown(result)] for result in results], [result.broken for result in results]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.integers(1, 120), st.sampled_from((0, 1, 20_000)), st.integers(1, 2))
def test_the_bound_changes_no_finding(seed: int, count: int, most: int, files: int) -> None:
    data = data_of(random.Random(seed), count)
    held = judged(data, 1 << 40, files)
    spooled = judged(data, most, files)
    assert findings(spooled) == findings(held)
    assert any(part.record_count for result in held for part in result.merged.parts)
    # A piece of a file in which no record begins has nothing to keep.
    parts = [part for result in spooled for part in result.merged.parts if part.record_count]
    assert parts
    if most < 2:
        assert all(isinstance(part.facts, Stored) for part in parts)
        assert all(isinstance(part.numbers, Stored) for part in parts)


def test_columns_in_many_parts_are_joined_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [array("Q", range(start, start + 7)) for start in (0, 7, 14)]
    for most in (1 << 20, 100, 0):
        joined = Joined(most)
        for part in parts:
            joined.add({"one": part, "two": part})
        columns = joined.columns()
        assert list(columns["one"]) == list(columns["two"]) == list(range(21))
        assert isinstance(columns["one"], array) is (most > 100)
        assert len(parts[0]) == 7


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is there anything to be seen while it is used, where the system knows files without a name."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spool = Spool(0)
    part = spool.hold(Part(0, facts={"A": [1, 2], "B": [None]}, numbers={"x": {"key": array("Q", [5])}}))
    assert part.facts["A"] == [1, 2]
    assert part.facts["B"] == [None]
    assert part.numbers["x"]["key"] == array("Q", [5])
    assert "C" not in part.facts
    assert len(part.facts) == 2
    assert list(part.facts) == ["A", "B"]
    del spool, part
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(OSError, match="No space"):
        judged(data_of(random.Random(1), 9), 0, 1)
