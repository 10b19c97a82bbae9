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
