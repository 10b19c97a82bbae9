"""Reading records by a mapping, for tests."""

from __future__ import annotations

from typing import Any

import orjson

from finetooth_rules.example import Example
from finetooth_rules.formats._field_map import FieldMap
from finetooth_rules.formats.custom import custom_format
from finetooth_rules.record import Record
from finetooth_rules.targets import GENERIC


def read(mapping: FieldMap, value: dict[str, Any], *, valid: bool = True) -> Example:
    fmt = custom_format(mapping)
    assert fmt.validator.is_valid(value) is valid
    return fmt.read(Record(orjson.dumps(value)), value, GENERIC)


def said(example: Example) -> list[tuple[str, str, bool]]:
    return [(turn.role, turn.text, turn.trained) for turn in example.turns]
