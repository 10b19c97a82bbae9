"""`finetooth config`: which settings hold for a file, and which files would be checked."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetooth.cli import Exit, UsageError
from finetooth.cli._parser import Parser
from finetooth.cli._selectors import settings, split_config
from finetooth.cli._terminal import prepare, style_for
from finetooth.engine.request import CheckRequest
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.config import discover as discover_config
from finetooth.engine.settings.config import read as read_config
from finetooth.output._style import Style
from finetooth_rules.profile import Profile

if TYPE_CHECKING:
    from finetooth.engine.baseline import Baseline


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = _parser().parse(arguments)
    prepare(machine=args.output_format == "json")
    file, inline = split_config(args.config)
    if args.show_files:
        return show_files(CheckRequest((args.path or ".",), config=file, isolated=args.isolated))
    path = Path(args.path) if args.path else None
    config = _config(path, file, args.isolated)
    overrides = settings(inline) if inline else {}
    profile = _profile(config, path, overrides)
    shown = _as_object(config, profile, _baseline(config, overrides))
    if args.output_format == "json":
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        _print(shown, style_for(sys.stdout, args.color))
    return Exit.OK


def show_files(request: CheckRequest) -> int:
    """Print the files that a request means, one on each line, and what could not be found on standard
    error."""
    from finetooth.engine.files.discover import Patterns, discover
    from finetooth.engine.report import Report
    from finetooth.engine.settings.configs import Configs
    from finetooth.output import OutputOptions, problems

    configs = Configs(request)
    here = configs.of(Path.cwd())
    exclude = [Patterns(str(here.root), here.exclude)] if here else []
    found = discover(
        request.paths,
        exclude=[*exclude, Patterns(".", request.exclude)],
        force_exclude=request.force_exclude,
        gitignore=request.gitignore,
    )
    for name in found.files:
        print(name)
    report = Report(problems=[*configs.problems, *found.problems])
    problems.write(report, sys.stderr, OutputOptions())
    return Exit.TROUBLE if report.problems else Exit.OK


def _parser() -> Parser:
    parser = Parser(
        "config",
        "Show the settings that hold for a file: those of its settings file, and what the first "
        "records say where the format is auto. Without PATH: those of this folder.",
        "[OPTIONS] [PATH]",
    )
    parser.add_argument_group("Arguments").add_argument(
        "path", nargs="?", metavar="PATH", help="A dataset file"
    )
    options = parser.add_argument_group("Options")
    options.add_argument(
        "--config", action="append", default=[], metavar="FILE|SETTING", help="As for `check`"
    )
    options.add_argument("--isolated", action="store_true", help="Read no settings file")
    options.add_argument(
        "--show-files", action="store_true", help="Print the files under PATH that would be checked"
    )
    parser.add_text_or_json(options)
    parser.add_common()
    return parser


def _config(path: Path | None, file: Path | None, isolated: bool) -> Config:
    folder = Path.cwd() if path is None else path if path.is_dir() else path.resolve().parent
    if isolated:
        return Config(root=folder, looks_around=False)
    try:
        found = discover_config(folder) if file is None else read_config(file)
    except ConfigError as error:
        raise UsageError(str(error)) from error
    if found is None:
        raise UsageError(f"{file}: has no [tool.finetooth] table")
    return found


def _profile(config: Config, path: Path | None, inline: dict[str, Any]) -> Profile:
    from finetooth.engine.files.opening import look
    from finetooth.engine.files.source import Source
    from finetooth.engine.settings.resolve import resolve
    from finetooth_rules.array import Framing

    head, framing = b"", Framing.LINES
    if path is not None and path.is_file():
        try:
            head, framing = look(Source(str(path), path))
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    elif path is not None and not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    try:
        return resolve(config, path if head else None, inline, head, framing, report=_refuse)
    except ConfigError as error:
        raise UsageError(str(error)) from error


def _refuse(error: ConfigError) -> None:
    raise UsageError(str(error))


def _baseline(config: Config, overrides: dict[str, Any]) -> Baseline | None:
    """What is known of the files, and not shown; None where nothing is."""
    from finetooth.engine.baseline import path_for, read

    path = path_for(config, overrides)
    if path is None or not path.exists():
        return None
    try:
        return read(path)
    except ConfigError as error:
        raise UsageError(str(error)) from error


def _as_object(config: Config, profile: Profile, baseline: Baseline | None) -> dict[str, Any]:
    from finetooth.engine.settings.plugins import catalogue_of
    from finetooth_rules.formats.custom import described
    from finetooth_rules.tokens._measure import limit_of

    rules = catalogue_of(profile).by_code
    return {
        "settings-file": str(config.path) if config.path else None,
        "format": profile.format,
        "format-by": profile.format_source or "its first records",
        "fields": None if profile.mapping is None else described(profile.mapping),
        "target": profile.target.name,
        "model": profile.model,
        "task": profile.task.description or None,
        "token-encoding": None
        if profile.tokenizer is not None
        else profile.encoding or profile.target.encoding_for(profile.model),
        "tokenizer": None if profile.tokenizer is None else profile.tokenizer.path,
        "chat-template": None if profile.template is None else profile.template.path,
        "token-limit": profile.tokens_allowed,
        "token-limit-by": None if (limit := limit_of(profile)) is None else limit.said_by.strip("`"),
        "max-record-bytes": profile.max_record_bytes,
        "max-index-bytes": profile.max_index_bytes,
        "max-joined-lines": profile.max_joined_lines,
        "max-depth": profile.max_depth,
        "exclude": list(config.exclude),
        "baseline": None if baseline is None else str(baseline.path),
        "baseline-entries": None if baseline is None else len(baseline.entries),
        "rules-on": sorted(profile.selected),
        "rules-off": sorted(set(rules) - profile.selected),
        "options": {
            rules[code].name: changed
            for code, value in sorted(profile.options.items())
            if code in rules and (changed := _changed(value, rules[code].options()))
        },
    }


def _changed(value: Any, default: Any) -> dict[str, Any]:
    """Options that differ from their defaults, written as in the settings."""
    return {
        field.name.replace("_", "-"): getattr(value, field.name)
        for field in dataclasses.fields(value)
        if getattr(value, field.name) != getattr(default, field.name)
    }


def _print(shown: dict[str, Any], style: Style) -> None:
    shown["settings-file"] = shown["settings-file"] or "none: all defaults"
    shown["format"] = f"{shown['format'] or 'not recognised'} (by {shown.pop('format-by')})"
    fields = shown.pop("fields")
    if fields:
        shown["format"] += ": " + ", ".join(f"{name} = {field}" for name, field in fields.items())
    entries = shown.pop("baseline-entries")
    if entries is not None:
        shown["baseline"] += f" ({entries:,} {'entry' if entries == 1 else 'entries'})"
    total = len(shown["rules-on"]) + len(shown["rules-off"])
    shown["rules-on"] = f"{len(shown['rules-on'])} of {total}"
    options = shown.pop("options")
    wide = max(map(len, shown))
    for key, value in shown.items():
        if value in (None, []):
            text = style.dim("not set" if value is None else "none")
        elif isinstance(value, list):
            text = ", ".join(value)
        else:
            text = f"{value:,}" if isinstance(value, int) else str(value)
        print(f"{style.bold(key)}{' ' * (wide - len(key))}  {text}")
    for name, changed in options.items():
        print(f"{style.bold(f'rules.{name}')}")
        for key, value in changed.items():
            print(f"  {key} = {json.dumps(value, ensure_ascii=False)}")
