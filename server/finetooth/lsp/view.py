"""Which findings of a document are shown: all, or under the cap errors first, then those nearest to the last
edit."""

from __future__ import annotations

from finetooth.engine.live import LiveIndex
from finetooth.engine.live_blocks import Block
from finetooth.lsp.convert import Renderer, notice
from finetooth.lsp.protocol import encode
from finetooth_rules.finding import Severity

_ALL = tuple(Severity)


def diagnostics(renderer: Renderer, limit: int, near: int) -> tuple[bytes, int]:
    """A JSON array of at most `limit` diagnostics, and how many findings are left out; then the last one says
    so."""
    index = renderer.index
    of_file = sorted(renderer.of_file(), key=lambda item: item.severity.rank)
    shown = [encode(item.diagnostic) for item in of_file]
    counts = dict.fromkeys(Severity, 0)
    blocks: list[Block] = []
    if not index.is_no_dataset:
        for block in index.blocks:
            flagged = index.flagged(block)
            if flagged.entries:
                blocks.append(block)
                for severity, count in flagged.counts.items():
                    counts[severity] += count
    total = len(shown) + sum(counts.values())
    if total <= limit:
        shown += [renderer.block(block).of(_ALL) for block in blocks]
        return _array(shown), 0
    del shown[limit - 1 :]
    chosen, count = _nearest(renderer, blocks, counts, limit - 1 - len(shown), near)
    hidden = total - len(shown) - count
    told = encode(notice(f"{hidden:,} more findings; run `finetooth check` to see them all"))
    return _array([*shown, *chosen, told]), hidden


def _array(parts: list[bytes]) -> bytes:
    return b"[%b]" % b",".join(part for part in parts if part)


def _nearest(
    renderer: Renderer, blocks: list[Block], counts: dict[Severity, int], room: int, near: int
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
    for block in sorted(blocks, key=lambda block: _distance(renderer.index, block, near)):
        of_block = renderer.index.flagged(block).counts
        taken = tuple(whole)
        if partly is not None and count + of_block[partly] <= room:
            taken = (*taken, partly)
            count += of_block[partly]
        elif partly is not None:
            parts = [part for part in renderer.block(block).parts if part[0] is partly]
            parts.sort(key=lambda part: abs(part[1] - near))
            chosen += [json for _, _, json in parts[: room - count]]
            count, partly = room, None
        if any(of_block[severity] for severity in taken):
            chosen.append(renderer.block(block).of(taken))
    return chosen, count


def _distance(index: LiveIndex, block: Block, line: int) -> int:
    start = index.blocks.start(block)
    return max(start - line, line - (start + block.lines), 0)
