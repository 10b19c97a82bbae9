"""What an editor shows is what `finetooth check` prints: all rules, over the records of all rule cases in one
file."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from finetooth.engine.document import Change, Document, Encoding
from finetooth.engine.lint_file import lint_file
from finetooth.engine.live import LiveIndex
from finetooth.engine.live_gather import Here
from finetooth.engine.source import Source, file_facts
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile
from providers import FEATURES

CASES = Path(__file__).parents[1] / "cases"
BLOCK = re.compile(r"^```jsonl\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def records() -> list[str]:
    """The record lines of every case, without their markers; those that UTF-8 holds."""
    lines: list[str] = []
    for file in sorted(CASES.rglob("*.md")):
        for block in BLOCK.findall(file.read_text(encoding="utf-8", errors="surrogateescape")):
            lines += [line for line in block.split("\n") if line and not line.lstrip().startswith("^")]
    return [line for line in lines if line.isprintable()]


def of_check(text: str, profile: Profile) -> tuple[list[tuple[int, str, str]], list[str]]:
    result = lint_file(Source("a.jsonl", data=text.encode()), profile, FEATURES)
    found = [(item.line, f.code, f.message) for item in result.of_records for f in item.findings]
    return sorted(found), sorted(finding.message for finding in result.of_file)


def of_editor(index: LiveIndex, text: str) -> tuple[list[tuple[int, str, str]], list[str]]:
    index.settle()
    index.check_file(file_facts(Source("a.jsonl", data=text.encode())))
    found = [(line, finding.code, finding.message) for line, finding in index.findings()]
    return sorted(found), sorted(finding.message for _, finding in index.file_findings())


SETTINGS: list[dict[str, object]] = [
    {},
    {"target": "openai", "tokens": {"limit": 20}},
    {"target": "trl", "rules": {"late-column": {"block-bytes": 20_000}}},
    {"target": "llama-factory", "rules": {"late-column": {"block-bytes": 2_000}}},
]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_editor_shows_what_the_command_prints(settings: dict[str, object]) -> None:
    random_ = random.Random(6)
    lines = records()
    assert len(lines) > 100
    random_.shuffle(lines)
    text = "\n".join(lines[:400]) + "\n"
    profile = build_profile(settings, [{"messages": []}])
    linter = Linter(profile)
    index = LiveIndex(Document(text), linter, Here(linter, FEATURES))
    shown = of_editor(index, text)
    assert len(shown[0]) > 50
    assert shown == of_check(text, profile)
    for _ in range(30):  # and after edits
        at = (random_.randrange(400), random_.randrange(60))
        typed = random_.choice(["", "x", '"', "\n", "}", random_.choice(lines) + "\n"])
        for touched in index.document.apply([Change(typed, at, (at[0], at[1] + 1))], Encoding.UTF8):
            index.touch(touched)
    text = b"".join(index.document.lines).decode("utf-8", "replace")
    assert of_editor(index, text) == of_check(text, profile)
    assert not linter.broken
