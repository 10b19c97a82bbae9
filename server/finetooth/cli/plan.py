"""`finetooth plan`: what a training run will be, before anybody pays for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from finetooth.cli import Exit
from finetooth.cli._parser import Parser
from finetooth.cli._plan_page import as_object, page
from finetooth.cli._terminal import prepare, style_for, width
from finetooth.engine.request import CheckRequest, Overrides

if TYPE_CHECKING:
    import argparse

    from finetooth.engine.overview.plan import Plan
    from finetooth.engine.report import Problem


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    args = _parser().parse(arguments)
    machine = args.output_format == "json"
    prepare(machine=machine)
    problems: list[Problem] = []
    style = style_for(sys.stdout, args.color)
    objects = []
    for number, plan in enumerate(_plans(args, problems)):
        if machine:
            objects.append(as_object(plan))
        else:
            lines = page(plan, style, min(width(), 100))
            sys.stdout.writelines([*(["\n"] if number else []), *(f"{line}\n" for line in lines)])
            sys.stdout.flush()
    if machine:
        print(json.dumps(objects, indent=2, ensure_ascii=False))
    for problem in problems:
        place = f":{problem.line}:{problem.column}" if problem.line else ""
        print(f"error: {problem.filename}{place}: {problem.message}", file=sys.stderr)
    return Exit.TROUBLE if problems else Exit.OK


def _plans(args: argparse.Namespace, problems: list[Problem]) -> Iterator[Plan]:
    from finetooth.engine.overview.plan import Planner
    from finetooth.engine.run import sources
    from finetooth.engine.settings.configs import Configs

    overrides = Overrides(dataset_format=args.dataset_format, target=args.target, model=args.model)
    request = CheckRequest(tuple(args.paths) or (".",), overrides=overrides)
    planner = Planner(request, problems)
    if not args.paths:
        configured = list(planner.of_config())
        if configured or problems:
            yield from configured
            return
    yield from planner.plans(list(sources(request, Configs(request, problems), problems)))


def _parser() -> Parser:
    parser = Parser(
        "plan",
        "Show what a training run will be: rows by split, trained tokens, steps, what is cut or left out, "
        "cost and advice. Settings are `[training]` in finetooth.toml or a trainer's own file (OpenAI, "
        "Azure, Together, Fireworks, Mistral, Bedrock, Axolotl, LLaMA-Factory, TRL, mistral-finetune).",
        "[OPTIONS] [CONFIG|DATA ...]",
    )
    parser.add_argument_group("Arguments").add_argument(
        "paths",
        nargs="*",
        metavar="CONFIG|DATA",
        help="Settings files, or datasets and folders; default: [training] of the settings here, else .",
    )
    options = parser.add_argument_group("Options")
    parser.add_reading(options)
    parser.add_text_or_json(options)
    parser.add_common()
    return parser
