"""The LOD rules against the real `datasets` library: they fire exactly where it raises or changes a value.

Each version lives in an environment of its own under `.bench/loaders`, made when it is missing. One version
of each generation runs always, on a sample of what `FINETOOTH_ALL_LOADERS=1` runs on all versions that
trainers pin. Where pip cannot install, the tests are skipped.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from environments import python_with
from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import lint_file
from finetooth_rules.array import Framing
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence
from finetooth_rules.loader import _columns as columns
from finetooth_rules.settings import build_profile
from finetooth_rules.testing import lint

RUNNER = Path(__file__).with_name("load_rows.py")
PINNED = ("pyarrow==26.0.1", "pandas==3.1.1")
"""What decides the outcome besides `datasets` itself."""
STRICT, JSON = "llama-factory", "trl"
VERSIONS = {"4.0.0": STRICT, "4.8.4": JSON}
THOROUGH = bool(os.environ.get("FINETOOTH_ALL_LOADERS"))
if THOROUGH:
    VERSIONS |= {"3.6.0": STRICT, "4.3.0": STRICT, "4.7.0": JSON}

GROUPED = [
    pytest.param(version, marks=pytest.mark.xdist_group(f"datasets {version}")) for version in VERSIONS
]
"""The versions; what needs one environment runs in one process."""

Rows = Sequence[Any]


def call(arguments: Any) -> Any:
    """A row with one tool call."""
    return {"messages": [{"role": "assistant", "tool_calls": [{"name": "f", "arguments": arguments}]}]}


# Rows → the codes under a strict and under a json loader.
CASES: dict[str, tuple[Rows, set[str], set[str]]] = {
    "text and number": ([{"a": "x"}, {"a": 3}], {"LOD001"}, set()),
    "boolean and number": ([{"a": True}, {"a": 3}], {"LOD001"}, set()),
    "whole and fraction": ([{"a": 1}, {"a": 3.5}], set(), set()),
    "null and text": ([{"a": None}, {"a": "x"}], set(), set()),
    "missing column": ([{"a": "42"}, {"b": [1]}], set(), set()),
    "empty list and text": ([{"a": []}, {"a": "x"}], {"LOD001"}, set()),
    "empty object and text": ([{"a": {}}, {"a": "x"}], {"LOD001"}, set()),
    "types in one list": ([{"a": [1, "x"]}], {"LOD001"}, set()),
    "null in a list": ([{"a": [None]}, {"a": ["x"]}], set(), set()),
    "argument of two types": ([call({"t": "x"}), call({"t": 1})], {"LOD001"}, set()),
    "arguments as text and object": ([call("{}"), call({"t": 1})], {"LOD001"}, {"LOD005"}),
    "arguments of two tools": ([call({"city": "R"}), call({"expr": "1"})], {"LOD002"}, set()),
    "arguments of a tool without any": ([call({"city": "R"}), call({})], {"LOD002"}, set()),
    "arguments of one tool": ([call({"city": "R"}), call({"city": "O"})], set(), set()),
    "arguments as text": ([call('{"a": 1}'), call("{}")], set(), set()),
    "dates": ([{"text": "2024-01-02"}, {"text": "2024-01-03T10:00Z"}], {"LOD004"}, {"LOD004"}),
    "dates and null": ([{"text": "2024-01-02"}, {"text": None}], {"LOD004"}, {"LOD004"}),
    "dates and text": ([{"text": "2024-01-02"}, {"text": "soon"}], set(), set()),
    "dates and numbers": ([{"text": "2024-01-02"}, {"text": 3}], {"LOD001"}, set()),
    "dates in turns": ([{"m": [{"content": "2024-01-02"}]}], {"LOD004"}, {"LOD004"}),
    "dates in turns of several keys": (
        [{"m": [{"content": "2024-01-02"}, {"content": "2024-01-02", "n": 1}]}],
        {"LOD004"},
        set(),
    ),
    "content as text and parts": (
        [{"m": [{"content": "42"}]}, {"m": [{"content": ["x"]}]}],
        {"LOD001"},
        {"LOD005"},
    ),
    "the same in turns of several keys": (
        [{"m": [{"content": "42"}]}, {"m": [{"content": ["x"], "n": 1}]}],
        {"LOD001"},
        set(),
    ),
    "no text that is JSON": ([{"a": "one"}, {"a": ["x"]}], {"LOD001"}, set()),
}

DATES = [
    *("2024-01-02", "2024-1-2", "2024-01-02T03:04:05", "2024-01-02 03:04:05", "2024-01-02T03:04"),
    *("2024-01-02T03", "2024-01-02T030405", "2024-01-02T0304", "2024-01-02T03:04:05Z", "2024-01-02Z"),
    *("2024-01-02T03:04:05.123", "2024-01-02T03:04:05+00:00", "2024-01-02T03:04+0100", "2024-01", "2024"),
    *("20240102", "2024-02-31", "2024-13-01", "9999-12-31", "2024-01-02T24:00:00", "2024-01-02T03:04:60"),
    *(
        "2024-01-02t03:04:05",
        "-2024-01-02",
        "2024-01-02T03:04:05+01",
        "2024-01-02 ",
        "2023-02-29",
        "2024-02-29",
    ),
    *("2024-01-02T03+01:00", "1600-02-29", "2024-01-02T03:04:05+1:00", "2024-01-02T03:04:05-23:59"),
]
TEXTS = [
    *("42", '{"x":1}', "007", "null", "true", "1.5", "x", '"q"', "[1]", " 5 ", "NaN", "-", "", "1e5", "-0"),
    *(
        "Infinity",
        "-Infinity",
        "+5",
        "1.",
        "0x1",
        "TRUE",
        "None",
        "5 apples",
        "{a:1}",
        '{"x":1} ',
        '{"x":1}{',
    ),
    *("\n7", "nan", "1_0", ".5", "-.5", "1e", "12345678901234567890123", "99999999999999999999", "\u00a05"),
    *("-9223372036854775809", "18446744073709551615", "18446744073709551616", "9223372036854775808", "'q'"),
    *("[1,]", "[]", "{}", '""', "nul", "--5", "1E+2", "[1,,2]", "\t5", "5\r\n", "\v5", '"\\x"', "2024-01-02"),
    *("1.2.3", "1-2", "12:30", '"a" and "b"', "[a] and [b]", "-1.", "1.e5", "-e5", "1e+", "1 2", "true "),
    *(
        "-.",
        "-.e",
        ".",
        "e5",
        "-1e5",
        "1.5.",
        "12a",
        "-a",
        "0" * 30,
        "1" * 500,
        "t",
        "f",
        "N",
        "I",
        "[",
        "{",
        '"',
    ),
]


def environment(version: str) -> Path:
    """The Python that has this version; skips the test where it cannot be had."""
    return python_with(f"loaders/{version}", f"datasets=={version}", *PINNED)


def load(
    version: str, files: Sequence[Rows], folder: Path, blocks: Sequence[int] = (), *, array: bool = False
) -> list[Any]:
    """What the loader makes of each of these files, read in blocks of those sizes."""
    paths = []
    for number, rows in enumerate(files):
        path = folder / (f"{number}.json" if array else f"{number}.jsonl")
        path.write_bytes(json.dumps(rows).encode() if array else written(rows))
        paths.append([[str(path)], blocks[number] if blocks else None])
    python = environment(version)
    done = subprocess.run([python, RUNNER], input=json.dumps(paths), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    outcomes: list[Any] = json.loads(done.stdout)
    return outcomes


def written(rows: Rows) -> bytes:
    """The rows as JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def found(rows: Rows, target: str) -> set[str]:
    """The codes of our rules."""
    settings = f'target = "{target}"\nselect = ["LOD"]\n'
    return {placed.finding.code for placed in lint(written(rows), settings)}


def happened(rows: Rows, outcome: Any) -> set[str]:
    """The codes of what the loader did: it stopped, or gave back another value than was written."""
    if "rows" not in outcome:
        return {"LOD001"}
    return {
        code
        for before, after in zip(rows, outcome["rows"], strict=True)
        for code in _changes(before, after, ())
    }


def _changes(before: Any, after: Any, column: columns.Column) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict) and after.keys() >= before.keys():
        if columns.free_form(column) and after.keys() > before.keys():
            yield "LOD002"
        for key, value in before.items():
            yield from _changes(value, after[key], (*column, key))
    elif isinstance(before, list) and isinstance(after, list):
        for one, other in zip(before, after, strict=True):
            yield from _changes(one, other, (*column, columns.ITEM))
    elif isinstance(after, dict) and after.keys() == {"datetime"}:
        yield "LOD004"
    elif isinstance(before, str) and (type(after) is not str or before != after):
        yield "LOD005"
    else:
        assert before == after, f"{before!r} became {after!r}"


@pytest.mark.parametrize("version", GROUPED)
def test_rules_fire_exactly_where_the_loader_fails(version: str, tmp_path: Path) -> None:
    target = VERSIONS[version]
    outcomes = load(version, [rows for rows, _, _ in CASES.values()], tmp_path)
    for (name, (rows, strict, later)), outcome in zip(CASES.items(), outcomes, strict=True):
        expected = strict if target == STRICT else later
        if (version, name) == ("4.7.0", "missing column"):
            assert "KeyError" in outcome["error"]  # a defect of this one version, not of the file
            continue
        assert happened(rows, outcome) == expected, (name, outcome)
        assert found(rows, target) == expected, name


@pytest.mark.parametrize("version", GROUPED)
def test_what_is_a_date(version: str, tmp_path: Path) -> None:
    files = [[{"text": date}] for date in DATES]
    for rows, outcome in zip(files, load(version, files, tmp_path), strict=True):
        assert found(rows, VERSIONS[version]) == happened(rows, outcome), (rows, outcome)


@pytest.mark.parametrize("version", [one for one in GROUPED if VERSIONS[str(one.values[0])] == JSON])
def test_which_texts_are_decoded(version: str, tmp_path: Path) -> None:
    """Also a list of which pyarrow says nothing, so that the texts are decoded by the same function."""
    files = [[{"a": text}, {"a": [1]}] for text in TEXTS]
    for rows, outcome in zip(files, load(version, files, tmp_path), strict=True):
        assert found(rows, JSON) == happened(rows, outcome), (rows, outcome)


def random_rows(dice: random.Random) -> Rows:
    """A few rows of few columns, nested, whose types meet often. No null stands in a list: of `[null, "42"]`
    this pyarrow makes a text of random bytes.
    """

    def value(depth: int, null: str = "null") -> Any:
        kinds = ["text", "text", "text", null, "date", "json", "number"] + ["object", "list"] * (depth < 3)
        match dice.choice(kinds):
            case "text":
                return dice.choice(["one", "two", ""])
            case "null":
                return None
            case "date":
                return "2024-01-02"
            case "json":
                return dice.choice(["42", "null"])
            case "number":
                return dice.choice([1, 2.5])
            case "object":
                return {key: value(depth + 1) for key in ("content", "arguments") if dice.random() < 0.8}
            case _:
                return [value(depth + 1, "text") for _ in range(dice.randrange(3))]

    names = dice.sample(["text", "tools", "output"], dice.randrange(1, 3))
    template = [{name: value(0) for name in names}]
    while len(template) < dice.randrange(1, 5):
        old = dice.choice(template)
        template.append({name: old[name] if dice.random() < 0.6 else value(0) for name in names})
    return template


@pytest.mark.parametrize("version", GROUPED)
def test_random_files(version: str, tmp_path: Path) -> None:
    dice = random.Random(20)
    files = [random_rows(dice) for _ in range(300 if THOROUGH else 60)]
    for rows, outcome in zip(files, load(version, files, tmp_path), strict=True):
        ours, real = found(rows, VERSIONS[version]), happened(rows, outcome)
        if "LOD001" in real:  # it stopped; what it would have changed besides is not to be seen
            ours -= {"LOD002", "LOD004"}
        assert ours == real, (rows, outcome)


# -- behind the first block ---------------------------------------------------------------------------------

VALUES: dict[str, list[Any]] = {
    "missing": [],
    "null": [None],
    "text": ["x"],
    "text that is JSON": ["7"],
    "whole": [1],
    "fraction": [1.5],
    "whole fraction": [2.0],
    "boolean": [True],
    "date": ["2024-01-02"],
    "empty list": [[]],
    "list of null": [[None]],
    "list of whole": [[1]],
    "list of fraction": [[1.5]],
    "list of text": [["x"]],
    "empty object": [{}],
    "object of null": [{"k": None}],
    "object of whole": [{"k": 1}],
    "object of text": [{"k": "x"}],
    "other key": [{"j": 1}],
    "objects": [[{"k": 1}]],
    "objects of more keys": [[{"k": 1, "j": 1}]],
    "text and list": ["x", ["y"]],
    "text and number": ["x", 1],
    "whole and fraction": [1, 1.5],
    "keys": [{"k": 1}, {"k": 1, "j": 2}],
}


def in_blocks(head: Rows, rest: Rows) -> tuple[Rows, int]:
    """A file, and the size of a block with which `head` is just the first one."""
    return [*head, *rest], len(written(head)) - 1


def said(rows: Rows, block: int | None, target: str) -> dict[str, set[Consequence]]:
    """Code → consequences, where the loader reads blocks of this size."""
    late = "" if block is None else f"[rules.late-column]\nblock-bytes = {block}\n"
    found: dict[str, set[Consequence]] = {}
    for placed in lint(written(rows), f'target = "{target}"\nselect = ["LOD"]\n{late}'):
        found.setdefault(placed.finding.code, set()).add(placed.finding.consequence)
    return found


def changed(before: Any, after: Any) -> bool:
    """Whether a value came back as another; keys that were added as null aside, which LOD002 looks at."""
    if isinstance(before, dict) and isinstance(after, dict):
        added = [after[key] for key in after.keys() - before.keys()]
        return any(value is not None for value in added) or any(
            changed(value, after.get(key)) for key, value in before.items()
        )
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return any(changed(one, other) for one, other in zip(before, after, strict=True))
    numbers = type(before) in (int, float) and type(after) in (int, float)
    return bool(before != after) or not (numbers or type(before) is type(after))


def agree(rows: Rows, block: int | None, target: str, outcome: Any) -> None:
    """Where the loader stops we have an error, where it changes values at least a warning; else nothing."""
    found = said(rows, block, target)
    gravest = {consequence for code in found for consequence in found[code]}
    where = (rows, block, outcome, found)
    if "rows" not in outcome:
        assert Consequence.REJECTED in gravest, where
    elif any(changed(before, after) for before, after in zip(rows, outcome["rows"], strict=True)):
        assert gravest, where
    else:
        assert not found.keys() - {"LOD002"}, where


@pytest.mark.parametrize("version", GROUPED)
def test_what_comes_behind_the_first_block(version: str, tmp_path: Path) -> None:
    files = []
    pairs = [*itertools.permutations(VALUES.values(), 2)]
    for early, late in pairs if THOROUGH else random.Random(1).sample(pairs, 150):
        head = [{"p": "y", "a": value} for value in early] or [{"p": "y"}]
        rest = [{"p": "y", "a": value} for value in late] or [{"p": "y"}]
        files.append(in_blocks(head, rest))
    outcomes = load(version, [rows for rows, _ in files], tmp_path, [block for _, block in files])
    for (rows, block), outcome in zip(files, outcomes, strict=True):
        agree(rows, block, VERSIONS[version], outcome)


@pytest.mark.parametrize("version", GROUPED)
def test_random_files_in_two_blocks(version: str, tmp_path: Path) -> None:
    dice = random.Random(3)
    files = [in_blocks(random_rows(dice), random_rows(dice)) for _ in range(300 if THOROUGH else 60)]
    outcomes = load(version, [rows for rows, _ in files], tmp_path, [block for _, block in files])
    for (rows, block), outcome in zip(files, outcomes, strict=True):
        agree(rows, block, VERSIONS[version], outcome)


@pytest.mark.parametrize("version", GROUPED)
def test_files_of_eleven_megabytes(version: str, tmp_path: Path) -> None:
    """With the size of a block that the loader has by itself."""
    filler = {"p": "y" * 11_000_000}
    turn = {"role": "user", "content": "x"}
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"a": "x"}, {"a": "x", "b": "y"}),
        ({"a": None}, {"a": "x"}),
        ({"a": 1}, {"a": 1.5}),
        ({"m": [turn]}, {"m": [{**turn, "weight": 1}]}),
        ({"a": 1}, {"a": "x"}),
        ({"a": "x"}, {"a": "z"}),
    ]
    files = [[{**filler, **early}, {"p": "y", **late}] for early, late in pairs]
    target = VERSIONS[version]
    for rows, outcome in zip(files, load(version, files, tmp_path), strict=True):
        agree(rows, None, target, outcome)
        assert ("rows" in outcome) == (rows[1].get("a") == "z")


# -- arrays -------------------------------------------------------------------------------------------------


def found_in_array(rows: Rows, target: str) -> set[str]:
    """The codes of our rules in a file that is one array."""
    profile = replace(build_profile({"target": target, "select": ["LOD"]}), framing=Framing.ARRAY)
    source = Source("a.json", data=json.dumps(rows).encode(), framing=Framing.ARRAY)
    result = lint_file(source, profile, Features())
    assert not result.broken
    of_records = {finding.code for item in result.of_records for finding in item.findings}
    return of_records | {finding.code for finding in result.of_file}


@pytest.mark.parametrize("version", GROUPED)
def test_arrays(version: str, tmp_path: Path) -> None:
    """The same cases, each file being one array."""
    target = VERSIONS[version]
    outcomes = load(version, [rows for rows, _, _ in CASES.values()], tmp_path, array=True)
    for (name, (rows, _, _)), outcome in zip(CASES.items(), outcomes, strict=True):
        assert found_in_array(rows, target) == happened(rows, outcome), (name, outcome)
