"""What the documents of trainers and services say of a run like this one; each sentence with its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from finetooth_rules.trainers._data import DataFacts
from finetooth_rules.trainers._rates import rates_for
from finetooth_rules.trainers._run import per_step
from finetooth_rules.trainers._trainer import Objective, Role, TrainingSettings, Tuning

_AZURE: Final = "Azure OpenAI, hyperparameters for fine-tuning"
_OPENAI: Final = "OpenAI Cookbook, Data preparation and analysis for chat model fine-tuning"
_LORA: Final = "TRL, docs/source/lora_without_regret.md"
_RATES: Final = "TRL, docs/source/peft_integration.md; examples of LLaMA-Factory and Axolotl"
_EPOCHS: Final = ((100, "3 to 5"), (500, "2 to 3"), (2_000, "1 to 2"))
_MOST_OF_LORA: Final = 32
_TARGET_EPOCHS: Final = 3
_LEAST_EXAMPLES: Final = 100
_MOST_EXAMPLES: Final = 25_000
_MOST_EPOCHS: Final = 25


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, and the document it comes from."""

    text: str
    source: str


def advice_on(settings: TrainingSettings, data: DataFacts | None) -> Iterator[Advice]:
    """What is worth knowing of a run, whether or not anything is wrong with it."""
    train = data.train if data is not None else None
    epochs = settings.positive(Role.EPOCHS)
    steps = settings.positive(Role.STEPS)
    supervised = settings.objective in (Objective.SFT, Objective.UNKNOWN)
    if train is not None and train.rows and supervised and steps is None:
        usual = next((text for rows, text in _EPOCHS if train.rows < rows), "")
        epochs_are = f"{usual} epochs are" if usual else "1 epoch is"
        yield Advice(f"for {train.rows:,} rows {epochs_are} usual", _AZURE)
    if train is not None and train.rows and settings.trainer.name == "openai" and epochs is None:
        chosen = automatic_epochs(train.rows)
        yield Advice(f"left to the service, {_epochs(chosen)} will be trained", _OPENAI)
    if Role.LEARNING_RATE not in settings.given and settings.positive(Role.LEARNING_RATE) is None:
        rates = rates_for(settings.objective, settings.tuning)
        if rates is not None:
            low, high = (f"{rate:g}".replace("e-0", "e-") for rate in rates.usual)
            usual = low if low == high else f"{low} to {high}"
            yield Advice(f"a learning rate of {usual} is usual for {rates.what}", _RATES)
    size = per_step(settings)
    if settings.tuning in (Tuning.LORA, Tuning.QLORA) and size is not None and size > _MOST_OF_LORA:
        yield Advice(f"LoRA learns better in steps of fewer than {_MOST_OF_LORA} rows", _LORA)


def automatic_epochs(rows: int) -> int:
    """The epochs that OpenAI chooses by itself: three, more for few rows and fewer for very many."""
    if rows * _TARGET_EPOCHS < _LEAST_EXAMPLES:
        return min(_MOST_EPOCHS, _LEAST_EXAMPLES // rows)
    if rows * _TARGET_EPOCHS > _MOST_EXAMPLES:
        return max(1, _MOST_EXAMPLES // rows)
    return _TARGET_EPOCHS


def _epochs(count: int) -> str:
    return f"{count} epoch{'' if count == 1 else 's'}"
