"""What a record means, whatever its format. Every rule above `schema/` reads only this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.record import Record

Role = str
"""system, developer, user, assistant, tool, function; as written when the format does not know it."""

SYSTEM_ROLES = frozenset({"system", "developer"})


class Kind(StrEnum):
    """What a record is there for."""

    SUPERVISED = "supervised"
    """The answers are learnt."""
    PROMPT_ONLY = "prompt-only"
    """A prompt for reinforcement learning; the model answers, a grader judges."""
    PREFERENCE = "preference"
    """A better and a worse answer to one prompt."""
    UNPAIRED = "unpaired"
    """One answer, and whether it is good."""
    STEPWISE = "stepwise"
    """An answer in steps, and which of them are right."""
    PRETRAINING = "pretraining"
    """Plain text without turns."""
    TOKENIZED = "tokenized"
    """Token ids: there is no text to look at."""


class Text(NamedTuple):
    """A decoded string of the record, and where it stands."""

    text: str
    path: Path


class Media(NamedTuple):
    """An image, video or audio. `source` is what is written for it: an address, a data URL, a file's path."""

    kind: str
    """image, video, audio, file; another part type as written."""
    source: Any
    path: Path


class ToolCall(NamedTuple):
    """A call in an assistant turn. `arguments` as written: a string of JSON or an object.

    The paths are those of the call, of its name, its id and its arguments; of what is missing, the call's.
    """

    id: str | None
    name: str | None
    arguments: Any
    path: Path
    name_path: Path = ()
    id_path: Path = ()
    arguments_path: Path = ()

    def parsed(self) -> tuple[Any, Path] | None:
        """The arguments as a value and where it stands, also from a string of JSON; None where that is no
        JSON.
        """
        return parsed(self.arguments, self.arguments_path)


class Tool(NamedTuple):
    """A tool definition. `definition` as written, `function` what holds name, description and parameters."""

    definition: Any
    function: Mapping[str, Any]
    path: Path
    function_path: Path

    @property
    def name(self) -> str | None:
        """Its name; None where there is none."""
        name = self.function.get("name")
        return name if isinstance(name, str) else None

    def parameters(self) -> tuple[Any, Path] | None:
        """The JSON Schema of its arguments and where it stands; None where it has none, or no JSON."""
        key = next((key for key in ("parameters", "input_schema") if key in self.function), None)
        return None if key is None else parsed(self.function[key], (*self.function_path, key))


class Turn(NamedTuple):
    """One turn of the conversation.

    `role` is the role in OpenAI's words (`human` is `user`); `written` is what the record says, where that
    is another. `texts` are the strings of the content (one, or one per text part). `path` is the turn's,
    `content_path` its content's (for a missing content, the turn's). `has_content` is false when the content
    is missing or null. `media` are the parts that are not text. `trained` says whether it is there to be
    learnt. `reasoning` are texts under keys of their own (`reasoning_content`, `thinking`). `answers` is the
    id of the call that a tool's turn is the result of.
    """

    role: Role
    texts: tuple[Text, ...]
    path: Path
    content_path: Path
    trained: bool
    has_content: bool = True
    role_path: Path = ()
    weight: Any = None
    media: tuple[Media, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    refusal: bool = False
    written: str = ""
    reasoning: tuple[Text, ...] = ()
    answers: str | None = None
    answers_path: Path = ()
    name: str | None = None
    weight_path: Path = ()

    @property
    def text(self) -> str:
        """All its text."""
        return self.texts[0].text if len(self.texts) == 1 else "\n".join(part.text for part in self.texts)


@dataclass(frozen=True, slots=True)
class Example:
    """A training example: the turns of a conversation, or a prompt and its completion as a user and an
    assistant turn.

    `conversation` is false for formats without roles, where the rules on the order of turns say nothing.
    Of preference data `turns` are the prompt and the preferred answer, which begins at `answer_from`, and
    `rejected` the turns of the other answer (with its own prompt, `rejected_from` turns long, where it is
    written out again). `media` are those listed beside the turns (`images`). `label` is that of an unpaired
    answer. `extra["reference"]` names the column that a grader compares with.
    """

    record: Record
    format: str
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    conversation: bool = True
    turns_path: Path = ()
    kind: Kind = Kind.SUPERVISED
    rejected: tuple[Turn, ...] = ()
    answer_from: int = 0
    rejected_from: int = 0
    rejected_path: Path = ()
    media: tuple[Media, ...] = ()
    label: bool | None = None
    label_path: Path = ()
    tools_path: Path = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def trained_texts(self) -> Iterator[Text]:
        """The strings the model learns to write: what rules on quality look at."""
        for turn in self.turns:
            if turn.trained:
                yield from turn.texts

    def all_texts(self) -> Iterator[Text]:
        """Every string of every turn."""
        for turn in (*self.turns, *self.rejected):
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


def parsed(value: Any, path: Path) -> tuple[Any, Path] | None:
    """A value that may be written as JSON in a string, and where it stands; None where the string is no
    JSON.
    """
    if not isinstance(value, str):
        return value, path
    try:
        return orjson.loads(value), (*path, INSIDE)
    except orjson.JSONDecodeError:
        return None
