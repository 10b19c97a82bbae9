"""ANSI colours and hyperlinks, or nothing where they are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.output import OutputOptions

BOLD = "1"
DIM = "2"
RED = "31"
GREEN = "32"
YELLOW = "33"
BLUE = "34"
CYAN = "36"

# The sixteen basic colours follow the terminal's own theme, light or dark; no background is ever set.
_SEVERITIES: Mapping[str, str] = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}


class Style(NamedTuple):
    """Paints text, or hands it back as it was."""

    color: bool = False
    links: bool = False

    def paint(self, text: str, *codes: str) -> str:
        """`text` in the given SGR codes."""
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.color and text else text

    def bold(self, text: str) -> str:
        """For what is read first."""
        return self.paint(text, BOLD)

    def dim(self, text: str) -> str:
        """For what may be passed over."""
        return self.paint(text, DIM)

    def severity(self, severity: str, text: str) -> str:
        """`text` in the colour of a severity."""
        return self.paint(text, BOLD, _SEVERITIES[severity])

    def link(self, url: str, text: str) -> str:
        """`text` as a hyperlink (OSC 8)."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text


def style_of(options: OutputOptions) -> Style:
    """The style that the options ask for."""
    return Style(options.color, options.links)
