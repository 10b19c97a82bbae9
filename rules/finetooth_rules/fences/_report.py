"""From the causes of open fences to findings."""

from __future__ import annotations

import json
from collections.abc import Iterator

from finetooth_rules.example import Example, Text
from finetooth_rules.fences._cause import Cause, TextEdit
from finetooth_rules.fences._causes import causes
from finetooth_rules.fences._raw import may_be_open
from finetooth_rules.finding import Applicability, Consequence, Edit, Finding, Fix, Related

TRIGGERS = ("```", "~~~")
LOOKS = {"```": may_be_open}


def findings(example: Example, code: str) -> Iterator[Finding]:
    """What rule `code` has to say of the trained texts."""
    before = ""
    for turn in example.turns:
        for text in turn.texts:
            if turn.trained:
                for cause in causes(text.text, before):
                    if cause.code == code:
                        yield _finding(example, text, cause)
            before = text.text


def _finding(example: Example, text: Text, cause: Cause) -> Finding:
    edits = tuple(_edit(example, text, edit) for edit in cause.edits)
    related: tuple[Related, ...] = ()
    if cause.related is not None:
        start, end, what = cause.related
        related = (Related(what, path=text.path, span=example.span_of(text, start, end)),)
    return Finding(
        cause.code,
        cause.message,
        Consequence.DEGRADED,
        span=example.span_of(text, cause.start, cause.end),
        path=text.path,
        fixes=(Fix(cause.title, Applicability.UNSAFE, edits),),
        related=related,
    )


def _edit(example: Example, text: Text, edit: TextEdit) -> Edit:
    """The edit on the raw bytes of the string, where a line break is written `\\n`."""
    return Edit(example.span_of(text, edit.start, edit.end), json.dumps(edit.new)[1:-1].encode())
