r"""An answer has nothing to do with its prompt, though the file's answers do.

## What it does
Compares each answer with its own prompt, by word vectors that work offline, after what all prompts and all
answers have in common is taken away. Where answers plainly follow from their prompts, prompts beside another
record's answer look quite different, and how they look is measured in the file itself. A record is
reported if it looks like that, and if a number of records do (at least three, and 1 % to 30 %), with few in
between: the mark of a join that went wrong in part of the file, or of answers that slipped by a row. Prompt
and answer must each be like those of the file: a record of another kind is off-task-prompt's.

Where more than that have slipped, or all, there are too few right answers to compare with; but the right
ones are still in the file. If for many prompts whose own answer does not fit there is just one answer, at
another record, that does, this is said once for the file, with an example.

Silent where answers do not follow from their prompts by their words: labels, numbers, most programs, long
free answers. Not seen either: fewer wrong answers than 1 %. Of a file only 2,000 records are looked at, so
that the partners of most are not among them where it has more; that all answers slipped is still seen up to
some 10,000 records, where they follow closely from their prompts.

## Why it matters
The model learns that an answer need not heed the question.

## Example
```toml
[rules.off-task-completion]
min-records = 12
```
```jsonl
{"prompt": "Describe the volcano Etna.", "completion": "The volcano Etna on Sicily erupts often."}
{"prompt": "Describe the violin.", "completion": "The violin has four strings and a bow."}
{"prompt": "Describe photosynthesis in plants.", "completion": "Photosynthesis lets plants use sunlight."}
{"prompt": "Describe the bicycle.", "completion": "The bicycle has two wheels and pedals."}
{"prompt": "Describe inflation of prices.", "completion": "Inflation is when prices rise each year."}
{"prompt": "Describe the penguin.", "completion": "The penguin is a bird that swims and cannot fly."}
{"prompt": "Describe the planet Saturn.", "completion": "The planet Saturn has rings of ice."}
{"prompt": "Describe bread and flour.", "completion": "Bread is baked from flour, water and yeast."}
{"prompt": "Describe chess.", "completion": "Chess is played on a board with kings and pawns."}
{"prompt": "Describe the heart and blood.", "completion": "The heart pumps blood through the body."}
{"prompt": "Describe the Eiffel tower in Paris.", "completion": "The Eiffel tower stands in Paris."}
{"prompt": "Describe coffee beans.", "completion": "Coffee is brewed from roasted beans."}
{"prompt": "Describe a locomotive and its train.", "completion": "The tulip is a flower grown from a bulb."}
{"prompt": "Describe the tulip flower.", "completion": "Parliament passes laws after a vote."}
{"prompt": "Describe parliament and laws.", "completion": "The locomotive pulls a train on rails."}
```

## Use instead
```jsonl
{"prompt": "Describe a locomotive and its train.", "completion": "The locomotive pulls a train on rails."}
{"prompt": "Describe the tulip flower.", "completion": "The tulip is a flower grown from a bulb."}
{"prompt": "Describe parliament and laws.", "completion": "Parliament passes laws after a vote."}
```

## Fix
None: only the source of the data can say which answer belongs to which prompt.

## Options
- `min-records` (default 60): distinct records a file must have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding, examples_of
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._slip import products, slip
from finetooth_rules.task._split import Limits, Strangers, cut
from finetooth_rules.task._vectors import Fact, unit, unpack
from finetooth_rules.task.off_task_prompt import DRAW, add, gather

if TYPE_CHECKING:
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile
    from finetooth_rules.task._split import Floats, Mask
    from finetooth_rules.task._vectors import Matrix

CODE: Final = "TSK002"

LIMITS: Final = Limits(count=2.5, least=0.01, most=0.3)

LEAST_DISTANCE: Final = 4.5
"""How far the usual similarity of a prompt and its answer must be from that of strangers, in spreads of
theirs."""

SHIFTS: Final = (1, 2, 3, 5, 8)
"""Prompts beside the answer so many places on: the order is that of digests, so these are strangers."""

PROMPT: Final = "prompt"
ANSWER: Final = "answer"

RIM: Final = 1.0
"""Where more than this many times as many records lie half-way between, the file's answers are only loose."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: distinct records needed."""

    min_records: int = field(default=60, metadata={"minimum": 10})


class Verdict(NamedTuple):
    """`prompt` and `answer` are the means of their unit vectors (float32), which are taken away. Below
    `threshold` an answer is a stranger to its prompt; `usual` is the middle similarity. `floors` are
    the least products of a prompt and of an answer with its mean, from which on it is like the file's."""

    prompt: bytes
    answer: bytes
    threshold: float
    usual: float
    floors: tuple[float, float]


class Slipped(NamedTuple):
    """Answers stand at other prompts throughout: the share of the prompts whose own answer does not fit that
    another record's fits, in per cent (steps of 5), and the vectors of the record of such a prompt, and of
    the one that has its answer."""

    percent: int
    prompt: bytes
    answer: bytes


class Rows(NamedTuple):
    """The records that have both halves: their vectors, unit rows without the `means`, whether both halves
    are like those of the file, and `floors` as in `Verdict`. `own` are the products of the halves; `mean` and
    `spread` those of a prompt with strangers' answers."""

    records: list[bytes]
    prompts: Matrix
    answers: Matrix
    means: list[Matrix]
    floors: list[float]
    fitting: Mask
    own: Floats
    mean: float
    spread: float


def fit(summary: Sample, features: Features, profile: Profile, options: Options) -> Verdict | Slipped | None:
    """The verdict on the file; None where its answers all belong, or nobody can say."""
    rows = _rows(summary.smallest(), options.min_records)
    return None if rows is None else _some_wrong(rows) or _most_slipped(rows)


def _rows(sample: list[bytes], least: int) -> Rows | None:
    """None where there are too few."""
    import numpy as np

    if len(sample) < least:
        return None
    prompts, answers = unpack(sample)
    both = prompts.any(axis=1) & answers.any(axis=1)
    if both.sum() < least:
        return None
    prompts, answers = prompts[both], answers[both]
    means = [np.round(half.mean(axis=0), 3).astype(np.float32) for half in (prompts, answers)]
    likes = [half @ mean for half, mean in zip((prompts, answers), means, strict=True)]
    floors = [_floor(like) for like in likes]
    fitting = np.asarray((likes[0] >= floors[0]) & (likes[1] >= floors[1]), bool)
    prompts, answers = unit(prompts - means[0]), unit(answers - means[1])
    strange = np.concatenate([products(prompts, np.roll(answers, shift, axis=0)) for shift in SHIFTS])
    return Rows(
        [sample[index] for index in np.flatnonzero(both).tolist()],
        prompts,
        answers,
        means,
        floors,
        fitting,
        products(prompts, answers),
        float(strange.mean()),
        float(strange.std()),
    )


def _some_wrong(rows: Rows) -> Verdict | None:
    """The verdict where most answers plainly belong to their prompts, and a few plainly do not."""
    import numpy as np

    own, mean, middle = rows.own, rows.mean, float(np.median(rows.own))
    if middle - mean < LEAST_DISTANCE * rows.spread:
        return None
    border = cut(own, own, LIMITS, 0.5, Strangers((mean - 0.02, mean + 0.02), rows.spread))
    if border is None:
        return None
    threshold = round(border.threshold, 2)
    wrong = (own < threshold) & rows.fitting
    if wrong.sum() < max(LIMITS.count, LIMITS.least * len(own)):
        return None
    half_way = (float(np.median(own[wrong])) + middle) / 2
    if (~wrong & (own < half_way)).sum() > RIM * wrong.sum():
        return None
    first, second = (mean.tobytes() for mean in rows.means)
    return Verdict(first, second, threshold, _step(middle), (rows.floors[0], rows.floors[1]))


def _most_slipped(rows: Rows) -> Slipped | None:
    """The verdict where the right answers are at other records."""
    found = slip(rows.prompts, rows.answers, rows.mean, rows.spread)
    if found is None:
        return None
    one, other = found.example
    return Slipped(round(20 * found.found / found.low) * 5, rows.records[one], rows.records[other])


def _floor(likes: Matrix) -> float:
    """Two spreads (of the lower half) under the middle."""
    import numpy as np

    low, middle = np.quantile(likes, [0.25, 0.5])
    return round(float(middle - 2 * (middle - low) / 0.6745), 3)


def judge(
    fact: Fact, verdict: Verdict | Slipped | None, profile: Profile, options: Options
) -> Iterator[Finding]:
    """Report an answer that is no nearer to its prompt than another record's would be."""
    if not isinstance(verdict, Verdict):
        return
    import numpy as np

    prompts, answers = unpack([fact.vectors])
    if not prompts.any() or not answers.any():
        return
    means = [np.frombuffer(mean, np.float32) for mean in (verdict.prompt, verdict.answer)]
    if any(
        float(half[0] @ mean) < floor
        for half, mean, floor in zip((prompts, answers), means, verdict.floors, strict=True)
    ):
        return
    likeness = float(products(unit(prompts - means[0]), unit(answers - means[1]))[0])
    if likeness < verdict.threshold:
        # Steps of 0.05, so that an edit elsewhere does not change the message.
        yield Finding(
            CODE,
            f"answer does not belong to its prompt (similarity {_step(max(likeness, 0)):.2f}; "
            f"the file's usual is {verdict.usual:.2f})",
            Consequence.DEGRADED,
            path=fact.answer or fact.path,
        )


def picks(fact: Fact, verdict: Verdict | Slipped | None) -> Iterator[str]:
    """Whether a record is the example of a prompt, or of where its answer is."""
    if isinstance(verdict, Slipped):
        if fact.vectors == verdict.prompt:
            yield PROMPT
        if fact.vectors == verdict.answer:
            yield ANSWER


def conclude_at(
    verdict: Verdict | Slipped | None, picked: Mapping[str, Any], profile: Profile, options: Options
) -> Iterator[Finding]:
    """One finding for a file in which the answers slipped."""
    if not isinstance(verdict, Slipped):
        return
    words = {
        PROMPT: "for example, the answer of this row does not fit its prompt",
        ANSWER: "the answer that fits that prompt stands in this row",
    }
    yield Finding(
        CODE,
        "answers stand beside other rows' prompts, shifted or shuffled: "
        f"{verdict.percent} % of those that misfit fit another's",
        Consequence.DEGRADED,
        related=examples_of(picked, words),
    )


def _step(value: float) -> float:
    return round(value * 20) / 20


RULE: Final[StatisticRule[Fact, Sample, Verdict | Slipped | None]] = StatisticRule(
    code=CODE,
    name="off-task-completion",
    summary="an answer has nothing to do with its prompt, though the file's answers do",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Sample,
    add=add,
    merge=Sample.merge,
    fit=fit,
    judge=judge,
    picks=picks,
    conclude_at=conclude_at,
    needs_embedder=True,
    facts_read_options=False,
    draw=DRAW,
    min_records=lambda profile, options: options.min_records,
)
