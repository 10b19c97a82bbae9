"""What a run will be: how many rows make a step, how many steps there are, what is cut.

Steps are counted as `transformers.Trainer` counts them: the last batch of an epoch may be smaller, and so may
the last step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from finetooth_rules.splits import TRAIN
from finetooth_rules.targets import TARGETS, Overlong, Target
from finetooth_rules.trainers._data import DataFacts, SplitFacts
from finetooth_rules.trainers._trainer import Objective, Role, TrainingSettings

if TYPE_CHECKING:
    from finetooth_rules.profile import Profile

_FLOW: Final = frozenset({Objective.GRPO, Objective.OTHER})
"""Their batches are of sampled answers, or of nobody knows what."""


class Run(NamedTuple):
    """A run over the training split.

    `rows` are those that are trained on: without those held out or left out; which are left out as too long
    may be an estimate, and `most_rows` are those if none of these is. `sequences` are what batches are
    made of: the rows, or what packing makes of them, which is then no more than about known: that they are
    full is assumed, and `most_sequences` are those of any packing, and of `most_rows`. `per_step` sequences
    are one step. `epochs` may be a fraction where the number of steps is given. `steps_given`: it is.
    `most_steps` and `fewest_epochs` are those of `most_sequences`.
    """

    rows: int
    sequences: int
    per_step: int
    steps_per_epoch: int
    steps: int
    epochs: float
    most_sequences: int
    most_steps: int
    fewest_epochs: float
    steps_given: bool = False
    packed: bool = False
    most_rows: int = 0

    @property
    def about(self) -> str:
        """Before the numbers of steps and sequences, where packing or an estimate makes them uncertain."""
        return "about " if self.most_sequences > self.sequences else ""

    @property
    def about_rows(self) -> str:
        """Before the number of rows, where it is an estimate."""
        return "about " if self.most_rows > self.rows else ""


def target_of(settings: TrainingSettings, profile: Profile) -> Target:
    """The target whose trainer the settings are of: the profile's for `[training]`."""
    name = settings.trainer.target
    return profile.target if name is None else TARGETS[name]


def splits_long(settings: TrainingSettings) -> bool:
    """Whether a row over the cutoff goes on in the next sequence, so that nothing is cut."""
    return settings.trainer.splits_long or settings.trainer.splits(settings.table)


class Cutoff(NamedTuple):
    """The tokens that a row may have, what says so, and what becomes of a longer one."""

    tokens: int
    said_by: str
    overlong: Overlong
    is_default: bool


def cutoff_of(settings: TrainingSettings, profile: Profile) -> Cutoff | None:
    """Where rows are cut; None where they are not, or that is not known."""
    target = target_of(settings, profile)
    if settings.objective in (Objective.PRETRAINING, Objective.GRPO, Objective.OTHER):
        return None  # text is made into pieces, or only prompts count
    if splits_long(settings):
        return None
    overlong = target.overlong
    if settings.trainer.overlong is not None:
        overlong = settings.trainer.overlong(settings.table) or overlong
    given = settings.given.get(Role.CONTEXT)
    tokens = settings.number(Role.CONTEXT)
    if given is not None:
        return None if tokens is None or tokens < 1 else Cutoff(int(tokens), given.name, overlong, False)
    if tokens is not None:
        name = settings.trainer.roles[Role.CONTEXT][0][-1]
        return Cutoff(int(tokens), str(name), overlong, True)
    if settings.trainer.target is None:
        limit = None if target.assumed_token_limit and profile.token_limit is None else profile.tokens_allowed
    else:
        limit = None if target.assumed_token_limit else target.limit_for(settings.text(Role.MODEL))
    return None if limit is None else Cutoff(limit, target.title, overlong, True)


def per_step(settings: TrainingSettings) -> int | None:
    """Sequences of one step, on one device where nothing says on how many."""
    if settings.objective in _FLOW:
        return None
    total = settings.positive(Role.TOTAL_BATCH)
    if total is not None:
        return int(total)
    batch, accumulation = settings.positive(Role.BATCH), settings.positive(Role.ACCUMULATION)
    if batch is None or accumulation is None:
        return None
    return max(1, int(batch)) * max(1, int(accumulation)) * int(settings.positive(Role.DEVICES) or 1)


def rows_trained(
    settings: TrainingSettings, train: SplitFacts, profile: Profile, *, surely: bool = False
) -> int:
    """Rows without those beyond the most that are taken, those that the trainer leaves out as too long, and
    those held out for validation. With `surely`, what is too long by an estimate is not taken away.
    """
    rows = train.rows
    cutoff = cutoff_of(settings, profile)
    if cutoff is not None and cutoff.overlong is Overlong.DROP and not (surely and train.estimated):
        rows -= train.over(cutoff.tokens) or 0
    most = settings.positive(Role.MOST_ROWS)
    if most is not None:
        rows = min(rows, int(most) * max(1, sum(data.split == TRAIN for data in settings.data)))
    share = settings.positive(Role.VALIDATION) or 0
    held = int(share) if share >= 1 else math.ceil(rows * share)
    return max(rows - held, 0)


def tokens_seen(settings: TrainingSettings, train: SplitFacts, profile: Profile, epochs: float) -> int | None:
    """Tokens that a run goes through: what is left of its rows, in each epoch. None where they were not
    counted.
    """
    if train.tokens is None or not train.rows:
        return None
    cutoff = cutoff_of(settings, profile)
    left, rows = train.tokens, train.rows
    if cutoff is not None and cutoff.overlong is Overlong.DROP:
        fitting = {length: count for length, count in train.lengths.items() if length <= cutoff.tokens}
        left, rows = sum(length * count for length, count in fitting.items()), sum(fitting.values())
    elif cutoff is not None:
        left = sum(min(length, cutoff.tokens) * count for length, count in train.lengths.items())
    share = min(1.0, rows_trained(settings, train, profile) / rows) if rows else 0.0
    return round(left * share * epochs)


def run_of(settings: TrainingSettings, data: DataFacts | None, profile: Profile) -> Run | None:
    """The run; None where its data, or how many rows make a step, is not known."""
    train = data.train if data is not None else None
    size = per_step(settings)
    if train is None or size is None or not train.rows:
        return None
    rows = rows_trained(settings, train, profile)
    most_rows = rows_trained(settings, train, profile, surely=True)
    packed = settings.packs or settings.objective is Objective.PRETRAINING
    few, most = _packed(settings, train, rows, most_rows, profile) if packed else (rows, most_rows)
    if not few:
        return None
    per_epoch, most_per_epoch = _per_epoch(settings, few, size), _per_epoch(settings, most, size)
    given, epochs = settings.positive(Role.STEPS), settings.positive(Role.EPOCHS)
    if given is not None:
        steps, most_steps = int(given), int(given)
        epochs, fewest = given / per_epoch, given / most_per_epoch
    elif epochs is not None:
        steps, most_steps, fewest = math.ceil(per_epoch * epochs), math.ceil(most_per_epoch * epochs), epochs
    else:
        return None
    return Run(
        *(rows, few, size, per_epoch, steps, epochs, most, most_steps, fewest),
        steps_given=given is not None,
        packed=packed,
        most_rows=most_rows,
    )


def _packed(
    settings: TrainingSettings, train: SplitFacts, rows: int, most_rows: int, profile: Profile
) -> tuple[int, int]:
    """The sequences of packed rows if all of them are full, and the most that they can be; zeros where the
    tokens are not known.

    Rows that are put where they fit leave no two sequences half empty. Trainers pack a thousand rows at a
    time (`datasets.map`), Axolotl no more than 200 into one (`sample_packing_bin_size`). Another tokenizer
    may make twice as many tokens, and then nothing that seems too long need be.
    """
    context = settings.positive(Role.CONTEXT)
    if context is None or context < 1 or not train.is_counted:
        return 0, 0
    joined = splits_long(settings) or settings.objective is Objective.PRETRAINING  # and cut anew
    cutoff = cutoff_of(settings, profile)
    drops = cutoff is not None and cutoff.overlong is Overlong.DROP
    longest = None if joined else int(context)
    tokens, kept = train.within(longest, drops=drops and not joined)
    tokens = round(tokens * min(1.0, rows / kept)) if kept else 0
    if not tokens:
        return 0, 0
    few = max(1, math.ceil(tokens / context))
    possible = tokens
    if train.estimated:
        every, _ = train.within(longest, drops=False)
        possible = 2 * round(every * min(1.0, most_rows / train.rows))
    most = math.ceil(possible / context)
    if not joined:
        most = (most if most < 2 else math.ceil(2 * possible / context)) + most_rows // 200
        most += most_rows // 1000
        few, most = min(few, rows), min(most, most_rows)
    return few, max(few, most)


def _per_epoch(settings: TrainingSettings, sequences: int, size: int) -> int:
    accumulation = settings.positive(Role.ACCUMULATION)
    if settings.positive(Role.TOTAL_BATCH) is not None or accumulation is None:
        return math.ceil(sequences / size)
    batches = math.ceil(sequences / (size // max(1, int(accumulation))))
    return math.ceil(batches / max(1, int(accumulation)))
