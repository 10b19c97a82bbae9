"""Fence-like lines of a text, read leniently: what its writer may have meant, where CommonMark's reading
leaves a fence open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from finetooth_rules.patterns import lazy

_LANGUAGES: Final = (
    "ada apache applescript arduino asm assembly awk bash basic bat batch bibtex c c# c++ clojure "
    "cmake cmd cobol coffeescript console cpp cs csharp css csv cuda cypher d dart diff docker "
    "dockerfile dos elixir elm erlang f# fish fortran fsharp gdscript go golang graphql groovy "
    "haskell hcl html http ini java javascript jinja jinja2 js json json5 jsonl jsx julia kotlin "
    "latex less lisp log lua make makefile markdown math matlab md mdx mermaid mysql nginx nim none "
    "objc objective-c ocaml output pascal perl pgsql php plain plaintext plantuml plsql postgresql "
    "powershell prolog properties protobuf ps1 psql pug puppet py pycon python python3 r rb "
    "restructuredtext rs rst ruby rust sas sass scala scheme scss sh shell solidity sparql sql sqlite "
    "stata svg swift tcl terraform tex text toml ts tsql tsx txt typescript vb vba vbnet verilog vhdl "
    "vim vue wasm xml yaml yml zig zsh "
)
LANGUAGES: Final = frozenset(_LANGUAGES.split())
"""First words that make an info string of what follows a fence, however much comes after them."""

_RUN_LINE: Final = lazy(r"^([^\n]*?)(`{3,}+|~{3,}+)([^\n]*+)", re.MULTILINE)
_LEAD: Final = lazy(r"[ \t>]*+((?:(?:[-+*]|\d{1,9}[.)])[ \t][ \t>]*+)*+)")
STRING_OPENS: Final = ('"""', "'''", "\\")
"""Behind these a run of backticks belongs to the code."""

_WORD: Final = lazy(r"[A-Za-z0-9_+#./:@{}=,\"'\\-]*[A-Za-z0-9_+#/}\"']", re.ASCII)
_ATTRIBUTE: Final = lazy(r"\{.*|.*\}|[\w.:-]+=.*|[\w./\\-]+\.\w{1,6}|[\d,-]+")


class Token(NamedTuple):
    """A line with a fence at its beginning, whatever containers and indentation it has; or (`glued`) one
    that shares its line, so that it can only be meant to close something.

    `item`: behind a list marker, where a fence can only open.
    """

    start: int
    char: str
    length: int
    info: str
    item: bool = False
    glued: bool = False

    def fits(self, opening: Token) -> bool:
        """Whether it is of the kind that closes the fence of `opening`."""
        return self.char == opening.char and self.length >= opening.length and not self.item

    def closes(self, opening: Token) -> bool:
        """Whether it closes that fence, if both are where a fence can be."""
        return self.fits(opening) and not self.info and not self.glued


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The fence-like lines from `start` (the beginning of a line) on."""
    for match in _RUN_LINE.finditer(text, start):
        lead, run, rest = match[1], match[2], match[3].strip(" \t")
        behind = _LEAD.fullmatch(lead)
        if run[0] == "`" and "`" in rest:
            if behind is not None and "```" not in rest and not is_info(rest):
                yield Token(match.start(2), run[0], len(run), rest, item=bool(behind[1]), glued=True)
        elif behind is not None:
            yield Token(match.start(2), run[0], len(run), rest, item=bool(behind[1]))
        elif not rest and not lead.rstrip(" \t").endswith(STRING_OPENS):
            yield Token(match.start(2), run[0], len(run), "", glued=True)


def is_info(info: str) -> bool:
    """Whether the words behind a fence look like an info string (`python`, `js {1,3}`, `title="x"`) rather
    than prose.
    """
    if not info:
        return True
    first, *others = info.split() or [""]
    if not others:
        return _WORD.fullmatch(first) is not None
    if first.lower() in LANGUAGES or first.startswith(("{", ".")):
        return True
    return _WORD.fullmatch(first) is not None and all(_ATTRIBUTE.fullmatch(word) for word in others)


def disorder(text: str) -> int:
    """How badly the fence-like lines fit together: 1 for each fence that is left open, is swallowed by
    another, is glued to code or has prose behind it. Of two repairs the one that leaves less disorder is
    the likelier.
    """
    found = 0
    opened: list[Token] = []  # the fence that is open, and what it holds
    for token in tokens(text):
        odd = token.glued or not is_info(token.info)
        if opened and token.closes(opened[0]):
            found += len(opened) - 1
            opened.clear()
        elif opened and (token.closes(opened[-1]) or (odd and token.fits(opened[-1]))):
            found += odd
            opened.pop()
        elif not token.glued:
            found += odd
            opened.append(token)
    return found + len(opened)
