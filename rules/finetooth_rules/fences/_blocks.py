"""Finds fenced code blocks in Markdown, as CommonMark 0.31.2 does, and nothing else.

Of the block structure only that is followed on which a fence depends: block quotes and list items (which
contain fences and end them), paragraphs (which some list items and tags cannot interrupt, and which lines
may continue lazily) and HTML blocks (in which a fence is no fence). A document with no open container is
searched with one regular expression, so prose costs next to nothing. Linear in the length of the text.
Offsets count code points.

One simplification: a paragraph of nothing but link reference definitions counts as a paragraph, also under
a line of `=`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from finetooth_rules.fences._html import END_AT_BLANK, html_end
from finetooth_rules.fences._lines import indent_at, normalised, skip_columns
from finetooth_rules.patterns import lazy

Containers: TypeAlias = tuple[int, ...]
"""From the outermost in: 0 for a block quote, else a list item whose content stands that many columns in."""

QUOTE: Final = 0
_WIDEST: Final = 16  # as far as a regular expression is made for a width


class Close(NamedTuple):
    """A closing fence: where its line begins, and the run itself."""

    line: int
    start: int
    end: int


class Block(NamedTuple):
    """A fenced code block.

    `line` is where the opening line begins; `start` to `end` are the opening run and its info string, the
    run alone is `length` times `char`. `indent` counts the columns before the run inside its container (0
    to 3). The content's lines, with the prefixes of their containers, are `body` to `body_end` (where the
    closing line, or the first line that is no longer in the container, begins; or the end of the text).
    `close` is None for an unclosed block.
    """

    line: int
    start: int
    end: int
    char: str
    length: int
    info: str
    indent: int
    body: int
    body_end: int
    close: Close | None
    containers: Containers


_START: Final = lazy(r" {0,3}(?:```|~~~|[><]|[-+*][ \t\n]|[0-9]{1,9}[.)][ \t\n])")
_JUMP: Final = lazy(rf"\n(?={_START.pattern})")
_UNSURE: Final = lazy(r" {0,3}(?:<|(?!1[.)][ \t]+[^ \t\n])[0-9]|[-+*][ \t]*+\n)")
_OPENING: Final = lazy(r"(?:(`{3,}+)[ \t]*+([^`\n]*+)|(~{3,}+)[ \t]*+([^\n]*+))\n")
_BULLET: Final = lazy(r"[-+*](?=[ \t]|$)")
_NUMBER: Final = lazy(r"([0-9]{1,9})[.)](?=[ \t]|$)")
_HEADING: Final = lazy(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE: Final = lazy(r"(?:=++|-++)[ \t]*+$")
_RULE: Final = lazy(r"(?:(?:\*[ \t]*+){3,}+|(?:-[ \t]*+){3,}+|(?:_[ \t]*+){3,}+)$")
_ALIKE: Final = {char: lazy(rf"[{re.escape(char)} \t]*+") for char in "*-_"}
_STARTERS: Final = frozenset(">`~<#=-+*_0123456789")


def blocks(text: str, *, html: bool = True) -> tuple[Block, ...]:
    """The fenced code blocks of a text, in order. `html=False` reads HTML blocks as text."""
    if "```" not in text and "~~~" not in text:
        return ()
    return tuple(_Scanner(normalised(text), html).scan())


class _Open(NamedTuple):
    """A block whose end is not yet found: the first fields of `Block`."""

    line: int
    start: int
    end: int
    char: str
    length: int
    info: str
    indent: int
    body: int


@lru_cache(maxsize=64)
def _closing(char: str, length: int) -> re.Pattern[str]:
    """The end of the line before a closing fence of no container, and the fence's line."""
    return re.compile(rf"\n( {{0,3}}+)({char}{{{length},}}+)[ \t]*+\n")


@lru_cache(maxsize=256)
def _item_stop(char: str, length: int, width: int) -> re.Pattern[str]:
    """The end of the line before a closing fence in list items of that width together, or before a line
    that is not blank and indented less (or by a tab).
    """
    return re.compile(
        rf"\n(?: {{{width}}}( {{0,3}}+)({char}{{{length},}}+)[ \t]*+\n|(?! {{{width}}}) *+[^ \n]| *+\t)"
    )


class _Scanner:
    """One pass over a text whose only line ending is `\\n`, and whose last line has one.

    Between two lines its state is: the open containers, and what is open in the innermost of them: a fence,
    an HTML block (known by its end) or a paragraph.
    """

    __slots__ = (
        "containers",
        "fence",
        "found",
        "html",
        "html_end",
        "last",
        "new_item",
        "paragraph",
        "quotes",
        "size",
        "text",
    )

    def __init__(self, text: str, html: bool) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self.size = len(text)
        self.last = max(text.rfind("```"), text.rfind("~~~"))
        self.html = html
        self.containers: list[int] = []
        self.quotes: list[int] = []  # which of the containers are block quotes
        self.fence: _Open | None = None
        self.html_end: re.Pattern[str] | None = None
        self.paragraph = False
        self.new_item = False  # the innermost item has no content yet: a blank line ends it
        self.found: list[Block] = []

    def scan(self) -> list[Block]:
        at = 0
        while at < self.size and (at <= self.last or self.fence is not None):
            if self.fence is not None and not self.quotes:
                at = self._item_fence(self.fence, at) if self.containers else self._document_fence(self.fence)
            elif self.containers or self.html_end is not None:
                at = self._line(at)
            else:
                at = self._skip(at)
                if at < 0:
                    break
                at = self._document_line(at)
        if self.fence is not None:
            self._end_fence(self.size, None)
        return self.found

    # -- outside every container ----------------------------------------------------------------------------

    def _skip(self, at: int) -> int:
        """The next line that could begin a container, a fence or HTML; -1 if there is none. Whether a
        paragraph is open there is found out only where it decides what the line is.
        """
        if at == 0 and _START.match(self.text):
            return 0
        match = _JUMP.search(self.text, max(at - 1, 0))
        if match is None:
            return -1
        found = match.end()
        if found > at:
            self.paragraph = bool(_UNSURE.match(self.text, found)) and self._paragraph_before(at, found)
        return found

    def _paragraph_before(self, start: int, stop: int) -> bool:
        """Whether a paragraph is open behind the lines from `start` to `stop`, none of which begins a
        container or a fence.
        """
        open_ = self.paragraph
        lines = []
        for line in reversed(self.text[start : stop - 1].split("\n")):
            if not line.strip(" \t"):
                open_ = False
                break
            lines.append(line + "\n")
        for line in reversed(lines):
            first, column = indent_at(line, 0, 0)
            if column > 3:
                continue
            ends = _HEADING.match(line, first) or _RULE.match(line, first)
            open_ = not (ends or (open_ and _UNDERLINE.match(line, first)))
        return open_

    def _document_line(self, at: int) -> int:
        """A line outside every container: a fenced block is taken whole."""
        text = self.text
        start = at
        while start - at < 3 and text[start] == " ":
            start += 1
        match = _OPENING.match(text, start)
        if match is None:
            return self._line(at)
        self.paragraph = False
        return self._document_fence(self._opening(match, at, start - at))

    def _document_fence(self, block: _Open) -> int:
        """Take an open block that is in no container whole; returns where the line behind it begins."""
        self.fence = block
        close = _closing(block.char, block.length).search(self.text, block.body - 1)
        if close is None:
            self._end_fence(self.size, None)
            return self.size
        line = close.start() + 1
        self._end_fence(line, Close(line, *close.span(2)))
        return close.end()

    def _item_fence(self, block: _Open, at: int) -> int:
        """Skip content lines of an open block in list items, up to its closing fence or a line that may end
        the items.
        """
        width = sum(self.containers)
        if width > _WIDEST or block.length > _WIDEST:
            return self._line(at)
        found = _item_stop(block.char, block.length, width).search(self.text, at - 1)
        if found is None:
            return self.size
        line = found.start() + 1
        if found.start(2) < 0:
            return self._line(line)
        self._end_fence(line, Close(line, *found.span(2)))
        return found.end()

    # -- any line -------------------------------------------------------------------------------------------

    def _line(self, at: int) -> int:
        """Read the line at `at`, and return where the next one begins."""
        text = self.text
        stop = text.index("\n", at)
        following = stop + 1
        pos, column, depth = self._match_containers(at, stop) if self.containers else (at, 0, 0)
        inside = depth == len(self.containers)
        if self.fence is not None:
            if inside:
                self._fence_line(self.fence, at, pos, column, stop)
                return following
            self._end_fence(at, None)  # before its containers are left
        if self.html_end is not None:
            if inside and not self._html_line(pos, stop):
                return following
            if inside and self.html_end is not END_AT_BLANK:
                self.html_end = None
                return following
            self.html_end = None
        self._starts(at, pos, column, stop, depth)
        return following

    def _match_containers(self, at: int, stop: int) -> tuple[int, int, int]:
        """Where the line's content begins (offset, column), and how many open containers it continues."""
        text = self.text
        pos, column, depth = at, 0, 0
        first, first_column = indent_at(text, at, 0)
        for width in self.containers:
            if first >= stop:
                # A blank line continues every item, but not a quote, and not an item with nothing in it yet.
                quote = next((at for at in self.quotes if at >= depth), len(self.containers))
                return stop, first_column, min(quote, len(self.containers) - self.new_item)
            if width == QUOTE:
                if first_column - column > 3 or text[first] != ">":
                    break
                pos, column = skip_columns(text, first + 1, first_column + 1, 1)
                first, first_column = indent_at(text, pos, column)
            elif first_column - column < width:
                break
            elif first_column - column == first - pos:
                pos, column = pos + width, column + width
            else:
                pos, column = skip_columns(text, pos, column, width)
            depth += 1
        return pos, column, depth

    def _starts(self, at: int, pos: int, column: int, stop: int, depth: int) -> None:
        """What the rest of the line begins, behind `depth` containers that it continues."""
        text = self.text
        inside_paragraph = self.paragraph and depth == len(self.containers)
        alike = 0  # a rule cannot begin before here: keeps `- - - - a` linear
        while True:
            first, first_column = indent_at(text, pos, column)
            if first >= stop:
                self._leave(depth)
                self.paragraph = False
                return
            indent = first_column - column
            char = text[first]
            if indent > 3 or char not in _STARTERS:
                break
            if char == ">":
                self._leave(depth)
                self.quotes.append(depth)
                self.containers.append(QUOTE)
                self.new_item = False
                pos, column = skip_columns(text, first + 1, first_column + 1, 1)
            elif char in "`~":
                match = _OPENING.match(text, first)
                if match is None:
                    break
                self._leave_for_leaf(depth)
                self.fence = self._opening(match, at, indent)
                return
            elif char == "<":
                end = html_end(text, first, stop, after_paragraph=self.paragraph) if self.html else None
                if end is None:
                    break
                self._leave_for_leaf(depth)
                self.html_end = None if end is not END_AT_BLANK and end.search(text, first, stop) else end
                return
            elif (char == "#" and _HEADING.match(text, first, stop)) or (
                inside_paragraph and _UNDERLINE.match(text, first, stop)
            ):
                self._leave_for_leaf(depth)
                return
            else:
                if char in "*-_" and first >= alike and text[stop - 1] in (char, " ", "\t"):
                    if _RULE.match(text, first, stop):
                        self._leave_for_leaf(depth)
                        return
                    alike = _end(_ALIKE[char], text, first, stop)
                item = self._item(first, first_column, stop, inside_paragraph)
                if item is None:
                    break
                self._leave(depth)
                pos, column, width = item
                self.containers.append(indent + width)
                self.new_item = True
            self.paragraph = inside_paragraph = False
            depth += 1
        self._text(depth, indent)

    def _text(self, depth: int, indent: int) -> None:
        """A line that begins nothing continues a paragraph (also from outside its containers), or begins
        one, or is indented code.
        """
        if not self.paragraph:
            self._leave(depth)
            self.paragraph = indent <= 3
        self.new_item = False

    def _item(
        self, first: int, column: int, stop: int, inside_paragraph: bool
    ) -> tuple[int, int, int] | None:
        """A list marker at `first`: where its content begins (offset, column) and how wide marker and space
        are.
        """
        text = self.text
        match = _BULLET.match(text, first, stop) or _NUMBER.match(text, first, stop)
        if match is None:
            return None
        pos = match.end()
        width = pos - first
        after, after_column = indent_at(text, pos, column + width)
        space = after_column - column - width
        if after - pos == space == 1 and not inside_paragraph and after < stop:
            return after, after_column, width + 1
        if inside_paragraph and (after >= stop or (match.lastindex and int(match[1]) != 1)):
            return None
        if after >= stop or space > 4:
            space = 1
        pos, content_column = skip_columns(text, pos, column + width, space)
        return pos, content_column, width + space

    def _leave(self, depth: int) -> None:
        """End the containers that the line does not continue, and with them what is open in the innermost."""
        if depth < len(self.containers):
            del self.containers[depth:]
            while self.quotes and self.quotes[-1] >= depth:
                self.quotes.pop()
            self.paragraph = False
            self.new_item = False

    def _leave_for_leaf(self, depth: int) -> None:
        """The same, for a line that begins something other than a container or a paragraph."""
        self._leave(depth)
        self.paragraph = False
        self.new_item = False

    # -- fences and HTML ------------------------------------------------------------------------------------

    def _opening(self, match: re.Match[str], at: int, indent: int) -> _Open:
        """The block that begins with an opening line."""
        group = 1 if match.start(1) >= 0 else 3
        start, run_end = match.span(group)
        info = match[group + 1].rstrip(" \t")
        end = match.start(group + 1) + len(info) if info else run_end
        body = min(match.end(), self.size)
        return _Open(at, start, end, self.text[start], run_end - start, info, indent, body)

    def _fence_line(self, block: _Open, at: int, pos: int, column: int, stop: int) -> None:
        """A line inside an open block: its closing fence, or content."""
        first, first_column = indent_at(self.text, pos, column)
        if first >= stop or self.text[first] != block.char or first_column - column > 3:
            return
        end = first
        while end < stop and self.text[end] == block.char:
            end += 1
        if end - first >= block.length and indent_at(self.text, end, 0)[0] >= stop:
            self._end_fence(at, Close(at, first, end))

    def _end_fence(self, body_end: int, close: Close | None) -> None:
        assert self.fence is not None
        self.found.append(Block(*self.fence, body_end, close, tuple(self.containers)))
        self.fence = None

    def _html_line(self, pos: int, stop: int) -> bool:
        """Whether the line ends the open HTML block."""
        assert self.html_end is not None
        if self.html_end is END_AT_BLANK:
            return indent_at(self.text, pos, 0)[0] >= stop
        return self.html_end.search(self.text, pos, stop) is not None


def _end(pattern: re.Pattern[str], text: str, start: int, stop: int) -> int:
    match = pattern.match(text, start, stop)
    return match.end() if match else start
