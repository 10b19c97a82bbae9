r"""A prompt has nothing to do with the task that the file teaches.

## What it does
Compares the prompt and the answer of each record with those of the whole file, by word vectors that work
offline. A few records are reported where they stand apart as a group, as far from the bulk as unrelated texts
are, or with a wide gap between them and all others; and where twenty measures of the group say together that
it came from elsewhere rather than being a kind that belongs (a rare intent, the last turns of dialogues, one
language in a file of programs in many). A file with a long tail but no such group, a file of fewer than
`min-records` distinct records and a deliberately diverse file (general instructions) get no finding. Where
more are strange, the file is two datasets rather than one with strays, and this rule is silent. Where the
answers are labels, equal answers make no group. How it works, and how well: docs/off-task.md.

With a `[task]` in the configuration (a `description`, and `examples` of prompts) short files are judged
too, and up to half of the records: those near the description, and those that resemble them, make the
centre, and a record is reported only if it is far both from the centre and from the task's own words. A
description that fits fewer than half of the records is put aside.

Not seen for the most part: a neighbouring topic (Python among C++, one intent among its like), strays in a
general or many-sided file, in dialogues, and in files made of several templates. One or two strays are seen
only across a wide gap.
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
- `sensitivity` (0 to 1, default 0.5): higher reports more: groups that are less surely from elsewhere, and
  the records of a group with a probability of at least 1 minus this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import Draw, StatisticRule
from finetooth_rules.task import _kinds
from finetooth_rules.task._apart import apart, is_rim, is_seeded
from finetooth_rules.task._compare import NOT_COMPARED, product, similarity
from finetooth_rules.task._odds import CERTAIN, IN_FILE, Certain, Groups, odds_of
from finetooth_rules.task._sample import SAMPLE_SIZE, Sample
from finetooth_rules.task._split import LEAST_FOCUS, WIDE_GAP, Limits, cut, gap
from finetooth_rules.task._task import fits, on_task
from finetooth_rules.task._vectors import Fact, facts, keys, unit
from finetooth_rules.task._view import view_of

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.profile import Profile
    from finetooth_rules.task._split import Mask
    from finetooth_rules.task._strays import Group
    from finetooth_rules.task._vectors import Matrix
    from finetooth_rules.task._view import View

CODE: Final = "TSK001"

IN_TASK: Final = Limits(count=0.5, least=0.02, most=0.5)

SWAY: Final = 6.0
"""What `sensitivity`, between 0 and 1, adds to the logarithm of the odds or takes from it."""

LEAST_PROMPT_FOCUS: Final = 0.3
"""Usual similarity of the prompts of a file whose answers are labels, under which it is deliberately
diverse."""

DOUBTFUL: Final = -3.0
"""Logarithm of the odds below which a group says nothing of the order either."""

DRAW: Final = Draw(SAMPLE_SIZE, keys)
"""The records that `Sample` would keep of all."""


@dataclass(frozen=True, slots=True)
class Options:
    """`min_records`: distinct records needed without a `[task]`; `sensitivity`: 0 to 1, higher reports
    more."""

    min_records: int = field(default=20, metadata={"minimum": 1})
    sensitivity: float = field(default=0.5, metadata={"minimum": 0, "maximum": 1})


class Apart(NamedTuple):
    """A direction in which some records differ from all others (float32: prompt half, answer half; a half
    that is zero is not looked at), and what the product with it must exceed for a record to be one of
    them."""

    direction: bytes
    limit: float


class Verdict(NamedTuple):
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
    certain: Certain = CERTAIN,
) -> Verdict | None:
    """The verdict on the file; None (the usual one, whatever is edited) when it is one group."""
    sample = summary.smallest()
    if not sample:
        return None
    certainty = min(max(1 - options.sensitivity, 0.01), 0.99)
    view = view_of(sample)
    if len(sample) >= max(options.min_records, 1):
        verdict = _in_file(view, certain, options.sensitivity, features)
        if verdict is not None:
            return verdict
    if features.embedder is None:
        return None
    found = on_task(profile.task, view.rows, view.prompts, view.answers, features.embedder)
    if found is None:
        return None
    border = cut(found.cosines, found.usual, IN_TASK, certainty)
    if border is None:
        return None
    centre, anchors = _rounded(unit(found.total)), _rounded(found.anchors)
    return Verdict(centre, round(border.threshold, 2), _step(border.usual), anchors)


def _in_file(view: View, certain: Certain, sensitivity: float, features: Features) -> Verdict | None:
    """The verdict of the file by itself: a group that stands apart, or records as far as strangers, where the
    odds allow it; any group where they say so alone; or else a few with a wide gap between them and the
    others."""
    import numpy as np

    centre, cosines = _rounded(unit(view.centre)), view.cosines
    middle, certainty = float(np.median(cosines)), min(max(1 - sensitivity, 0.01), 0.99)
    sway = SWAY * (0.5 - sensitivity)
    groups = Groups(view)
    border = cut(cosines, cosines, IN_FILE, certainty)
    threshold = round(border.threshold, 2) if border else -1.0
    strange = np.asarray(cosines < threshold, bool)

    def belongs(members: Mask) -> bool:
        if features.embedder is None or not members.any():
            return False
        both = view.rows[members], view.rows[~members]
        return _kinds.is_one_of_many_languages(*both, middle, features.embedder)

    def of_group(group: Group) -> Verdict | None:
        found = _apart(view, group, certainty)
        if found is None or belongs(group.members):
            return None
        looks = _looks(view, group.members, features)
        return Verdict(centre, threshold, _step(middle), b"", found, looks)

    near = float(np.median(view.nearness))
    if middle >= LEAST_FOCUS and near >= (LEAST_PROMPT_FOCUS if view.labels else LEAST_FOCUS):
        group = None if view.labels and strange.any() else apart(groups.candidates, strange)
        if group is not None:
            least = certain.seeded if is_seeded(group.group, strange) else certain.apart
            likely = odds_of(groups.measures(group)) >= least + sway
            if likely and (verdict := of_group(group.group)) is not None:
                return verdict
        plain = border is not None and not is_rim(cosines, strange) and not belongs(strange)
        if border is not None and plain and groups.odds_of_members(strange) >= certain.cut + sway:
            looks = _looks(view, strange, features)
            return Verdict(centre, threshold, _step(border.usual), looks=looks)
    for suspect in groups.suspects:
        if suspect.odds < certain.odds + sway:
            break
        if (verdict := of_group(suspect.group)) is not None:
            return verdict
    # Of labels a gap is seen only where it is one between the prompts too.
    wide, of_prompts = (gap(near) or gap(near, WIDE_GAP) for near in (cosines, view.nearness))
    if wide is None or middle < LEAST_FOCUS or (view.labels and of_prompts is None):
        return None
    threshold = round(wide.threshold, 2)
    far = np.asarray(cosines < threshold, bool)
    if belongs(far):
        return None
    looks = _looks(view, far, features)
    return Verdict(centre, threshold, _step(wide.usual), looks=looks)


def _apart(view: View, group: Group, certainty: float) -> Apart | None:
    """The group's direction; None where it does not give the group back, as may be with few records."""
    import numpy as np

    direction = np.round(group.direction, 3).astype(np.float32)
    limit = round(group.limit(certainty) + group.bias, 1)
    given = view.looked_at @ direction > round(group.limit(0.5) + group.bias, 1)
    alike = (given & group.members).sum() >= 0.8 * (given | group.members).sum()
    return Apart(direction.tobytes(), limit) if alike else None


def order(sample: Sequence[bytes]) -> bytes | None:
    """The direction in which the records of a file are most likely strays, be that likely or not; None where
    nothing stands apart. For those who rate the order and not the findings."""
    import numpy as np

    found = Groups(view_of(sample)).suspects
    if not found or found[0].odds < DOUBTFUL:
        return None
    return np.round(found[0].group.direction, 3).astype(np.float32).tobytes()


def _looks(view: View, members: Mask, features: Features) -> str:
    if features.embedder is None or not members.any():
        return ""
    return _kinds.kind_of(view.rows[members], view.rows[~members], features.embedder)


def _rounded(vectors: Matrix) -> bytes:
    """As bytes, to three digits, so that equal samples make equal verdicts on any machine."""
    import numpy as np

    return np.round(vectors, 3).astype(np.float32).tobytes()


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
        if likeness >= verdict.threshold or (verdict.anchors and fits(fact.vectors, verdict.anchors)):
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
