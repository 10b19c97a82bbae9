"""Files to measure on, written once to `.bench/`: always the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[2] / ".bench"
ROW_BYTES = 1000
VERBS = [
    "explain",
    "write",
    "compare",
    "list",
    "describe",
    "summarise",
    "translate",
    "find",
    "sort",
    "count",
    "read",
    "merge",
    "plan",
    "check",
    "draw",
]
NOUNS = [
    "loop",
    "table",
    "river",
    "engine",
    "garden",
    "letter",
    "market",
    "signal",
    "matrix",
    "forest",
    "bridge",
    "recipe",
    "budget",
    "planet",
    "kernel",
]


def words(random_: random.Random, count: int) -> str:
    """Plain prose of about six letters a word."""
    return " ".join(
        random_.choice(VERBS if n % 5 == 0 else NOUNS) + random_.choice(["", "s", "ed", " of", " the"])
        for n in range(count)
    )


def clean_rows(rows: int, seed: int = 1) -> Iterator[Any]:
    """Chat rows of about 1 kB without anything to find."""
    random_ = random.Random(seed)
    for _ in range(rows):
        yield {
            "messages": [
                {"role": "system", "content": "You answer briefly and correctly."},
                {"role": "user", "content": words(random_, 40) + "?"},
                {"role": "assistant", "content": words(random_, 75) + ".\n\n" + words(random_, 10) + "."},
            ]
        }


def code_rows(rows: int, seed: int = 2) -> Iterator[Any]:
    """Rows of about 1 kB, mostly code in fences, full of quotes and escapes, all of it right."""
    random_ = random.Random(seed)
    for number in range(rows):
        lines = [
            f'    print("{random_.choice(NOUNS)}\\n", {{"key": "{random_.choice(VERBS)}"}})'
            for _ in range(10)
        ]
        block = "\n".join(lines)
        yield {
            "messages": [
                {"role": "system", "content": "You write Python."},
                {"role": "user", "content": f'Write "{words(random_, 12)}" in Python, number {number}.'},
                {
                    "role": "assistant",
                    "content": f"Here:\n\n```python\ndef f_{number}():\n{block}\n```\n\n- in a list:\n\n"
                    f'  ```json\n  {{"a": "{words(random_, 12)}", "b": [1, 2]}}\n  ```\n',
                },
            ]
        }


def mixed_rows(rows: int, seed: int = 3) -> Iterator[Any]:
    """Clean rows, some with emoji and CJK."""
    for number, row in enumerate(clean_rows(rows, seed)):
        if number % 10 == 0:
            row["messages"][1]["content"] += " 漢字かな交じり文 😀"
        yield row


def path(name: str, rows: int) -> Path:
    """The file of that kind and size, written when it is not there."""
    makers = {"clean": clean_rows, "code": code_rows, "mixed": mixed_rows}
    file = FOLDER / f"{name}-{rows}.jsonl"
    if not file.is_file():
        FOLDER.mkdir(exist_ok=True)
        with file.open("wb") as out:
            for row in makers[name](rows):
                out.write(orjson.dumps(row) + b"\n")
    return file
