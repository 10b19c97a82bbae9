"""How well TSK002 finds answers that do not belong to their prompts, and how often it is wrong.

    PYTHONPATH=tests python -m bench.bench_answers FILE_OR_FOLDER ...

The files are pools of good records, in any format, whose answers are right. Files of several sizes are
drawn from each, as they are, and spoilt: one record in twenty, or a run of one in ten, has the answer of
another; or all answers have slipped by one record. A record counts as wrong where the text of its answer is
not its own. What the rule says of it is compared with that. Pools are told apart by their answers: labels
(fewer than half of them differ), code (most have lines of programs, or are JSON), other texts. `recall` is
that of all wrong answers, `speaks` the share of spoilt files of which the rule says anything, and `there`
the recall in these. No constant is chosen here.
"""

from __future__ import annotations

import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.bench_offtask import FEATURES, read, summary_of
from finetooth_rules.example import Example
from finetooth_rules.profile import Profile
from finetooth_rules.task import off_task_completion as rule
from finetooth_rules.task import off_task_prompt
from finetooth_rules.task._vectors import Fact

SIZES: Final = (100, 300, 1_000, 4_000, 16_000)
BATCH: Final = 2_000
LEAST: Final = 60
"""Records under which the rule says nothing."""
FEW: Final = 0.05
RUN: Final = 0.1
LABELS: Final = 0.5
_CODE: Final = re.compile(
    r"(?m)[;{}]\s*$|^\s*(?:def|import|return|select|public|print)\b|\w\(.*\)", re.IGNORECASE
)

OPTIONS: Final = rule.Options()
PROFILE: Final = Profile()


@dataclass(frozen=True, slots=True)
class Pool:
    """Records of one source: what is known of each, the text of its answer, and what the answers are."""

    name: str
    facts: list[Fact]
    answers: list[str]
    kind: str


@dataclass(slots=True)
class Tally:
    """Sums over files. `alarms`: records of good files that were reported, of `good`; `loud`: files with
    such, or that were said to have slipped. `hits` of `wrong` answers were found, and `reported` in all. Of
    the `spoilt` files the rule spoke of `spoke`, with `wrong_there`. `slipped`: of `files`, those in which
    it was seen that all answers had slipped."""

    files: int = 0
    spoilt: int = 0
    spoke: int = 0
    wrong_there: int = 0
    good: int = 0
    alarms: int = 0
    loud: int = 0
    hits: int = 0
    wrong: int = 0
    reported: int = 0
    slipped: int = 0
    names: list[str] = field(default_factory=list)


class Said(NamedTuple):
    """What the rule says of a file: which records are wrong, and whether the answers slipped throughout."""

    records: NDArray[np.bool_]
    slipped: bool


def load(file: Path) -> Pool | None:
    """A pool; None where it is too small, or its records have no answers."""
    examples = [example for example in read(file) if example.prompt.strip() and example.completion.strip()]
    distinct: dict[tuple[str, str], Example] = {(one.prompt, one.completion): one for one in examples}
    kept: list[tuple[Fact, str]] = []
    rows = list(distinct.values())
    for first in range(0, len(rows), BATCH):
        part = rows[first : first + BATCH]
        for example, fact in zip(
            part, off_task_prompt.gather(part, FEATURES, PROFILE, off_task_prompt.Options()), strict=True
        ):
            if fact is not None:
                kept.append((fact, example.completion.strip()))
    if len(kept) < LEAST:
        return None
    facts, answers = map(list, zip(*kept, strict=True))
    return Pool(file.stem, facts, answers, kind_of(answers))


def kind_of(answers: Sequence[str]) -> str:
    """What the answers of a pool are."""
    if len(set(answers)) < LABELS * len(answers):
        return "labels"
    return "code" if sum(map(bool, map(_CODE.search, answers))) > len(answers) / 2 else "texts"


def few(order: list[int], rng: random.Random) -> list[int]:
    """Whose answer each of so many records has, where some lost theirs to each other."""
    wrong = rng.sample(range(len(order)), max(3, round(FEW * len(order))))
    given = list(order)
    for place, other in zip(wrong, [*wrong[1:], wrong[0]], strict=True):
        given[place] = order[other]
    return given


def run(order: list[int], rng: random.Random) -> list[int]:
    """The same, where a run of records slipped by one."""
    count = max(3, round(RUN * len(order)))
    start = rng.randrange(len(order) - count + 1)
    part = order[start : start + count]
    return [*order[:start], *part[1:], part[0], *order[start + count :]]


def slip(order: list[int], rng: random.Random) -> list[int]:
    """The same, where all slipped by one."""
    return [*order[1:], order[0]]


SPOILT: Final[dict[str, Callable[[list[int], random.Random], list[int]]]] = {"few": few, "run": run}


def judged(pool: Pool, prompts: Sequence[int], answers: Sequence[int]) -> Said:
    """What the rule says of a file of these prompts beside these answers."""
    facts = [_joined(pool.facts[one], pool.facts[other]) for one, other in zip(prompts, answers, strict=True)]
    verdict = rule.fit(summary_of(facts), FEATURES, PROFILE, OPTIONS)
    records = [any(True for _ in rule.judge(fact, verdict, PROFILE, OPTIONS)) for fact in facts]
    return Said(np.array(records), isinstance(verdict, rule.Slipped))


def _joined(prompt: Fact, answer: Fact) -> Fact:
    half = len(prompt.vectors) // 2
    key = prompt.key if prompt is answer else hash((prompt.key, answer.key)) & (2**64 - 1)
    return Fact(prompt.vectors[:half] + answer.vectors[half:], prompt.path, answer.answer, key)


def sizes_of(pool: Pool) -> Iterator[int]:
    """The sizes of files to be drawn from a pool."""
    yield from (size for size in SIZES if size <= len(pool.facts))
    if len(pool.facts) < SIZES[0] or all(len(pool.facts) < 0.8 * size for size in SIZES[1:]):
        yield len(pool.facts)


def measure(pools: Sequence[Pool]) -> dict[tuple[str, int], Tally]:
    """By kind of answers and by size: the next of `SIZES` from below."""
    tallies: dict[tuple[str, int], Tally] = defaultdict(Tally)
    for pool in pools:
        for size in sizes_of(pool):
            rng = random.Random(f"{pool.name} {size}")
            order = rng.sample(range(len(pool.facts)), size)
            _add(tallies[pool.kind, max([s for s in SIZES if s <= size], default=LEAST)], pool, order, rng)
    return tallies


def _add(tally: Tally, pool: Pool, order: list[int], rng: random.Random) -> None:
    tally.files += 1
    said = judged(pool, order, order)
    tally.good += len(order)
    tally.alarms += int(said.records.sum())
    if said.slipped or said.records.any():
        tally.loud += 1
        tally.names.append(f"{pool.name} ({len(order)} records)")
    for spoil in SPOILT.values():
        given = spoil(order, rng)
        wrong = np.array([pool.answers[a] != pool.answers[b] for a, b in zip(order, given, strict=True)])
        said = judged(pool, order, given)
        tally.wrong += int(wrong.sum())
        tally.hits += int((said.records & wrong).sum())
        tally.reported += int(said.records.sum())
        tally.spoilt += 1
        if said.records.any():
            tally.spoke += 1
            tally.wrong_there += int(wrong.sum())
    said = judged(pool, order, slip(order, rng))
    tally.slipped += said.slipped


def table(tallies: dict[tuple[str, int], Tally]) -> Iterator[str]:
    """The lines to be printed."""
    yield (
        f"{'answers':10s} {'records':>8s} {'files':>6s} {'loud':>5s} {'alarms':>8s} {'recall':>7s} "
        f"{'precision':>9s} {'speaks':>7s} {'there':>6s} {'all slipped':>12s}"
    )
    for (kind, size), one in sorted(tallies.items()):
        precision = one.hits / one.reported if one.reported else float("nan")
        yield (
            f"{kind:10s} {size:>7,}+ {one.files:6d} {one.loud:5d} {one.alarms / one.good:8.3%} "
            f"{one.hits / max(one.wrong, 1):7.2f} {precision:9.2f} {one.spoke / one.spoilt:7.2f} "
            f"{one.hits / max(one.wrong_there, 1):6.2f} {one.slipped:5d} of {one.files:3d}"
        )
    for one in tallies.values():
        yield from (f"alarm without a reason: {name}" for name in one.names)


def files_of(names: Sequence[str]) -> list[Path]:
    """The pools among files and folders."""
    found: list[Path] = []
    for path in map(Path, names):
        found += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return found


def main(arguments: Sequence[str] = ()) -> None:
    """Print the table."""
    pools = [pool for file in files_of(arguments) if (pool := load(file)) is not None]
    print(f"{len(pools)} pools, {sum(len(pool.facts) for pool in pools):,} records")
    for line in table(measure(pools)):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
