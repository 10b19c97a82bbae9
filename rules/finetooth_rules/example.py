"""What a record means, whatever its format. Every rule above `schema/` reads only this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from finetooth_rules.finding import Path, Span
from finetooth_rules.record import Record

Role = str
"""system, developer, user, assistant, tool, function; as written when the format does not know it."""

SYSTEM_ROLES = frozenset({"system", "developer"})


class Text(NamedTuple):
    """A decoded string of the record, and where it stands."""

    text: str
    path: Path


class ToolCall(NamedTuple):
    """A call in an assistant turn. `arguments` as written: a string of JSON or an object."""

    id: str | None
    name: str | None
    arguments: Any
    path: Path


class Turn(NamedTuple):
    """One turn of the conversation.

    `texts` are the strings of the content (one, or one per text part). `path` is the turn's, `content_path`
    its content's (for a missing content, the turn's). `has_content` is false when the content is missing or
    null. `media` counts parts that are not text. `trained` says whether the target computes a loss on it.
    """

    role: Role
    texts: tuple[Text, ...]
    path: Path
    content_path: Path
    trained: bool
    has_content: bool = True
    role_path: Path = ()
    weight: Any = None
    media: int = 0
    calls: tuple[ToolCall, ...] = ()
    refusal: bool = False

    @property
    def text(self) -> str:
        """All its text."""
        return self.texts[0].text if len(self.texts) == 1 else "\n".join(part.text for part in self.texts)


@dataclass(frozen=True, slots=True)
class Example:
    """A training example: the turns of a conversation, or a prompt and its completion as a user and an
    assistant turn.

    `conversation` is false for formats without roles, where the rules on the order of turns say nothing.
    """

    record: Record
    format: str
    turns: tuple[Turn, ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    conversation: bool = True
    turns_path: Path = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def trained_texts(self) -> Iterator[Text]:
        """The strings the model learns to write: what rules on quality look at."""
        for turn in self.turns:
            if turn.trained:
                yield from turn.texts

    def all_texts(self) -> Iterator[Text]:
        """Every string of every turn."""
        for turn in self.turns:
            yield from turn.texts

    @property
    def prompt(self) -> str:
        """What the user asks: all user turns, or the system text where there is no user turn."""
        users = [turn.text for turn in self.turns if turn.role == "user"]
        if users:
            return "\n".join(users)
        return "\n".join(turn.text for turn in self.turns if turn.role in SYSTEM_ROLES)

    @property
    def completion(self) -> str:
        """What the model should answer: all assistant turns."""
        return "\n".join(turn.text for turn in self.turns if turn.role == "assistant")

    def span_of(self, text: Text, start: int, end: int) -> Span:
        """Span of characters `start` to `end` of a decoded string."""
        return self.record.locate_text(text.path, start, end)
