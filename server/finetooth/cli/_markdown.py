"""Markdown for a terminal: enough for the documentation of rules, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from finetooth.output._cells import cells
from finetooth.output._style import BOLD, CYAN, GREEN, Style
from finetooth_rules.patterns import lazy

_FENCE = lazy(r"^(\s*)(`{3,}|~{3,})(\S*)")
_ITEM = lazy(r"^(\s*)([-*]|\d+\.)\s+(.*)")
_INLINE = lazy(
    r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)(?!`)|\*\*(?P<strong>[^*]+)\*\*|\[(?P<text>[^]]+)\]\((?P<url>[^)]+)\)"
)
_INDENT = "    "


def render(text: str, style: Style, width: int) -> str:
    """Headings bold, code in colour and indented, paragraphs and lists wrapped to `width` cells."""
    return "\n".join(_blocks(text.split("\n"), style, width)).rstrip("\n") + "\n"


def _blocks(lines: list[str], style: Style, width: int) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        fence, item = _FENCE.match(line), _ITEM.match(line)
        if fence:
            at += 1
            while at < len(lines) and not _closes(lines[at], fence[2]):
                yield _INDENT + style.paint(lines[at], CYAN) if lines[at] else ""
                at += 1
            at += 1
        elif line.startswith("#"):
            yield style.paint(line.lstrip("#").strip(), BOLD, GREEN)
            at += 1
        elif line.startswith("|"):
            yield _inline(line, style)
            at += 1
        elif not line.strip():
            yield ""
            at += 1
        else:
            first, rest = (item[1] + "• ", item[1] + "  ") if item else ("", "")
            if item and item[2][0].isdigit():
                first, rest = f"{item[1]}{item[2]} ", item[1] + " " * (len(item[2]) + 1)
            words, at = _paragraph(lines, at, item[3] if item else line)
            yield from _wrapped(words, first, rest, style, width)


def _closes(line: str, opening: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(opening) and not stripped.strip(opening[0])


def _paragraph(lines: list[str], at: int, first: str) -> tuple[str, int]:
    """The text of the paragraph or list item that starts at a line, and the number of the line behind it."""
    words = [first.strip()]
    at += 1
    while at < len(lines) and lines[at].strip() and not _starts_block(lines[at]):
        words.append(lines[at].strip())
        at += 1
    return " ".join(words), at


def _starts_block(line: str) -> bool:
    return bool(_FENCE.match(line) or _ITEM.match(line)) or line.startswith(("#", "|"))


def _wrapped(text: str, first: str, rest: str, style: Style, width: int) -> Iterator[str]:
    """Lines of at most `width` cells as they are seen; code and links are not broken over two lines."""
    held = _INLINE.sub(lambda match: match[0].replace(" ", "\0"), text)
    line, used = first, cells(first)
    empty = True
    for word in held.split():
        shown = word.replace("\0", " ")
        room = cells(_inline(shown, Style()))
        if not empty and used + 1 + room > width:
            yield line
            line, used, empty = rest, cells(rest), True
        line += ("" if empty else " ") + _inline(shown, style)
        used += room + (not empty)
        empty = False
    yield line


def _inline(text: str, style: Style) -> str:
    def paint(match: re.Match[str]) -> str:
        if match["code"] is not None:
            code = (
                match["code"].strip()
                if match["code"].startswith(" ") and len(match["ticks"]) > 1
                else match["code"]
            )
            return style.paint(code, CYAN) if style.color else match[0]
        if match["strong"] is not None:
            return style.bold(match["strong"])
        return f"{style.link(match['url'], match['text'])} ({match['url']})"

    return _INLINE.sub(paint, text)
