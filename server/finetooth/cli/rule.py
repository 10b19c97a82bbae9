"""`finetooth rule`: what a rule finds, why it matters, how to repair it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from finetooth.cli import Exit, UsageError
from finetooth.cli._markdown import render
from finetooth.cli._parser import Parser, one_of
from finetooth.cli._selectors import known_here
from finetooth.cli._terminal import prepare, style_for, width
from finetooth.cli.rules import as_object, severity_of
from finetooth.output._style import Style
from finetooth_rules.catalogue import Catalogue, matches
from finetooth_rules.rule import AnyRule
from finetooth_rules.targets import GENERIC

_WIDEST = 92


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    parser = Parser("rule", "Explain rules.", "[OPTIONS] [CODE|NAME ...]")
    parser.add_argument_group("Arguments").add_argument(
        "rules", nargs="*", metavar="CODE|NAME", help="FEN001 or unclosed-fence"
    )
    options = parser.add_argument_group("Options")
    options.add_argument("--all", action="store_true", help="Explain every rule")
    options.add_argument(
        "--output-format",
        type=one_of("--output-format", ("text", "markdown", "json"), "output format"),
        default="text",
        metavar="FORMAT",
        help="text, markdown or json; text is Markdown too where it does not go to a terminal",
    )
    parser.add_common()
    args = parser.parse(arguments)
    prepare(machine=args.output_format == "json")
    if not args.rules and not args.all:
        raise UsageError("which rule? `finetooth rule FEN001` explains one, `finetooth rules` lists them")
    known = known_here()
    chosen = list(known.rules) if args.all else [_find(text, known) for text in args.rules]
    if args.output_format == "json":
        objects = [_as_object(rule, known) for rule in chosen]
        print(
            json.dumps(objects if args.all or len(objects) > 1 else objects[0], indent=2, ensure_ascii=False)
        )
        return Exit.OK
    style = style_for(sys.stdout, args.color)
    plain = args.output_format == "markdown" or not (style.color or sys.stdout.isatty())
    pages = [_markdown(rule, known) if plain else _page(rule, known, style) for rule in chosen]
    print("\n".join(pages), end="")
    return Exit.OK


def _find(text: str, known: Catalogue) -> AnyRule:
    rule = known.find(text)
    if rule is not None:
        return rule
    group = text.upper()
    members = sum(matches(group, rule) > 0 for rule in known.rules)
    if members:
        raise UsageError(f"`{text}` names {members} rules; `finetooth rules {group}` lists them")
    from finetooth.engine.settings.config import unknown_selector

    raise UsageError(unknown_selector(text, known))


def _as_object(rule: AnyRule, known: Catalogue) -> dict[str, object]:
    from finetooth_rules.settings import config_schema

    options = (
        config_schema(known)["properties"]["rules"]["properties"].get(rule.name, {}).get("properties", {})
    )
    documentation = known.documentation(rule.code)
    return {**as_object(rule, GENERIC), "options": options, "documentation": documentation}


def _markdown(rule: AnyRule, known: Catalogue) -> str:
    return f"# {rule.name} ({rule.code})\n\n{known.documentation(rule.code)}"


def _page(rule: AnyRule, known: Catalogue, style: Style) -> str:
    severity = severity_of(rule, GENERIC)
    code = style.severity(severity, rule.code) if severity else style.bold(rule.code)
    label = f"{severity}, {rule.consequence}" if severity else "off"
    head = f"{code} {style.bold(rule.name)}  {style.dim(f'({label})')}\n\n"
    return head + render(known.documentation(rule.code), style, min(width(), _WIDEST))
