"""Lines inside a fenced block that were meant to close it and do not, with the edit that makes each of them
a closing fence.

Works on text whose only line ending is `\\n`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.fences._blocks import Block
from finetooth_rules.fences._cause import GLUED, INDENTED, MISMATCHED, Cause, TextEdit, name_of
from finetooth_rules.fences._content import ContentLine, content_lines, prefix
from finetooth_rules.fences._tokens import STRING_OPENS, is_info
from finetooth_rules.patterns import lazy

_RUN: Final = lazy(r"(`{2,}+|~{2,}+)([ \t]*+)(.*)")
_CONTAINED: Final = lazy(r"(?:(?:[-+*]|\d{1,9}[.)])[ \t]+|>[ \t]*)+(`{3,}+|~{3,}+)[^`]*+$")
_CODE_ENDS: Final = frozenset(";})]>")


def wrong_closings(text: str, block: Block) -> Iterator[Cause]:
    """Causes of `block` staying open, in order. Fences that pair up inside it, as in a Markdown sample, are
    its content.
    """
    inner: list[tuple[str, int]] = []
    lines = [*content_lines(text, block, dedent=False)]
    for number, line in enumerate(lines):
        raw = text[line.start : line.end]
        if "``" not in raw and "~~" not in raw:
            continue
        bare = raw.lstrip(" \t")
        at = line.end - len(bare)
        match = _RUN.match(bare)
        if match is None and (contained := _CONTAINED.match(bare)):
            inner.append((contained[1][0], len(contained[1])))
        elif match is None:
            yield from _glued(text, block, line, raw)
        if match is None:
            continue
        run, space, rest = match.groups()
        rest = rest.rstrip(" \t")
        same = run[0] == block.char
        if not rest.strip(run[0] + " \t"):  # nothing but fence characters
            if inner and inner[-1][0] == run[0] and len(run) >= inner[-1][1] and not rest:
                inner.pop()
                continue
            if same and len(run) >= block.length and not rest:
                if not line.pad and not _goes_on(text, lines, number):
                    yield _indented(text, block, line, at, len(run))
            elif same or len(run) in (3, 4, block.length):  # more tildes are a line of decoration
                yield _mismatched(text, block, line, at, len(run) + (len(space) + len(rest) if rest else 0))
            if len(run) > 2:
                inner.append((run[0], len(run)))
        elif len(run) > 2 and not (run[0] == "`" and "```" in rest):
            if not is_info(rest) and same and len(run) >= block.length:
                yield _followed(text, block, at, len(run), len(space))
            elif run[0] == "`" and "`" in rest:
                continue
            elif not same or len(run) < block.length:
                inner.append((run[0], len(run)))
            else:
                if number and _blank_behind(text, lines, number):
                    yield _with_info(text, block, at, len(run), len(space) + len(rest))
                inner.append((run[0], len(run)))


def _blank_behind(text: str, lines: Sequence[ContentLine], number: int) -> bool:
    """Whether code stands right before a line and none right behind it: so a closing fence looks, an
    opening one does not.
    """
    before = lines[number - 1]
    if not text[before.start : before.end].strip():
        return False
    return number + 1 == len(lines) or not text[lines[number + 1].start : lines[number + 1].end].strip()


def _goes_on(text: str, lines: Sequence[ContentLine], number: int) -> bool:
    """Whether indented content follows a line at once, as in a drawing that happens to hold three
    backticks.
    """
    behind = lines[number + 1 : number + 2]
    return any(
        text[line.start : line.end].startswith((" ", "\t"))
        for line in behind
        if text[line.start : line.end].strip()
    )


def _glued(text: str, block: Block, line: ContentLine, raw: str) -> Iterator[Cause]:
    """A run behind code on its line, with nothing or with prose behind it."""
    runs = [*re.finditer(re.escape(block.char) + r"{3,}", raw)]
    if len(runs) != 1:
        return
    head, tail = raw[: runs[0].start()], raw[runs[0].end() :]
    code = head.rstrip(" \t")
    if code.endswith(STRING_OPENS):
        return
    start, end = line.start + runs[0].start(), line.start + runs[0].end()
    fence = block.char * max(block.length, end - start)
    lead = TextEdit(line.start + len(code), end, _line_before(block) + fence)
    if fence == text[start:end] and head == code:
        lead = TextEdit(start, start, _line_before(block))
    if not tail.strip(" \t"):
        message = "closing fence is glued to the line before it; expected it on a line of its own"
        yield Cause(
            GLUED, start, end, message, "Put the closing fence on its own line", (lead,), _opening(block)
        )
    elif code[-1] in _CODE_ENDS and tail[0] in " \t" and not is_info(tail):
        space = len(tail) - len(tail.lstrip(" \t"))
        after = TextEdit(end, end + space, "\n" + prefix(block.containers))
        message = "closing fence stands between code and text; expected it on a line of its own"
        yield Cause(
            GLUED,
            start,
            end,
            message,
            "Put the closing fence on its own line",
            (lead, after),
            _opening(block),
        )


def _followed(text: str, block: Block, at: int, length: int, space: int) -> Cause:
    """A run at the beginning of its line, with prose behind it."""
    return Cause(
        GLUED,
        at,
        at + length,
        "closing fence is followed by text on its line; expected a line of its own",
        "Put the text behind the closing fence on its own line",
        (TextEdit(at + length, at + length + space, "\n" + prefix(block.containers)),),
        _opening(block),
    )


def _with_info(text: str, block: Block, at: int, length: int, info: int) -> Cause:
    return Cause(
        MISMATCHED,
        at,
        at + length + info,
        "closing fence has an info string; expected nothing behind a closing fence",
        "Remove the info string of the closing fence",
        (TextEdit(at + length, at + length + info, ""),),
        _opening(block),
    )


def _mismatched(text: str, block: Block, line: ContentLine, at: int, length: int) -> Cause:
    right = block.char * block.length
    wide = len(text[line.start : at].expandtabs(4)) > 3
    edit = (
        TextEdit(line.start, at + length, " " * block.indent + right)
        if wide
        else TextEdit(at, at + length, right)
    )
    run = text[at : at + length]
    if " " in run or "\t" in run:
        found = "closing fence with a gap"
    else:
        found = f"closing fence of {name_of(run[0], len(run))}"
    return Cause(
        MISMATCHED,
        at,
        at + length,
        f"{found} does not close a fence of {name_of(block.char, block.length)}; expected the same",
        "Make the closing fence match the opening one",
        (edit,),
        _opening(block),
    )


def _indented(text: str, block: Block, line: ContentLine, at: int, length: int) -> Cause:
    columns = len(text[line.start : at].expandtabs(4))
    return Cause(
        INDENTED,
        line.start,
        at + length,
        f"closing fence is indented by {columns} columns, so it is code; expected at most 3",
        "Dedent the closing fence",
        (TextEdit(line.start, at, " " * block.indent),),
        _opening(block),
    )


def _line_before(block: Block) -> str:
    return "\n" + prefix(block.containers) + " " * block.indent


def _opening(block: Block) -> tuple[int, int, str]:
    return block.start, block.end, "the fence that it should close"
