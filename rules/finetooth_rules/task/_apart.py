"""What a group of strays looks like by a few plain limits: far from the centre, and more apart than the
file's own groups are.

These see strays of a neighbouring kind (multiple choice among free questions, another programming language),
which `_odds` alone would not dare to name; but a kind of its own that belongs may look the same. So both are
asked: what keeps these limits is reported only where the odds do not speak against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetooth_rules.task._odds import Candidate
    from finetooth_rules.task._split import Floats, Mask
    from finetooth_rules.task._strays import Group

FEW: Final = 100
"""Of fewer records, a group that is not round strangers may be chance."""

AGREEING: Final = 3
SHARES: Final = frozenset((0.03, 0.05, 0.08, 0.12))
"""Shares of the farthest records that must lead to a group, and how many of them."""

SEEDED_NEARNESS: Final = 0.45
SEEDED_GROWTH: Final = 1.8
"""A group round records that are as far as unrelated texts needs less: to be near none, and not to be many
more than these."""

RIM: Final = 2.6
CALM: Final = 520
"""Where `RIM` times as many records lie half-way between the strange and the usual, the strange are only
their rim; of fewer records than `CALM`, which are more ragged, fewer suffice."""


class Apart(NamedTuple):
    """What makes a group of strays. `separation`: distance of its mean from that of the rest, by the sum of
    their spreads. `nearness`: its similarity to the centre, by the usual one. `share` of the records. `lead`:
    how many times as separate as the file's own groups, the most separate of which has at most
    `templates` (files made of templates have groups without end).
    """

    separation: float = 2.2
    nearness: float = 0.62
    share: float = 0.09
    lead: float = 1.3
    templates: float = 4.0


APART: Final = Apart()


def apart(candidates: Sequence[Candidate], strange: Mask, limits: Apart = APART) -> Candidate | None:
    """The most separate group of strays; None where there is none. `strange`: records known to be far."""
    found = [
        candidate
        for candidate in candidates
        if (candidate.cut or len(candidate.shares & SHARES) >= AGREEING)
        and _is_apart(candidate.group, strange, limits)
    ]
    own = max(
        (
            candidate.group.separation
            for candidate in candidates
            if candidate.cluster
            and candidate.group.nearness > limits.nearness
            and candidate.group.members.mean() >= 0.02
        ),
        default=0.0,
    )
    found = [
        candidate
        for candidate in found
        if is_seeded(candidate.group, strange)
        or (
            len(strange) >= FEW
            and own <= limits.templates
            and candidate.group.separation >= limits.lead * own
        )
    ]
    return max(found, key=lambda candidate: candidate.group.separation, default=None)


def _is_apart(group: Group, strange: Mask, limits: Apart) -> bool:
    if group.separation < limits.separation or (group.members & strange).sum() < 0.7 * strange.sum():
        return False
    return is_seeded(group, strange) or (
        group.nearness <= limits.nearness and float(group.members.mean()) <= limits.share
    )


def is_seeded(group: Group, strange: Mask) -> bool:
    """Whether a group is the records that are known to be far, and some more."""
    return bool(
        strange.any()
        and group.nearness <= SEEDED_NEARNESS
        and group.members.sum() <= SEEDED_GROWTH * strange.sum() + 2
    )


def is_rim(cosines: Floats, strange: Mask) -> bool:
    """Whether the strange records are only the outermost of many."""
    import numpy as np

    if not strange.any():
        return True
    half_way = (float(np.median(cosines[strange])) + float(np.median(cosines))) / 2
    return bool((~strange & (cosines < half_way)).sum() > RIM * min(len(cosines) / CALM, 1) * strange.sum())
