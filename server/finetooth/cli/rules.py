"""`finetooth rules`: all rules by group, or those that selectors name."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from finetooth.cli import Exit
from finetooth.cli._parser import Parser, listed, one_of
from finetooth.cli._selectors import checked, known_here
from finetooth.cli._terminal import prepare, style_for, width
from finetooth.output._style import Style
from finetooth_rules import catalogue
from finetooth_rules.finding import Severity
from finetooth_rules.rule import AnyRule
from finetooth_rules.targets import GENERIC, TARGETS, Target


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code."""
    parser = Parser("rules", "List all rules, or those of some groups.", "[OPTIONS] [RULES ...]")
    parser.add_argument_group("Arguments").add_argument(
        "rules",
        nargs="*",
        type=listed,
        metavar="RULES",
        help="Codes, prefixes or names: FEN, TOL001; default: all",
    )
    options = parser.add_argument_group("Options")
    options.add_argument(
        "--target",
        type=one_of("--target", TARGETS, "target"),
        default=GENERIC.name,
        metavar="TARGET",
        help="Show severities as this trainer or API takes it; default: generic",
    )
    parser.add_text_or_json(options)
    parser.add_common()
    args = parser.parse(arguments)
    prepare(machine=args.output_format == "json")
    selectors = checked((part for parts in args.rules for part in parts), "RULES") or ("ALL",)
    known = known_here()
    codes = known.select(selectors, ())
    chosen = [rule for rule in known.rules if rule.code in codes]
    target = TARGETS[args.target]
    if args.output_format == "json":
        print(json.dumps([as_object(rule, target) for rule in chosen], indent=2, ensure_ascii=False))
    else:
        sys.stdout.writelines(
            f"{line}\n" for line in _table(chosen, target, style_for(sys.stdout, args.color))
        )
    return Exit.OK


def severity_of(rule: AnyRule, target: Target) -> Severity | None:
    """How the rule's usual finding is shown under a target; None where it is off."""
    return target.severity(rule.code, rule.consequence)


def as_object(rule: AnyRule, target: Target) -> dict[str, Any]:
    """A rule as plain data."""
    return {
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "summary": rule.summary,
        "consequence": rule.consequence,
        "severity": severity_of(rule, target),
        "formats": list(rule.formats) if rule.formats is not None else None,
        "supersedes": list(rule.supersedes),
    }


def _table(rules: Sequence[AnyRule], target: Target, style: Style) -> Iterator[str]:
    names = max(len(rule.name) for rule in rules)
    room = width() - names - 21
    for group, members in groupby(rules, key=lambda rule: rule.group):
        listed_rules = list(members)
        yield style.bold(f"{group}  {_title(listed_rules[0])}")
        for rule in listed_rules:
            severity = severity_of(rule, target)
            label = "off" if severity is None else str(severity)
            code = style.dim(rule.code) if severity is None else style.severity(severity, rule.code)
            summary = (
                rule.summary
                if len(rule.summary) <= room or not sys.stdout.isatty()
                else rule.summary[: room - 1] + "…"
            )
            yield f"  {code}  {rule.name:<{names}}  {label:<7}  {style.dim(summary)}"
        yield ""
    yield f"{len(rules):,} rules. `finetooth rule CODE` explains one."


def _title(rule: AnyRule) -> str:
    """What a group is about: the first line of its package's docstring, else the package's name."""
    module = catalogue.rule_modules().get(rule.code)
    if module is None:
        return "Rules of a plugin"
    package = module.__name__.rpartition(".")[0]
    text = (sys.modules[package].__doc__ or "").strip().partition("\n")[0]
    return text.rstrip(".") or package.rpartition(".")[2]
