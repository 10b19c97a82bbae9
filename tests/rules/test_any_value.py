"""Whatever a record holds: no rule raises, every place lies in the record, every fix is one and holds.

Records are valid ones of every format and those of the marker cases, with random nodes deleted, doubled,
renamed, exchanged for others or written as JSON in a string. `FINETOOTH_EXAMPLES` sets how many are tried
under each target (default 20).
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth_rules.edits import apply_fix
from finetooth_rules.finding import Finding, Fix
from finetooth_rules.framing import span_of, split_lines
from finetooth_rules.record import Record
from finetooth_rules.targets import TARGETS
from finetooth_rules.testing import Placed, lint
from marker_cases import all_cases
from providers import host

DATA: Final = Path(__file__).parents[1] / "data"
EXAMPLES: Final = int(os.environ.get("FINETOOTH_EXAMPLES", "20"))
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, -1, 0.5, 1e308, 10**30, "", " ", "\u2028", "\0", "a/b", "漢字", "😀", "\ud83d"),
    *(
        "é\ud800x",
        "user",
        "assistant",
        "```py\nx = 1",
        "<think>",
        "{",
        '{"a": [1, "\\u00e9😀"]}',
        "[]",
        "\0inside",
    ),
    *([], {}, [[]], [None], {"": ""}, "x" * 300),
)
SETTINGS: Final = (
    *(f'target = "{name}"\n' for name in TARGETS),
    '[tokens]\ntemplate = "chatml.jinja"\n',
)
Nodes = list[tuple[Any, Any]]
"""Places in a value: a container and the key or index in it."""


@lru_cache(maxsize=1)
def seeds() -> tuple[Any, ...]:
    """Decoded records to begin with."""
    files = sorted([*(DATA / "valid").glob("*.jsonl"), *(DATA / "valid_more").glob("*.jsonl")])
    lines = [line for file in files for line in file.read_bytes().splitlines()]
    lines += [line for _, case in all_cases() for line in case.data.splitlines()]
    return tuple(value for line in lines if isinstance(value := Record(line).value, dict))


@lru_cache(maxsize=1)
def keys() -> tuple[str, ...]:
    """Every key of the seeds."""
    found = {key for value in seeds() for _, key in nodes(value) if isinstance(key, str)}
    return (*sorted(found), "", "é", "\ud800", "\0inside")


def nodes(value: Any) -> Nodes:
    """Every place below a value."""
    found: Nodes = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict | list):
            inner = [*item] if isinstance(item, dict) else range(len(item))
            found += [(item, key) for key in inner]
            waiting += [item[key] for key in inner]
    return found


def odd(chance: random.Random) -> Any:
    """A value that is out of place nearly everywhere."""
    return copy.deepcopy(chance.choice(ODD))


def mutate(value: Any, chance: random.Random) -> Any:
    """A copy of a decoded record with one to four changes."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 4)):
        places = nodes(value)
        if not places:
            return value
        change(places, chance)
    return value


def change(places: Nodes, chance: random.Random) -> None:
    """One change at a random place."""
    holder, key = chance.choice(places)
    other, elsewhere = chance.choice(places)
    held = holder[key]
    match chance.randint(0, 8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, held)
        case 1:
            holder[chance.choice(keys())] = holder.pop(key)
        case 2:
            holder[key] = odd(chance)
        case 3:
            holder[key] = json.dumps(held, ensure_ascii=chance.random() < 0.5)
        case 4:
            holder[key] = [held] if chance.random() < 0.5 else {chance.choice(keys()): held}
        case 5:
            holder[key] = copy.deepcopy(other[elsewhere])
        case 6 if isinstance(held, str):
            at = chance.randint(0, len(held))
            holder[key] = held[:at] + str(odd(chance)) + held[at:]
        case 7 if isinstance(held, dict):
            held[chance.choice(keys())] = odd(chance)
        case 8 if isinstance(held, str) and held[:1] in ("{", "["):
            try:
                holder[key] = json.loads(held)
            except ValueError:
                holder[key] = held[:-1]
        case _:
            holder[key] = odd(chance)


def written(value: Any, chance: random.Random) -> bytes:
    """The record's line, in one of the ways that JSON may be written in; now and then no JSON at all."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.4)
    if chance.random() < 0.3:
        text = text.replace("/", "\\/")
    if chance.random() < 0.3:
        text = (
            re.sub(r"(?<!\\)(?=[aeu])(?:.)", lambda m: f"\\u{ord(m[0]):04x}", text) if _plain(text) else text
        )
    raw = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        at = chance.randrange(len(raw))
        raw = raw[:at] + chance.choice((b"", b'"', b",", b"}", b"\xff", b"\\", b"'")) + raw[at + 1 :]
    return raw


def _plain(text: str) -> bool:
    """Whether letters may be written as escapes: outside strings there are none, and none is escaped."""
    return "\\" not in text and not re.search(r"(?:true|false|null|\d[eE])", text)


def problems(data: bytes, toml: str) -> Iterator[str]:
    """What a run over the lines breaks of what it promises."""
    lines = split_lines(data)
    for placed in lint(data, toml, host):
        finding, record = placed.finding, placed.record
        if len(finding.message) > 120 or not finding.message:
            yield f"{finding.code}: a message of {len(finding.message)} characters: {finding.message}"
        spans = [span_of(record, finding), *finding.more_spans, *(r.span for r in finding.related if r.span)]
        if any(not 0 <= span.start <= span.end <= len(record.raw) for span in spans):
            yield f"{finding.code}: {spans} in {len(record.raw)} bytes"
        for fix in finding.fixes:
            if fix.rewrite is None:
                yield from fix_problems(lines, placed, fix, toml)


def fix_problems(lines: list[bytes], placed: Placed, fix: Fix, toml: str) -> Iterator[str]:
    """What is wrong with one fix, made alone."""
    code = placed.finding.code
    fixed = apply_fix(lines, placed.line, placed.record, fix)
    after = placed.line + placed.record.line_count
    new = fixed[placed.line : len(fixed) - (len(lines) - after)]
    if placed.record.strict and not all(_is_json(line) for line in new):
        yield f"{code}: {fix.title}: no JSON any more: {new}"
    if not placed.record.strict:
        if new == [*lines[placed.line : after]]:
            yield f"{code}: {fix.title}: changes nothing: {new}"
        return  # what is wrong next may be said in the same words
    before = [_same(other.finding) for other in lint(b"".join(lines), toml, host)]
    kept = [_same(other.finding) for other in lint(b"".join(fixed), toml, host)]
    if kept.count(_same(placed.finding)) >= before.count(_same(placed.finding)):
        yield f"{code}: {fix.title}: {placed.finding.message}: changes nothing: {new}"


def _is_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _same(finding: Finding) -> tuple[str, object, str]:
    """What makes two findings the same defect, wherever the record now stands."""
    return finding.code, finding.path, finding.message


@pytest.mark.parametrize("toml", SETTINGS)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=EXAMPLES)
def test_what_a_rule_promises_holds_for_any_value(toml: str, seed: int) -> None:
    chance = random.Random(seed)
    data = b"\n".join(written(mutate(chance.choice(seeds()), chance), chance) for _ in range(4))
    assert [*problems(data, toml)] == [], data
