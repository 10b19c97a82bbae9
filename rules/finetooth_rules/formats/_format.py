"""What a dataset format is: how it is recognised, its JSON Schema, and how it is read into an Example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs

    from finetooth_rules.example import Example
    from finetooth_rules.finding import Path
    from finetooth_rules.record import Record
    from finetooth_rules.targets import Target

JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Format:
    """One dataset format.

    `recognise(value)` says whether a decoded object is meant as this format, by its discriminating keys
    alone (a broken record of the format is still recognised). `schema` is what a record must satisfy under
    every target; unknown keys are allowed in it. `read` never raises, whatever the types: it reads what is
    there. `sources` names the documents the schema comes from. `extra_keys` are keys that some trainers
    read and the schema leaves out: a strict target refuses them, and they are nobody's typing mistake.
    `old_keys` maps a key of an older specification, which is still read, to today's. `well_known`: messages
    name it where a file is of no known format.
    """

    name: str
    title: str
    recognise: Callable[[Mapping[str, Any]], bool]
    schema: JsonSchema
    read: Callable[[Record, Mapping[str, Any], Target], Example]
    sources: tuple[str, ...]
    hint: str = ""
    """The keys a record of this format has, for messages: `messages`."""
    extra_keys: frozenset[str] = frozenset()
    old_keys: Mapping[str, str] = field(default_factory=dict)
    well_known: bool = False

    capital_types: bool = False
    """Whether schemas of tools write their types in capitals (OpenAPI, as Gemini has it)."""

    plain_shape: Callable[[Mapping[str, Any]], tuple[tuple[Any, ...], int] | None] | None = None
    """A quick `shape_of` for the commonest form of a record: its shape and number of keys, or None where it
    is not that form. Equal plain shapes mean equal shapes, and the record is surely recognised. For speed
    only.
    """

    distinct: Callable[[Mapping[str, Any]], bool] | None = None
    """What tells a record from all other formats while the file's format is not known; None where `recognise`
    does. A format whose keys are another's is never told apart so: it has to be configured.
    """
    beyond: Callable[[Mapping[str, Any]], Iterable[tuple[Path, str]]] | None = None
    """What the format asks for and JSON Schema cannot say (two lists of one length), read from the shape
    alone: where it is broken, and the words for it.
    """

    any_columns: bool = False
    """Whether columns of any name belong to it, so that no target refuses one: those that a grader reads."""

    def lacks_of(self, other: Format) -> bool:
        """Whether its required keys are some of another's: a record of this format may be one of the other
        whose last key is missing.
        """
        return frozenset(self.schema.get("required", ())) < frozenset(other.schema.get("required", ()))

    def holds(self, value: Any) -> bool:
        """Whether a decoded object satisfies the schema and what is beyond it."""
        return self.validator.is_valid(value) and not (self.beyond and any(self.beyond(value)))

    @cached_property
    def validator(self) -> jsonschema_rs.Validator:
        """Decides in about a microsecond; the rules of `schema/` explain."""
        import jsonschema_rs  # 20 ms, not needed by every command

        return jsonschema_rs.validator_for(dict(self.schema))
