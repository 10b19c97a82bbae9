r"""A prompt has nothing to do with the task that the file teaches.

## What it does
Compares the prompt and the answer of each record with those of the whole file, by word vectors that work
offline. A few records are reported where they stand apart in one of three ways: as far from the bulk as
unrelated texts are (at most 15 %); with a wide gap between them and all others (at most 12 %); or (at most
9 %, of 60 records or more) as a group with something of its own, such as another programming language or
multiple choice among free questions, that is further from the bulk than the file's own groups are from each
other. A file with a long tail but no such group, a file of fewer than `min-records` distinct records
and a deliberately diverse file (general instructions) get no finding. Where more are strange, the file is two
datasets rather than one with strays, and this rule is silent. Where the answers are labels, equal
answers make no group.

With a `[task]` in the configuration (a `description`, and `examples` of prompts) short files are judged
too, and up to half of the records: those near the description, and those that resemble them, make the
centre, and a record is reported only if it is far both from the centre and from the task's own words. A
description that fits fewer than half of the records is put aside.

Not seen for the most part: a neighbouring topic (Python among C++, one intent among its like), strays in a
general or many-sided file, and in files made of templates. One or two strays are seen only across a wide gap.
Reported wrongly now and then: a rare kind of a small mixed file, as SQL among programs in many languages.
Texts written without spaces (Chinese, Thai …) are compared by the characters they share.

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

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import Draw, StatisticRule
from finetooth_rules.task import _kinds, _strays
from finetooth_rules.task._sample import SAMPLE_SIZE, Sample
from finetooth_rules.task._split import LEAST_FOCUS, Limits, centre_of, cut, gap, similarities
from finetooth_rules.task._vectors import SCALE, Fact, facts, keys, unit, unpack

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

MAX_ANCHORS: Final = 64
"""Texts of the `[task]` that are used."""

LABELS: Final = 0.2
"""Where there are fewer distinct answers to a record, they are labels: equal ones make a group, which says
nothing of whether it belongs."""

LEAST_PROMPT_FOCUS: Final = 0.3
"""Usual similarity of the prompts of such a file, under which it is deliberately diverse."""

RIM: Final = 2.6
CALM: Final = 520
"""Where `RIM` times as many records lie half-way between the strange and the usual, the strange are only
their rim; of fewer records than `CALM`, which are more ragged, fewer suffice."""


NOT_COMPARED: Final = -math.inf

DRAW: Final = Draw(SAMPLE_SIZE, keys)
"""The records that `Sample` would keep of all."""


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
class Apart:
    """A direction in which some records differ from all others (float32: prompt half, answer half; a half
    that is zero is not looked at), and what the product with it must exceed for a record to be one of
    them."""

    direction: bytes
    limit: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a record is compared with.

    `centre` is a unit vector (float32: prompt half, answer half), `anchors` the unit vectors of the
    task's texts, one after the other (empty when they were not used). Similarities below `threshold` are
    reported; with `apart` those that stand apart, if they are below `usual`, and by `threshold` only what
    lacks a half. `usual` is for the message too. `looks` is what the reported records look like, empty where
    that cannot be told.
    """

    centre: bytes
    threshold: float
    usual: float
    anchors: bytes = b""
    apart: Apart | None = None
    looks: str = ""


def gather(
    examples: Sequence[Example], features: Features, profile: Profile, options: Options
) -> Sequence[Fact | None]:
    """The vectors of each record."""
    return [None] * len(examples) if features.embedder is None else facts(examples, features.embedder)


def add(summary: Sample, fact: Fact) -> Sample:
    """Count one record's vectors in."""
    return summary.add(fact.key, fact.vectors)


def fit(
    summary: Sample,
    features: Features,
    profile: Profile,
    options: Options,
    constants: _strays.Apart = _strays.APART,
) -> Verdict | None:
    """The verdict on the file; None (the usual one, whatever is edited) when it is one group."""
    certainty = min(max(1 - options.sensitivity, 0.01), 0.99)
    file = file_of(summary, options)
    if file is not None and (verdict := _in_file(file, certainty, features, constants)) is not None:
        return verdict
    found = _task(summary, features, profile)
    if found is None:
        return None
    border = cut(found.cosines, found.usual, found.limits, certainty)
    if border is None:
        return None
    return Verdict(found.centre, round(border.threshold, 2), _step(border.usual), found.anchors)


@dataclass(frozen=True, slots=True)
class File:
    """A file as its own measure: the sampled records as unit rows (prompt half, answer half), the reference,
    and what groups are looked for in: the same, or only the prompts, where the answers are labels."""

    rows: Matrix
    reference: Reference
    labels: bool
    looked_at: Matrix
    nearness: Floats


def file_of(summary: Sample, options: Options) -> File | None:
    """None where the file is too short."""
    import numpy as np

    sample = summary.smallest()
    if len(sample) < max(options.min_records, 1):
        return None
    prompts, answers = unpack(sample)
    rows = _rows(prompts, answers)
    total, inside = centre_of(rows)
    cosines = similarities(rows, total, inside)
    half = len(sample[0]) // 2
    labels = len({vectors[half:] for vectors in sample}) < LABELS * len(sample)
    looked_at, nearness = rows, cosines
    if labels and prompts.any():
        looked_at = np.hstack([prompts, np.zeros_like(answers)])
        nearness = similarities(looked_at, *centre_of(looked_at))
    return File(
        rows, Reference(_rounded(unit(total)), cosines, cosines, IN_FILE), labels, looked_at, nearness
    )


def _rows(prompts: Matrix, answers: Matrix) -> Matrix:
    """Unit rows of both halves; a half that most records lack says nothing about the few that have it."""
    import numpy as np

    weights = [np.float32(half.any(axis=1).mean() >= 0.5) for half in (prompts, answers)]
    return unit(np.hstack([prompts * weights[0], answers * weights[1]]))


def _in_file(file: File, certainty: float, features: Features, constants: _strays.Apart) -> Verdict | None:
    """The verdict of the file by itself: a group that stands apart, or else records as far as strangers."""
    import numpy as np

    cosines, centre = file.reference.cosines, file.reference.centre
    middle, near = float(np.median(cosines)), float(np.median(file.nearness))
    if middle < LEAST_FOCUS or (file.labels and near < LEAST_PROMPT_FOCUS):
        return None
    border = cut(cosines, cosines, IN_FILE, certainty)
    threshold = round(border.threshold, 2) if border else -1.0
    strange = cosines < threshold
    group = None
    if near >= (LEAST_PROMPT_FOCUS if file.labels else LEAST_FOCUS) and not (file.labels and strange.any()):
        group = _strays.find(file.looked_at, file.nearness, strange, constants)
    if group is not None and (apart := _apart(file, group, certainty)) is not None:
        looks = _looks(file, group.members, features)
        return Verdict(centre, threshold, _step(middle), b"", apart, looks)
    if (wide := gap(cosines)) is not None:
        far = cosines < (threshold := round(wide.threshold, 2))
        return Verdict(centre, threshold, _step(wide.usual), looks=_looks(file, far, features))
    if border is None or _is_rim(cosines, strange, middle):
        return None
    return Verdict(centre, threshold, _step(border.usual), looks=_looks(file, strange, features))


def _apart(file: File, group: _strays.Group, certainty: float) -> Apart | None:
    """The group's direction; None where it does not give the group back, as may be with few records."""
    import numpy as np

    direction = np.round(group.direction, 3).astype(np.float32)
    limit = round(group.limit(certainty) + group.bias, 1)
    given = file.looked_at @ direction > round(group.limit(0.5) + group.bias, 1)
    alike = (given & group.members).sum() >= 0.8 * (given | group.members).sum()
    return Apart(direction.tobytes(), limit) if alike else None


def _is_rim(cosines: Floats, strange: Mask, middle: float) -> bool:
    """Whether the strange records are only the outermost of many."""
    import numpy as np

    if not strange.any():
        return True
    half_way = (float(np.median(cosines[strange])) + middle) / 2
    return bool((~strange & (cosines < half_way)).sum() > RIM * min(len(cosines) / CALM, 1) * strange.sum())


def _looks(file: File, members: Mask, features: Features) -> str:
    if features.embedder is None or not members.any():
        return ""
    return _kinds.kind_of(file.rows[members], file.rows[~members], features.embedder)


def _task(summary: Sample, features: Features, profile: Profile) -> Reference | None:
    """What fits the task of the settings; None where there is none, or it fits too few."""
    sample = summary.smallest()
    texts = _task_texts(profile.task)
    if not sample or not texts or features.embedder is None:
        return None
    prompts, answers = unpack(sample)
    rows = _rows(prompts, answers)
    anchors = unit(features.embedder.embed(texts))
    core = _core(rows, prompts, answers, anchors)
    if core is None:
        return None
    total = rows[core].sum(axis=0)
    cosines = similarities(rows, total, core)
    return Reference(_rounded(unit(total)), cosines, cosines[core], IN_TASK, _rounded(anchors))


def judge(fact: Fact, verdict: Verdict | None, profile: Profile, options: Options) -> Iterator[Finding]:
    """Report a record that is far from the centre, and from the task's own words where they were used; or
    that stands apart."""
    if verdict is None:
        return
    if verdict.apart is not None:
        part = product(fact.vectors, verdict.apart.direction)
        if part <= verdict.apart.limit and part > NOT_COMPARED:
            return
        likeness = similarity(fact.vectors, verdict.centre)
        if likeness >= (verdict.usual if part > NOT_COMPARED else verdict.threshold):
            return
        message = (
            f"prompt belongs to a small group apart from the file's other records (similarity "
            f"{_step(max(likeness, 0)):.2f}, usual {verdict.usual:.2f})"
        )
    else:
        likeness = similarity(fact.vectors, verdict.centre)
        if likeness >= verdict.threshold or (verdict.anchors and _fits(fact.vectors, verdict.anchors)):
            return
        what, whole = ("the task", "the file's") if verdict.anchors else ("the file's other records", "their")
        # Steps of 0.05, so that an edit elsewhere does not change the message.
        message = (
            f"prompt is far from {what} (similarity {_step(max(likeness, 0)):.2f}; "
            f"{whole} usual is {verdict.usual:.2f} or more)"
        )
    if verdict.looks:
        message += f": {verdict.looks}"
    yield Finding(CODE, message, Consequence.DEGRADED, path=fact.path)


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


def product(vectors: bytes, direction: bytes) -> float:
    """Product of a fact's unit vector with a direction; -inf where the fact lacks a half that the direction
    looks at."""
    import numpy as np

    half = len(vectors) // 2
    way, halves = _halves(direction)
    missing = (vectors.count(0, 0, half) == half, vectors.count(0, half) == half)
    if any(gone and length for gone, length in zip(missing, halves, strict=True)):
        return NOT_COMPARED
    row = np.frombuffer(vectors, np.int8).astype(np.float32)
    return float(row @ way) / (SCALE * (2**0.5 if all(halves) else 1.0))


def similarity(vectors: bytes, centre: bytes) -> float:
    """Cosine of a fact's vectors with a centre; of one half, where the record or the centre has only that."""
    import numpy as np

    half = len(vectors) // 2
    middle, lengths = _halves(centre)
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
def _halves(vector: bytes) -> tuple[Matrix, tuple[float, float]]:
    """A vector as an array, and the lengths of its halves."""
    import numpy as np

    middle = np.frombuffer(vector, np.float32)
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
    facts_read_options=False,
    draw=DRAW,
    min_records=lambda profile, options: 2 if profile.task else options.min_records,
)
