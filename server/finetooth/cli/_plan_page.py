"""A plan for people, and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.locate import RULE_PAGE
from finetooth.engine.plugins import catalogue_of
from finetooth.engine.training_run import place_of
from finetooth_rules.finding import Severity
from finetooth_rules.splits import SPLITS
from finetooth_rules.targets import Overlong
from finetooth_rules.trainers import Role
from finetooth_rules.training._places import counted, plain

if TYPE_CHECKING:
    from finetooth.engine.plan import Plan
    from finetooth.output._style import Style
    from finetooth_rules.trainers._data import SplitFacts

_LABEL: Final = 10
_NO_DATA: Final = "the files that the settings train on were not found: rows and steps are not known"
_NO_CONFIGURED: Final = "no dataset here, or several: `[dataset]` says which one is meant"
_BECOMES: Final = {
    Overlong.DROP: "left out",
    Overlong.END: "cut at the end",
    Overlong.BOTH: "shortened, prompt and answer",
    Overlong.REFUSE: "refused with the whole file",
}


def page(plan: Plan, style: Style, width: int) -> Iterator[str]:
    """The lines about one run."""
    yield style.bold(plan.name)
    for label, texts in _rows(plan, style):
        wrapped = [line for text in texts for line in _wrapped(text, width - _LABEL - 2)]
        for number, text in enumerate(wrapped):
            head = style.dim(f"{label:<{_LABEL}}") if number == 0 else " " * _LABEL
            yield f"  {head}{text}"


def _wrapped(text: str, room: int) -> list[str]:
    return [text] if len(text) <= room else textwrap.wrap(text, room, subsequent_indent="  ")


def _rows(plan: Plan, style: Style) -> Iterator[tuple[str, Sequence[str]]]:
    yield "trainer", [_trainer(plan)]
    yield "data", list(_data(plan))
    if plan.data is not None and plan.data.train is not None and plan.data.train.tokens is not None:
        yield "tokens", list(_tokens(plan, plan.data.train))
    yield "length", [_length(plan)]
    yield "batch", [_batch(plan)]
    yield "steps", [_steps(plan)]
    if plan.settings.positive(Role.LEARNING_RATE) is not None or Role.MULTIPLIER in plan.settings.given:
        yield "rate", [_rate(plan)]
    if plan.cost is not None and plan.price is not None:
        yield "cost", [f"about {_money(plan.cost)}, at {_money(plan.price)} a million tokens"]
    advice = [*_findings(plan), *(f"{advice.text} ({advice.source})" for advice in plan.advice)]
    if advice:
        yield "advice", advice


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


def _data(plan: Plan) -> Iterator[str]:
    if plan.data is None:
        yield _NO_CONFIGURED if plan.settings.trainer.target is None else _NO_DATA
        return
    for split in SPLITS:
        facts = plan.data.splits.get(split)
        if facts is not None:
            files = [name for name, of, _ in plan.parts if of == split]
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
    if plan.tokens_seen is not None:
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
    return f"{limit}: {about}{counted(plan.over, 'row')} longer, {_BECOMES[cutoff.overlong]}"


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
        epochs = plan.epochs
        known = f"{counted(epochs, 'epoch')}; steps" if epochs else "epochs and steps"
        return f"{known} are not known"
    what = f"{counted(run.sequences, 'packed sequence')}, " if run.packed else ""
    per = counted(run.steps_per_epoch, "step")
    times = plain(round(run.epochs, 2))
    if run.steps_given:
        return f"{what}{counted(run.steps, 'step')}, {per} an epoch: {times} epochs"
    default = "" if Role.EPOCHS in plan.settings.given else " by default"
    epochs_word = "epoch" if run.epochs == 1 else "epochs"
    return f"{what}{per} an epoch, {times} {epochs_word}{default}: {counted(run.steps, 'step')}"


def _rate(plan: Plan) -> str:
    settings = plan.settings
    factor = settings.positive(Role.MULTIPLIER)
    if factor is not None:
        return f"{plain(factor)} times what the service chooses"
    rate = settings.positive(Role.LEARNING_RATE)
    default = "" if Role.LEARNING_RATE in settings.given else " by default"
    return f"{plain(rate or 0)}{default}"


def _findings(plan: Plan) -> Iterator[str]:
    if plan.file is None:
        return
    for finding in plan.findings:
        severity = plan.profile.severity(finding.code, finding.consequence)
        if severity is not None and finding.span is not None:
            line, _ = place_of(plan.file.raw, finding.span)
            yield f"{severity} in line {line}: {finding.message} ({finding.code})"


def _money(amount: float) -> str:
    return f"{amount:,.2f}"


def as_object(plan: Plan) -> dict[str, Any]:
    """The same as plain data."""
    run, cutoff = plan.run, plan.cutoff
    settings, known = plan.settings, catalogue_of(plan.profile)
    return {
        "name": plan.name,
        "settings": None if plan.file is None else plan.name,
        "trainer": settings.trainer.name,
        "target": plan.target.name,
        "model": settings.text(Role.MODEL) or plan.profile.model,
        "objective": str(settings.objective),
        "method": str(settings.tuning),
        "files": [
            {"filename": name, "split": split, "rows": facts.rows} for name, split, facts in plan.parts
        ],
        "rows": None if plan.data is None else {split: one.rows for split, one in plan.data.splits.items()},
        "tokens": None if plan.data is None or plan.data.train is None else _token_object(plan.data.train),
        "cutoff": None
        if cutoff is None
        else {
            "tokens": cutoff.tokens,
            "said-by": cutoff.said_by,
            "default": cutoff.is_default,
            "rows-over": plan.over,
            "outcome": _BECOMES[cutoff.overlong],
        },
        "learning-rate": settings.positive(Role.LEARNING_RATE),
        "learning-rate-multiplier": settings.positive(Role.MULTIPLIER),
        "rows-per-step": plan.per_step,
        "packing": settings.packs,
        "rows-trained": None if run is None else run.rows,
        "sequences": None if run is None else run.sequences,
        "steps-per-epoch": None if run is None else run.steps_per_epoch,
        "epochs": plan.epochs,
        "steps": None if run is None else run.steps,
        "tokens-seen": plan.tokens_seen,
        "price-per-million-tokens": plan.price,
        "cost": None if plan.cost is None else round(plan.cost, 4),
        "findings": [
            {
                "code": finding.code,
                "name": known.by_code[finding.code].name,
                "severity": plan.profile.severity(finding.code, finding.consequence) or Severity.INFO,
                "message": finding.message,
                "line": place_of(plan.file.raw, finding.span)[0] if plan.file and finding.span else None,
                "url": RULE_PAGE + known.by_code[finding.code].name,
            }
            for finding in plan.findings
        ],
        "advice": [{"text": advice.text, "source": advice.source} for advice in plan.advice],
    }


def _token_object(train: SplitFacts) -> dict[str, Any]:
    return {"total": train.tokens, "trained": train.trained, "estimated": train.estimated}
