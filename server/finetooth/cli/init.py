"""`finetooth init`: a commented finetooth.toml to start from."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from finetooth.cli import Exit, UsageError
from finetooth.cli._parser import Parser, one_of
from finetooth.cli._terminal import prepare, style_for
from finetooth_rules.targets import GENERIC, TARGETS

_NAME = "finetooth.toml"
_LOOKED_AT = 20


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    parser = Parser(
        "init",
        "Write a commented finetooth.toml for the dataset format that is recognised in PATH.",
        "[OPTIONS] [PATH]",
    )
    parser.add_argument_group("Arguments").add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="A dataset or a folder with some; default: this folder",
    )
    options = parser.add_argument_group("Options")
    options.add_argument(
        "--target",
        type=one_of("--target", TARGETS, "target"),
        default=GENERIC.name,
        metavar="TARGET",
        help=f"Which trainer or API will read the files: {', '.join(TARGETS)}",
    )
    options.add_argument("--stdout", action="store_true", help="Print the settings, write nothing")
    options.add_argument("--force", action="store_true", help="Overwrite the file that is there")
    parser.add_common()
    args = parser.parse(arguments)
    prepare()

    source, name = _recognise(args.path)
    text = settings_text(name, source, args.target)
    if args.stdout:
        sys.stdout.write(text)
        return Exit.OK
    folder = Path(args.path) if os.path.isdir(args.path) else Path(args.path).parent
    path = folder / _NAME
    _write(path, text, force=args.force)
    style = style_for(sys.stdout, args.color)
    found = (
        f"format {style.bold(name)}, recognised in {source}"
        if name
        else "no dataset found whose format is known"
    )
    print(f"Wrote {style.bold(str(path))} ({found}).")
    print("Next: `finetooth check`")
    return Exit.OK


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; --force overwrites it, --stdout only prints") from error


def _recognise(path: str) -> tuple[str, str | None]:
    """The first dataset whose format is known, and the name of the format; ("", None) where there is none."""
    from finetooth.engine.discover import discover
    from finetooth.engine.resolve import HEAD_BYTES, first_values
    from finetooth_rules.settings import detect_format

    found = discover([path])
    if found.problems and not os.path.isdir(path):
        raise UsageError(f"{path}: {found.problems[0].message}")
    for file in found.files[:_LOOKED_AT]:
        with open(file, "rb") as stream:
            name = detect_format(first_values(stream.read(HEAD_BYTES)))
        if name is not None:
            return file, name
    return "", None


def settings_text(format_name: str | None, source: str, target: str) -> str:
    """The text of a finetooth.toml. What is commented out is a default or an example, and valid as it
    stands."""
    from finetooth_rules.formats import FORMATS

    formats = ", ".join(["auto", *FORMATS])
    recognised = f" Recognised in {os.path.basename(source)}." if source else ""
    return f"""\
# Settings of Finetooth. Every key may be left out; `finetooth config FILE` shows what holds for a file.

# What the records are.{recognised} One of: {formats}.
format = "{format_name or "auto"}"

# Which trainer or API will read the files; it decides what is an error, a warning, or fine.
# One of: {", ".join(TARGETS)}.
target = "{target}"

# The model to be trained; it decides limits and how tokens are counted.
# model = "gpt-4.1-mini"

# Rules to run, by code, prefix, name or ALL; the more exact of select and ignore wins.
# select = ["ALL"]
# ignore = ["SYN014"]

# Least severity that makes `finetooth check` exit with 1: error, warning, info or never.
# fail-on = "warning"

# Files not to look at, as in a .gitignore.
# exclude = ["archive/"]

# What the dataset should teach: makes off-task records stand out.
# [task]
# description = "Answer questions about invoices, in two sentences."
# examples = ["When is invoice 1042 due?"]

# How long a record may be, if other than the model's limit.
# [tokens]
# limit = 4096

# Other settings for some files.
# [[overrides]]
# files = ["valid*.jsonl"]
# ignore = ["SIZ001"]
"""
