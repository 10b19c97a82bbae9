"""How well TSK001 finds off-task prompts in labelled mixtures, and how fast.

    PYTHONPATH=tests python -m bench.bench_offtask DIR

DIR holds one folder per case: `data.jsonl`, and `labels.json` with `task`, `exemplars` (prompts that are
not in the file) and `off_task_lines` (from 1). Labels are used for scoring only. Each case is judged
without settings, with the task's description and exemplars, and with held-out constants: for each fifth of
the cases those of the constants that do best on the rest.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import orjson
from numpy.typing import NDArray

from finetooth.engine.features.embedder import WordEmbedder
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.formats import recognise
from finetooth_rules.profile import Profile, Task
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC
from finetooth_rules.task import off_task_prompt as rule
from finetooth_rules.task._strays import APART
from finetooth_rules.task._vectors import Fact

Mask: TypeAlias = NDArray[np.bool_]
FEATURES = Features(embedder=WordEmbedder())
OPTIONS = rule.Options()
FOLDS = 5
NAN = float("nan")
GRID = [
    replace(APART, separation=separation, nearness=nearness, lead=lead)
    for separation, nearness, lead in itertools.product((1.9, 2.2, 2.6), (0.55, 0.62, 0.7), (1.1, 1.3, 1.6))
]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled file: its facts, which of them are off task, and what its task is."""

    name: str
    facts: list[Fact]
    off: Mask
    task: Task


@dataclass(frozen=True, slots=True)
class Score:
    """`auroc` and `at_k` (precision at as many records as are off task) rate the order, the others the
    findings. NaN where a file has nothing to find; `alarms` is the share of on-task records that were
    reported."""

    auroc: float
    at_k: float
    f1: float
    precision: float
    recall: float
    alarms: float


def read(file: Path) -> list[Example]:
    """The examples of a file."""
    records = [Record(line) for line in file.read_bytes().split(b"\n") if line.strip()]
    return [example for record in records if (example := _example(record))]


def _example(record: Record) -> Example | None:
    found = recognise(record.value) if isinstance(record.value, dict) else None
    return found.read(record, record.value, GENERIC) if found else None


def load(folder: Path) -> Case:
    """One labelled case."""
    examples = read(folder / "data.jsonl")
    labels: dict[str, Any] = orjson.loads((folder / "labels.json").read_bytes())
    facts = rule.gather(examples, FEATURES, Profile(), OPTIONS)
    off = np.zeros(len(facts), bool)
    off[[line - 1 for line in labels["off_task_lines"]]] = True
    assert all(fact is not None for fact in facts), folder
    task = Task(labels["task"], tuple(labels["exemplars"]))
    return Case(folder.name, [fact for fact in facts if fact is not None], off, task)


def summary_of(facts: Sequence[Fact]) -> Any:
    """All facts of a file, added up."""
    summary = rule.RULE.empty()
    for fact in facts:
        summary = rule.RULE.add(summary, fact)
    return summary


def judged(case: Case, profile: Profile) -> Score:
    """How well a case is judged."""
    summary = summary_of(case.facts)
    return _rated(case, summary, rule.fit(summary, FEATURES, profile, OPTIONS), profile)


def _rated(case: Case, summary: Any, verdict: rule.Verdict | None, profile: Profile) -> Score:
    """How far off each record is, and which are reported, against the labels."""
    reported = [any(rule.judge(fact, verdict, profile, OPTIONS)) for fact in case.facts]
    centre = centre_of(summary)
    distances = [distance(fact, centre, verdict) for fact in case.facts]
    return score(np.array(distances), np.array(reported), case.off)


def distance(fact: Fact, centre: bytes, verdict: rule.Verdict | None) -> float:
    """How far off a record is: along the direction of the strays where there is one, else from the centre."""
    if verdict is not None and verdict.apart is not None:
        return rule.product(fact.vectors, verdict.apart.direction)
    return 1 - rule.similarity(fact.vectors, centre)


def centre_of(summary: Any) -> bytes:
    """The centre of a file, whether it has strays or not."""
    file = rule.file_of(summary, OPTIONS)
    assert file is not None
    return file.reference.centre


def score(distances: NDArray[np.float64], reported: Mask, off: Mask) -> Score:
    """Rate an order and the findings against the labels."""
    alarms = float(reported[~off].mean())
    count = int(off.sum())
    if not count:
        return Score(NAN, NAN, NAN, NAN, NAN, alarms)
    _, inverse, ties = np.unique(distances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[inverse]
    auroc = (ranks[off].sum() - count * (count + 1) / 2) / (count * (len(off) - count))
    at_k = off[np.argsort(-distances, kind="stable")[:count]].mean()
    hits, all_reported = int((reported & off).sum()), int(reported.sum())
    precision = hits / all_reported if all_reported else NAN
    return Score(
        float(auroc), float(at_k), 2 * hits / (all_reported + count), precision, hits / count, alarms
    )


def table(title: str, rows: Sequence[tuple[str, Score]]) -> None:
    """Print a line per case and their means."""
    print(f"\n{title:28s} {'AUROC':>7s} {'P@k':>6s} {'F1':>6s} {'prec':>6s} {'recall':>6s} {'alarms':>7s}")
    for name, rated in rows:
        print(_line(name, rated))
    mixed = [rated for _, rated in rows if rated.f1 == rated.f1]
    pure = [rated for _, rated in rows if rated.f1 != rated.f1]
    for name, group in (("mean of mixtures", mixed), ("mean of pure sets", pure)):
        if group:
            print(_line(name, Score(*(_mean(group, field) for field in Score.__slots__))))


def _mean(scores: Sequence[Score], field: str) -> float:
    values = [value for rated in scores if (value := getattr(rated, field)) == value]
    return sum(values) / len(values) if values else NAN


def _line(name: str, rated: Score) -> str:
    return (
        f"{name:28s} {rated.auroc:7.3f} {rated.at_k:6.2f} {rated.f1:6.2f} {rated.precision:6.2f} "
        f"{rated.recall:6.2f} {100 * rated.alarms:6.2f}%"
    )


def held_out(cases: Sequence[Case]) -> Iterator[tuple[str, Score]]:
    """Scores of each fifth of the cases with the constants that are best for the rest."""
    rated: dict[tuple[str, int], Score] = {}
    for case in cases:
        summary = summary_of(case.facts)
        known: dict[rule.Verdict | None, Score] = {}
        for index, apart in enumerate(GRID):
            verdict = rule.fit(summary, FEATURES, Profile(), OPTIONS, apart)
            if verdict not in known:
                known[verdict] = _rated(case, summary, verdict, Profile())
            rated[case.name, index] = known[verdict]
    for fold in range(FOLDS):
        rest = [case for number, case in enumerate(cases) if number % FOLDS != fold]
        worths = [_worth([rated[case.name, index] for case in rest]) for index in range(len(GRID))]
        # Of equally good ones the middle: the one least near to where it is worse.
        equal = [index for index, worth in enumerate(worths) if worth >= max(worths) - 1e-9]
        best = equal[len(equal) // 2]
        print(f"fold {fold}: {GRID[best]}")
        for case in cases[fold::FOLDS]:
            yield case.name, rated[case.name, best]


def _worth(scores: Sequence[Score]) -> float:
    """Mean F1 less ten times the false alarms: 1 % of alarms costs 0.1."""
    return _mean(scores, "f1") - 10 * _mean(scores, "alarms")


def speed(folders: Sequence[Path], rows: int = 50_000) -> None:
    """Time for as many rows, taken from all cases in turn, in one process."""
    pool = [example for folder in folders for example in read(folder / "data.jsonl")]
    examples = list(itertools.islice(itertools.cycle(pool), rows))
    features = Features(embedder=WordEmbedder())
    profile = Profile()
    start = time.perf_counter()
    facts = [
        fact
        for first in range(0, rows, 2_000)
        for fact in rule.gather(examples[first : first + 2_000], features, profile, OPTIONS)
        if fact is not None
    ]
    gathered = time.perf_counter()
    verdict = rule.fit(summary_of(facts), features, profile, OPTIONS)
    fitted = time.perf_counter()
    border = verdict or rule.Verdict(centre_of(summary_of(facts[:99])), 0, 0)
    judging = time.perf_counter()
    for fact in facts:
        any(rule.judge(fact, border, profile, OPTIONS))
    done = time.perf_counter()
    size = sum(len(example.record.raw) for example in examples) / rows
    times = (gathered - start, fitted - gathered, done - judging)
    print(f"\n{rows} rows of {size:.0f} bytes, one process: ", end="")
    print("gather {:.2f} s, add and fit {:.2f} s, judge {:.2f} s".format(*times))


def main(arguments: Sequence[str] = ()) -> None:
    """Print the tables."""
    folders = sorted(path.parent for path in Path(arguments[0]).glob("*/labels.json"))
    cases = [load(folder) for folder in folders]
    for title, told in (("no settings", False), ("description and exemplars", True)):
        profiles = [Profile(task=case.task) if told else Profile() for case in cases]
        rows = [(case.name, judged(case, profile)) for case, profile in zip(cases, profiles, strict=True)]
        table(title, rows)
    print()
    table("held out, no settings", sorted(held_out(cases)))
    speed(folders)


if __name__ == "__main__":
    main(sys.argv[1:])
