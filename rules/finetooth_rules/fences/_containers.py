"""Fences that stay open because of what is around them: nested in an equal fence, or cut off by their
container.

Works on text whose only line ending is `\\n`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.fences._blocks import QUOTE, Block
from finetooth_rules.fences._cause import UNCLOSED, Cause, TextEdit, name_of
from finetooth_rules.fences._tokens import Token, tokens
from finetooth_rules.patterns import lazy

_ORDERED: Final = lazy(r"[ \t]*\d{1,9}[.)](?:[ \t]|$)")
_MARKER: Final = lazy(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")


def nested(text: str, earlier: Sequence[Block], block: Block) -> Iterator[Cause]:
    """A block of the same fence as one inside it, which therefore ends it: the outer fence must be longer.

    `earlier` are the closed blocks before `block`, the one left open at the end.
    """
    for outer in earlier:
        inside: list[Token] = []
        longest = outer.length
        for token in tokens(text, outer.body):
            if token.glued:
                continue
            if inside and token.closes(inside[-1]):
                inside.pop()
            elif token.info or token.item:
                inside.append(token)
            elif inside or token.char != outer.char or token.length < outer.length:
                continue
            elif token.start < block.start:
                break  # it closes well
            else:
                yield _lengthen(outer, token, longest + 1, block)
                break
            if token.char == outer.char:
                longest = max(longest, token.length)


def _lengthen(outer: Block, close: Token, length: int, block: Block) -> Cause:
    fence = name_of(outer.char, outer.length)
    return Cause(
        UNCLOSED,
        outer.start,
        outer.end,
        f"fence of {fence} is ended by a fence nested in it; expected {name_of(outer.char, length)}",
        "Lengthen the outer fence",
        (
            TextEdit(outer.start, outer.start, outer.char * (length - outer.length)),
            TextEdit(close.start, close.start, outer.char * max(0, length - close.length)),
        ),
        (block.start, block.end, "the fence that is left open"),
    )


def cut_off(text: str, block: Block) -> Iterator[Cause]:
    """A block that its list item or quote ends before the closing fence, as that is not indented (or
    quoted) like the item.
    """
    if not block.containers or block.body_end >= len(text):
        return
    close = next(tokens(text, block.body_end), None)
    if close is None or not close.closes(Token(block.start, block.char, block.length, block.info)):
        return
    line = text.rfind("\n", 0, close.start) + 1
    if ">" in text[line : close.start]:
        return
    fence = name_of(block.char, block.length)
    edits: list[TextEdit] | None = None
    if block.containers == (QUOTE,):
        edits = [TextEdit(at, at, "> ") for at, _ in _lines(text, block.body_end, close.start + 1)]
        place, what = "block quote", "every line of it quoted"
    elif QUOTE not in block.containers:
        width = sum(block.containers)
        edits = _indented(text, block, line, close.start, width)
        place, what = "list item", f"its lines indented by {width} columns"
    if edits:
        yield Cause(
            UNCLOSED,
            block.start,
            block.end,
            f"fence of {fence} is cut off by the end of its {place}; expected {what}",
            "Indent the block into its list item" if place == "list item" else "Quote the whole block",
            tuple(edits),
            (close.start, close.start + close.length, "the fence that should close it"),
        )


def _indented(text: str, block: Block, close_line: int, close: int, width: int) -> list[TextEdit] | None:
    """Edits that indent the lines behind the item, keeping their indentation to one another; None where
    they look like the list going on.
    """
    lines = [(at, line) for at, line in _lines(text, block.body_end, close_line) if line.strip()]
    marker = _ORDERED if text[block.body : block.body_end].strip() == "" else _MARKER
    if any(marker.match(line) for _, line in lines):
        return None
    columns = [_columns(line) for _, line in lines]
    shift = max(0, width - min(columns, default=width))
    edits = [TextEdit(at, at, " " * shift) for at, _ in lines if shift]
    have = _columns(text[close_line:close])
    if have > width + 3:
        return None
    return [*edits, TextEdit(close_line, close_line, " " * (width - have))] if have < width else edits


def _lines(text: str, start: int, stop: int) -> Iterator[tuple[int, str]]:
    """The lines that begin in a range: offset, and the line up to `stop`."""
    while start < stop:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, text[start:end]
        start = end + 1


def _columns(line: str) -> int:
    line = line.expandtabs(4)
    return len(line) - len(line.lstrip(" "))
