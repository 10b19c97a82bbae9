"""The records of an open document in order, in blocks: an edit moves little, and line numbers are cheap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

from finetooth_rules.alike import Kind
from finetooth_rules.finding import Finding, Severity

BLOCK_RECORDS: Final = 512
CARRIED: Final = "carried"
"""The origin of what was said of a record before it was edited: all that is shown until it is judged anew."""


class Entry:
    """One record of the document, or lines that wait to be read as records (`findings` is None).

    `lines` is how many lines it covers, `reach` how many lines from its first decided where it ends.
    `findings` are those of the syntax and record rules, `judged` those of all other rules by origin.
    In an array the record is `size` bytes from byte `at` of the lines on. Where several records begin on the
    same lines, all entries but the last cover 0 lines, and are read anew with it.
    `facts`, `keys` and `rows` are what the statistic, group and near rules know of it, None until gathered.
    `merged` and `rendered` cache what is shown, `tokens` how many it has, as far as somebody asked.
    Of one of several records on the same lines `digest` names the bytes; `kept` are the ones that stood on
    lines that wait to be read again, in order: most will be found there as they were. `moves` counts how
    often it was. `carried` is what lines that wait show of the record that they were.
    """

    __slots__ = (
        "at",
        "block",
        "carried",
        "digest",
        "facts",
        "findings",
        "fresh",
        "glue",
        "judged",
        "kept",
        "keys",
        "lines",
        "merged",
        "moves",
        "oversize",
        "reach",
        "rendered",
        "rows",
        "size",
        "tokens",
    )

    def __init__(self, lines: int, reach: int = 0, findings: tuple[Finding, ...] | None = None) -> None:
        self.lines = lines
        self.reach = reach
        self.at = 0
        self.size = -1
        self.oversize = self.glue = False
        self.moves = 0
        self.digest = b""
        self.kept: Sequence[Entry] = ()
        self.carried: tuple[Finding, ...] = ()
        self.findings = findings
        self.judged: dict[object, tuple[Finding, ...]] | None = None
        self.facts: tuple[Any, ...] | None = None
        self.keys: tuple[tuple[str, bytes], ...] = ()
        self.rows: dict[str, bytes] | None = None
        self.fresh = True
        self.merged: tuple[tuple[Severity, Finding], ...] | None = None
        self.rendered: Any = None
        self.tokens: Any = None
        self.block: Block | None = None

    @property
    def pending(self) -> bool:
        """Lines that are not read yet."""
        return self.findings is None

    def reset(self) -> None:
        """Lines that decided it are no longer what they were. (Its keys are forgotten already.)"""
        self.findings = self.judged = self.facts = self.rows = self.merged = self.rendered = None
        self.tokens = None
        self.fresh = True
        self.digest = b""
        if self.block is not None:
            self.block.changed()


class Block:
    """Some entries in a row. `flagged` and `summaries` are caches, dropped by `changed`."""

    __slots__ = ("entries", "flagged", "lines", "number", "rows_id", "stale", "summaries", "without_lines")

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.lines = sum(entry.lines for entry in entries)
        self.without_lines = sum(not entry.lines for entry in entries)
        self.number = 0
        self.flagged: Flagged | None = None
        self.summaries: dict[str, Any] = {}
        self.rows_id: int | None = None
        """Names the rows of its entries, as long as they stay the same."""
        self.stale = True
        """Whether an entry may lack facts."""
        for entry in entries:
            entry.block = self

    def changed(self) -> None:
        """Its entries are not what they were."""
        self.flagged = None
        self.summaries = {}
        self.rows_id = None
        self.stale = True

    @property
    def one_a_line(self) -> bool:
        """Whether every entry covers one line."""
        return self.lines == len(self.entries) and not self.without_lines

    def offset(self, index: int) -> int:
        """Lines of the block before entry `index`."""
        if self.one_a_line:
            return index
        return sum(entry.lines for entry in self.entries[:index])


class Flagged:
    """The entries of a block that have something to show, each with its line in the block, and the number of
    findings of each severity.

    `alike` says of each kind of finding that may be told once in how many records it is, and how often;
    `records` is how many records the block has (None: not counted yet).
    """

    __slots__ = ("alike", "counts", "drawn", "entries", "records")

    def __init__(
        self,
        entries: list[tuple[int, Entry]],
        counts: dict[Severity, int],
        alike: Mapping[Kind, tuple[int, int]],
    ) -> None:
        self.entries = entries
        self.counts = counts
        self.alike = alike
        self.records: int | None = None
        self.drawn: Any = None
        """Cache of whoever shows them."""


class Blocks:
    """An ordered sequence of entries that covers the lines of a document without a gap."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.blocks: list[Block] = []
        self.layout = 0
        """Counts up whenever lines may have moved."""
        self._starts: list[int] | None = None
        if entries:
            self.blocks.append(Block(list(entries)))

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    @property
    def starts(self) -> list[int]:
        """The first line of every block, and behind the last one the number of all lines."""
        if self._starts is None:
            self._starts = list(accumulate((block.lines for block in self.blocks), initial=0))
            for number, block in enumerate(self.blocks):
                block.number = number
        return self._starts

    def _moved(self) -> None:
        self._starts = None
        self.layout += 1

    def start(self, block: Block) -> int:
        """The block's first line."""
        return self.starts[block.number]

    def locate(self, line: int) -> tuple[int, int, int]:
        """Block number, index in it and first line of the entry that covers `line`.

        Past the last line: the place behind the last entry.
        """
        starts = self.starts
        if line >= starts[-1]:
            if not self.blocks:
                return 0, 0, 0
            return len(self.blocks) - 1, len(self.blocks[-1].entries), starts[-1]
        number = bisect_right(starts, line) - 1
        block = self.blocks[number]
        at = starts[number]
        if block.one_a_line:
            return number, line - at, line
        for index, entry in enumerate(block.entries):
            if line < at + entry.lines:
                return number, index, at
            at += entry.lines
        raise AssertionError("a block's lines are the sum of its entries' lines")

    def place(self, entry: Entry) -> tuple[int, int, int]:
        """Block number, index in it and first line of an entry that is in the document."""
        block = entry.block
        assert block is not None
        start = self.start(block)  # first: numbers the blocks
        index = block.entries.index(entry)
        return block.number, index, start + block.offset(index)

    def replace(self, number: int, index: int, count: int, new: list[Entry]) -> list[Entry]:
        """Replace `count` entries from `index` of block `number` on, also beyond its end. Returns the old."""
        if not self.blocks:
            self.blocks.append(Block([]))
        block = self.blocks[number]
        old = block.entries[index : index + count]
        block.entries[index : index + count] = new
        for entry in new:
            entry.block = block
        delta = sum(entry.lines for entry in new) - sum(entry.lines for entry in old)
        block.lines += delta
        block.without_lines += sum(not entry.lines for entry in new) - sum(not entry.lines for entry in old)
        block.changed()
        if delta:
            self._moved()
        for entry in old:
            entry.block = None
        while len(old) < count:
            old += self._take(number + 1, count - len(old))
        self._balance(number)
        return old

    def _take(self, number: int, count: int) -> list[Entry]:
        """Remove the first `count` entries of block `number`, or all of them where it has fewer."""
        block = self.blocks[number]
        taken = block.entries[:count]
        del block.entries[:count]
        block.lines -= sum(entry.lines for entry in taken)
        block.without_lines -= sum(not entry.lines for entry in taken)
        block.changed()
        for entry in taken:
            entry.block = None
        if not block.entries:
            del self.blocks[number]
        self._moved()
        return taken

    def _balance(self, number: int) -> None:
        """Split a block that grew too large; drop an empty one, merge a small one into its neighbour."""
        block = self.blocks[number]
        size = len(block.entries)
        if size > BLOCK_RECORDS:
            parts = [block.entries[at : at + BLOCK_RECORDS] for at in range(0, size, BLOCK_RECORDS)]
            if len(parts[-1]) < BLOCK_RECORDS // 4 and not parts[-1][-1].pending:
                parts[-2:] = _halves(parts[-2] + parts[-1])
            self.blocks[number : number + 1] = [Block(part) for part in parts]
            self._moved()
        elif not size:
            del self.blocks[number]
            self._moved()
        elif size < BLOCK_RECORDS // 8 and number + 1 < len(self.blocks):
            following = self.blocks[number + 1]
            if size + len(following.entries) <= BLOCK_RECORDS:
                self.blocks[number : number + 2] = [Block(block.entries + following.entries)]
                self._moved()


def _halves(entries: list[Entry]) -> list[list[Entry]]:
    middle = len(entries) // 2
    return [entries[:middle], entries[middle:]]
