"""`finetooth check`: judge files, print what was found, repair on demand."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from finetooth.cli import Exit, UsageError
from finetooth.cli._check_options import check_parser, request_of
from finetooth.cli._terminal import discard_output, prepare, style_for, wants_color, wants_links, width
from finetooth.engine.request import STDIN, CheckRequest, FixMode, Progress, Silent
from finetooth.output import FOR_PEOPLE, OutputOptions, RuleHelp, problems, writer
from finetooth_rules.finding import Severity

if TYPE_CHECKING:
    from finetooth.engine.report import Report
    from finetooth.engine.settings.config import Config


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = check_parser().parse(arguments)
    prepare(machine=args.output_format not in FOR_PEOPLE, raw=args.diff)
    request = request_of(args)
    if args.show_files:
        from finetooth.cli.config import show_files

        return show_files(request)
    config = _config_here(request)
    fail_on = args.fail_on or _configured_fail_on(request, config)
    _try_output_file(args.output_file)
    if STDIN in request.paths:
        request = replace(request, stdin=sys.stdin.buffer.read())

    began = time.monotonic()
    report = _check(request, args)
    seconds = time.monotonic() - began
    try:
        _print(report, args, request)
    except BrokenPipeError:
        discard_output()
    if args.verbose:
        _tell(report, config, seconds)
    if report.problems:
        return Exit.TROUBLE
    found = bool(report.changes) if args.diff else _fails(report, fail_on)
    return Exit.FINDINGS if found and not args.exit_zero else Exit.OK


def _config_here(request: CheckRequest) -> Config | None:
    """The settings of the working directory. None where they cannot be used: the engine says why."""
    from finetooth.engine.settings.configs import Configs

    return Configs(request).of(Path.cwd())


def _configured_fail_on(request: CheckRequest, config: Config | None) -> str:
    settings = {**(config.settings if config else {}), **request.overrides.settings}
    return str(settings.get("fail-on", Severity.WARNING))


def _fails(report: Report, fail_on: str) -> bool:
    """Whether a finding is at or above the severity `fail_on`."""
    if fail_on == "never":
        return False
    limit = Severity(fail_on).rank
    return any(finding.severity.rank <= limit for finding in report.findings)


def _check(request: CheckRequest, args: argparse.Namespace) -> Report:
    from finetooth.engine.run import check

    progress: Progress = Silent()
    if not args.quiet and sys.stderr.isatty():
        from finetooth.cli.progress import Bar

        progress = Bar(sys.stderr, style_for(sys.stderr, args.color))
    try:
        return check(request, progress)
    finally:
        progress.finish()


def _try_output_file(name: str | None) -> None:
    """Find out before the work, not after it, that a report cannot be written."""
    if name is None:
        return
    try:
        with open(name, "ab"):
            pass
    except OSError as error:
        raise UsageError(f"--output-file: {name}: {(error.strerror or str(error)).lower()}") from error


def _print(report: Report, args: argparse.Namespace, request: CheckRequest) -> None:
    with ExitStack() as stack:
        out: TextIO = sys.stdout
        if args.output_file is not None:
            errors = "surrogateescape" if args.diff else "backslashreplace"
            file = open(args.output_file, "w", encoding="utf-8", errors=errors, newline="\n")  # noqa: SIM115
            out = stack.enter_context(file)
        elif report.fixed_stdin is not None and not args.diff:
            out = sys.stderr  # the repaired data has standard output to itself
        _write(report, out, args, _options(report, out, args, request))
        out.flush()
    if report.fixed_stdin is not None and not args.diff:
        sys.stdout.buffer.write(report.fixed_stdin)
        sys.stdout.flush()
    problems.write(report, sys.stderr, _options(report, sys.stderr, args, request))


def _write(report: Report, out: TextIO, args: argparse.Namespace, options: OutputOptions) -> None:
    if args.diff:
        from finetooth.output import diff
        from finetooth.output._summary import summary

        diff.write(report, out, options)
        out.flush()
        if not args.quiet:
            color = wants_color(sys.stderr, args.color)
            print(summary(report, replace(options, color=color)), file=sys.stderr)
    elif args.statistics:
        from finetooth.output import statistics

        (statistics.write_json if args.output_format == "json" else statistics.write)(report, out, options)
    else:
        writer(args.output_format)(report, out, options)


def _options(report: Report, out: TextIO, args: argparse.Namespace, request: CheckRequest) -> OutputOptions:
    color = wants_color(out, args.color)
    return OutputOptions(
        color=color,
        links=color and wants_links(out),
        width=width(),
        quiet=args.quiet,
        fixing=request.fix is not FixMode.NONE,
        diff=args.diff,
        unsafe_fixes=args.unsafe_fixes,
        rules=_rules(report) if args.output_format == "sarif" else {},
    )


def _rules(report: Report) -> dict[str, RuleHelp]:
    from finetooth_rules.targets import GENERIC

    helps = {}
    for code in sorted({finding.code for finding in report.findings}):
        if (known := report.catalogue_with(code)) is not None:
            rule = known.by_code[code]
            severity = GENERIC.severity(code, rule.consequence) or Severity.INFO
            helps[code] = RuleHelp(code, rule.name, rule.summary, known.documentation(code), severity)
    return helps


def _tell(report: Report, config: Config | None, seconds: float) -> None:
    source = config.path if config and config.path else "none, all defaults"
    print(f"settings: {source}", file=sys.stderr)
    print(f"time: {seconds:.2f} s for {report.records:,} records in {report.files:,} files", file=sys.stderr)
