"""Which reader reads a settings file."""

from __future__ import annotations

from finetooth_rules.trainers._document import Document, Language


def read_document(raw: bytes, language: Language) -> Document:
    """Read a text. It is to have at most `MAX_BYTES`."""
    if language is Language.JSON:
        from finetooth_rules.trainers._json import read_json as read
    elif language is Language.YAML:
        from finetooth_rules.trainers._yaml import read_yaml as read
    else:
        from finetooth_rules.trainers._toml import read_toml as read
    return read(raw)
