"""A plan for people, and as plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.locate import RULE_PAGE
from finetooth.engine.overview.plan_words import BECOMES, findings_in, rows_of
from finetooth.engine.settings.plugins import catalogue_of
from finetooth.engine.training.training_run import place_of
from finetooth_rules.finding import Severity
from finetooth_rules.trainers import Role

if TYPE_CHECKING:
    from finetooth.engine.overview.plan import Plan
    from finetooth.output._style import Style
    from finetooth_rules.trainers._data import SplitFacts

_LABEL: Final = 10


def page(plan: Plan, style: Style, width: int) -> Iterator[str]:
    """The lines about one run."""
    yield style.bold(plan.name)
    for label, texts in _said(plan):
        wrapped = [line for text in texts for line in _wrapped(text, width - _LABEL - 2)]
        for number, text in enumerate(wrapped):
            head = style.dim(f"{label:<{_LABEL}}") if number == 0 else " " * _LABEL
            yield f"  {head}{text}"


def _wrapped(text: str, room: int) -> list[str]:
    return [text] if len(text) <= room else textwrap.wrap(text, room, subsequent_indent="  ")


def _said(plan: Plan) -> Iterator[tuple[str, Sequence[str]]]:
    for row in rows_of(plan):
        yield row.label, row.lines
    advice = [
        *(f"{one.severity} in line {one.line}: {one.message} ({one.code})" for one in findings_in(plan)),
        *(f"{advice.text} ({advice.source})" for advice in plan.advice),
    ]
    if advice:
        yield "advice", advice


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
            "outcome": BECOMES[cutoff.overlong],
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
