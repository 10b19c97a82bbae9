"""`finetooth baseline`: findings that somebody looked at, and does not want to see again."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from finetooth.cli import Exit, UsageError
from finetooth.cli._check_options import add_choices, add_files, plain_request
from finetooth.cli._parser import Parser, choose, positive
from finetooth.cli._terminal import prepare, style_for
from finetooth.engine.request import STDIN, Progress, Silent
from finetooth.output._cells import printable
from finetooth.output._summary import plural
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.engine.baseline_run import Present
    from finetooth.engine.report import Report

ACTIONS: Final = ("write", "prune", "check")
_LISTED: Final = 20


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = _parser().parse(arguments)
    prepare()
    if args.action is None:
        raise UsageError(f"what is to be done? expected one of {', '.join(ACTIONS)}")
    try:
        action = choose(args.action, ACTIONS, "action")
    except argparse.ArgumentTypeError as error:
        raise UsageError(str(error)) from error
    request = plain_request(args, tuple(args.paths) or (".",))
    if STDIN in request.paths or request.stdin_filename:
        raise UsageError("a baseline is about files; standard input is none")

    from finetooth.engine.baseline_run import look

    progress = _progress(args)
    try:
        present, report = look(request, progress)
    finally:
        progress.finish()
    _problems(report)
    if action == "check":
        return _check(present, report, args)
    if action == "write":
        _write(present, report, args)
    else:
        _prune(present, args)
    return Exit.TROUBLE if report.problems else Exit.OK


def _parser() -> Parser:
    parser = Parser(
        "baseline",
        "Keep a file with the findings that are known and not to be shown: `check` and editors leave them "
        "out. "
        "Records are remembered by what they say, so that lines may move; an entry is stale when its record "
        "was changed or mended.",
        "[OPTIONS] write|prune|check [PATH ...]",
        _epilog,
    )
    positional = parser.add_argument_group("Arguments")
    positional.add_argument(
        "action",
        nargs="?",
        metavar="ACTION",
        help="write: accept all findings there are; prune: remove stale entries; check: exit with 1 if there "
        "are stale entries",
    )
    positional.add_argument(
        "paths", nargs="*", metavar="PATH", help="Files, folders, globs; default: this folder"
    )
    parser.add_argument_group("Output").add_argument(
        "-q", "--quiet", action="store_true", help="No progress and no summary, only stale entries"
    )
    add_choices(parser)
    add_files(parser)
    parser.add_argument_group("Run").add_argument(
        "-j", "--jobs", type=positive, default=0, metavar="N", help="Processes to use"
    )
    parser.add_common()
    return parser


def _epilog() -> str:
    return """\
The file is finetooth-baseline.txt beside the settings, or what `baseline` in the settings names.

Examples:
  finetooth baseline write                 accept what there is in this folder
  finetooth baseline write --select TXT    accept findings of some rules only
  finetooth baseline check                 in CI: nothing may be stale
  finetooth check --no-baseline            see everything once more

Exit codes:
  0  done; check: no entry is stale
  1  check: some entries are stale
  2  something could not be judged"""


def _progress(args: argparse.Namespace) -> Progress:
    if args.quiet or not sys.stderr.isatty():
        return Silent()
    from finetooth.cli.progress import Bar

    return Bar(sys.stderr, style_for(sys.stderr, args.color))


def _problems(report: Report) -> None:
    from finetooth.output import OutputOptions, problems

    problems.write(replace(report, notes=[]), sys.stderr, OutputOptions())


def _name(present: Present) -> str:
    """How the baseline is called: relative to this folder where it is below it."""
    path = present.baseline.path
    return printable(os.path.relpath(path) if path.is_relative_to(os.getcwd()) else str(path))


def _write(present: Sequence[Present], report: Report, args: argparse.Namespace) -> None:
    """Accept what there is. Of files that could not be judged all entries stay."""
    from finetooth.engine.baseline import write

    for one in present:
        accepted = one.accepted()
        stale = len(one.baseline.entries - accepted.entries)
        new = len(accepted.entries - one.baseline.entries)
        changed = write(accepted)
        if not args.quiet:
            entries = _entries(len(accepted.entries))
            how = f"{new:,} new, {stale:,} removed" if changed else "nothing changed"
            print(f"{_name(one)}: {plural(one.findings, 'finding')} accepted, {entries} ({how}).")
    errors = sum(finding.count for finding in report.findings if finding.severity is Severity.ERROR)
    if errors and not args.quiet:
        verb = "is an error: a trainer will reject, drop or corrupt its record"
        verbs = "are errors: a trainer will reject, drop or corrupt these records"
        print(f"{errors:,} of them {verb if errors == 1 else verbs}.")
    if not present and not args.quiet:
        print("No file to judge.")


def _prune(present: Sequence[Present], args: argparse.Namespace) -> None:
    from finetooth.engine.baseline import write

    for one in present:
        stale = [*one.stale()]
        write(one.baseline.with_entries(one.baseline.entries.difference(stale)))
        if not args.quiet:
            left = len(one.baseline.entries) - len(stale)
            print(f"{_name(one)}: {_entries(len(stale))} removed, {left:,} left.")
    if not present and not args.quiet:
        print("No file to judge.")


def _check(present: Sequence[Present], report: Report, args: argparse.Namespace) -> int:
    stale = 0
    for one in present:
        found = [*one.stale()]
        stale += len(found)
        counts = Counter((entry.file, entry.code) for entry in found)
        for number, ((file, code), count) in enumerate(counts.items()):
            if number == _LISTED:
                print(f"{_name(one)}: and {len(counts) - _LISTED:,} more files and rules")
                break
            print(f"{_name(one)}: {code} in {printable(file)}: {_entries(count)} stale")
        if not args.quiet and not found:
            print(f"{_name(one)}: {_entries(len(one.baseline.entries))}, none stale.")
    if stale and not args.quiet:
        print(
            f"{_entries(stale)} stale; `finetooth baseline prune` removes {'it' if stale == 1 else 'them'}."
        )
    if report.problems:
        return Exit.TROUBLE
    return Exit.FINDINGS if stale else Exit.OK


def _entries(count: int) -> str:
    return f"{count:,} entr{'y' if count == 1 else 'ies'}"
