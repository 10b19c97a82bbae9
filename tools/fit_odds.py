"""Fits the weights of `finetooth_rules.task._odds`: how likely a group of records is one of strays.

    python tools/fit_odds.py POOLS... [--mixtures 900] [--pure 1700] [--check]

POOLS are files of good records (JSONL, in any format), each of one task; the part of a name before `--` is
its source (`snips--weather.jsonl`), and files of one source are never mixed with each other. Files are
drawn from them: mixtures (2 % to 10 % of the records, three at least, come from another source) and files
without strays. In each, groups are grown and measured as the rule does it. A group that is the strays (F1
of `STRAYS` or more) is one case, a group of a file without strays is the other, and counts three times, as
a false alarm is graver. A group of a mixture that holds mostly strays, and not enough of them, is neither.

Printed are the weights, ready for `_odds.py`, and how well they do with whole sources left out (five
folds). With `--check` also how near they are to those in force: the correlation of the odds, and how often
the two disagree about what is reported. Which pools the shipped weights came from: docs/off-task.md.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from finetooth_rules.formats import recognise
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC
from finetooth_rules.task._odds import CERTAIN, CONSTANT, LEAST_RECORDS, WEIGHTS, Groups
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._vectors import Fact, facts
from finetooth_rules.task._view import view_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from finetooth_rules.features import Embedder

    Floats: TypeAlias = NDArray[np.float64]
    Mask: TypeAlias = NDArray[np.bool_]

STRAYS: Final = 0.7
"""F1 of a group and the strays, from which on it is taken for them."""

MOSTLY: Final = 0.7
"""Share of strays from which on a group that is not them is no example of one that belongs."""

GRAVE: Final = 3.0
"""How many times as much a group of a file without strays counts."""

SIZES: Final = (80, 150, 300, 600, 1_200, 1_900)
SHARES: Final = (0.02, 0.03, 0.05, 0.1)
FEWEST: Final = 3
SOURCE: Final = "--"
FOLDS: Final = 5
RIDGE: Final = 1 / 0.3
"""Penalty of the squares of the weights of measures that are brought to one scale."""
NAMES: Final = tuple(WEIGHTS)


class Pool(NamedTuple):
    """The facts of records of one task, and the source that they are from."""

    name: str
    source: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file: records of a host, with strays of another source, or none."""

    host: str
    source: str
    facts: list[Fact]
    off: frozenset[bytes]
    """The vectors of the strays."""


class Case(NamedTuple):
    """The measures of a group in the order of `NAMES`, whether it is one of strays, the source of its file,
    and how much it counts."""

    measures: tuple[float, ...]
    stray: bool
    source: str
    weight: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A logistic regression: the logarithm of the odds is `constant` and the `weights` of the measures."""

    weights: Floats
    constant: float

    def odds(self, measures: Floats) -> Floats:
        """Of each row."""
        return np.asarray(measures @ self.weights + self.constant)


def load(file: Path, embedder: Embedder) -> Pool:
    """The records of a file that have text, each once."""
    examples = []
    for line in file.read_bytes().split(b"\n"):
        record = Record(line)
        found = recognise(record.value) if line.strip() and isinstance(record.value, dict) else None
        if found is not None and isinstance(record.value, dict):
            examples.append(found.read(record, record.value, GENERIC))
    distinct = {fact.vectors: fact for fact in facts(examples, embedder) if fact is not None}
    return Pool(file.stem, file.stem.partition(SOURCE)[0], list(distinct.values()))


def mixtures(pools: Sequence[Pool], count: int, rng: random.Random) -> Iterator[Drawn]:
    """Files with strays. Sources are drawn first, so that one with many pools weighs no more."""
    by_source = _by_source(pools)
    if len(by_source) < 2:
        return
    while count:
        host, other = (rng.choice(by_source[name]) for name in rng.sample(sorted(by_source), 2))
        size = min(rng.choice(SIZES), int(0.95 * len(host.facts)))
        strays = max(FEWEST, int(size * rng.choice(SHARES)))
        known = {fact.vectors for fact in host.facts}
        left = [fact for fact in other.facts if fact.vectors not in known]
        if size < LEAST_RECORDS or len(left) < FEWEST:
            count -= 1
            continue
        off = rng.sample(left, min(strays, len(left)))
        drawn = [*rng.sample(host.facts, size), *off]
        yield Drawn(host.name, host.source, drawn, frozenset(fact.vectors for fact in off))
        count -= 1


def without_strays(pools: Sequence[Pool], count: int, rng: random.Random) -> Iterator[Drawn]:
    """Files of one pool."""
    by_source = _by_source(pools)
    for _ in range(count if by_source else 0):
        host = rng.choice(by_source[rng.choice(sorted(by_source))])
        size = min(rng.choice(SIZES), len(host.facts))
        if size >= LEAST_RECORDS:
            yield Drawn(host.name, host.source, rng.sample(host.facts, size), frozenset())


def _by_source(pools: Sequence[Pool]) -> dict[str, list[Pool]]:
    found: dict[str, list[Pool]] = {}
    for pool in pools:
        if len(pool.facts) >= LEAST_RECORDS:
            found.setdefault(pool.source, []).append(pool)
    return found


def cases_of(drawn: Drawn) -> list[Case]:
    """The groups of a file, measured."""
    summary = Sample()
    for fact in drawn.facts:
        summary.add(fact.key, fact.vectors)
    sample = summary.smallest()
    off = np.array([vectors in drawn.off for vectors in sample])
    groups = Groups(view_of(sample))
    found: list[Case] = []
    for candidate in groups.candidates:
        measures = groups.measures(candidate)
        case = _case(candidate.group.members, off)
        if case is not None:
            weight = 1.0 if drawn.off else GRAVE
            found.append(Case(tuple(measures[name] for name in NAMES), case, drawn.source, weight))
    return found


def _case(members: Mask, off: Mask) -> bool | None:
    """Whether a group is the strays; None where it is neither them nor surely something else."""
    both = int((members & off).sum())
    if not off.any() or 2 * both < STRAYS * (members.sum() + off.sum()):
        return None if both > MOSTLY * members.sum() else False
    return True


def table(cases: Sequence[Case]) -> tuple[Floats, Floats, Floats]:
    """Measures, a row a case; whether they are strays; what they count."""
    measures = np.array([case.measures for case in cases], float).reshape(len(cases), len(NAMES))
    return (
        np.nan_to_num(measures, posinf=50, neginf=-50),
        np.array([case.stray for case in cases], float),
        np.array([case.weight for case in cases], float),
    )


def fit(measures: Floats, strays: Floats, weights: Floats, rounds: int = 50) -> Fitted:
    """The regression, by Newton's method. Measures are brought to one scale for the penalty, and back."""
    if not 0 < strays.sum() < len(strays):
        raise ValueError("there must be groups of both kinds: of strays, and of records that belong")
    middle, scale = measures.mean(axis=0), measures.std(axis=0)
    scale = np.where(scale == 0, 1, scale)
    rows = np.hstack([(measures - middle) / scale, np.ones((len(measures), 1))])
    penalty = np.append(np.full(measures.shape[1], RIDGE), 1e-9)
    found = np.zeros(rows.shape[1])
    for _ in range(rounds):
        likely = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weights * (likely - strays)) + penalty * found
        bend = (rows * (weights * likely * (1 - likely))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        found = found - step
        if float(np.abs(step).max()) < 1e-8:
            break
    own = found[:-1] / scale
    return Fitted(own, float(found[-1] - own @ middle))


def held_out(cases: Sequence[Case], folds: int = FOLDS) -> Floats:
    """The odds of each case by weights that were fitted without its source."""
    sources = sorted({case.source for case in cases})
    random.Random(1).shuffle(sources)
    fold_of = {source: index % folds for index, source in enumerate(sources)}
    fold = np.array([fold_of[case.source] for case in cases])
    measures, strays, weights = table(cases)
    odds = np.full(len(cases), np.nan)
    for one in range(folds):
        rest = fold != one
        if (~rest).any() and 0 < strays[rest].sum() < rest.sum():
            odds[~rest] = fit(measures[rest], strays[rest], weights[rest]).odds(measures[~rest])
    return odds


def shipped() -> Fitted:
    """The weights in force."""
    return Fitted(np.array([WEIGHTS[name] for name in NAMES]), CONSTANT)


def lines(cases: Sequence[Case], fitted: Fitted, check: bool) -> Iterator[str]:
    """What is printed."""
    measures, strays, _ = table(cases)
    yield f"# {len(cases):,} groups, {int(strays.sum()):,} of strays"
    for name, weight in zip(NAMES, fitted.weights, strict=True):
        yield f'    "{name}": {weight:.2f},'
    yield f"CONSTANT: Final = {fitted.constant:.2f}"
    odds = held_out(cases)
    told, known = odds >= CERTAIN.odds, ~np.isnan(odds)
    right, wrong = told & (strays == 1), told & (strays == 0)
    share = right.sum() / max(strays[known].sum(), 1)
    others = int((known & (strays == 0)).sum())
    yield f"# sources left out, odds of {CERTAIN.odds} or more: {share:.2f} of the strays, and of the others"
    yield f"#   {wrong.sum():,} of {others:,}"
    if check:
        yield from compared(measures, fitted, shipped())


def compared(measures: Floats, fitted: Fitted, other: Fitted) -> Iterator[str]:
    """How near two regressions are."""
    one, two = fitted.odds(measures), other.odds(measures)
    same = float(np.corrcoef(one, two)[0, 1])
    differ = float(((one >= CERTAIN.odds) != (two >= CERTAIN.odds)).mean())
    signs = int((np.sign(fitted.weights) == np.sign(other.weights)).sum())
    yield f"# against the shipped weights: correlation of the odds {same:.3f}, {differ:.1%} of the groups"
    yield f"#   judged otherwise, {signs} of {len(NAMES)} signs the same"


def gathered(files: Sequence[Drawn], processes: int) -> list[Case]:
    """The groups of all files."""
    if processes == 1:
        return [case for drawn in files for case in cases_of(drawn)]
    with ProcessPoolExecutor(processes) as executor:
        return [case for cases in executor.map(cases_of, files, chunksize=8) for case in cases]


def _files_of(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; answers with the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pools", nargs="+", type=Path, metavar="POOLS", help="files, or folders of *.jsonl")
    parser.add_argument("--mixtures", type=int, default=900, help="files with strays to draw")
    parser.add_argument("--pure", type=int, default=1_700, help="files without strays to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="compare with the weights in force")
    options = parser.parse_args(arguments)
    from finetooth.engine.features.embedder import WordEmbedder

    embedder, files = WordEmbedder(), _files_of(options.pools)
    pools = [load(file, embedder) for file in files]
    rng = random.Random(options.seed)
    drawn = [*mixtures(pools, options.mixtures, rng), *without_strays(pools, options.pure, rng)]
    cases = gathered(drawn, options.processes)
    try:
        fitted = fit(*table(cases))
    except ValueError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sources = {pool.source for pool in pools}
    head = f"# {len(pools)} pools of {len(sources)} sources, {len(drawn):,} files"
    sys.stdout.writelines(f"{line}\n" for line in (head, *lines(cases, fitted, options.check)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
