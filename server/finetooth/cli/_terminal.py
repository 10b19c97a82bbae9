"""What the terminal can do, and what the user wants of it."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from finetooth.output._style import Style

COLORS = ("auto", "always", "never")
_WIDTH_OF_FILES = 120
_LINKING_PROGRAMS = frozenset({"iTerm.app", "vscode", "WezTerm", "ghostty", "Hyper", "zed"})


def wants_color(stream: TextIO, choice: str = "auto") -> bool:
    """`--color` decides, then NO_COLOR, FORCE_COLOR (see no-color.org, force-color.org), then whether it is
    a terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_links(stream: TextIO) -> bool:
    """Whether the terminal is one of those known to show hyperlinks; others may print rubbish."""
    if not stream.isatty():
        return False
    env = os.environ
    vte = env.get("VTE_VERSION", "")
    return (
        env.get("TERM_PROGRAM") in _LINKING_PROGRAMS
        or env.get("TERM") in ("xterm-kitty", "xterm-ghostty")
        or "WT_SESSION" in env
        or "KONSOLE_VERSION" in env
        or (vte.isdigit() and int(vte) >= 5000)
    )


def style_for(stream: TextIO, choice: str = "auto") -> Style:
    """Colours and links as the stream can and the user wants."""
    color = wants_color(stream, choice)
    return Style(color, color and wants_links(stream))


def width() -> int:
    """Cells of a line; wide where the output goes to a file."""
    import shutil

    return max(40, shutil.get_terminal_size((_WIDTH_OF_FILES, 24)).columns)


def prepare(*, machine: bool = False, raw: bool = False) -> None:
    """Make standard output and error take any character.

    What a machine reads is UTF-8 whatever the locale, and its lines end at `\\n` on every system; a lone
    surrogate becomes an escape, which is what JSON writes for it. `raw` lets bytes that are not UTF-8
    through as they were.
    """
    out_errors = "surrogateescape" if raw else "backslashreplace"
    for stream, errors in ((sys.stdout, out_errors), (sys.stderr, "backslashreplace")):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        if stream is sys.stdout and (machine or raw):
            reconfigure(encoding="utf-8", errors=errors, newline="\n")
        else:
            reconfigure(errors=errors)


def discard_output() -> None:
    """After a broken pipe: whoever read our output wants no more of it, as `head` does. That is no fault,
    but the interpreter flushes standard output once more at the end, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
