r"""The file is two datasets in one.

## What it does
Says once for a file that its records are two groups which have nothing in common, neither in their prompts
nor in their answers: how many records each group has, and where an example of each is. Each group has at
least 15 % of the records (fewer are strays, see off-task-prompt), and next to no record lies between
the two. It needs no settings, and works from four records on, though much of what is mixed in files of fewer
than 80 records is not seen.

Silent on a deliberately diverse file (general instructions), on one task with kinds of its own (intents, tool
calls and plain answers, easy and hard), on a file made of templates (where a group is itself two that stand
as clearly apart), on the classes of a classification, and where the two groups are in different languages.

## Why it matters
Training pulls the model towards both at once, and it learns neither well, unless that is what was meant: a
mixture in proportions that somebody chose. Mostly it is a wrong join or the wrong folder.

## Example
```jsonl
{"prompt": "Explain dropout.", "completion": "It switches off neurons of a neural network at random."}
{"prompt": "Explain overfitting.", "completion": "The neural network learns its training data by heart."}
{"prompt": "How was your day?", "completion": "My day was fine, thank you for asking."}
{"prompt": "How are you today?", "completion": "I am fine today, thank you. How are you?"}
```

## Use instead
```jsonl
{"prompt": "Explain dropout.", "completion": "It switches off neurons of a neural network at random."}
{"prompt": "Explain overfitting.", "completion": "The neural network learns its training data by heart."}
```

## Fix
None. Put each dataset into a file of its own and train on them one after the other, or, if the mixture is
meant, ignore this rule for the file (`[[overrides]]` with `files` and `ignore = ["mixed-tasks"]`).

## Options
- `min-records` (default 4): distinct records a file must have to be judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding, examples_of
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._groups import MANY, halves, two_groups
from finetooth_rules.task._languages import same_language
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._vectors import Fact, unit, unpack
from finetooth_rules.task.off_task_prompt import DRAW, add, gather

if TYPE_CHECKING:
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile
    from finetooth_rules.task._groups import Mask
    from finetooth_rules.task._vectors import Matrix

CODE: Final = "TSK003"

LOOKED_AT: Final = 500
"""Records by which the groups are told apart: their smallest digests, a random draw."""

WHOLE: Final = 0.9
"""Share of the records that must have both a prompt and an answer."""

TYPICAL: Final = 0.25
"""How far on the way from the one centre to the other an example of a group may be."""

ONE: Final = "one"
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: distinct records needed."""

    min_records: int = field(default=4, metadata={"minimum": 4})


class Verdict(NamedTuple):
    """The centres of the two groups (float32, of prompt and answer), the larger first, and how many of the
    `total` distinct records looked at are in each; `sampled` says that the file has more.
    """

    centres: tuple[bytes, bytes]
    counts: tuple[int, int]
    sampled: bool


def fit(summary: Sample, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """The verdict; None (the usual one) where the file is one dataset."""
    sample = summary.smallest()
    if features.embedder is None or len(sample) < options.min_records:
        return None
    prompts, answers = unpack(sample)
    whole = prompts.any(axis=1) & answers.any(axis=1)
    if whole.mean() < WHOLE:
        return None
    rows = halves(prompts[whole][:LOOKED_AT], answers[whole][:LOOKED_AT])
    mask = two_groups(rows)
    if mask is None or not same_language(rows, mask, features.embedder):
        return None
    if 2 * mask.sum() < len(mask):
        mask = ~mask
    one, two = _centre(rows.both, mask), _centre(rows.both, ~mask)
    if len(rows.both) < whole.sum():
        mask = _way(halves(prompts[whole], answers[whole]).both, one, two) < 0.5
    first = int(mask.sum())
    return Verdict((one.tobytes(), two.tobytes()), (first, len(mask) - first), summary.full)


def _centre(rows: Matrix, mask: Mask) -> Matrix:
    """The mean of a group, rounded so that equal samples make equal verdicts on any machine."""
    import numpy as np

    return np.asarray(np.round(rows[mask].mean(axis=0), 3), np.float32)


def _way(rows: Matrix, one: Matrix, two: Matrix) -> Matrix:
    """How far along the line from the one centre (0) to the other (1) each row is."""
    import numpy as np

    line = two - one
    way = (rows @ line - float(one @ line)) / max(float(line @ line), 1e-9)
    return np.asarray(way, np.float32)


def picks(fact: Fact, verdict: Verdict | None) -> Iterator[str]:
    """Which group a record is a good example of, if any."""
    import numpy as np

    if verdict is None:
        return
    line, start = _line(verdict.centres)
    row = np.frombuffer(fact.vectors, np.int8).astype(np.float32).reshape(2, -1)
    if not row.any(axis=1).all():
        return
    way = float(unit(row).reshape(-1) @ line) / 2**0.5 - start
    if way <= TYPICAL:
        yield ONE
    elif way >= 1 - TYPICAL:
        yield OTHER


@lru_cache(maxsize=8)
def _line(centres: tuple[bytes, bytes]) -> tuple[Matrix, float]:
    """The line between the centres, scaled so that a product with it less the second value is `_way`."""
    import numpy as np

    one, two = (np.frombuffer(centre, np.float32) for centre in centres)
    line = (two - one) / max(float((two - one) @ (two - one)), 1e-9)
    return np.asarray(line, np.float32), float(one @ line)


def conclude_at(
    verdict: Verdict | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for the file."""
    if verdict is None:
        return
    first, second = verdict.counts
    if verdict.sampled:
        share = round(100 * first / (first + second))
        counts = f"about {share} % and {100 - share} % of the records"
    else:
        # Records of the same words in another order count as one.
        about = "about " if first + second > MANY else ""
        counts = f"{about}{first} and {second} different records"
    words = {ONE: "an example of one group", OTHER: "an example of the other group"}
    yield Finding(
        CODE,
        f"holds two datasets with nothing in common ({counts}); expected one task in a file",
        Consequence.DEGRADED,
        related=examples_of(picked, words),
    )


def least(profile: Profile, options: Options) -> int:
    """Records without which there is nothing to say."""
    return options.min_records


RULE: Final[StatisticRule[Fact, Sample, Verdict | None]] = StatisticRule(
    code=CODE,
    name="mixed-tasks",
    summary="the file is two datasets with nothing in common",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Sample,
    add=add,
    merge=Sample.merge,
    fit=fit,
    picks=picks,
    conclude_at=conclude_at,
    needs_embedder=True,
    facts_read_options=False,
    draw=DRAW,
    min_records=least,
)
