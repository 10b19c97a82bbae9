"""A plan in words: what the command and the report say of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetooth.engine.training.training_run import place_of
from finetooth_rules.finding import Severity
from finetooth_rules.splits import SPLITS
from finetooth_rules.targets import GENERIC, Overlong
from finetooth_rules.trainers import Role
from finetooth_rules.training._places import counted, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetooth.engine.overview.plan import Plan
    from finetooth_rules.trainers._data import SplitFacts

BECOMES: Final = {
    Overlong.DROP: "left out",
    Overlong.END: "cut at the end",
    Overlong.BOTH: "shortened, prompt and answer",
    Overlong.REFUSE: "refused with the whole file",
}
_ABOUT: Final = "≈\u202f"
_NOBODY: Final = "none: no settings were found and no target is set, so nothing is known of steps"
_NO_DATA: Final = "the files that the settings train on were not found: rows and steps are not known"
_NO_ROWS: Final = "no row is left to train on"
_NO_CONFIGURED: Final = "no dataset here, or several: `[dataset]` says which one is meant"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What is said under one label, sentence by sentence."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanNumber:
    """A number that a run is known by, and what to know of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """What is wrong with the settings: the line counts from 1."""

    severity: Severity
    code: str
    message: str
    line: int


def rows_of(plan: Plan, named: Callable[[str], str] = str) -> Iterator[PlanRow]:
    """What a run will be. `named` says how a file is called."""
    nobody = plan.file is None and plan.target is GENERIC
    yield PlanRow("trainer", (_NOBODY if nobody else _trainer(plan),))
    yield PlanRow("data", tuple(_data(plan, named)))
    if plan.data is not None and plan.data.train is not None and plan.data.train.tokens is not None:
        yield PlanRow("tokens", tuple(_tokens(plan, plan.data.train)))
    if nobody:
        return
    yield PlanRow("length", (_length(plan),))
    yield PlanRow("batch", (_batch(plan),))
    yield PlanRow("steps", (_steps(plan),))
    if plan.settings.positive(Role.LEARNING_RATE) is not None or Role.MULTIPLIER in plan.settings.given:
        yield PlanRow("rate", (_rate(plan),))
    if plan.cost is not None and plan.price is not None:
        cost = f"about {_money(plan.cost)}, at {_money(plan.price)} a million tokens"
        yield PlanRow("cost", (cost,))


def numbers_of(plan: Plan) -> Iterator[PlanNumber]:
    """The numbers of a run, as far as they are known."""
    train = plan.data.train if plan.data is not None else None
    if train is None:
        return
    run, about = plan.run, _ABOUT if train.estimated else ""
    fewer = run is not None and run.rows != train.rows
    rows, roughly = (train.rows, "") if run is None else (run.rows, _ABOUT if run.about_rows else "")
    yield PlanNumber("Rows", f"{roughly}{plain(rows)}", f"of {plain(train.rows)}" if fewer else "")
    if train.trained is not None and train.tokens:
        share = f"{train.trained / train.tokens:.0%} of {about}{plain(train.tokens)}"
        yield PlanNumber("Trained tokens", f"{about}{plain(train.trained)}", share)
    if plan.over is not None and plan.cutoff is not None:
        becomes = BECOMES[plan.cutoff.overlong] if plan.over else "none is cut"
        yield PlanNumber("Rows too long", f"{about if plan.over else ''}{plain(plan.over)}", becomes)
    if run is not None:
        guessed = _ABOUT if run.about else ""
        yield PlanNumber("Steps an epoch", f"{guessed}{plain(run.steps_per_epoch)}")
        total = "" if run.steps_given else guessed
        yield PlanNumber("Steps in all", f"{total}{plain(run.steps)}", counted(round(run.epochs, 2), "epoch"))
    if plan.cost is not None:
        yield PlanNumber("Cost", f"{_ABOUT}{_money(plan.cost)}")


def findings_in(plan: Plan) -> Iterator[PlanFinding]:
    """What is wrong with the settings, as far as it is shown."""
    if plan.file is None:
        return
    for finding in plan.findings:
        severity = plan.profile.severity(finding.code, finding.consequence)
        if severity is not None and finding.span is not None:
            line, _ = place_of(plan.file.raw, finding.span)
            yield PlanFinding(severity, finding.code, finding.message, line)


def _trainer(plan: Plan) -> str:
    settings, parts = plan.settings, []
    model = settings.text(Role.MODEL) or plan.profile.model
    if settings.trainer.target is None:
        parts.append(f"{plan.target.name}: {plan.target.title}")
    else:
        parts.append(settings.trainer.title)
    if model:
        parts.append(model)
    parts += [str(kind) for kind in (settings.objective, settings.tuning) if kind not in ("unknown", "other")]
    if plan.file is None:
        parts.append("no settings found: its defaults")
    return ", ".join(parts)


def _data(plan: Plan, named: Callable[[str], str]) -> Iterator[str]:
    if plan.data is None:
        yield _NO_CONFIGURED if plan.settings.trainer.target is None else _NO_DATA
        return
    for split in SPLITS:
        facts = plan.data.splits.get(split)
        if facts is not None:
            files = [named(name) for name, of, _ in plan.parts if of == split]
            names = ", ".join(files[:3]) + (f", … {len(files) - 3} more" if len(files) > 3 else "")
            yield f"{split} {counted(facts.rows, 'row')} ({names})"
    share = plan.settings.positive(Role.VALIDATION)
    if share is not None:
        held = f"{share:.0%} of the rows" if share < 1 else counted(share, "row")
        yield f"{held} held out for validation"
    most = plan.settings.positive(Role.MOST_ROWS)
    if most is not None:
        yield f"at most {counted(most, 'row')} of each file"


def _tokens(plan: Plan, train: SplitFacts) -> Iterator[str]:
    about = "about " if train.estimated else ""
    total, trained = train.tokens or 0, train.trained or 0
    share = f" ({trained / total:.0%})" if total else ""
    yield f"{about}{total:,} in the training rows; trained {about}{trained:,}{share}"
    if plan.tokens_seen:
        yield f"about {plan.tokens_seen:,} in the whole run"


def _length(plan: Plan) -> str:
    cutoff = plan.cutoff
    if cutoff is None:
        return "rows are not cut, or nothing says where"
    default = " by default" if cutoff.is_default else ""
    limit = f"{cutoff.tokens:,} tokens{default} ({cutoff.said_by})"
    if plan.over is None:
        return limit
    if not plan.over:
        return f"{limit}: no row is longer"
    assert plan.data is not None
    assert plan.data.train is not None
    about = "about " if plan.data.train.estimated else ""
    return f"{limit}: {about}{counted(plan.over, 'row')} longer, {BECOMES[cutoff.overlong]}"


def _batch(plan: Plan) -> str:
    settings = plan.settings
    if plan.per_step is None:
        return "left to the trainer, or not set"
    sequences = "packed sequence" if settings.packs else "row"
    total = counted(plan.per_step, sequences)
    if settings.positive(Role.TOTAL_BATCH) is not None:
        return f"{total} a step"
    batch, times = settings.positive(Role.BATCH) or 1, settings.positive(Role.ACCUMULATION) or 1
    devices = settings.positive(Role.DEVICES)
    on = f"{counted(devices, 'device')}" if devices else "one device, if there is no other"
    default = "" if Role.BATCH in settings.given else " (default)"
    return f"{total} a step: {plain(batch)}{default} × {plain(times)} accumulated × {on}"


def _steps(plan: Plan) -> str:
    run = plan.run
    if run is None:
        if plan.rows_left == 0:
            train = plan.data.train if plan.data is not None else None
            return f"by the estimate {_NO_ROWS}" if train is not None and train.estimated else _NO_ROWS
        epochs = plan.epochs
        known = f"{counted(epochs, 'epoch')}; steps" if epochs else "epochs and steps"
        return f"{known} are not known"
    about = run.about
    what = f"{about}{counted(run.sequences, 'packed sequence')}, " if run.packed else ""
    per = f"{about}{counted(run.steps_per_epoch, 'step')}"
    times = plain(round(run.epochs, 2))
    if run.steps_given:
        return f"{what}{counted(run.steps, 'step')}, {per} an epoch: {about}{times} epochs"
    default = "" if Role.EPOCHS in plan.settings.given else " by default"
    epochs_word = "epoch" if run.epochs == 1 else "epochs"
    return f"{what}{per} an epoch, {times} {epochs_word}{default}: {about}{counted(run.steps, 'step')}"


def _rate(plan: Plan) -> str:
    settings = plan.settings
    factor = settings.positive(Role.MULTIPLIER)
    if factor is not None:
        return f"{plain(factor)} times what the service chooses"
    rate = settings.positive(Role.LEARNING_RATE)
    default = "" if Role.LEARNING_RATE in settings.given else " by default"
    return f"{plain(rate or 0)}{default}"


def _money(amount: float) -> str:
    return f"{amount:,.2f}"
