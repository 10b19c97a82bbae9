"""The tokens that the settings of a run give a row: what a profile carries of a trainer's own file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from finetooth_rules.finding import Consequence
from finetooth_rules.targets import Overlong

BECOMES: Final[Mapping[Overlong, Consequence]] = {
    Overlong.END: Consequence.TRUNCATED,
    Overlong.DROP: Consequence.DROPPED,
    Overlong.BOTH: Consequence.TRUNCATED,
    Overlong.REFUSE: Consequence.REJECTED,
}

SURE: Final = 1.5
"""How many times the limit an estimate must be, to be over it surely: other tokenizers than the one that was
counted with make seldom more than a third fewer tokens of a text."""


def fate(becomes: Consequence, *, sure: bool) -> Consequence:
    """What a run does with a record that is over the limit, where it does `becomes` with such ones. What is
    not sure (`SURE`) is never an error.
    """
    return becomes if sure or becomes not in _LOST else Consequence.DEGRADED


_LOST: Final = frozenset({Consequence.DROPPED, Consequence.REJECTED})


class RowLimit(NamedTuple):
    """`tokens` is what `key` says in the file named `file`, or what holds `by_default`. `overlong` is what is
    cut from a longer row, `over_limit` what becomes of it.
    """

    tokens: int
    key: str
    file: str
    overlong: Overlong
    over_limit: Consequence
    by_default: bool = False
