"""Which findings of a document are shown: all, or under the cap errors first, then those nearest to the last
edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from finetooth.engine.live.alike import Counts, told_once_in
from finetooth.engine.live.blocks import Block
from finetooth.engine.live.index import LiveIndex
from finetooth.lsp.convert import Renderer
from finetooth.lsp.diagnostics import notice
from finetooth.lsp.protocol import encode
from finetooth_rules.finding import Severity

_ALL = tuple(Severity)


def diagnostics(renderer: Renderer, limit: int, near: int) -> tuple[bytes, int]:
    """A JSON array of at most `limit` diagnostics, and how many findings are left out; then the last one says
    so."""
    index = renderer.index
    once = _told_once(index)
    of_file = renderer.of_file() + [renderer.told(kind, records) for kind, (records, _) in once.items()]
    of_file.sort(key=lambda item: item.severity.rank)
    shown = [encode(item.diagnostic) for item in of_file]
    counts = dict.fromkeys(Severity, 0)
    blocks: list[_Counted] = []
    if not index.is_no_dataset:
        for block in index.blocks:
            if index.flagged(block).entries:
                of_block = _left(index, block, once)
                blocks.append(_Counted(block, of_block))
                for severity, count in of_block.items():
                    counts[severity] += count
    total = len(shown) + sum(counts.values())
    if total <= limit:
        shown += [renderer.block(block, once).of(_ALL) for block, _ in blocks]
        return _array(shown), 0
    del shown[limit - 1 :]
    chosen, count = _nearest(renderer, blocks, counts, limit - 1 - len(shown), near, once)
    hidden = total - len(shown) - count
    told = encode(notice(f"{hidden:,} more findings; run `finetooth check` to see them all"))
    return _array([*shown, *chosen, told]), hidden


def totals(renderer: Renderer) -> dict[Severity, int]:
    """How many findings of each severity a document has, as they are shown: what is told once counts once."""
    index = renderer.index
    counts = dict.fromkeys(Severity, 0)
    once = _told_once(index)
    of_file = renderer.of_file() + [renderer.told(kind, records) for kind, (records, _) in once.items()]
    for item in of_file:
        counts[item.severity] += 1
    for block in () if index.is_no_dataset else index.blocks:
        for severity, count in _left(index, block, once).items():
            counts[severity] += count
    return counts


def _told_once(index: LiveIndex) -> Counts:
    return {} if index.is_no_dataset else told_once_in(index)


class _Counted(NamedTuple):
    """A block and the number of its findings of each severity."""

    block: Block
    counts: Mapping[Severity, int]


def _left(index: LiveIndex, block: Block, once: Counts) -> Mapping[Severity, int]:
    """The number of findings of a block without those that are told once."""
    flagged = index.flagged(block)
    told = once.keys() & flagged.alike.keys()
    if not told:
        return flagged.counts
    counts = dict(flagged.counts)
    for kind in told:
        severity = index.linter.profile.severity(kind.code, kind.consequence)
        if severity is not None:
            counts[severity] -= flagged.alike[kind][1]
    return counts


def _array(parts: list[bytes]) -> bytes:
    return b"[%b]" % b",".join(part for part in parts if part)


def _nearest(
    renderer: Renderer,
    blocks: list[_Counted],
    counts: Mapping[Severity, int],
    room: int,
    near: int,
    once: Counts,
) -> tuple[list[bytes], int]:
    """The gravest findings that there is room for, and their number; of the last severity the nearest to a
    line."""
    whole: list[Severity] = []
    partly: Severity | None = None
    count = 0
    for severity in Severity:
        if count + counts[severity] > room:
            partly = severity
            break
        whole.append(severity)
        count += counts[severity]
    chosen: list[bytes] = []
    for block, of_block in sorted(blocks, key=lambda one: _distance(renderer.index, one.block, near)):
        taken = tuple(whole)
        if partly is not None and count + of_block[partly] <= room:
            taken = (*taken, partly)
            count += of_block[partly]
        elif partly is not None:
            parts = [part for part in renderer.block(block, once).parts if part[0] is partly]
            parts.sort(key=lambda part: abs(part[1] - near))
            chosen += [json for _, _, json in parts[: room - count]]
            count, partly = room, None
        if any(of_block[severity] for severity in taken):
            chosen.append(renderer.block(block, once).of(taken))
    return chosen, count


def _distance(index: LiveIndex, block: Block, line: int) -> int:
    start = index.blocks.start(block)
    return max(start - line, line - (start + block.lines), 0)
