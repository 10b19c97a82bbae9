"""Settings files of trainers: one file a trainer, facts as data. `read_settings` reads any of them."""

from __future__ import annotations

from typing import Final

from finetooth_rules.finding import Path
from finetooth_rules.targets import GENERIC
from finetooth_rules.trainers import (
    axolotl,
    bedrock,
    finetooth,
    fireworks,
    llama_factory,
    mistral,
    mistral_finetune,
    openai,
    together,
    trl,
)
from finetooth_rules.trainers._document import (
    MAX_BYTES,
    Document,
    Language,
    language_of,
    nowhere,
)
from finetooth_rules.trainers._languages import read_document
from finetooth_rules.trainers._trainer import (
    DataFile,
    Objective,
    Role,
    Setting,
    Trainer,
    TrainingSettings,
    Tuning,
    settings_of,
)

TRAINERS: Final = (
    openai.TRAINER,
    together.TRAINER,
    fireworks.TRAINER,
    mistral.TRAINER,
    bedrock.TRAINER,
    axolotl.TRAINER,
    llama_factory.TRAINER,
    trl.TRAINER,
    mistral_finetune.TRAINER,
)
"""Those whose own files are read; the order decides nothing, as no file is of two of them."""

__all__ = [
    "MAX_BYTES",
    "TRAINERS",
    "DataFile",
    "Document",
    "Language",
    "Objective",
    "Role",
    "Setting",
    "Trainer",
    "TrainingSettings",
    "Tuning",
    "bare_settings",
    "language_of",
    "may_be_settings",
    "read_document",
    "read_settings",
    "recognise",
    "training_table",
]


def may_be_settings(raw: bytes, language: Language) -> bool:
    """Whether a text can be some trainer's: a look at its bytes, before it is parsed."""
    return len(raw) <= MAX_BYTES and any(
        mark in raw for trainer in TRAINERS if language in trainer.languages for mark in trainer.marks
    )


def recognise(document: Document) -> Trainer | None:
    """The trainer that a document is meant for; None where it is none's."""
    value = document.mapping
    return next(
        (
            trainer
            for trainer in TRAINERS
            if value and document.language in trainer.languages and trainer.recognise(value)
        ),
        None,
    )


def read_settings(raw: bytes, language: Language) -> TrainingSettings | Document | None:
    """The settings in a file; the document where it is some trainer's but cannot be read; None for any other
    file.
    """
    if not may_be_settings(raw, language):
        return None
    document = read_document(raw, language)
    if document.trouble is not None:
        return document
    trainer = recognise(document)
    return None if trainer is None else settings_of(trainer, document)


def training_table(document: Document, base: Path = ()) -> TrainingSettings | None:
    """`[training]` of a config, in the table at `base` (`tool`, `finetooth` in a pyproject.toml)."""
    path = (*base, finetooth.TABLE)
    if not isinstance(document.at(path), dict):
        return None
    return settings_of(finetooth.TRAINER, document, path)


def bare_settings(target: str) -> TrainingSettings:
    """The settings of a run that nobody wrote any for: the defaults of the trainer that a target is, else
    none.
    """
    named = (one for one in TRAINERS if one.target == target and target != GENERIC.name)
    trainer = next(named, finetooth.TRAINER)
    return settings_of(trainer, Document(b"", Language.TOML, {}, None, nowhere))
