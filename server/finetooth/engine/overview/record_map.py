"""A map of the records by what they are about: each a point, near those whose words mean something alike.

Of a large file a sample is shown, but of records that a rule finds off task or to be duplicates as many as
fit: they are what the map is looked at for.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from finetooth.engine.records import Readers
from finetooth_rules.features import FeatureError
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth.engine.lint_file import FileResult
    from finetooth_rules.features import Embedder

    Matrix = NDArray[np.float32]

MOST_POINTS: Final = 3_000
MOST_MARKED: Final = 1_000
"""Points with a mark of their own that are chosen before all others."""
LEAST_OF_FILE: Final = 20
LEAST_POINTS: Final = 4
EMBEDDED: Final = 400
"""Characters of a prompt and of an answer that are embedded: those that the rules on the task look at."""
PROMPT_SHOWN: Final = 200
"""Characters of a prompt that are shown."""
MIXED_TASKS: Final = "TSK003"
"""The rule that finds several tasks in a file; its related places are an example of each."""
_ROUNDS: Final = 12


class Mark(StrEnum):
    """How a point is drawn, the one that matters most first."""

    OFF_TASK = "off-task"
    DUPLICATE = "duplicate"
    FAULTY = "faulty"
    """Another error or warning."""
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Point:
    """A record. `x` and `y` are within 0 and 1. `group` counts from 1 where its file holds several tasks,
    else 0. `codes` are those of its findings.
    """

    x: float
    y: float
    mark: Mark
    group: int
    filename: str
    line: int
    prompt: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordMap:
    """The points, out of `records` that could have been shown."""

    points: tuple[Point, ...]
    records: int

    def counts(self) -> Counter[Mark]:
        """Points by mark."""
        return Counter(point.mark for point in self.points)

    def groups(self) -> Counter[int]:
        """Points by group, those of none left out."""
        return Counter(point.group for point in self.points if point.group)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Records of one file of `records`, those first that are to be shown before others. `vectors` has a row
    for each. `unit` names the files that were judged as one, `seeds` are the vectors of an example of each
    task that these hold, where they hold several.
    """

    filename: str
    unit: str
    records: int
    lines: tuple[int, ...]
    marks: tuple[Mark, ...]
    codes: tuple[tuple[str, ...], ...]
    prompts: tuple[str, ...]
    vectors: Matrix
    seeds: Matrix | None = None


def choose(result: FileResult, most: int = MOST_POINTS) -> Chosen | None:
    """The records of a judged file that may be shown, read again; None where there is nothing to compare.
    Raises OSError.
    """
    import numpy as np

    embedder = result.scanned.features.embedder
    codes = _codes(result)
    marked = [address for address, (mark, _) in codes.items() if mark in (Mark.OFF_TASK, Mark.DUPLICATE)]
    addresses = list(dict.fromkeys([*_thinned(marked, MOST_MARKED), *_sample(result, most)]))[:most]
    rows = list(_read(result, addresses))
    if embedder is None or not rows:
        return None
    try:
        vectors = _embedded([texts for _, _, texts in rows], embedder)
        seeds = _seeds(result, embedder)
    except (FeatureError, FileNotFoundError):
        return None
    known: list[bool] = np.any(vectors, axis=1).tolist()
    rows = [row for row, there in zip(rows, known, strict=True) if there]
    vectors = vectors[np.array(known)]
    plain = (Mark.PLAIN, ())
    return Chosen(
        filename=result.source.name,
        unit=result.scanned.unit or result.source.name,
        records=result.record_count,
        lines=tuple(line + 1 for _, line, _ in rows),
        marks=tuple(codes.get(address, plain)[0] for address, _, _ in rows),
        codes=tuple(codes.get(address, plain)[1] for address, _, _ in rows),
        prompts=tuple(shortened(prompt) for _, _, (prompt, _) in rows),
        vectors=vectors,
        seeds=seeds,
    )


def map_of(chosen: Sequence[Chosen | None]) -> RecordMap | None:
    """One map of all files, each with its share of the points; None where there are too few."""
    import numpy as np

    from finetooth.engine.overview.layout import layout

    there = [one for one in chosen if one is not None and one.lines]
    total = sum(len(one.lines) for one in there)
    if total < LEAST_POINTS:
        return None
    rows = [(one, index) for one in there for index in range(_share(len(one.lines), total))]
    vectors = np.stack([one.vectors[index] for one, index in rows])
    groups = _groups(rows, vectors)
    places = layout(vectors).tolist()
    points = [
        Point(
            x=x,
            y=y,
            mark=one.marks[index],
            group=group,
            filename=one.filename,
            line=one.lines[index],
            prompt=one.prompts[index],
            codes=one.codes[index],
        )
        for (one, index), (x, y), group in zip(rows, places, groups, strict=True)
    ]
    return RecordMap(tuple(points), sum(one.records for one in there))


def shortened(text: str, most: int = PROMPT_SHOWN) -> str:
    """The first characters of a text, on one line."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _share(count: int, total: int) -> int:
    """How many of a file's points are shown."""
    return count if total <= MOST_POINTS else min(count, max(LEAST_OF_FILE, count * MOST_POINTS // total))


def _codes(result: FileResult) -> dict[int, tuple[Mark, tuple[str, ...]]]:
    """Mark and codes of each record with a finding that is shown, by address."""
    found = {}
    for item in result.of_records:
        shown = {
            finding.code: severity
            for finding in item.findings
            if (severity := result.profile.severity(finding.code, finding.consequence)) is not None
        }
        if shown:
            found[item.offset] = (_mark(shown), tuple(sorted(shown)))
    return found


def _mark(shown: dict[str, Severity]) -> Mark:
    if any(code.startswith("TSK") for code in shown):
        return Mark.OFF_TASK
    if any(code.startswith("DUP") for code in shown):
        return Mark.DUPLICATE
    return Mark.FAULTY if any(severity is not Severity.INFO for severity in shown.values()) else Mark.PLAIN


def _seeds(result: FileResult, embedder: Embedder) -> Matrix | None:
    """The vectors of the examples of each task, where the rule on mixed tasks names two or more."""
    readers = Readers(result.together)
    texts = []
    for finding in result.of_file:
        for related in finding.related if finding.code == MIXED_TASKS else ():
            found = readers.at(related.address)
            example = found and result.scanned.linter.example(found.record)
            if example:
                texts.append((example.prompt, example.completion))
    return _embedded(texts, embedder) if len(texts) > 1 else None


def _sample(result: FileResult, most: int) -> list[int]:
    """The addresses of records drawn evenly, the same ones for the same file."""
    parts = result.merged.parts
    ends = list(accumulate(len(part.offsets) for part in parts))
    total = ends[-1] if ends else 0
    drawn = random.Random(0).sample(range(total), min(most, total))
    return [parts[number].offsets[index] for number, index in _placed(drawn, ends)]


def _placed(drawn: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
    """For each number of a record its part, and its number there."""
    for index in drawn:
        number = bisect_right(ends, index)
        yield number, index - (ends[number - 1] if number else 0)


def _thinned(addresses: Sequence[int], most: int) -> Sequence[int]:
    """At most so many of them, evenly from all."""
    if len(addresses) <= most:
        return addresses
    return [addresses[index * len(addresses) // most] for index in range(most)]


def _read(result: FileResult, addresses: Sequence[int]) -> Iterator[tuple[int, int, tuple[str, str]]]:
    """Address, line from 0, prompt and answer of each record that has an example."""
    reader = Readers(result.together).of(result.number)
    linter = result.scanned.linter
    for address in addresses:
        found = reader.at(address)
        example = None if found is None else linter.example(found[1])
        if found is not None and example is not None:
            yield address, found[0], (example.prompt, example.completion)


def _embedded(texts: Sequence[tuple[str, str]], embedder: Embedder) -> Matrix:
    """The directions of prompt and answer side by side, a row of length 1 for each; zero without a word."""
    import numpy as np

    prompts = _unit(embedder.embed([prompt[:EMBEDDED] for prompt, _ in texts]))
    answers = _unit(embedder.embed([answer[:EMBEDDED] for _, answer in texts]))
    return _unit(np.hstack([prompts, answers]))


def _unit(vectors: Matrix) -> Matrix:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def _groups(rows: Sequence[tuple[Chosen, int]], vectors: Matrix) -> list[int]:
    """The group of each row, as in `Point`."""
    groups = [0] * len(rows)
    for one in dict.fromkeys(one.unit for one, _ in rows):
        members = [number for number, (chosen, _) in enumerate(rows) if chosen.unit == one]
        seeds = next((rows[number][0].seeds for number in members if rows[number][0].seeds is not None), None)
        if seeds is not None:
            for number, group in zip(members, _grouped(vectors[members], seeds), strict=True):
                groups[number] = group
    return groups


def _grouped(vectors: Matrix, seeds: Matrix) -> list[int]:
    """The group of each row, from 1: the nearest mean, where the means begin as the seeds."""
    import numpy as np

    nearest = (vectors @ seeds.T).argmax(axis=1)
    for _ in range(_ROUNDS):
        means = _unit(np.stack([vectors[nearest == number].sum(axis=0) for number in range(len(seeds))]))
        moved = (vectors @ means.T).argmax(axis=1)
        if (moved == nearest).all():
            break
        nearest = moved
    groups: list[int] = (nearest + 1).tolist()
    return groups
