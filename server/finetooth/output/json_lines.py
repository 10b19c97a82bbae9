"""One JSON object on each line, as in `json`."""

from __future__ import annotations

from typing import TextIO

from finetooth.engine.report import Report
from finetooth.output import OutputOptions
from finetooth.output.json import encode


def write(report: Report, out: TextIO, options: OutputOptions) -> None:
    """Findings only; nothing for a clean run."""
    out.writelines(f"{encode(finding)}\n" for finding in report.findings)
