"""The options of `finetooth check`, and the request they make."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from finetooth.cli import UsageError
from finetooth.cli._parser import Parser, choose, flat, listed, one_of, positive
from finetooth.cli._selectors import checked, settings, split_config
from finetooth.engine.request import STDIN, CheckRequest, FixMode, Overrides
from finetooth.output import FORMATS
from finetooth_rules.finding import Severity

FAIL_ON: Final = (*(str(severity) for severity in Severity), "never")
"""What `--fail-on` takes: a severity, or never."""


def check_parser() -> Parser:
    """The parser of `finetooth check`."""
    parser = Parser(
        "check",
        "Check dataset files for what a training run would reject, drop or cut, and what spoils the model.",
        "[OPTIONS] [PATH ...]",
        _epilog,
    )
    parser.add_argument_group("Arguments").add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="Files, folders (their *.jsonl, *.ndjson, *.json of records; also as .gz and .zst), "
        "globs, - for standard input; default: this folder",
    )

    add_choices(parser)

    fixes = parser.add_argument_group("Fixes")
    fixes.add_argument(
        "--fix", action="store_true", help="Repair what can be repaired without changing what is learnt"
    )
    fixes.add_argument(
        "--unsafe-fixes", action="store_true", help="With --fix or --diff: also repairs to look over"
    )
    fixes.add_argument(
        "--diff", action="store_true", help="Print what --fix would change, and change nothing"
    )

    output = parser.add_argument_group("Output")
    output.add_argument(
        "--output-format",
        type=one_of("--output-format", FORMATS, "output format"),
        default="full",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)}; default: full",
    )
    output.add_argument("-o", "--output-file", metavar="FILE", help="Write the report to FILE")
    output.add_argument("--statistics", action="store_true", help="Count findings by rule; as full or json")
    output.add_argument(
        "-q", "--quiet", action="store_true", help="No summary and no progress, only findings"
    )
    output.add_argument(
        "-v", "--verbose", action="store_true", help="Say which settings hold and how long it took"
    )
    output.add_argument(
        "--show-files", action="store_true", help="Print the files that would be checked, and stop"
    )

    add_files(parser)

    run_group = parser.add_argument_group("Run")
    run_group.add_argument(
        "--fail-on",
        type=one_of("--fail-on", FAIL_ON, "severity"),
        metavar="SEVERITY",
        help="Least severity that makes the exit code 1: error, warning, info or never; default: warning",
    )
    run_group.add_argument("--exit-zero", action="store_true", help="Exit with 0 even if something was found")
    run_group.add_argument("-j", "--jobs", type=positive, default=0, metavar="N", help="Processes to use")
    add_no_baseline(run_group)
    parser.add_common()
    return parser


def add_choices(parser: Parser) -> None:
    """Options that say what the files are judged by."""
    rules = parser.add_argument_group("Rules")
    text = "Codes, prefixes, names or ALL, separated by commas"
    for option, meaning in (
        ("--select", f"Run only these rules. {text}"),
        ("--ignore", "Do not run these rules; the more exact of --select and --ignore wins"),
        ("--extend-select", "Run these besides those of the settings"),
        ("--extend-ignore", "Do not run these either"),
    ):
        rules.add_argument(option, type=listed, action="append", metavar="RULES", help=meaning)

    dataset = parser.add_argument_group("Dataset")
    dataset.add_argument(
        "--dataset-format", metavar="FORMAT", help="What the records are; default: auto, by the first"
    )
    dataset.add_argument("--target", metavar="TARGET", help="Which trainer or API will read the files")
    dataset.add_argument(
        "--model", metavar="MODEL", help="The model to be trained: decides limits and the tokenizer"
    )


def add_files(parser: Parser) -> None:
    """Options that say which files, and which settings hold for them."""
    files = parser.add_argument_group("Files")
    files.add_argument("--exclude", type=listed, action="append", metavar="GLOBS", help="Leave these out too")
    files.add_argument(
        "--force-exclude", action="store_true", help="Leave excluded files out even if named as PATH"
    )
    files.add_argument(
        "--no-respect-gitignore", action="store_true", help="Look also at what a .gitignore names"
    )
    files.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="What standard input is called, for settings, reports, and .json",
    )

    config = parser.add_argument_group("Settings")
    config.add_argument(
        "--config",
        action="append",
        default=[],
        metavar="FILE|SETTING",
        help="Use this settings file, or lay one setting over it: 'rules.imbalanced-labels.most = 0.9'",
    )
    config.add_argument("--isolated", action="store_true", help="Read no settings file")


def add_no_baseline(group: argparse._ArgumentGroup) -> None:
    """The option to see what is known, too."""
    group.add_argument(
        "--no-baseline", action="store_true", help="Show also what a baseline ignores (`finetooth baseline`)"
    )


def _epilog() -> str:
    from finetooth.cli._help import EXIT_CODES
    from finetooth_rules.formats import FORMATS as DATASET_FORMATS
    from finetooth_rules.targets import TARGETS

    formats = "\n".join(f"  {fmt.name:<20} {fmt.title}" for fmt in DATASET_FORMATS.values())
    targets = "\n".join(f"  {target.name:<20} {target.title}" for target in TARGETS.values())
    return f"""\
Dataset formats:
{formats}

Targets:
{targets}

Examples:
  finetooth check                               every dataset under this folder
  finetooth check train.jsonl valid.jsonl       two files
  finetooth check 'data/**/*.jsonl' --diff      what --fix would change
  finetooth check data/ --select FEN,TOL001     some rules only
  jq -c '.rows[]' dump.json | finetooth check - standard input
  finetooth check --output-format github        annotations in a pull request

{EXIT_CODES}"""


def request_of(args: argparse.Namespace) -> CheckRequest:
    """The request that parsed arguments make, without the bytes of standard input. Raises UsageError."""
    paths = tuple(args.paths) or ((STDIN,) if args.stdin_filename else (".",))
    if args.statistics and args.output_format not in ("full", "concise", "json"):
        raise UsageError(f"--statistics is printed as full or json, not as {args.output_format}")
    if args.diff and args.output_format != "full":
        raise UsageError("--diff prints a diff; it takes no --output-format")
    fix = FixMode.NONE
    if args.fix or args.diff:
        fix = FixMode.UNSAFE if args.unsafe_fixes else FixMode.SAFE
    return replace(plain_request(args, paths), fix=fix, diff=args.diff, baseline=not args.no_baseline)


def plain_request(args: argparse.Namespace, paths: tuple[str, ...]) -> CheckRequest:
    """The request for `paths` that the options of `add_choices` and `add_files` make. Raises UsageError."""
    config, inline = split_config(args.config)
    if args.isolated and config is not None:
        raise UsageError(f"--isolated reads no settings file, but --config names {config}")
    return CheckRequest(
        paths=paths,
        stdin_filename=args.stdin_filename,
        config=config,
        isolated=args.isolated,
        overrides=_overrides(args, inline, config),
        exclude=flat(args.exclude) or (),
        force_exclude=args.force_exclude,
        gitignore=not args.no_respect_gitignore,
        jobs=args.jobs,
    )


def _overrides(args: argparse.Namespace, inline: Sequence[str], config: Path | None) -> Overrides:
    selected, ignored = flat(args.select), flat(args.ignore)
    return Overrides(
        select=None if selected is None else checked(selected, "--select", config),
        ignore=None if ignored is None else checked(ignored, "--ignore", config),
        extend_select=checked(flat(args.extend_select) or (), "--extend-select", config),
        extend_ignore=checked(flat(args.extend_ignore) or (), "--extend-ignore", config),
        dataset_format=_dataset_format(args.dataset_format),
        target=_target(args.target),
        model=args.model,
        settings=settings(inline) if inline else {},
    )


def _dataset_format(name: str | None) -> str | None:
    if name is None:
        return None
    from finetooth_rules.formats import FORMATS as DATASET_FORMATS

    return _named("--dataset-format", name, ["auto", *DATASET_FORMATS], "dataset format")


def _target(name: str | None) -> str | None:
    if name is None:
        return None
    from finetooth_rules.targets import TARGETS

    return _named("--target", name, TARGETS, "target")


def _named(option: str, name: str, known: Iterable[str], what: str) -> str:
    try:
        return choose(name, known, what)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{option}: {error}") from error
