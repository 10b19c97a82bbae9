"""Which field of a record holds what: the mapping behind the format `custom`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finetooth_rules.finding import Path

Fields = tuple[Path, ...]
"""Several fields that make one text, joined by line breaks."""

Roles = tuple[tuple[str, tuple[str, ...]], ...]
"""Our role → the names that the records write for it."""

CALL: Final = "call"
"""Among `Roles`: an assistant's turn whose content is a call, as JSON (`function_call`)."""

SETTINGS: Final = "[format]"

DEFAULT_ROLES: Final[Roles] = (
    ("system", ("system",)),
    ("developer", ("developer",)),
    ("user", ("user", "human")),
    ("assistant", ("assistant", "gpt", "model", "bot", "chatbot")),
    ("tool", ("tool", "observation", "ipython", "function_response")),
    ("function", ("function",)),
    (CALL, ("function_call", "tool_call")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMap:
    """Which field holds what. Hashable, as the format made from it is kept; `()` and `""`: there is none.

    A field is a path, so `("instances", 0, "output")` reaches into a list. `role`, `content`, `calls`,
    `reasoning` and `training` are keys of a message where `messages` is mapped; `reasoning` is else one of
    the record. `prompt` and `input` make the user's turn, `completion` the assistant's. `optional` names the
    attributes whose fields a record may lack. `open_roles`: a role that is not listed is kept as it is
    written. `learnt` are the roles that are trained. `loose`: messages may be JSON in a string, or just a
    text. `parts`: contents may be lists of parts. `lists`: fields of text that are lists.

    `source` is the file that says so. `columns` are columns that its trainer looks up in the table without
    asking, with its own words for them. `absent`, found from the first records (`settled`), names what no
    record has: the attribute and the name; the schema does not ask for it, as LOD006 says it once.
    """

    source: str = SETTINGS
    system: Path = ()
    prompt: Fields = ()
    input: Fields = ()
    history: Path = ()
    completion: Fields = ()
    text: Path = ()
    messages: Path = ()
    role: str = "role"
    content: str = "content"
    roles: Roles = DEFAULT_ROLES
    open_roles: bool = False
    learnt: tuple[str, ...] = ("assistant",)
    calls: str = ""
    reasoning: Path = ()
    training: str = ""
    tools: Path = ()
    chosen: Path = ()
    rejected: Path = ()
    label: Path = ()
    images: Path = ()
    videos: Path = ()
    audios: Path = ()
    optional: tuple[str, ...] = ()
    lists: Fields = ()
    loose: bool = False
    parts: bool = True
    columns: tuple[tuple[str, str], ...] = ()
    absent: tuple[tuple[str, str], ...] = ()

    def required(self) -> Iterator[tuple[str, Path]]:
        """The fields that every record must have, with the attribute each belongs to."""
        for name, several in (("prompt", self.prompt), ("completion", self.completion)):
            if name not in self.optional:
                yield from ((name, path) for path in several)
        for name, path in (
            ("text", self.text),
            ("messages", self.messages),
            ("chosen", self.chosen),
            ("rejected", self.rejected),
            ("label", self.label),
        ):
            if path and name not in self.optional:
                yield name, path

    def asked(self) -> Iterator[tuple[str, Path]]:
        """The required fields that the first records did not show to be a mistake of the mapping."""
        yield from (pair for pair in self.required() if (pair[0], dotted(pair[1])) not in self.absent)

    def lacks(self, attribute: str) -> bool:
        """Whether no record has what this attribute names."""
        return any(name == attribute for name, _ in self.absent)

    def role_of(self, written: Any) -> str:
        """Our word for a role; `""` where there is none that could be known."""
        if not isinstance(written, str):
            return ""
        for ours, names in self.roles:
            if written in names:
                return "assistant" if ours == CALL else ours
        return written

    def is_call(self, written: Any) -> bool:
        """Whether the content of a turn of this role is a call."""
        return any(ours == CALL and written in names for ours, names in self.roles)

    def role_names(self) -> tuple[str, ...]:
        """Every name that a role may be written as."""
        return tuple(dict.fromkeys(name for _, names in self.roles for name in names))


def dotted(path: Path) -> str:
    """A path as it is written in the settings: `instances.0.output`."""
    return ".".join(str(step) for step in path)


def undotted(name: str) -> Path:
    """The path that a name in the settings means; a number is a place in a list."""
    return tuple(
        int(step) if step.isdecimal() and index else step for index, step in enumerate(name.split("."))
    )


def there(value: Any, path: Path) -> bool:
    """Whether a record has a field."""
    for step in path:
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return False
        elif not isinstance(value, list) or step >= len(value):
            return False
        value = value[step]
    return True


def at(value: Any, path: Path) -> Any:
    """The value of a field; None where there is none."""
    return _walk(value, path) if path and there(value, path) else None


def _walk(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def messages_of(mapping: FieldMap, value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The messages of a record that are objects."""
    found = at(value, mapping.messages)
    for message in found if isinstance(found, list) else ():
        if isinstance(message, dict):
            yield message
