"""`finetooth stats`: what is in each file, and what the target will do with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.cli import Exit
from finetooth.cli._parser import Parser
from finetooth.cli._stats_page import as_object, page
from finetooth.cli._terminal import prepare, style_for, width
from finetooth.engine.request import STDIN, CheckRequest, Overrides, Progress, Silent
from finetooth.engine.settings.plugins import catalogue_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from finetooth.engine.files.source import Source
    from finetooth.engine.overview.stats import Stats
    from finetooth.engine.report import Problem
    from finetooth_rules.profile import Profile

_PARALLEL_FROM: Final = 8 * 1024 * 1024


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = _parser().parse(arguments)
    machine = args.output_format == "json"
    prepare(machine=machine)
    problems: list[Problem] = []
    objects: list[dict[str, Any]] = []
    style = style_for(sys.stdout, args.color)
    for number, (source, profile, stats) in enumerate(_all(args, problems)):
        if machine:
            objects.append(as_object(source, profile, stats))
        else:
            lines = page(source, profile, stats, style, min(width(), 100))
            sys.stdout.writelines([*(["\n"] if number else []), *(f"{line}\n" for line in lines)])
            sys.stdout.flush()
    if machine:
        print(json.dumps(objects, indent=2, ensure_ascii=False))
    for problem in problems:
        place = f":{problem.line}:{problem.column}" if problem.line else ""
        print(f"error: {problem.filename}{place}: {problem.message}", file=sys.stderr)
    return Exit.TROUBLE if problems else Exit.OK


def _all(args: argparse.Namespace, problems: list[Problem]) -> Iterator[tuple[Source, Profile, Stats]]:
    from finetooth.engine.files.opening import NoDataset, opened
    from finetooth.engine.overview.stats import stats_of
    from finetooth.engine.report import Problem
    from finetooth.engine.run import sources
    from finetooth.engine.settings.config import ConfigError
    from finetooth.engine.settings.configs import Configs, override_settings
    from finetooth_rules.features import FeatureError

    overrides = Overrides(dataset_format=args.dataset_format, target=args.target, model=args.model)
    request = CheckRequest(tuple(args.paths) or (".",), overrides=overrides)
    if STDIN in request.paths:
        request = replace(request, stdin=sys.stdin.buffer.read())
    configs = Configs(request)
    found = list(sources(request, configs, problems))
    progress = _progress(args)
    progress.start(sum(_size(source) for source in found))
    with ExitStack() as stack:
        executor = None
        if sum(_size(source) for source in found) >= _PARALLEL_FROM and (os.cpu_count() or 1) > 1:
            from finetooth.engine.executors import Pool

            executor = stack.enter_context(Pool(os.cpu_count() or 1))
        for source in found:
            progress.file(source.name)
            file = Path(source.name) if source.path is not None else None
            config = configs.of(file.resolve().parent if file else Path.cwd())
            if config is None:
                continue
            try:
                with opened(source, file, config, override_settings(overrides), configs.report) as there:
                    catalogue_of(there.profile)
                    if there.trouble is not None:
                        problems.append(Problem(source.name, there.trouble))
                    stats = stats_of(
                        there.source,
                        there.profile,
                        tokens=args.tokens,
                        advance=progress.advance,
                        executor=executor,
                    )
            except NoDataset as reason:
                problems.append(Problem(source.name, str(reason)))
            except ConfigError as error:
                configs.report(error)
            except FeatureError as error:
                problems.append(Problem(source.name, str(error)))
            except OSError as error:
                problems.append(Problem(source.name, f"cannot be read: {error.strerror or error}"))
            else:
                progress.finish()
                yield source, there.profile, stats
    progress.finish()
    problems += configs.problems


def _progress(args: argparse.Namespace) -> Progress:
    if not sys.stderr.isatty():
        return Silent()
    from finetooth.cli.progress import Bar

    return Bar(sys.stderr, style_for(sys.stderr, args.color))


def _size(source: Source) -> int:
    try:
        return source.size()
    except OSError:
        return 0


def _parser() -> Parser:
    parser = Parser(
        "stats",
        "Show what is in dataset files: the format and why, rows, turns, tokens, tools and languages; and "
        "what the target will do with them.",
        "[OPTIONS] [PATH ...]",
    )
    parser.add_argument_group("Arguments").add_argument(
        "paths", nargs="*", metavar="PATH", help="Files, folders, globs, or - for standard input; default: ."
    )
    options = parser.add_argument_group("Options")
    parser.add_reading(options)
    options.add_argument(
        "--no-tokens", dest="tokens", action="store_false", help="Do not count tokens, which takes longest"
    )
    parser.add_text_or_json(options)
    parser.add_common()
    return parser
