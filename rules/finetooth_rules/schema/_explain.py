"""Why a record breaks its format's JSON Schema, as defects: one for each thing that a person has to change.

`jsonschema` walks the schema; only four keywords are ours, so that the branch is chosen
before it is explained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.schema._branch import Schema, choose, has_type, json_type
from finetooth_rules.schema._meant import meant
from finetooth_rules.shape import Shape, literal_keys, shape_of
from finetooth_rules.targets import Loader

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

    from finetooth_rules.example import Example
    from finetooth_rules.formats import Format
    from finetooth_rules.profile import Profile
    from finetooth_rules.record import Record

MISSING_KEY: Final = "FMT003"
WRONG_TYPE: Final = "FMT004"
NOT_ALLOWED: Final = "FMT006"
EMPTY_LIST: Final = "FMT007"
OUT_OF_RANGE: Final = "FMT008"
VIOLATION: Final = "FMT009"

_CODES: Final[Mapping[str, str]] = {
    "required": MISSING_KEY,
    "type": WRONG_TYPE,
    "enum": NOT_ALLOWED,
    "const": NOT_ALLOWED,
    **dict.fromkeys(
        (
            *(
                "minItems",
                "maxItems",
                "minLength",
                "maxLength",
                "pattern",
                "format",
                "minProperties",
                "maxProperties",
            ),
            *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        ),
        OUT_OF_RANGE,
    ),
}


@dataclass(frozen=True, slots=True)
class Defect:
    """One violation.

    `code` is the rule it belongs to, `keyword` the JSON Schema keyword that fails and `expected` that
    keyword's value. `found` is the value at `path`, `schema` what it should satisfy. For a missing key,
    `path` is the object's and `key` the missing one.
    """

    code: str
    keyword: str
    path: Path
    expected: Any
    found: Any
    schema: Schema
    key: str = ""


def explain(example: Example, profile: Profile, code: str) -> Iterator[Defect]:
    """The defects of a record that belong to the rule `code`, in order of the schema."""
    fmt = profile.format_named(example.format)
    if fmt is not None and not _unread(profile, fmt):
        for defect in _defects(example.record, fmt):
            if defect.code == code:
                yield defect


def _unread(profile: Profile, fmt: Format) -> bool:
    """Whether the target refuses this format anyway: that is said once, and what breaks it is no matter."""
    target = profile.target
    return fmt.name == profile.format and target.loader is Loader.NONE and not target.reads(fmt.name)


@lru_cache(maxsize=1)
def _defects(record: Record, fmt: Format) -> tuple[Defect, ...]:
    """All defects of a record. The last answer is kept, since six rules ask for the same record in turn."""
    value = record.value
    known = _explained(_Shaped(shape_of(value, _literal(fmt))[0], value), fmt)
    # What it holds is not what another one of this shape holds.
    return tuple(
        defect if defect.found is None else replace(defect, found=_at(value, defect.path)) for defect in known
    )


@lru_cache(maxsize=64)
def _literal(fmt: Format) -> frozenset[str]:
    return literal_keys(fmt.schema)


class _Shaped:
    """A value as a key: by its shape, which decides what its defects are (see `shape`)."""

    __slots__ = ("shape", "value")

    def __init__(self, shape: Shape, value: Any) -> None:
        self.shape = shape
        self.value = value

    def __hash__(self) -> int:
        return hash(self.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shaped) and self.shape == other.shape


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


@lru_cache(maxsize=64)
def _explained(shaped: _Shaped, fmt: Format) -> tuple[Defect, ...]:
    """The defects of values of a shape, told of one of them: a program that writes one wrong record writes
    thousands."""
    value = shaped.value
    found = [_defect(error) for error in _validator(fmt).iter_errors(value)]
    for path, why in fmt.beyond(value) if fmt.beyond else ():
        found.append(Defect(VIOLATION, "", path, {"description": why}, None, fmt.schema))
    mistyped = {defect.path for defect in found if defect.code == WRONG_TYPE}
    unique: dict[tuple[Any, ...], Defect] = {}
    for defect in found:
        if defect.code in (WRONG_TYPE, MISSING_KEY) or defect.path not in mistyped:
            unique.setdefault((defect.path, defect.code, defect.key), defect)
    if not unique:
        # The fast validator and this one differ.
        return (Defect(VIOLATION, "", (), None, value, fmt.schema),)
    return tuple(unique.values())


@lru_cache(maxsize=64)
def _validator(fmt: Format) -> Any:
    # Imported here, as it takes 0.1 s that a file without a defect should not pay.
    jsonschema = import_module("jsonschema.validators")
    keywords = {
        "anyOf": _any_of,
        "oneOf": _any_of,
        "required": _required,
        "dependentRequired": _dependent,
        "pattern": _pattern,
    }
    return jsonschema.extend(jsonschema.Draft202012Validator, keywords)(fmt.schema)


def _defect(error: ValidationError) -> Defect:
    keyword, expected = str(error.validator), error.validator_value
    code = _CODES.get(keyword, VIOLATION)
    if keyword == "minItems" and not error.instance:
        code = EMPTY_LIST
    elif code == NOT_ALLOWED:
        # Text where a number is listed, null where a word is: the type is what is wrong.
        allowed: Any = expected if keyword == "enum" else [expected]
        if not has_type(error.instance, [_broad(json_type(value)) for value in allowed]):
            code = WRONG_TYPE
    return Defect(
        code=code,
        keyword=keyword,
        path=tuple(error.absolute_path),
        expected=expected,
        found=error.instance,
        schema=error.schema if isinstance(error.schema, Mapping) else {},
        key=error.message if keyword == "required" else "",
    )


def _broad(name: str) -> str:
    return "number" if name == "integer" else name


def _required(validator: Any, keys: Sequence[str], value: Any, schema: Schema) -> Iterator[ValidationError]:
    """As in `jsonschema`, with the missing key for a message."""
    from jsonschema.exceptions import ValidationError

    if isinstance(value, dict):
        yield from (ValidationError(key) for key in keys if key not in value)


def _dependent(
    validator: Any, wanted: Mapping[str, Sequence[str]], value: Any, schema: Schema
) -> Iterator[ValidationError]:
    """Keys that are missing beside another, as missing keys."""
    from jsonschema.exceptions import ValidationError

    for key, others in wanted.items() if isinstance(value, dict) else ():
        if key in value:
            for other in others:
                if other not in value:
                    yield ValidationError(other, validator="required", validator_value=[other])


def _pattern(validator: Any, pattern: str, value: Any, schema: Schema) -> Iterator[ValidationError]:
    """As the fast validator reads the pattern, whose `$` is the very end."""
    import jsonschema_rs
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and not jsonschema_rs.is_valid({"pattern": pattern}, value):
        yield ValidationError("")


def _any_of(validator: Any, branches: Sequence[Any], value: Any, schema: Schema) -> Iterator[ValidationError]:
    """The errors within the branch that was meant; none where one branch holds."""
    undecided = choose(branches, value).undecided
    for error in meant(validator, branches, value):
        if undecided and not error.path and error.validator == "required":
            error.schema = schema  # which knows all the keys that the object may have
        yield error
