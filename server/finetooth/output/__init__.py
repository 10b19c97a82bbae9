"""The report formats: one file each, registered here.

A format is a module with `write(report, out, options)`. Only the module that is asked for is imported.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeAlias

if TYPE_CHECKING:
    from finetooth.engine.report import Report

FORMATS: Mapping[str, str] = {
    "full": "a code frame for each finding, for people",
    "concise": "one line for each finding, for people and grep",
    "json": "one JSON array",
    "json-lines": "one JSON object on each line",
    "github": "workflow commands: annotations in a pull request",
    "gitlab": "a Code Quality report for merge requests",
    "sarif": "SARIF 2.1.0, for code scanning",
    "junit": "JUnit XML, for test reports of CI servers",
}
"""Names of the formats, and what they are for. The module is the name with an underscore."""

FOR_PEOPLE = frozenset({"full", "concise"})
"""Formats that may have colours and end with a summary; all others are for machines."""


class RuleHelp(NamedTuple):
    """What a report says of a rule: `documentation` is Markdown, `severity` one of error, warning, info."""

    code: str
    name: str
    summary: str
    documentation: str
    severity: str


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How to print. `color` and `links` write ANSI colours and hyperlinks; `width` is the terminal's, in
    cells.

    `quiet` leaves out the summary. `fixing` says that fixes were carried out or shown as a diff, `diff` the
    latter; `unsafe_fixes` that unsafe fixes count as available. `rules` maps the codes found to their
    documentation, for formats that carry it.
    """

    color: bool = False
    links: bool = False
    width: int = 100
    quiet: bool = False
    fixing: bool = False
    diff: bool = False
    unsafe_fixes: bool = False
    rules: Mapping[str, RuleHelp] = field(default_factory=dict)


Write: TypeAlias = "Callable[[Report, TextIO, OutputOptions], None]"


def writer(name: str) -> Write:
    """The `write` of a format of `FORMATS`. Raises KeyError for another name."""
    if name not in FORMATS:
        raise KeyError(name)
    module = importlib.import_module(f"finetooth.output.{name.replace('-', '_')}")
    write: Write = module.write
    return write
