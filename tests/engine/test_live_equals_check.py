"""What an editor shows is what `finetooth check` prints: all rules, over the records of all rule cases in one
file."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from finetooth.engine.baseline import ALL, OF_FILE, Baseline, Entry, Ignored, key_of
from finetooth.engine.files.source import Source, file_facts
from finetooth.engine.lint_file import judge_files, lint_file, scan_file, shown
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.gather import Here
from finetooth.engine.live.ignored import hidden, ignore
from finetooth.engine.live.index import LiveIndex
from finetooth.lsp.client import ClientFacts
from finetooth.lsp.convert import Renderer
from finetooth.lsp.view import diagnostics
from finetooth_rules.array import Framing
from finetooth_rules.catalogue import builtin
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


def of_check(
    text: str, profile: Profile, ignored: Ignored | None = None
) -> tuple[list[tuple[int, str, str]], list[str]]:
    scanned = scan_file(Source("a.jsonl", data=text.encode()), profile, FEATURES, ignored=ignored)
    result = judge_files([scanned])[0]
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


def drawn(index: LiveIndex) -> list[tuple[int, str, str]]:
    """The line, code and message of everything an editor is sent."""
    renderer = Renderer("file:///a.jsonl", index, ClientFacts())
    sent, hidden = diagnostics(renderer, 10_000, 0)
    assert not hidden
    return sorted((d["range"]["start"]["line"] + 1, d["code"], d["message"]) for d in json.loads(sent))


KINDS = (
    '{"prompt": "a", "completion": "b"}',
    '{"prompt": "a", "completion": "b", "note": true}',
    '{"prompt": "a", "completion": "b", "note": true, "id": 7}',
    '{"prompt": 1, "completion": "b", "note": true}',
    '["a"]',
    "",
)
WEIGHTS = (
    (0, 1, 40, 3, 0, 0),
    (10, 80, 10, 5, 0, 0),
    (0, 30, 0, 0, 0, 30),
    (1, 1, 0, 0, 50, 1),
    (1, 9, 0, 0, 0, 0),
)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("framing", [Framing.LINES, Framing.ARRAY])
def test_both_tell_once_what_nearly_all_records_have(weights: tuple[int, ...], framing: Framing) -> None:
    random_ = random.Random(str(weights))
    settings = {"target": "openai", "select": ["SYN002", "SYN003", "FMT"]}
    profile = build_profile(settings, [{"prompt": "a", "completion": "b"}])
    told = 0
    for _ in range(30):
        rows = random_.choices(KINDS, weights, k=random_.choice((6, 30, 1200)))
        array = framing is Framing.ARRAY
        rows = [row for row in rows if row] or ["{}"]
        text = "[\n" + ",\n".join(rows) + "\n]\n" if array else "".join(row + "\n" for row in rows)
        linter = Linter(profile)
        index = LiveIndex(Document(text), linter, Here(linter, FEATURES), framing=framing)
        for _ in range(3):
            index.settle()
            source = Source("a.jsonl", data=b"".join(index.document.lines), framing=framing)
            index.check_file(file_facts(source))
            printed = sorted(
                (one.place.line, one.code, one.text) for one in shown(lint_file(source, profile, FEATURES))
            )
            assert drawn(index) == printed
            told += sum("more" in message for _, _, message in printed)
            line = random_.randrange(1, max(2, len(index.document.lines) - 1))
            for touched in index.document.apply(
                [Change(random_.choice(KINDS[:5]) + ("," if array else ""), (line, 0), (line, 200))],
                Encoding.UTF8,
            ):
                index.touch(touched)
    assert told


def test_a_baseline_hides_the_same_in_both() -> None:
    random_ = random.Random(8)
    lines = records()
    random_.shuffle(lines)
    text = "\n".join(lines[:300]) + "\n"
    profile = build_profile({}, [{"messages": []}])
    result = lint_file(Source("a.jsonl", data=text.encode()), profile, FEATURES)
    all_entries = {
        Entry("a.jsonl", finding.code, key_of(item.record) or ALL)
        for item in result.of_records
        for finding in item.findings
    } | {Entry("a.jsonl", finding.code, OF_FILE) for finding in result.of_file}
    entries = frozenset(random_.sample(sorted(all_entries), len(all_entries) // 2))
    ignored = Ignored(Baseline(Path("/x/b.txt"), entries), Path("/x/a.jsonl"), builtin())
    linter = Linter(profile)
    index = LiveIndex(Document(text), linter, Here(linter, FEATURES))
    everything = of_editor(index, text)
    ignore(index, ignored)
    left = of_editor(index, text)
    assert left == of_check(text, profile, ignored)
    assert len(everything[0]) - len(left[0]) + len(everything[1]) - len(left[1]) == hidden(index) > 20
    for _ in range(20):  # and after edits
        at = (random_.randrange(300), random_.randrange(60))
        typed = random_.choice(["", " ", "x", "\n", random_.choice(lines) + "\n"])
        for touched in index.document.apply([Change(typed, at, (at[0], at[1] + 1))], Encoding.UTF8):
            index.touch(touched)
    text = b"".join(index.document.lines).decode("utf-8", "replace")
    assert of_editor(index, text) == of_check(text, profile, ignored)
    ignore(index, None)
    assert of_editor(index, text) == of_check(text, profile)
