"""`finetooth init`: a commented finetooth.toml to start from."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetooth.cli import Exit, UsageError
from finetooth.cli._parser import Parser, one_of
from finetooth.cli._terminal import prepare, style_for
from finetooth_rules.targets import GENERIC, TARGETS

if TYPE_CHECKING:
    from finetooth.output._style import Style

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

    found = _recognise(args.path)
    text = settings_text(found.format, found.source, args.target, found.table)
    if args.stdout:
        sys.stdout.write(text)
        return Exit.OK
    folder = Path(args.path) if os.path.isdir(args.path) else Path(args.path).parent
    path = folder / _NAME
    _write(path, text, force=args.force)
    style = style_for(sys.stdout, args.color)
    print(f"Wrote {style.bold(str(path))} ({_words(found, style)}).")
    print("Next: `finetooth check`")
    return Exit.OK


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; --force overwrites it, --stdout only prints") from error


@dataclass(frozen=True)
class Recognised:
    """What a dataset is: a known format, else the table that maps its fields; and the dataset's path."""

    source: str = ""
    format: str | None = None
    table: Mapping[str, Any] = field(default_factory=dict)
    guessed: bool = False


def _words(found: Recognised, style: Style) -> str:
    if found.format:
        return f"format {style.bold(found.format)}, recognised in {found.source}"
    if found.guessed:
        return f"{found.source} is of no known format; look over the [format] that was guessed"
    if found.table:
        return f"fields as of {style.bold(found.table['type'])}, recognised in {found.source}"
    return "no dataset found whose format is known"


def _recognise(path: str) -> Recognised:
    """What the first dataset is that can be made out: the first of a known format, else the first whose
    fields can be guessed.
    """
    from finetooth.engine.files.discover import discover

    found = discover([path])
    if found.problems and not os.path.isdir(path):
        raise UsageError(f"{path}: {found.problems[0].message}")
    guesses: list[Recognised] = []
    for file in found.files[:_LOOKED_AT]:
        one = _recognised(file)
        if one is not None and not one.guessed:
            return one
        guesses += [one] if one is not None else []
    return next(iter(guesses), Recognised())


def _recognised(file: str) -> Recognised | None:
    from finetooth.engine.files.heads import first_values
    from finetooth.engine.files.opening import look
    from finetooth.engine.files.source import Source
    from finetooth_rules.formats import FORMATS
    from finetooth_rules.formats._guess import guessed_table
    from finetooth_rules.settings import build_profile

    try:
        values = first_values(*look(Source(file, Path(file))))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}") from error
    profile = build_profile({}, values)
    if profile.format in FORMATS:
        return Recognised(file, profile.format)
    if profile.mapping is not None:
        return Recognised(file, table={"type": profile.mapping.source})
    table = guessed_table(values)
    return Recognised(file, table=table, guessed=True) if table else None


def _table_text(table: Mapping[str, Any]) -> str:
    """The table `[format]` as TOML."""
    return "[format]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)  # strings and lists of them are the same in TOML


def settings_text(
    format_name: str | None, source: str, target: str, table: Mapping[str, Any] | None = None
) -> str:
    """The text of a finetooth.toml; `table` maps the fields where no format is known. What is commented out
    is a default or an example, and valid as it stands.
    """
    from finetooth_rules.formats import FORMATS

    formats = ", ".join(["auto", *FORMATS])
    recognised = f" Recognised in {os.path.basename(source)}." if source else ""
    of_format = f'format = "{format_name or "auto"}"'
    mapped = ""
    if table:
        of_format = "# The fields have names of their own: see the table [format] below."
        mapped = f"\n# Which field holds what.\n{_table_text(table)}"
    return f"""\
# Settings of Finetooth. Every key may be left out; `finetooth config FILE` shows what holds for a file.

# What the records are.{recognised} One of: {formats}.
{of_format}

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

# Findings that are known and not to be shown again; `finetooth baseline write` writes them there.
# baseline = "finetooth-baseline.txt"
{mapped}
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
