r"""A prompt has nothing to do with the task that the file teaches.

## What it does
Compares the prompt and the answer of each record with those of the whole file, by word vectors that work
offline. Two groups must show: the bulk of the file, and a few records (at least three, at most 15 %) that
are as far from it as unrelated texts are. A file with a long tail but no second group, a file of fewer
than `min-records` distinct records and a deliberately diverse file (general instructions) get no finding.
Where more than 15 % are strange, the file is two datasets rather than one with strays, and this rule is
silent.

With a `[task]` in the configuration (a `description`, and `examples` of prompts) short files are judged
too, and up to half of the records: those near the description, and those that resemble them, make the
centre, and a record is reported only if it is far both from the centre and from the task's own words. A
description that fits fewer than half of the records is put aside.

Not seen for the most part: a change of format rather than of topic (multiple choice among free questions,
JavaScript among Python), and a neighbouring topic.

## Why it matters
Every record pulls the model towards what it shows. Off-task records come from a wrong join, the rest of
another dataset or a mistake in collecting; training goes on without a word, and the model is the worse
for it.

## Example
```toml
[task]
description = "Explain concepts of machine learning and neural networks."
```
```jsonl
{"prompt": "Explain dropout.", "completion": "It switches off neurons of a neural network at random."}
{"prompt": "What is a learning rate?", "completion": "How far each step of training moves the weights."}
{"prompt": "Explain overfitting.", "completion": "The network learns its training data by heart."}
{"prompt": "How was your weekend?", "completion": "Lovely, thanks! We went to the beach."}
```

## Use instead
```jsonl
{"prompt": "Explain dropout.", "completion": "It switches off neurons of a neural network at random."}
{"prompt": "What is a learning rate?", "completion": "How far each step of training moves the weights."}
{"prompt": "Explain overfitting.", "completion": "The network learns its training data by heart."}
```

## Fix
None: whether a record belongs is for a person to say. Delete it, or move it to a file of its own.

## Options
- `min-records` (default 20): distinct records a file must have to be judged without a `[task]`.
- `sensitivity` (0 to 1, default 0.5): higher reports more. A record is reported when it belongs to the second
  group with a probability of at least 1 minus this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import StatisticRule
from finetooth_rules.task._sample import Sample
from finetooth_rules.task._split import Limits, centre_of, cut, similarities
from finetooth_rules.task._vectors import SCALE, Fact, facts, unit, unpack

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile, Task
    from finetooth_rules.task._split import Floats, Mask
    from finetooth_rules.task._vectors import Matrix

CODE: Final = "TSK001"

IN_FILE: Final = Limits(count=2.5, least=0.003, most=0.15)
IN_TASK: Final = Limits(count=0.5, least=0.02, most=0.5)

NEAR_TASK: Final = 0.16
"""Similarity to a text of the task from which on a record fits it: unrelated texts reach 0.15."""

CLEARLY: Final = 0.45
"""A record must also be this many times as near as the middle one of those that fit: where the words fit
clearly, a chance likeness is none."""

FITS_TASK: Final = 0.25
"""The same, from which on a record is not reported, whatever it is like otherwise."""

RESEMBLES: Final = 0.2
"""Similarity to the records that fit the task from which on a record counts as one of them."""

SEEDS: Final = 0.4
"""Least share of these records that the task's own words must fit."""

MAX_ANCHORS: Final = 16
"""Texts of the `[task]` that are used."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: distinct records needed without a `[task]`; `sensitivity`: 0 to 1, higher reports
    more."""

    min_records: int = field(default=20, metadata={"minimum": 1})
    sensitivity: float = field(default=0.5, metadata={"minimum": 0, "maximum": 1})


@dataclass(frozen=True, slots=True)
class Reference:
    """What records are compared with: `centre` and `anchors` as in `Verdict`, the similarities of the sampled
    records to the centre, and of those among them (`usual`) that are taken to be on task."""

    centre: bytes
    cosines: Floats
    usual: Floats
    limits: Limits
    anchors: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a record is compared with.

    `centre` is a unit vector (float32: prompt half, answer half), `anchors` the unit vectors of the
    task's texts, one after the other (empty when they were not used). Similarities below `threshold` are
    reported; `usual` is for the message.
    """

    centre: bytes
    threshold: float
    usual: float
    anchors: bytes = b""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The vectors of each record."""
    return [None] * len(examples) if features.embedder is None else facts(examples, features.embedder)


def add(summary: Sample, fact: Fact) -> Sample:
    """Count one record's vectors in."""
    return summary.add(fact.vectors)


def fit(summary: Sample, features: Features, profile: Profile, options: Options) -> Verdict | None:
    """The verdict on the file; None (the usual one, whatever is edited) when it is one group."""
    certainty = min(max(1 - options.sensitivity, 0.01), 0.99)
    for found in references(summary, features, profile, options):
        border = cut(found.cosines, found.usual, found.limits, certainty)
        if border is not None:
            return Verdict(found.centre, round(border.threshold, 2), _step(border.usual), found.anchors)
    return None


def references(
    summary: Sample, features: Features, profile: Profile, options: Options
) -> Iterator[Reference]:
    """What the records can be compared with: the file itself, if it is long enough; then what fits the
    task."""
    import numpy as np

    sample = summary.smallest()
    if not sample:
        return
    prompts, answers = unpack(sample)
    # A half that most records lack says nothing about the few that have it.
    weights = [np.float32(half.any(axis=1).mean() >= 0.5) for half in (prompts, answers)]
    rows = unit(np.hstack([prompts * weights[0], answers * weights[1]]))
    if len(rows) >= options.min_records:
        total, inside = centre_of(rows)
        cosines = similarities(rows, total, inside)
        yield Reference(_rounded(unit(total)), cosines, cosines, IN_FILE)
    texts = _task_texts(profile.task)
    if not texts or features.embedder is None:
        return
    anchors = unit(features.embedder.embed(texts))
    core = _core(rows, prompts, answers, anchors)
    if core is None:
        return
    total = rows[core].sum(axis=0)
    cosines = similarities(rows, total, core)
    yield Reference(_rounded(unit(total)), cosines, cosines[core], IN_TASK, _rounded(anchors))


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Report a record that is far from the centre, and from the task's own words where they were used."""
    if verdict is None:
        return
    likeness = similarity(fact.vectors, verdict.centre)
    if likeness >= verdict.threshold:
        return
    if verdict.anchors:
        if _fits(fact.vectors, verdict.anchors):
            return
        what, whole = "the task", "the file's"
    else:
        what, whole = "the file's other records", "their"
    # Steps of 0.05, so that an edit elsewhere does not change the message.
    yield Finding(
        CODE,
        f"prompt is far from {what} (similarity {_step(max(likeness, 0)):.2f}; "
        f"{whole} usual is {verdict.usual:.2f} or more)",
        Consequence.DEGRADED,
        path=fact.path,
    )


def _task_texts(task: Task) -> list[str]:
    return [text for text in (task.description, *task.examples) if text.strip()][:MAX_ANCHORS]


def _core(rows: Matrix, prompts: Matrix, answers: Matrix, anchors: Matrix) -> Mask | None:
    """The records near the task's words, and those that resemble them; None where the words fit too few of
    them, or these are less than half of the file: then it is the description that is off."""
    import numpy as np

    near = _nearness(prompts, answers, anchors)
    fitting = near[near >= NEAR_TASK]
    if not len(fitting):
        return None
    seeds = near >= max(NEAR_TASK, CLEARLY * float(np.median(fitting)))
    core = seeds
    for _ in range(5):
        grown = seeds | (similarities(rows, rows[core].sum(axis=0), core) >= RESEMBLES)
        if (grown == core).all():
            break
        core = grown
    return core if 2 * core.sum() >= len(rows) and seeds.sum() >= SEEDS * core.sum() else None


def _nearness(prompts: Matrix, answers: Matrix, anchors: Matrix) -> Matrix:
    """Greatest similarity of each record's prompt, answer, or both together, to any of the anchors."""
    import numpy as np

    parts = (prompts, answers, unit(prompts + answers))
    return np.asarray(np.max([(part @ anchors.T).max(axis=1) for part in parts], axis=0), np.float32)


def _rounded(vectors: Matrix) -> bytes:
    """As bytes, to three digits, so that equal samples make equal verdicts on any machine."""
    import numpy as np

    return np.round(vectors, 3).astype(np.float32).tobytes()


def similarity(vectors: bytes, centre: bytes) -> float:
    """Cosine of a fact's vectors with a centre; of one half, where the record or the centre has only that."""
    import numpy as np

    half = len(vectors) // 2
    middle, lengths = _centre(centre)
    row = np.frombuffer(vectors, np.int8).astype(np.float32)
    prompt, answer = vectors.count(0, 0, half) < half, vectors.count(0, half) < half
    if prompt and answer and all(lengths):
        return float(row @ middle) / (SCALE * 2**0.5)
    if prompt and lengths[0]:
        return float(row[:half] @ middle[:half]) / (SCALE * lengths[0])
    if answer and lengths[1]:
        return float(row[half:] @ middle[half:]) / (SCALE * lengths[1])
    return 1.0


@lru_cache(maxsize=8)
def _centre(centre: bytes) -> tuple[Matrix, tuple[float, float]]:
    """A centre as an array, and the lengths of its halves."""
    import numpy as np

    middle = np.frombuffer(centre, np.float32)
    first, second = middle.reshape(2, -1)
    return middle, (float(np.linalg.norm(first)), float(np.linalg.norm(second)))


def _fits(vectors: bytes, anchors: bytes) -> bool:
    """Whether a record is near the task's own words."""
    import numpy as np

    prompts, answers = unpack([vectors])
    texts = np.frombuffer(anchors, np.float32).reshape(-1, len(vectors) // 2)
    return bool(_nearness(prompts, answers, texts)[0] >= FITS_TASK)


def _step(value: float) -> float:
    return round(value * 20) / 20


RULE: Final[StatisticRule[Fact, Sample, Verdict | None]] = StatisticRule(
    code=CODE,
    name="off-task-prompt",
    summary="a prompt has nothing to do with the task that the file teaches",
    consequence=Consequence.DEGRADED,
    options=Options,
    gather=gather,
    empty=Sample,
    add=add,
    merge=Sample.merge,
    fit=fit,
    judge=judge,
    needs_embedder=True,
    min_records=lambda profile, options: 2 if profile.task else options.min_records,
)
