"""What finding equal and nearly equal records costs, and how it grows: `make bench`, or this file.

Seconds are CPU time of one process (a run of `check` over a large file shares gathering among its cores).
`gather` is per record; `judge` is all that comes when the records are together: grouping, candidates, reading
and comparing them. The kinds: chat rows of 1 kB that have nothing in common; the same with one in fifty
nearly copied; all rows equal; all rows equal but for spaces; all rows from one template.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from bench import corpus
from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import judge_files, scan_file
from finetooth_rules.features import Features
from finetooth_rules.settings import build_profile

SIZES = (10_000, 50_000, 250_000)
PROFILE = build_profile({"format": "openai-chat", "select": ["DUP"]})
NOTHING = build_profile({"format": "openai-chat", "select": ["SIZ001"]})


def row(prompt: str, answer: str) -> Any:
    """A chat row."""
    return {
        "messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}],
    }


def clean(rows: int) -> Iterator[Any]:
    """Nothing in common."""
    return corpus.clean_rows(rows)


def copied(rows: int) -> Iterator[Any]:
    """One row in fifty is the one before it, with some other words."""
    before: Any = None
    for number, item in enumerate(corpus.clean_rows(rows)):
        if number % 50 == 49:
            words = before["messages"][2]["content"].split(" ")
            words[10] = words[40] = "otherwise"
            yield row(before["messages"][1]["content"].upper(), " ".join(words))
        else:
            before = item
            yield item


def equal(rows: int) -> Iterator[Any]:
    """The same row."""
    item = next(corpus.clean_rows(1))
    return (item for _ in range(rows))


def spaced(rows: int) -> Iterator[Any]:
    """The same row with another number of spaces."""
    item = next(corpus.clean_rows(1))["messages"]
    return (
        row(item[1]["content"] + " " * (number % 1000), item[2]["content"] + " " * (number // 1000))
        for number in range(rows)
    )


def template(rows: int) -> Iterator[Any]:
    """One template, a name and a table filled in."""
    random_ = random.Random(5)
    ask = corpus.words(random_, 60) + ". Count the orders of {} in the table {}."
    for _ in range(rows):
        name, table = ("".join(random_.choices("abcdefghijklmnop", k=8)) for _ in range(2))
        yield row(ask.format(name, table), f"SELECT count(*) FROM {table} WHERE customer = '{name}'")


KINDS: dict[str, Callable[[int], Iterator[Any]]] = {
    "clean": clean,
    "copied": copied,
    "equal": equal,
    "spaced": spaced,
    "template": template,
}


def path(kind: str, rows: int) -> Path:
    """The file of that kind and size, written when it is not there."""
    file = corpus.FOLDER / f"duplicates-{kind}-{rows}.jsonl"
    if not file.is_file():
        corpus.FOLDER.mkdir(exist_ok=True)
        with file.open("wb") as out:
            for item in KINDS[kind](rows):
                out.write(orjson.dumps(item) + b"\n")
    return file


def measure(kind: str, rows: int) -> None:
    """Print the CPU seconds of one file."""
    file = path(kind, rows)
    source = Source(file.name, file)
    start = time.process_time()
    scan_file(source, NOTHING, Features())
    bare = time.process_time()
    scanned = scan_file(source, PROFILE, Features())
    gathered = time.process_time()
    (result,) = judge_files([scanned])
    judged = time.process_time()
    found = sum(len(record.findings) for record in result.of_records)
    gather = gathered - bare - (bare - start)
    print(
        f"  {kind:9} {rows:7,} rows: gather {gather:6.2f} s, judge {judged - gathered:6.2f} s, "
        f"{1e6 * (judged - bare - (bare - start)) / rows:5.1f} µs a row, {found:,} findings"
    )


def main() -> None:
    """Print everything."""
    import numpy  # noqa: F401 - loaded before the clock runs

    sizes = SIZES[:2] if "--quick" in sys.argv else SIZES
    for kind in KINDS:
        for rows in sizes:
            measure(kind, rows)


if __name__ == "__main__":
    main()
