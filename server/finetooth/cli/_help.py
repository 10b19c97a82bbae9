"""Help pages: sections of two columns, wrapped to the terminal."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finetooth.cli import COMMANDS
from finetooth.cli._terminal import style_for, width
from finetooth.output._style import BOLD, CYAN, GREEN, Style

_COLUMN = 31
_WIDEST = 100

EXIT_CODES = """\
Exit codes:
  0  nothing found at or above --fail-on (default: warning)
  1  something found
  2  something could not be judged: a bad setting or option, a path that cannot be read
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """An option or argument as it is written, and what it does."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Some entries under a title."""

    title: str
    entries: tuple[Entry, ...]


def overview() -> str:
    """The page of `finetooth --help`."""
    sections = [
        Section("Commands", tuple(Entry(name, text) for name, text in COMMANDS.items())),
        Section(
            "Options", (Entry("-h, --help", "Print this help"), Entry("-V, --version", "Print the version"))
        ),
    ]
    epilog = f"""\
Examples:
  finetooth check                        every dataset under this folder
  finetooth check train.jsonl --fix      repair what can be repaired safely
  finetooth check data/ --target openai  judge as OpenAI's fine-tuning would
  finetooth rule FEN001                  why a rule matters, and what to do

{EXIT_CODES}
`finetooth COMMAND --help` tells more about a command.
"""
    about = (
        "Goes over fine-tuning data with a fine-tooth comb: finds what would waste or spoil a training run."
    )
    return page(about, "finetooth COMMAND [OPTIONS]", sections, epilog)


def page(description: str, usage: str, sections: Sequence[Section], epilog: str) -> str:
    """A help page in the colours of standard output."""
    style = style_for(sys.stdout)
    room = min(width(), _WIDEST)
    parts = [textwrap.fill(description, room), f"{_title('Usage', style)} {style.paint(usage, BOLD, CYAN)}"]
    longest = max(len(entry.name) for section in sections for entry in section.entries)
    column = min(_COLUMN, longest + 4)
    parts += ["\n".join(_section(section, column, room, style)) for section in sections]
    if epilog:
        parts.append(_titles(epilog.rstrip("\n"), style))
    return "\n\n".join(parts) + "\n"


def _title(text: str, style: Style) -> str:
    return style.paint(f"{text}:", BOLD, GREEN)


def _titles(text: str, style: Style) -> str:
    """Lines such as `Examples:` painted like the titles of sections."""
    return re.sub(r"^([A-Z][\w ]*):$", lambda match: _title(match[1], style), text, flags=re.MULTILINE)


def _section(section: Section, column: int, room: int, style: Style) -> Iterator[str]:
    yield _title(section.title, style)
    for entry in section.entries:
        name = style.paint(entry.name, BOLD, CYAN)
        lines = textwrap.wrap(entry.text, room - column, break_on_hyphens=False)
        if not lines:
            yield f"  {name}"
        elif len(entry.name) + 4 > column:
            yield f"  {name}"
            yield from (" " * column + line for line in lines)
        else:
            yield f"  {name}{' ' * (column - 2 - len(entry.name))}{lines[0]}"
            yield from (" " * column + line for line in lines[1:])
