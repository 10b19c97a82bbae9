"""Learning rates by what is trained, for Adam and its kin: what is usual, and from where on a rate does harm.

The usual ones are those of the trainers' own examples and documents: TRL (peft_integration.md: SFT 2e-5, with
LoRA 2e-4; DPO 1e-6, 5e-6; GRPO 1e-6, 1e-5), LLaMA-Factory's examples (full 1e-5, LoRA 1e-4, DPO and KTO with
LoRA 5e-6), Axolotl's (full 2e-5, LoRA 2e-4), Unsloth's guide (2e-4; for reinforcement 5e-6).

Between `noted` and `bad` a rate is used too: of Axolotl's 252 examples 12 train all weights at 2e-4, and some
do DPO with LoRA at 2e-4. So it is told, and no warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from finetooth_rules.trainers._trainer import PREFERENCE, Objective, Tuning


class Rates(NamedTuple):
    """`usual` from and to; above `noted_above` or below `noted_below` worth a word, beyond `bad_above` and
    `bad_below` a warning. `what` names what is trained.
    """

    what: str
    usual: tuple[float, float]
    noted_above: float
    bad_above: float
    noted_below: float
    bad_below: float


_SFT: Final[Mapping[Tuning, Rates]] = {
    Tuning.FULL: Rates("full fine-tuning", (1e-5, 2e-5), 1e-4, 5e-4, 1e-6, 1e-7),
    Tuning.LORA: Rates("LoRA", (1e-4, 2e-4), 1e-3, 2e-3, 1e-5, 1e-6),
}
_PREFERENCE: Final[Mapping[Tuning, Rates]] = {
    Tuning.FULL: Rates("full preference training", (5e-7, 1e-6), 1e-5, 5e-5, 1e-8, 1e-9),
    Tuning.LORA: Rates("preference training with LoRA", (1e-6, 5e-6), 5e-5, 5e-4, 1e-8, 1e-9),
}
_REINFORCED: Final[Mapping[Tuning, Rates]] = {
    Tuning.FULL: Rates("full reinforcement training", (1e-6, 1e-6), 1e-5, 1e-4, 1e-8, 1e-9),
    Tuning.LORA: Rates("reinforcement training with LoRA", (5e-6, 1e-5), 1e-4, 5e-4, 1e-8, 1e-9),
}
_ADAM: Final = "adam"
_UNLIKE: Final = ("galore", "apollo", "muon", "ademamix", "schedule_free", "mini", "lora_plus", "optimi")


def rates_for(objective: Objective, tuning: Tuning) -> Rates | None:
    """The rates of a kind of training; None where nothing is known of it. What is unknown is judged as what
    takes the highest.
    """
    kind = Tuning.LORA if tuning is Tuning.QLORA else tuning
    if objective in (Objective.SFT, Objective.UNKNOWN):
        return _SFT.get(kind)
    if objective in PREFERENCE:
        return _PREFERENCE.get(kind)
    return _REINFORCED.get(kind) if objective is Objective.GRPO else None


def like_adam(optimizer: str | None) -> bool:
    """Whether the rates hold for an optimizer; Adam is every trainer's default."""
    if optimizer is None:
        return True
    name = optimizer.lower()
    return _ADAM in name and not any(word in name for word in _UNLIKE)
