"""Where findings on settings stand, and how values are written there."""

from __future__ import annotations

from typing import Final

from finetooth_rules.finding import Applicability, Edit, Fix, Span
from finetooth_rules.trainers import Language, Role, Setting, TrainingSettings

_QUOTES: Final = (b'"', b"'")


def plain(number: float) -> str:
    """A number as people write it: `3`, `0.001`, `2e-5`."""
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    text = f"{number:g}"
    mantissa, sign, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if sign else text


def counted(count: float, what: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{plain(count)} {what}{'' if count == 1 else 's'}"


def anchor(settings: TrainingSettings) -> Span:
    """Where a finding stands that no written value is to blame for: the data, else the first setting."""
    if settings.data:
        return settings.data[0].setting.span
    first = min((setting.key for setting in settings.given.values()), default=None)
    return first if first is not None else Span(0, 0)


def span_of(settings: TrainingSettings, *roles: Role) -> Span:
    """The first of these roles that is written, else the anchor."""
    return next((settings.given[role].span for role in roles if role in settings.given), anchor(settings))


def set_to(settings: TrainingSettings, setting: Setting, number: float) -> tuple[Fix, ...]:
    """Write another number in the place of one; what is learnt changes, so a person looks."""
    text = _written(number, settings.document.language)
    old = settings.document.raw[setting.span.start : setting.span.end]
    quote = next((sign for sign in _QUOTES if old.startswith(sign)), b"")
    edit = Edit(setting.span, quote + text.encode() + quote)
    return (Fix(f"Set to {plain(number)}", Applicability.UNSAFE, (edit,)),)


def _written(number: float, language: Language) -> str:
    if float(number).is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = plain(number)
    mantissa, sign, exponent = text.partition("e")
    if sign and language is Language.YAML and "." not in mantissa:
        return f"{mantissa}.0e{exponent}"  # without the point YAML 1.1 takes it for text
    return text
