"""Where CommonMark 0.31.2 lets an HTML block begin, and what ends it (spec, "HTML blocks"): a fence inside
is not a fence.
"""

from __future__ import annotations

import re
from typing import Final

from finetooth_rules.patterns import lazy

_TAGS: Final = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|"
    "main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|"
    "title|tr|track|ul"
)
_VALUE: Final = r"""(?:[^ \t\n"'=<>`]++|'[^'\n]*+'|"[^"\n]*+")"""
_ATTRIBUTES: Final = rf"(?:[ \t]++[A-Za-z_:][\w.:-]*+(?:[ \t]*+=[ \t]*+{_VALUE})?)*+"
_WHOLE_TAG: Final = (
    rf"<(?:[A-Za-z][A-Za-z0-9-]*+{_ATTRIBUTES}[ \t]*+/?|/[A-Za-z][A-Za-z0-9-]*+[ \t]*+)>[ \t]*+$"
)

END_AT_BLANK: Final = lazy(r"\Z")
"""What ends a block of the kinds 6 and 7: a blank line, to which the scanner sees itself."""

_KINDS: Final = tuple(
    (
        lazy(start, re.IGNORECASE | re.ASCII),
        lazy(end, re.IGNORECASE | re.ASCII) if end else END_AT_BLANK,
    )
    for start, end in (
        (r"<(?:script|pre|style|textarea)(?:[ \t>]|$)", r"</(?:script|pre|style|textarea)>"),
        (r"<!--", r"-->"),
        (r"<\?", r"\?>"),
        (r"<![a-z]", r">"),
        (r"<!\[CDATA\[", r"\]\]>"),
        (rf"</?(?:{_TAGS})(?:[ \t]|/?>|$)", ""),
    )
)
_ANY_TAG: Final = lazy(_WHOLE_TAG, re.ASCII)


def html_end(text: str, start: int, stop: int, *, after_paragraph: bool) -> re.Pattern[str] | None:
    """What ends the HTML block that begins at `start` of a line ending at `stop`; None where none begins.

    A tag of any other name (kind 7) stands alone on its line and does not interrupt a paragraph.
    """
    for opening, end in _KINDS:
        if opening.match(text, start, stop):
            return end
    if not after_paragraph and _ANY_TAG.match(text, start, stop):
        return END_AT_BLANK
    return None
