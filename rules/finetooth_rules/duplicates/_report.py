"""What the rules of this group say in the same way."""

from __future__ import annotations

from typing import Final

from finetooth_rules.finding import Applicability, Consequence, Finding, Fix, Related
from finetooth_rules.rule import Member
from finetooth_rules.splits import TRAIN

DELETE: Final = Fix("Delete this record", Applicability.UNSAFE, lines=())


def held_out(member: Member) -> bool:
    """Whether a record is there to measure, not to train."""
    return member.split != TRAIN


def copy(code: str, message: str, consequence: Consequence, of: Member, where: str) -> Finding:
    """A finding on the whole of a record that is a copy of another, which may be deleted."""
    return Finding(code, message, consequence, fixes=(DELETE,), related=(Related(where, address=of.address),))
