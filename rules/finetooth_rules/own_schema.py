"""The user's own JSON Schema (`schema = "my.schema.json"`), as text: what a profile carries of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MOST_NAME: Final = 24


@dataclass(frozen=True, slots=True)
class OwnSchema:
    """A JSON Schema as text. `name` is how messages call it; `documents` are the other documents it refers
    to, by URI.
    """

    name: str
    text: str
    uri: str = ""
    documents: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Its name, cut for messages."""
        return self.name if len(self.name) <= _MOST_NAME else "…" + self.name[1 - _MOST_NAME :]
