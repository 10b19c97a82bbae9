"""Records of the files of an open dataset, as group rules see them and as others find them later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import total_ordering
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.compare import Place, Range, places
from finetooth.engine.live.files import Listed, Loaded
from finetooth_rules.finding import Finding, Related

if TYPE_CHECKING:
    from finetooth.engine.live.document import Encoding
    from finetooth.engine.live.gather import Gatherer
    from finetooth.engine.live.index import LiveIndex

_LOCATED_AT_ONCE: Final = 64

Rank: TypeAlias = tuple[int, int, int]
"""Number of the file in its dataset, and place in it: of the block and in the block, or the row."""


@dataclass(eq=False, slots=True)
class ShutFile:
    """A file of the dataset that is not open. `places` are those that findings point at."""

    token: str
    listed: Listed
    loaded: Loaded
    places: dict[Place, Range | None] = field(default_factory=dict)

    def range(self, row: int, related: Related) -> Range | None:
        """Where a related place is, as far as it was asked for."""
        return self.places.get((row, related.path, related.span))


@total_ordering
class Address:
    """A record as group rules see it: ordered by its place when judged, and good for finding it later."""

    __slots__ = ("_rank", "entry", "index")

    def __init__(self, rank: Rank, entry: Entry, index: LiveIndex | None = None) -> None:
        self._rank = rank
        self.entry: Entry | None = entry
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and other.entry is self.entry and other.entry is not None

    def __lt__(self, other: Address) -> bool:
        return self._rank < other._rank

    def __hash__(self) -> int:
        return id(self.entry)


class FarAddress(Address):
    """A record of a file that is not open."""

    __slots__ = ("file", "row")

    def __init__(self, rank: Rank, file: ShutFile, row: int) -> None:
        self._rank = rank
        self.entry = None
        self.index = None
        self.file = file
        self.row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FarAddress) and other.file is self.file and other.row == self.row

    def __hash__(self) -> int:
        return hash((id(self.file), self.row))


def locate(
    findings: Iterable[Finding], gatherer: Gatherer, encoding: Encoding
) -> Iterator[Future[Any] | None]:
    """Find out where the places in files that are not open are which these findings point at."""
    wanted: dict[ShutFile, list[Place]] = {}
    for finding in findings:
        for related in finding.related:
            address = related.address
            if isinstance(address, FarAddress):
                place = (address.row, related.path, related.span)
                if place not in address.file.places:
                    wanted.setdefault(address.file, []).append(place)
    for file, several in wanted.items():
        unique = [*dict.fromkeys(several)]
        for start in range(0, len(unique), _LOCATED_AT_ONCE):
            some = unique[start : start + _LOCATED_AT_ONCE]
            asked = gatherer.ask(places, file.token, some, encoding)
            yield asked
            file.places.update(zip(some, asked.result() or [None] * len(some), strict=True))
