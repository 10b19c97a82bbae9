"""Explaining an `anyOf` or `oneOf` that does not hold: the errors within the branch that was meant. Used for
the formats' own schemas and for those of users.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from finetooth_rules.schema._branch import Choice, choose

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def meant(validator: Any, branches: Sequence[Any], value: Any) -> Iterator[ValidationError]:
    """What keeps a value from being the branch that it was meant as; where nothing tells the branches apart,
    the errors of the one that has the fewest.
    """
    choice = choose(branches, value)
    if choice.undecided:
        yield from _fewest(validator, branches, value)
        return
    yield from _discrimination(choice, branches, value)
    if choice.branch is not None:
        for error in validator.descend(value, choice.branch):
            if not (choice.wrong and tuple(error.path) == (choice.wrong,)):
                yield error


def _fewest(validator: Any, branches: Sequence[Any], value: Any) -> list[ValidationError]:
    """At a tie of branches that keys are missing of, those of the one more of whose keys are there."""

    def there(errors: Sequence[ValidationError], branch: Any) -> int:
        needed = branch.get("required", ()) if isinstance(branch, dict) else ()
        missing = isinstance(value, dict) and all(error.validator == "required" for error in errors)
        return sum(key in value for key in needed) if missing else 0

    found = [(list(validator.descend(value, branch)), branch) for branch in branches]
    return min(found, key=lambda one: (len(one[0]), -there(*one)))[0]


def _discrimination(choice: Choice, branches: Sequence[Any], value: Any) -> Iterator[ValidationError]:
    """What keeps a value from being any of the branches."""
    from jsonschema.exceptions import ValidationError

    if choice.types:
        yield ValidationError("", validator="type", validator_value=list(choice.types), instance=value)
    if choice.missing:
        known = {
            key: sub
            for branch in branches
            if isinstance(branch, dict)
            for key, sub in branch.get("properties", {}).items()
        }
        yield ValidationError(
            choice.missing,
            validator="required",
            validator_value=[choice.missing],
            instance=value,
            schema={"properties": known | {choice.missing: {"enum": list(choice.allowed)}}},
        )
    if choice.wrong:
        yield ValidationError(
            "",
            validator="enum",
            validator_value=list(choice.allowed),
            instance=value[choice.wrong],
            path=[choice.wrong],
        )
