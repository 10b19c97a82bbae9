"""The two validators of a user's own JSON Schema: one that decides, one that explains.

In the one that explains, only the keywords below are ours: a branch is chosen before it is explained, and
patterns are read as the other one reads them (ECMA 262).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.schema._branch import Schema
from finetooth_rules.schema._meant import meant

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


@lru_cache(maxsize=8)
def decider(own: OwnSchema) -> Callable[[Any], bool]:
    """True for a valid value. Drafts that the fast validator does not know are decided by the other one."""
    try:
        decide: Callable[[Any], bool] = fast_validator(own).is_valid
    except Exception:  # an old draft, a keyword it reads in another way: slower, and just as right
        decide = explainer(own).is_valid
    return decide


@lru_cache(maxsize=8)
def fast_validator(own: OwnSchema) -> Any:
    """A `jsonschema_rs` validator; raises where it does not know the draft or a document is not there."""
    import jsonschema_rs

    documents = [(uri, orjson.loads(text)) for uri, text in own.documents]
    return jsonschema_rs.validator_for(
        orjson.loads(own.text),
        registry=jsonschema_rs.Registry(documents) if documents else None,
        base_uri=own.uri or None,
        offline=True,
    )


@lru_cache(maxsize=8)
def explainer(own: OwnSchema) -> Any:
    """The validator that explains; slow to import, so only where a record breaks the schema."""
    validators = import_module("jsonschema.validators")
    schema = orjson.loads(own.text)
    cls = validators.validator_for(schema, default=validators.Draft202012Validator)
    registry = _registry(own, cls.META_SCHEMA.get("$schema", ""))
    keywords = {
        "anyOf": _any_of,
        "oneOf": _one_of,
        "pattern": _pattern_keyword,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    }
    known = {name: rule for name, rule in keywords.items() if name in cls.VALIDATORS}
    explaining = validators.extend(cls, known)
    return (
        explaining(schema, registry=registry, _resolver=registry.resolver(own.uri))
        if own.uri
        else (explaining(schema, registry=registry))
    )


def _registry(own: OwnSchema, dialect: str) -> Any:
    """The schema, the documents it refers to, and the schemas of JSON Schema itself."""
    referencing = import_module("referencing")
    default = import_module("referencing.jsonschema").specification_with(dialect)
    resources = [
        (uri, referencing.Resource.from_contents(orjson.loads(text), default))
        for uri, text in ((own.uri, own.text), *own.documents)
        if uri
    ]
    return import_module("jsonschema_specifications").REGISTRY.with_resources(resources).crawl()


def unresolved(own: OwnSchema) -> str:
    """A reference that leads nowhere; empty where there is none. Told only where both validators say so: each
    reads some addresses that the other does not.
    """
    try:
        fast_validator(own)
    except ValueError:
        schema, uri = orjson.loads(own.text), own.uri or "urn:schema"
        dialect = type(explainer(own)).META_SCHEMA.get("$schema", "")
        lookup = _registry(replace(own, uri=uri), dialect).resolver(uri).lookup
        return next((ref for ref in references(schema) if not _leads(lookup, ref)), "")
    return ""


def _leads(lookup: Callable[[str], Any], reference: str) -> bool:
    try:
        lookup(reference)
    except Exception:  # each kind of reference has an error of its own
        return False
    return True


def references(schema: Any) -> Iterator[str]:
    """Every `$ref` and its kin, at any depth."""
    stack = [schema]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key in ("$ref", "$dynamicRef", "$recursiveRef"):
                if isinstance(item.get(key), str):
                    yield item[key]
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _any_of(validator: Any, branches: Sequence[Any], value: Any, schema: Schema) -> Iterator[ValidationError]:
    """The errors within the branch that was meant; none where one branch holds."""
    if not any(validator.evolve(schema=branch).is_valid(value) for branch in branches):
        yield from meant(validator, branches, value)


def _one_of(validator: Any, branches: Sequence[Any], value: Any, schema: Schema) -> Iterator[ValidationError]:
    """As `anyOf`; and an error where more than one branch holds."""
    from jsonschema.exceptions import ValidationError

    holding = sum(validator.evolve(schema=branch).is_valid(value) for branch in branches)
    if holding == 0:
        yield from meant(validator, branches, value)
    elif holding > 1:
        yield ValidationError("", validator="oneOf", validator_value=holding, instance=value)


def _pattern_keyword(validator: Any, pattern: str, value: Any, schema: Schema) -> Iterator[ValidationError]:
    """As the fast validator reads the pattern (ECMA 262)."""
    from jsonschema.exceptions import ValidationError

    if isinstance(value, str) and not _matches(pattern, value):
        yield ValidationError("")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], value: Any, schema: Schema
) -> Iterator[ValidationError]:
    for pattern, sub in patterns.items() if isinstance(value, dict) else ():
        for key, item in value.items():
            if _matches(pattern, key):
                yield from validator.descend(item, sub, path=key, schema_path=pattern)


def _additional_properties(validator: Any, sub: Any, value: Any, schema: Schema) -> Iterator[ValidationError]:
    from jsonschema.exceptions import ValidationError

    extra = extra_keys(value, schema) if isinstance(value, dict) else []
    if isinstance(sub, dict):
        for key in extra:
            yield from validator.descend(value[key], sub, path=key)
    elif sub is False and extra:
        yield ValidationError("")


def extra_keys(value: Mapping[str, Any], schema: Schema) -> list[str]:
    """The keys that neither `properties` nor `patternProperties` knows."""
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return [key for key in value if key not in known and not any(_matches(p, key) for p in patterns)]


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[str], bool]:
    import jsonschema_rs

    matches: Callable[[str], bool] = jsonschema_rs.validator_for({"pattern": pattern}).is_valid
    return matches


def _matches(pattern: str, text: str) -> bool:
    return _matcher(pattern)(text)
