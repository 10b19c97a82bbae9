"""What nearly every record of a file has in common is said once.

A program wrote the records, and it wrote all of them in the same wrong way: that is one defect, with one
cause. So a finding of a rule `of_form` that at least 10 records and 90 % of the file share to the letter is
shown in the first of them only, with the number of the others. This is a step of showing: the findings
themselves, and so the fixes, stay with their records. What is told once is told in full again as soon as
fewer records have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.patterns import lazy

FEWEST: Final = 10
"""Fewer can be looked at one by one."""
SHARE: Final = 0.9
_NUMBER: Final = lazy(r"`[^`]*`|[0-9]+")


class Kind(NamedTuple):
    """What findings that say the same have in common."""

    code: str
    message: str
    consequence: Consequence


def kind_of(finding: Finding) -> Kind:
    """The kind of a finding. Bare numbers (`9 places`) make no difference, names with a number in them do."""
    return _kind(finding.code, finding.message, finding.consequence)


@lru_cache(maxsize=8192)
def _kind(code: str, message: str, consequence: Consequence) -> Kind:
    words = _NUMBER.sub(lambda found: found[0] if found[0][0] == "`" else "#", message)
    return Kind(code, words, consequence)


def told_once(counts: Mapping[Kind, int], records: int) -> frozenset[Kind]:
    """The kinds that are said once; `counts` are the records that have each, of rules `of_form` only."""
    fewest = max(FEWEST, SHARE * records)
    return frozenset(kind for kind, count in counts.items() if count >= fewest)


def in_others(count: int, *, blank: bool = False) -> str:
    """The end of the message of a finding that `count` other records have too."""
    thing = "line" if blank else "record"
    return f" (and in {count:,} more {thing}{'' if count == 1 else 's'})"
