"""Any split of a file into shards, merged in any order, gives the same findings."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import reduce
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetooth.engine.files.source import Source
from finetooth.engine.judging import judged
from finetooth.engine.lint_file import Scanned, lint_file
from finetooth.engine.live.document import Change, Document, Encoding
from finetooth.engine.live.index import LiveIndex
from finetooth.engine.records import Address
from finetooth.engine.shards import Merged, Part, Shard, lint_shard, merge
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile
from providers import FEATURES

GOOD = b'{"messages": [{"role": "user", "content": "%s"}, {"role": "assistant", "content": "%s"}]}\n'
LINE = st.sampled_from(
    [
        GOOD % (b"a", b"b"),
        GOOD % (b"Write a loop", b"```python\\nfor i in x:\\n  print(i)```"),
        GOOD % (b"caf\xc3\xa9", b"\xe6\xbc\xa2 \xf0\x9f\x98\x80 ```"),
        b'{"prompt": "p", "completion": "c"}\n',
        b"\n",
        b'{\n  "messages": [\n    {"role": "user", "content": "x"},\n',
        b'    {"role": "assistant", "content": "y"}\n  ]\n}\n',
        b'{"messages": [{"role": "user", "content": "cut\n',
        b'{"messages": [{"role": "user", "content": "cut,\n',
        b'in a string"}, {"role": "assistant", "content": "b"}]}\n',
        b'{"a": 1,}\r\n',
        b'{"messages": [], "messages": []}\n',
        b"[1, 2]\n",
        b'{"messages": [{"role": "asistant", "content": "x"}]}\r',
    ]
)
PROFILE = build_profile({"format": "openai-chat"})


def everything(
    parts: list[Part], profile: Profile
) -> tuple[set[tuple[int, int, Finding]], list[tuple[int, Finding]], list[Finding]]:
    merged = reduce(merge, [Merged((part,)) for part in parts], Merged())
    source, facts = Source("x.jsonl", data=b""), FileFacts(0, b"", b"", 0, 0, 0)
    (verdicts,) = judged([Scanned(source, Linter(profile), FEATURES, facts, (), merged, "")])
    hits = {
        (hit.offset, base + hit.line, finding)
        for part, base in zip(merged.parts, merged.bases(), strict=True)
        for hit in part.hits
        for finding in hit.findings
    }
    return hits, sorted(verdicts.of_records, key=lambda pair: (pair[0], pair[1].code)), verdicts.of_file


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE, max_size=40), st.lists(st.integers(0, 4000), max_size=6), st.randoms())
def test_shards_find_what_the_whole_finds(lines: list[bytes], cuts: list[int], random: Any) -> None:
    data = b"".join(lines)
    source = Source("x.jsonl", data=data)
    whole = lint_shard(Shard(source), PROFILE, FEATURES)
    starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
    parts = [
        lint_shard(Shard(source, start, end), PROFILE, FEATURES)
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    random.shuffle(parts)
    assert everything(parts, PROFILE) == everything([whole], PROFILE)
    assert sum(part.line_count for part in parts) == whole.line_count
    assert sum(part.record_count for part in parts) == whole.record_count


COLUMNS = st.sampled_from(
    [
        GOOD % (b"a", b"b"),
        GOOD % (b"a", b"42"),
        b'{"messages": [{"role": "user", "content": ["x"]}]}\n',
        b'{"messages": [{"role": "user", "content": "2024-01-02", "arguments": {"a": 1}}]}\n',
        b'{"messages": [{"role": "user", "content": 3, "arguments": {"b": "2024-01-02"}}]}\n',
        b'{"messages": "null", "arguments": {}}\n',
        b'{"messages": [{"role": "user", "content": "a", "weight": 1}], "extra": 1}\n',
        b'{"messages": [], "extra": 1.5}\n',
    ]
)


@pytest.mark.parametrize("target", ["llama-factory", "trl"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COLUMNS, max_size=20), st.lists(st.integers(0, 1500), max_size=4), st.randoms())
def test_columns_do_not_depend_on_the_cut(
    target: str, lines: list[bytes], cuts: list[int], random: Any
) -> None:
    late = {"late-column": {"block-bytes": 400}}
    profile = build_profile({"format": "openai-chat", "target": target, "select": ["LOD"], "rules": late})
    data = b"".join(lines)
    source = Source("x.jsonl", data=data)
    whole = lint_shard(Shard(source), profile, FEATURES)
    starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
    parts = [
        lint_shard(Shard(source, start, end), profile, FEATURES)
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    random.shuffle(parts)
    assert everything(parts, profile) == everything([whole], profile)


def test_a_shard_that_begins_inside_a_record_leaves_it_to_the_one_before() -> None:
    data = GOOD % (b"a", b"b") + b'{\n"messages": [],\n"x": 1\n}\n' + (GOOD % (b"c", b"d")) * 3
    source = Source("x.jsonl", data=data)
    inside = data.index(b'"messages": []')
    parts = [
        lint_shard(Shard(source, 0, inside), PROFILE, FEATURES),
        lint_shard(Shard(source, inside), PROFILE, FEATURES),
    ]
    assert [part.record_count for part in parts] == [2, 3]


def test_a_file_in_shards_on_processes_is_the_same() -> None:
    from finetooth.engine.executors import Pool

    data = (GOOD % (b"a", b"b") + b'{"a": 1,}\n' + GOOD % (b"same", b"same")) * 400
    source = Source("x.jsonl", data=data)
    alone = lint_file(source, PROFILE, FEATURES)
    with Pool(2) as executor:
        together = lint_file(source, PROFILE, FEATURES, executor=executor, shard_bytes=20_000)
    assert [(r.line, r.findings) for r in alone.of_records] == [
        (r.line, r.findings) for r in together.of_records
    ]
    assert alone.of_file == together.of_file
    assert len(together.merged.parts) > 1


PAIR = st.sampled_from(
    [
        b'{"prompt": "red apple", "completion": "fruit"}\n',
        b'{"prompt": "red sky ->", "completion": " weather END"}\n',
        b'{"prompt": "", "completion": " weather END"}\n',
        b'{"prompt": "red sky ", "completion": "weather END"}\n',
        b'{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}\n',
    ]
)
LEGACY = {
    name: {"min-examples": 2}
    for name in (
        "missing-separator",
        "completion-without-leading-space",
        "missing-stop-sequence",
        "common-prefix",
    )
}
LIMITED = build_profile(
    {
        "format": "prompt-completion",
        "target": "openai",
        "rules": {**LEGACY, "too-many-examples": {"maximum": 3}},
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PAIR, max_size=12), st.lists(st.integers(0, 800), max_size=4), st.randoms())
def test_statistics_of_legacy_data_know_no_shards(lines: list[bytes], cuts: list[int], random: Any) -> None:
    data = b"".join(lines)
    source = Source("x.jsonl", data=data)
    whole = lint_shard(Shard(source), LIMITED, FEATURES)
    starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
    parts = [
        lint_shard(Shard(source, start, end), LIMITED, FEATURES)
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    random.shuffle(parts)
    assert everything(parts, LIMITED) == everything([whole], LIMITED)


def chat(answer: str, system: str = "", **more: Any) -> dict[str, Any]:
    """A record of a question and an answer."""
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": answer}]
    return {"messages": [{"role": "system", "content": system}, *turns] if system else turns, **more}


def called(**more: Any) -> dict[str, Any]:
    """A record whose answer is a call."""
    call = {"id": "c1", "type": "function", "function": {"name": "tell", "arguments": "{}"}}
    return {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}],
        **more,
    }


TOOLS: Final = [{"type": "function", "function": {"name": "tell", "parameters": {"type": "object"}}}]
PROMPT: Final = "You answer the questions of gardeners in a few words. Today is 3 March 2025."
LONG: Final = (
    "Because of the light, which the leaves take up but for its green part, and of the water they hold."
)
LOOP: Final = "```python\nfor x in xs:\n    print(x)\n```"
THOUGHT: Final = "<think>\nWell.\n</think>\n\n"

WHOLE: Final[dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]] = {
    "TRN012": (
        {"rules": {"inconsistent-system-prompt": {"rare": 0.3}}},
        [
            *(chat("a", PROMPT.replace("3", str(day))) for day in range(1, 21)),
            *(chat("b", text) for text in (PROMPT + " ", PROMPT.lower(), PROMPT.replace("garden", "gardem"))),
            *(chat("b", text) for text in (PROMPT.replace("a few ", "few "), "You are a poet.", PROMPT * 2)),
        ],
    ),
    "TOL012": (
        {"rules": {"tools-on-some-records": {"min-records": 3, "rare": 0.2}}},
        [*[called(tools=TOOLS)] * 9, called(), *[chat("a", tools=TOOLS)] * 2, chat("b"), chat("b", tools=[])],
    ),
    "THK003": (
        {"rules": {"mixed-thinking": {"min-records": 3, "rare": 0.2}}},
        [*[chat(THOUGHT + "a")] * 7, chat("b"), chat("c", "/no_think"), chat("<think></think>d")],
    ),
    "PRF003": (
        {"format": "trl-preference", "rules": {"length-biased": {"min-pairs": 3, "share": 0.8}}},
        [
            *({"prompt": "?", "chosen": LONG * times, "rejected": LONG} for times in (2, 3, 4, 5, 9)),
            {"prompt": "?", "chosen": "a", "rejected": "b"},
            {"prompt": "?", "chosen": "", "rejected": "b"},
        ],
    ),
    "PRF005": (
        {"format": "trl-unpaired", "rules": {"one-sided-labels": {"min-records": 3, "ratio": 2}}},
        [*({"prompt": "?", "completion": "a", "label": label} for label in (True, True, False, True, True))],
    ),
    "TOK005": (
        {"rules": {"length-outlier": {"min-records": 3, "min-tokens": 100}}},
        [*(chat("word " * (times % 4 + 9)) for times in range(20)), chat("word " * 900), chat("x" * 4_000)],
    ),
    "TXT013": (
        {"rules": {"short-completion": {"min-records": 3}}},
        [*(chat(LONG * times) for times in (1, 2, 3, 4, 5)), chat("ok"), chat("Yes"), chat("n/a")],
    ),
    "SIZ004": (
        {"rules": {"no-validation-set": {"min-records": 3}}},
        [chat("a"), chat("b"), *[chat("c")] * 9],
    ),
    "TSK004": (
        {"task": {"requires": ["loop", "conditional", "recursion"]}},
        [chat(LOOP), *[chat("a")] * 3, chat("```kotlin\nif (x) f()\n```"), chat("```python\nif (x\n```")],
    ),
    "TSK005": (
        {"task": {"requires": ["loop", "regex:^b"]}, "rules": {"skill-rarely-shown": {"min-examples": 4}}},
        [*[chat(LOOP)] * 2, *[chat("a")] * 9, chat("b")],
    ),
    "TSK007": (
        {"rules": {"formulaic-completions": {"min-records": 3}}},
        [*[chat(f"Sure! {LONG}")] * 4, *[chat(f"Here is why. {LONG}")] * 2, chat("a")],
    ),
    "TSK009": (
        {
            "format": "prompt-completion",
            "rules": {"completion-in-other-language": {"min-records": 3, "share": 0.5}},
        },
        [
            *[{"prompt": LONG, "completion": LONG}] * 4,
            *({"prompt": LONG, "completion": letter * 30} for letter in "абв"),
        ],
    ),
    "FEN005": (
        {"rules": {"fence-without-language": {"min-named": 3, "min-share": 0.5}}},
        [*[chat(LOOP)] * 4, chat("a"), *[chat(LOOP.replace("python", ""))] * 2, chat("```js\nlet x\n```")],
    ),
}
"""Code → settings under which the rule speaks of these records."""


def line_at(data: bytes, offset: int) -> bytes:
    return data[offset:].split(b"\n", 1)[0]


def by_line(data: bytes, finding: Finding) -> Finding:
    """A finding whose related places are the lines themselves, wherever they stand."""
    related = (
        replace(item, address=line_at(data, item.address.offset))
        if isinstance(item.address, Address)
        else item
        for item in finding.related
    )
    return replace(finding, related=tuple(related))


@pytest.mark.parametrize("code", WHOLE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 6000), max_size=5), st.randoms())
def test_what_is_said_of_the_whole_knows_no_shards_and_no_order(
    code: str, cuts: list[int], random: Any
) -> None:
    given_settings, records = WHOLE[code]
    profile = build_profile({"format": "openai-chat", "select": [code], **given_settings})
    profile = replace(profile, splits=frozenset({"train"}))

    def findings(lines: list[bytes], cuts: list[int]) -> tuple[list[tuple[bytes, Finding]], list[Finding]]:
        """By record, and of the file; with the lines cut into shards that come in any order."""
        data = b"".join(lines)
        source = Source("x.jsonl", data=data)
        starts = sorted({0, *(cut for cut in cuts if cut < len(data))})
        parts = [
            lint_shard(Shard(source, start, end), profile, FEATURES)
            for start, end in zip(starts, [*starts[1:], None], strict=True)
        ]
        random.shuffle(parts)
        _, of_records, of_file = everything(parts, profile)
        at = [(line_at(data, offset), finding) for offset, finding in of_records]
        return sorted(at, key=lambda pair: (pair[0], pair[1].message)), [by_line(data, f) for f in of_file]

    lines = [json.dumps(record).encode() + b"\n" for record in records]
    expected = findings(lines, [])
    assert any(expected), "it says nothing here"
    random.shuffle(lines)
    assert findings(lines, cuts) == expected


@pytest.mark.parametrize("code", WHOLE)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 40)), max_size=6))
def test_what_is_said_of_the_whole_is_the_same_after_edits(
    code: str, edits: list[tuple[int, int, int]]
) -> None:
    """In the editor, where lines are deleted and others written, and judged in between."""
    given_settings, records = WHOLE[code]
    profile = build_profile({"format": "openai-chat", "select": [code], **given_settings})
    profile = replace(profile, splits=frozenset({"train"}))
    lines = [json.dumps(record) + "\n" for record in records]

    def findings(index: LiveIndex) -> tuple[list[tuple[int, str]], list[str]]:
        index.settle()
        of_records = sorted((line, finding.message) for line, finding in index.findings())
        return of_records, [finding.message for _, finding in index.file_findings()]

    index = LiveIndex(Document("".join(lines)), Linter(profile))
    assert any(findings(index)), "it says nothing here"
    for at, count, new in edits:
        change = Change(lines[new % len(lines)] if new % 2 else "", (at, 0), (at + count, 0))
        for touched in index.document.apply([change], Encoding.UTF16):
            index.touch(touched)
        anew = LiveIndex(Document(b"".join(index.document.lines).decode()), Linter(profile))
        assert findings(index) == findings(anew)
