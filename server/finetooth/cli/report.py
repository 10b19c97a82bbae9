"""`finetooth report`: one page on dataset files, to read, to keep, to pass on."""

from __future__ import annotations

import argparse
import io
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finetooth.cli import Exit, UsageError
from finetooth.cli._check_options import add_choices, add_files, add_no_baseline, plain_request
from finetooth.cli._parser import Parser, positive
from finetooth.cli._terminal import prepare, style_for
from finetooth.engine.request import STDIN, Progress, Silent
from finetooth.output._summary import plural

if TYPE_CHECKING:
    from finetooth.engine.overview.report_data import ReportData

DEFAULT_FILE: Final = "finetooth-report.html"
STDOUT: Final = "-"


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = _parser().parse(arguments)
    prepare()
    paths = tuple(args.paths) or ((STDIN,) if args.stdin_filename else (".",))
    request = replace(plain_request(args, paths), baseline=not args.no_baseline)
    if args.output_file != STDOUT:
        _may_be_written(Path(args.output_file))
    if STDIN in request.paths:
        request = replace(request, stdin=sys.stdin.buffer.read())

    from finetooth.engine.overview.report_data import gather

    progress = _progress(args)
    try:
        data = gather(request, progress, text=not args.no_text)
    finally:
        progress.finish()
    html = _page(data, args, arguments).encode("utf-8")
    _write(html, args.output_file)
    _tell(data, len(html), args)
    return Exit.TROUBLE if data.problems else Exit.OK


def _parser() -> Parser:
    parser = Parser(
        "report",
        "Write one HTML page on dataset files: what was found, how long rows are, which records repeat "
        "others, and a map of what they are about. It loads nothing from anywhere.",
        "[OPTIONS] [PATH ...]",
        _epilog,
    )
    parser.add_argument_group("Arguments").add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="Files, folders, globs, - for standard input; default: this folder",
    )
    output = parser.add_argument_group("Output")
    output.add_argument(
        "-o",
        "--output-file",
        metavar="FILE",
        default=DEFAULT_FILE,
        help=f"Write the page to FILE, - for standard output; default: {DEFAULT_FILE}",
    )
    output.add_argument("--title", metavar="TEXT", help="The title of the page; default: names of the files")
    output.add_argument(
        "--no-text",
        action="store_true",
        help="Leave out what records say (excerpts, prompts, names of tools), to pass the page on",
    )
    output.add_argument("-q", "--quiet", action="store_true", help="No progress, and no word about the page")
    add_choices(parser)
    add_files(parser)
    run_group = parser.add_argument_group("Run")
    run_group.add_argument("-j", "--jobs", type=positive, default=0, metavar="N", help="Processes to use")
    add_no_baseline(run_group)
    parser.add_common()
    return parser


def _epilog() -> str:
    return f"""\
Examples:
  finetooth report data/                          {DEFAULT_FILE}
  finetooth report train.jsonl --target trl       what TRL will do with it
  finetooth report data/ --no-text -o share.html  without the text of records

Exit codes:
  0  the page was written, whatever it says
  2  something could not be judged; the page says what"""


def _may_be_written(file: Path) -> None:
    """Find out before the work that the page cannot be written. Raises UsageError."""
    if file.is_dir():
        raise UsageError(f"--output-file: {file} is a folder; expected a file")
    if not file.absolute().parent.is_dir():
        raise UsageError(f"--output-file: {file}: no such folder")


def _progress(args: argparse.Namespace) -> Progress:
    if args.quiet or not sys.stderr.isatty():
        return Silent()
    from finetooth.cli.progress import Bar

    return Bar(sys.stderr, style_for(sys.stderr, args.color))


def _page(data: ReportData, args: argparse.Namespace, arguments: Sequence[str]) -> str:
    import finetooth
    from finetooth.output.html import Made, page

    now = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    command = shlex.join(["finetooth", "report", *arguments])
    return page(
        data, Made(args.title or _title(data, args.paths or ["."]), now, finetooth.__version__, command)
    )


def _title(data: ReportData, paths: Sequence[str]) -> str:
    """The folder that was named, else the files."""
    if len(paths) == 1 and Path(paths[0]).is_dir():
        return Path(paths[0]).resolve().name or "Dataset report"
    names = [Path(file.name).name for file in data.files]
    if not names:
        return "Dataset report"
    more = f" and {len(names) - 2:,} more" if len(names) > 2 else ""
    return (", ".join(names[:2]) if more else " and ".join(names)) + more


def _write(html: bytes, name: str) -> None:
    """Raises OSError."""
    if name == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(html)
        sys.stdout.flush()
        return
    file = Path(name).resolve()
    if file.exists() and not file.is_file():
        file.write_bytes(html)  # a device or a pipe is written to, not replaced
        return
    from finetooth.engine.files.atomic import write_atomically

    write_atomically(file, io.BytesIO(html))


def _tell(data: ReportData, size: int, args: argparse.Namespace) -> None:
    """One line for people, and the problems."""
    for problem in data.problems:
        place = f":{problem.line}:{problem.column}" if problem.line else ""
        print(f"error: {problem.filename}{place}: {problem.message}", file=sys.stderr)
    if args.quiet or args.output_file == STDOUT:
        return
    found = f"{plural(data.counts.total(), 'finding')} in {plural(data.records, 'record')}"
    print(f"{args.output_file}: {found} ({size / 1000:,.0f} kB)", file=sys.stderr)
