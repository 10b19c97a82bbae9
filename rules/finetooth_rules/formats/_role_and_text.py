"""What the formats share whose messages are a role and a text, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def schema_of(
    title: str, roles: Iterable[str], fewest: int = 1, others: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    """JSON Schema of a record with at least so many `messages`, and properties beside them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "required": ["messages"],
        "properties": {
            **(others or {}),
            "messages": {
                "type": "array",
                "minItems": fewest,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {"role": {"enum": list(roles)}, "content": {"type": "string"}},
                },
            },
        },
    }


def has_messages(value: Mapping[str, Any]) -> bool:
    """`messages` is there."""
    return "messages" in value
