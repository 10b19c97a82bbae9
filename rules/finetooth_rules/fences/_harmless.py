"""Openings by the letter of CommonMark that nobody meant as one.

Works on text whose only line ending is `\\n`.
"""

from __future__ import annotations

from typing import Final

from finetooth_rules.fences._blocks import Block
from finetooth_rules.fences._cause import HARMLESS, Cause, TextEdit
from finetooth_rules.fences._tokens import is_info, tokens
from finetooth_rules.patterns import lazy

_LONG_RULE: Final = 5
_MARKER: Final = lazy(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")


def harmless(text: str, block: Block) -> Cause | None:
    """An opening that was not meant as one: a line of tildes that underlines or decorates, or a fence in a
    comment whose lines begin with a character that Markdown reads as a bullet (` * ```js`).
    """
    if block.char == "~" and _decorates(text, block):
        return _ignored(block, (block.start, block.length))
    lead = text[block.line : block.start]
    if _MARKER.match(lead) and not text[block.body : block.body_end].strip():
        if not is_info(block.info):
            return _ignored(block, (block.start, block.length))
        close = next(tokens(text, block.body_end), None)
        if close is not None and not close.info and close.char == block.char:
            line = text.rfind("\n", 0, close.start) + 1
            if text[line : close.start].strip() == lead.strip():
                return _ignored(block, (block.start, block.length), (close.start, close.length))
    return None


def _decorates(text: str, block: Block) -> bool:
    if block.info:
        return not is_info(block.info) or block.info.endswith("~")
    above = text[text.rfind("\n", 0, max(block.line - 1, 0)) + 1 : max(block.line - 1, 0)].strip()
    if not (block.length >= _LONG_RULE or 0 < len(above) <= block.length):
        return False
    inside = tokens(text[: block.body_end], block.body)
    return (
        sum(token.char == "~" and not token.glued for token in inside) != 1
    )  # a single other line of tildes was to close it


def _ignored(block: Block, *runs: tuple[int, int]) -> Cause:
    """Take the runs out of the reading: nothing is reported."""
    return Cause(
        HARMLESS,
        block.start,
        block.end,
        edits=tuple(TextEdit(at, at + length, "." * length) for at, length in runs),
    )
