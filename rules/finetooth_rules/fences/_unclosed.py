"""The cause that is left for an open fence when nothing else accounts for it: a stray fence, or a block
without an end.

Works on text whose only line ending is `\\n`.
"""

from __future__ import annotations

import re
from typing import Final

from finetooth_rules.fences._blocks import QUOTE, Block
from finetooth_rules.fences._cause import UNCLOSED, Cause, TextEdit, name_of
from finetooth_rules.fences._content import prefix
from finetooth_rules.patterns import lazy

_WORDS: Final = lazy(r"[A-Za-z]{2,}")
_SYMBOLS: Final = lazy(r"[{}\[\]<>=;|\\/$#_&@~^]|\(\)|^(?: {2,}|\t)\S", re.MULTILINE)


def unclosed(text: str, block: Block) -> Cause:
    """The cause that is left when there is no better one: a stray fence, or a block without an end."""
    body = text[block.body : block.body_end]
    fence = name_of(block.char, block.length)
    if _stray(text, block, body):
        last = block.body == len(text) and not text.endswith("\n")
        return Cause(
            UNCLOSED,
            block.start,
            block.end,
            f"stray fence of {fence}: it opens a block that is never closed, and no code follows",
            "Remove the stray fence",
            (TextEdit(block.line - last, block.body, ""),),
        )
    at = block.body + len(body.rstrip(" \t\n")) if body.strip(" \t\n") else block.end
    at = text.find("\n", at)
    at = len(text) if at < 0 else at
    end = _end_of(text, block)
    return Cause(
        UNCLOSED,
        block.start,
        block.end,
        f"fence of {fence} is never closed; expected a closing fence before the end of the {end}",
        "Close the fence",
        (TextEdit(at, at, "\n" + prefix(block.containers) + " " * block.indent + block.char * block.length),),
    )


def _end_of(text: str, block: Block) -> str:
    if not block.containers or block.body_end >= len(text):
        return "text"
    return "block quote" if block.containers[-1] == QUOTE else "list item"


def _stray(text: str, block: Block, body: str) -> bool:
    """Whether a bare fence behind other text has nothing or only prose behind it: it was meant to close
    something.
    """
    ahead = text[: block.line].rstrip()
    if block.info or block.containers or not ahead:
        return False
    return not body.strip() or (not ahead.endswith((":", "：")) and _is_prose(body))


def _is_prose(body: str) -> bool:
    """Whether a text reads as sentences rather than as code: several words, the end of a sentence, hardly a
    symbol.
    """
    words = len(_WORDS.findall(body))
    ends = body.rstrip().rstrip("'\")*_").endswith((".", "!", "?"))
    return words >= 6 and ends and len(_SYMBOLS.findall(body)) * 12 <= words
