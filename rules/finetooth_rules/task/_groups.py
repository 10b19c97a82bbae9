"""Whether records are two unrelated groups: a split by 2-means, and what says that it is no accident.

2-means splits anything in two. Halves of one dataset, however diverse, stay alike: their centres have a
cosine of 0.4 or more, and many records lie between them. Two datasets have nothing in common but their
language, and next to nothing lies between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.task._vectors import unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth_rules.task._vectors import Matrix

    Floats = NDArray[np.floating]
    Mask = NDArray[np.bool_]

LEAST_SHARE: Final = 0.15
"""Share of the smaller group: fewer are strays (TSK001)."""

LEAST_OF_FEW: Final = 0.18
"""The same where there are few records: their own accidents are larger."""

MANY: Final = 20
"""Records from which on averages say enough; of fewer each pair is looked at."""

FEWER: Final = 40
SOME: Final = 150
"""Records up to which the limits are stricter."""

LABELS: Final = 0.5
"""A group with fewer distinct answers than this share of its records is a classification."""

KIND: Final = 8
"""Records of a group from which on it is looked at whether it is several kinds."""

CLEAR: Final = 10.0
"""Standard deviations between two kinds: the records of a template differ by a word or two."""

KIN: Final = 0.2
"""How much more alike two kinds may be than the groups of the file. Halves of one dataset, however diverse,
are more alike than that."""

_ROUNDS: Final = 15
_DIRECTIONS: Final = 3
_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Many:
    """What two datasets of some size look like.

    `likeness`: greatest cosine of the centres of prompts, and of answers (`either`), and of both on average
    (`mean`). `focus`: least mean cosine of two records within the more uniform group. `apart`: least
    distance of the groups in standard deviations, over prompts and answers together, over prompts, over
    answers. `between`: greatest share of records in the middle third between the groups.
    """

    prompts: float = 0.2
    answers: float = 0.5
    mean: float = 0.25
    across: float = 0.06
    far: float = 10.0
    focus: float = 0.17
    apart: tuple[float, float, float] = (5.0, 3.0, 2.5)
    between: float = 0.04


STRICTER: Final = Many(
    prompts=0.1, mean=0.2, across=0.05, far=15.0, focus=0.2, apart=(7.0, 4.0, 3.0), between=0.03
)


@dataclass(frozen=True, slots=True)
class Few:
    """The same for a handful of records: mean cosine of two records `within` the more and the less uniform
    group and of their `prompts`; mean and greatest cosine `across`, and mean of the prompts."""

    within: tuple[float, float] = (0.3, 0.12)
    prompts: tuple[float, float] = (0.3, 0.25)
    across: tuple[float, float] = (0.03, 0.12)
    prompts_across: float = 0.06


class Halves(NamedTuple):
    """Unit vectors of prompts, of answers, and of both together; the rows belong together."""

    prompts: Matrix
    answers: Matrix
    both: Matrix


def halves(prompts: Matrix, answers: Matrix) -> Halves:
    """The vectors of records that have both."""
    import numpy as np

    return Halves(prompts, answers, unit(np.hstack([prompts, answers])))


def two_groups(
    rows: Halves,
    many: Many = Many(),
    some: Many = STRICTER,
    few: Few = Few(),
) -> Mask | None:
    """Which records belong to the first of two groups; None where they are one."""
    for mask in splits(rows):
        if _enough(mask) and not _labels(rows.answers, mask):
            if len(mask) < MANY:
                apart = _few_apart(rows, mask, few)
            else:
                apart = _many_apart(rows, mask, many if len(mask) > SOME else some)
            if apart:
                return None if _are_kinds(rows, mask) else mask
    return None


def _are_kinds(rows: Halves, mask: Mask) -> bool:
    """Whether a group is itself two that stand as clearly apart: then the file is made of several kinds, the
    templates of one task, and no two of them are two datasets.
    """
    most = _mean_likeness(rows, mask) + KIN
    for group in (mask, ~mask):
        if group.sum() < KIND:
            continue
        inner = Halves(*(half[group] for half in rows))
        for split in splits(inner):
            if (
                min(split.mean(), 1 - split.mean()) >= LEAST_SHARE
                and _distance(inner.both, split)[0] >= CLEAR
                and _mean_likeness(inner, split) <= most
            ):
                return True
    return False


def _mean_likeness(rows: Halves, mask: Mask) -> float:
    return (_likeness(rows.prompts, mask) + _likeness(rows.answers, mask)) / 2


def splits(rows: Halves) -> Iterator[Mask]:
    """Splits in two that 2-means ends at, from several starts, each once, the tightest first."""
    import numpy as np

    found: dict[bytes, tuple[float, Mask]] = {}
    for mask in _starts(rows):
        split = _two_means(rows.both, mask)
        if split is not None:
            worth, ended = split
            key = (ended if ended[0] else ~ended).tobytes()
            found.setdefault(key, (worth, ended))
    for _, mask in sorted(found.values(), key=lambda pair: -pair[0]):
        yield np.asarray(mask, bool)


def _starts(rows: Halves) -> Iterator[Mask]:
    """Cuts across the directions in which the records differ most."""
    import numpy as np

    for matrix, count in ((rows.both, _DIRECTIONS), (rows.prompts, 1), (rows.answers, 1)):
        for scores in _directions(matrix, count):
            for share in (0.5, 0.2, 0.8):
                yield np.asarray(scores > np.quantile(scores, share), bool)


def _directions(matrix: Matrix, count: int) -> Iterator[Floats]:
    """Scores of the rows along the first principal directions, by subspace iteration."""
    import numpy as np

    centred = matrix - matrix.mean(axis=0)
    count = min(count, len(matrix) - 1)
    basis = np.linalg.qr(centred[:count].T + 1e-6)[0]
    for _ in range(_STEPS):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    scores = centred @ basis
    order = np.argsort(-(scores * scores).sum(axis=0), kind="stable")
    for column in order:
        yield scores[:, column]


def _two_means(matrix: Matrix, mask: Mask) -> tuple[float, Mask] | None:
    """2-means of unit rows from a first split: how tight it is, and the split."""
    for _ in range(_ROUNDS):
        size = int(mask.sum())
        if not 2 <= size <= len(mask) - 2:
            return None
        one, two = matrix[mask].mean(axis=0), matrix[~mask].mean(axis=0)
        nearer = matrix @ (one - two) > (float(one @ one) - float(two @ two)) / 2
        if (nearer == mask).all():
            return size * float(one @ one) + (len(mask) - size) * float(two @ two), mask
        mask = nearer
    size = int(mask.sum())
    if not 2 <= size <= len(mask) - 2:
        return None
    one, two = matrix[mask].mean(axis=0), matrix[~mask].mean(axis=0)
    return size * float(one @ one) + (len(mask) - size) * float(two @ two), mask


def _enough(mask: Mask) -> bool:
    share = min(float(mask.mean()), 1 - float(mask.mean()))
    return share >= (LEAST_SHARE if len(mask) > SOME else LEAST_OF_FEW)


def _labels(answers: Matrix, mask: Mask) -> bool:
    """Whether answers repeat as the labels of a classification do: its classes are what the split shows."""
    shares = [_distinct(answers[half]) for half in (mask, ~mask)]
    return (max(shares) if len(mask) > FEWER else min(shares)) <= LABELS


def _distinct(rows: Matrix) -> float:
    return len({row.tobytes() for row in rows}) / len(rows)


def _many_apart(rows: Halves, mask: Mask, limits: Many) -> bool:
    """Whether the groups of a split are two datasets."""
    if max(_within(rows.both[mask]), _within(rows.both[~mask])) < limits.focus:
        return False
    across = float(rows.both[mask].mean(axis=0) @ rows.both[~mask].mean(axis=0))
    prompts, answers = _likeness(rows.prompts, mask), _likeness(rows.answers, mask)
    near = across > limits.across and _distance(rows.both, mask)[0] < limits.far
    alike = near or (prompts + answers) / 2 > limits.mean
    if max(prompts, answers) > limits.answers or (alike and prompts > limits.prompts):
        return False
    for matrix, least in zip((rows.both, rows.prompts, rows.answers), limits.apart, strict=True):
        distance, between = _distance(matrix, mask)
        if distance < least or (matrix is rows.both and between > limits.between):
            return False
    return True


def _few_apart(rows: Halves, mask: Mask, limits: Few) -> bool:
    """The same for a handful of records."""
    across = rows.both[mask] @ rows.both[~mask].T
    if float(across.mean()) > limits.across[0] or float(across.max()) > limits.across[1]:
        return False
    one, two = rows.prompts[mask], rows.prompts[~mask]
    if float((one @ two.T).mean()) > limits.prompts_across:
        return False
    groups = [(_within(rows.both[mask]), _within(one)), (_within(rows.both[~mask]), _within(two))]
    (loose, loose_prompts), (tight, tight_prompts) = sorted(groups)
    return (
        (tight, loose) >= limits.within
        and loose >= limits.within[1]
        and tight_prompts >= limits.prompts[0]
        and loose_prompts >= limits.prompts[1]
    )


def _within(rows: Matrix) -> float:
    """Mean cosine of two different rows."""
    total = rows.sum(axis=0)
    count = len(rows)
    return (float(total @ total) - float((rows * rows).sum())) / max(count * (count - 1), 1)


def _likeness(rows: Matrix, mask: Mask) -> float:
    """Cosine of the groups' centres, without what chance takes from it."""
    one, two = rows[mask], rows[~mask]
    product = float(one.mean(axis=0) @ two.mean(axis=0))
    lengths: float = max(_within(one) * _within(two), 1e-6) ** 0.5
    return product / lengths


def _distance(rows: Matrix, mask: Mask) -> tuple[float, float]:
    """How far apart the groups are along the line between their centres, in standard deviations, and the
    share of records in the middle third between them. A record is no part of the centre it is held against.
    """
    import numpy as np

    one, two = rows[mask].sum(axis=0), rows[~mask].sum(axis=0)
    own = (rows * rows).sum(axis=1)
    scores = _cosines(rows, one, own, mask) - _cosines(rows, two, own, ~mask)
    first, second = scores[mask], scores[~mask]
    high, low = float(np.median(first)), float(np.median(second))
    spread = ((float(first.var()) + float(second.var())) / 2) ** 0.5
    third = (high - low) / 3
    between = float(((scores > low + third) & (scores < high - third)).mean())
    return (high - low) / max(spread, 0.01), between


def _cosines(rows: Matrix, total: Matrix, own: Floats, inside: Mask) -> Floats:
    """Cosine of each row with a sum of rows; one that is part of it is compared with the rest."""
    import numpy as np

    products = rows @ total
    rest = np.where(inside, own, 0)
    lengths = np.sqrt(np.maximum(float(total @ total) - 2 * products * inside + rest, 1e-9))
    return np.asarray((products - rest) / lengths, np.float64)
