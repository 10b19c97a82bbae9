"""A text of a record as a hover shows it: prose as prose, code as code, and nothing in it takes effect.

The text may be anything. All punctuation of prose is escaped, so that it is no link, image or heading of the
hover; a fence around code is longer than every fence in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from finetooth.engine.live.document import encode
from finetooth_rules.patterns import lazy

MOST_SHOWN: Final = 2_000
"""Characters."""
_LONGEST_NAME: Final = 30
_PUNCTUATION: Final = lazy(r"[\\`*_{}\[\]()#+\-.!<>|~&:@$=\"'^]")
_FENCE: Final = lazy(r" {0,3}(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*\Z")
_MOST_INDENT: Final = 3
_NO_NAME: Final = lazy(r"[^\w+#.-]")
_CONTROL: Final = lazy(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def shown(text: str, char: int, *, markdown: bool) -> str:
    """A text, or what is around its character `char` of a long one, and what was left out."""
    start, end = _window(text, char)
    part = _CONTROL.sub(
        lambda match: f"\\u{ord(match[0]):04x}", encode(text[start:end]).decode("utf-8", "replace")
    )
    body = _markdown(part, text, start) if markdown else part
    if (start, end) == (0, len(text)):
        return body
    return f"{body}\n\n…\n\ncharacters {start + 1:,} to {end:,} of {len(text):,}"


def _window(text: str, char: int) -> tuple[int, int]:
    if len(text) <= MOST_SHOWN:
        return 0, len(text)
    start = 0 if char < MOST_SHOWN * 3 // 4 else char - MOST_SHOWN // 2
    start = min(start, len(text) - MOST_SHOWN)
    return start, start + MOST_SHOWN


def _markdown(part: str, text: str, start: int) -> str:
    found = _as_json(part)
    if found is not None:
        return _fenced(found, "json")
    name, inside = _open_at(text, start)
    blocks: list[str] = []
    lines: list[str] = []
    fence = inside
    for line in part.split("\n"):
        match = _FENCE.match(line)
        if match is not None and not fence:
            blocks.append(_prose(lines))
            fence, name, lines = match[1], match[2], []
        elif match is not None and match[1].startswith(fence) and not match[2]:
            blocks.append(_fenced("\n".join(lines), name))
            fence, lines = "", []
        else:
            lines.append(line)
    blocks.append(_fenced("\n".join(lines), name) if fence else _prose(lines))
    return "\n\n".join(block for block in blocks if block)


def _open_at(text: str, start: int) -> tuple[str, str]:
    """Language and fence of the code that a place of a text is in; empty where it is in none."""
    fence = name = ""
    for at in _fences(text, start):
        begins = text.rfind("\n", max(at - _MOST_INDENT - 1, 0), at) + 1
        if not begins and at > _MOST_INDENT:
            continue
        end = text.find("\n", at, start)
        match = _FENCE.match(text[begins : end if end >= 0 else start])
        if match is None:
            continue
        if not fence:
            fence, name = match[1], match[2]
        elif match[1].startswith(fence) and not match[2]:
            fence = ""
    return name, fence


def _fences(text: str, end: int) -> Iterator[int]:
    """Where fences may begin in the first `end` characters of a text, in order. (An expression would look at
    each character; there may be millions.)"""
    found = {mark: text.find(mark, 0, end) for mark in ("```", "~~~")}
    while marks := [mark for mark, at in found.items() if at >= 0]:
        mark = min(marks, key=lambda one: found[one])
        at = found[mark]
        yield at
        while at < end and text[at] == mark[0]:
            at += 1
        found[mark] = text.find(mark, at, end)


def _as_json(text: str) -> str | None:
    """A text that is an object or a list as JSON, on lines of its own."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return json.dumps(value, ensure_ascii=False, indent=2)


def _prose(lines: list[str]) -> str:
    """Lines as they are: Markdown joins those that have no blanks at their end."""
    escaped = [_PUNCTUATION.sub(r"\\\g<0>", line) for line in lines]
    kept = [re.sub(r"^ +", lambda match: "&nbsp;" * len(match[0]), line) for line in escaped]
    return "  \n".join(kept).strip("\n") if any(line.strip() for line in lines) else ""


def _fenced(code: str, name: str) -> str:
    """Code in a fence that no line of it closes."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{_NO_NAME.sub('', name)[:_LONGEST_NAME]}\n{code}\n{fence}"
