"""Records against the user's own JSON Schema, of any draft: decided fast, then explained at the exact place.

`jsonschema-rs` decides, where it knows the draft; `jsonschema` says what is wrong (`_own_validator`). Both
keep to the documents they were given: nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import orjson

from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Path
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.record import Record
from finetooth_rules.schema._edits import object_span, remove_key, rename_key
from finetooth_rules.schema._own_validator import decider, explainer, fast_validator, unresolved
from finetooth_rules.schema._own_words import Violation, explained
from finetooth_rules.schema._words import cut, kind, place, quoted

if TYPE_CHECKING:
    from finetooth_rules.finding import Span

CODE: Final = "FMT009"
MOST_VIOLATIONS: Final = 20
"""Shown of one record: a schema that does not fit at all need not say so a thousand times."""


def is_valid(own: OwnSchema, value: Any) -> bool:
    """Whether a value satisfies the schema."""
    return bool(decider(own)(value))


def check(record: Record, own: OwnSchema) -> Iterator[Finding]:
    """One finding for each violation of a record."""
    if is_valid(own, record.value):
        return
    for violation in violations(own, record.value):
        fixes: tuple[Fix, ...] = ()
        if violation.meant:
            fixes = (rename_key(record, violation.path, violation.meant, Applicability.UNSAFE),)
        elif violation.key:
            fixes = (remove_key(record, violation.path),)
        yield Finding(
            CODE,
            cut(violation.message),
            Consequence.REJECTED,
            span=_span(record, violation),
            path=violation.path,
            on_key=violation.on_key,
            fixes=fixes,
        )


def _span(record: Record, violation: Violation) -> Span:
    if violation.on_key:
        return record.locate(violation.path, on_key=True)
    return object_span(record, violation.path)


def violations(own: OwnSchema, value: Any) -> Iterator[Violation]:
    """What is wrong with a value, at most `MOST_VIOLATIONS`, each place and reason once."""
    found: dict[Violation, None] = {}
    for violation in _explained(own, value):
        found[violation] = None
        if len(found) == MOST_VIOLATIONS:
            break
    misspelt = {violation.path for violation in found if violation.missing}
    yield from (one for one in found if one.missing or one.path not in misspelt)
    if not found and not is_valid(own, value):
        yield _plainly(own, value)


def _explained(own: OwnSchema, value: Any) -> Iterator[Violation]:
    """All that `jsonschema` finds, up to the first thing it cannot read (a pattern in another dialect)."""
    try:
        for error in explainer(own).iter_errors(value):
            yield from explained(error, own)
    except (re.error, RecursionError):
        return


def _plainly(own: OwnSchema, value: Any) -> Violation:
    """The place at which the fast validator sees a violation, where the other one sees none."""
    error = next(iter(fast_validator(own).iter_errors(value)), None)
    path: Path = () if error is None else tuple(error.instance_path)
    return Violation(path, f"{place(path)} breaks {own.title}")


def problem(own: OwnSchema) -> str:
    """Why the text is no JSON Schema that can be used; empty where it is one."""
    try:
        schema = orjson.loads(own.text)
    except orjson.JSONDecodeError as error:
        return f"is not JSON: {error}"
    if not isinstance(schema, dict | bool):
        return f"is {kind(schema)}; expected a JSON Schema (an object)"
    if isinstance(schema, dict) and not isinstance(schema.get("$schema", ""), str):
        return f"is not a valid JSON Schema: `$schema` is {kind(schema['$schema'])}; expected an address"
    validators = import_module("jsonschema.validators")
    errors = import_module("jsonschema.exceptions")
    try:
        validators.validator_for(schema, default=validators.Draft202012Validator).check_schema(schema)
    except errors.SchemaError as error:
        where = "/".join(str(step) for step in error.absolute_path) or "the schema"
        return f"is not a valid JSON Schema: at {where}: {str(error.message)[:80]}"
    except ValueError as error:  # `$schema` is no address
        return f"is not a valid JSON Schema: {error}"
    try:
        list(explainer(own).iter_errors({}))
        missing = unresolved(own)
    except Exception as error:
        return f"cannot be used: {str(error)[:100]}"
    return f"refers to {quoted(missing)}, which is not there; nothing is fetched" if missing else ""
