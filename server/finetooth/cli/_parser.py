"""argparse with our own help pages, and errors that say what was meant."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeVar

from finetooth.cli import UsageError
from finetooth.cli._terminal import COLORS

if TYPE_CHECKING:
    from finetooth.cli._help import Entry

T = TypeVar("T")


class Parser(argparse.ArgumentParser):
    """The parser of one command. `epilog` is plain text, printed as it is (or made, when help is asked
    for)."""

    def __init__(
        self, command: str, description: str, usage: str, epilog: Callable[[], str] | None = None
    ) -> None:
        super().__init__(
            prog=f"finetooth {command}",
            description=description,
            usage=f"finetooth {command} {usage}".rstrip(),
            allow_abbrev=False,
            add_help=False,
        )
        self._make_epilog = epilog

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The arguments, options and paths in any order. Raises UsageError; `--help` prints and exits."""
        before, after = _split(arguments)
        namespace, unknown = self.parse_known_intermixed_args(before)
        if unknown:
            self.error(_unknown(unknown[0], self._option_string_actions))
        for action in self._actions:
            if after and not action.option_strings and action.nargs == "*":
                setattr(namespace, action.dest, [*getattr(namespace, action.dest), *after])
                after = []
        if after:
            self.error(f"unexpected `{after[0]}`")
        return namespace

    def add_common(self) -> None:
        """Options that every command has, in the last section of its help."""
        group = self.add_argument_group("General")
        group.add_argument(
            "--color",
            type=one_of("--color", COLORS),
            default="auto",
            metavar="WHEN",
            help="auto, always or never; NO_COLOR and FORCE_COLOR are heeded too",
        )
        group.add_argument("-h", "--help", action="help", help="Print this help")

    @staticmethod
    def add_reading(options: argparse._ArgumentGroup) -> None:
        """How the records are read, for commands that run no rules of one's choice."""
        from finetooth_rules.formats import FORMATS
        from finetooth_rules.targets import TARGETS

        options.add_argument(
            "--dataset-format",
            type=one_of("--dataset-format", ["auto", *FORMATS], "dataset format"),
            metavar="FORMAT",
            help="Format of the records; default: recognised",
        )
        options.add_argument(
            "--target",
            type=one_of("--target", TARGETS, "target"),
            metavar="TARGET",
            help=f"Which trainer or API will read the files: {', '.join(TARGETS)}",
        )
        options.add_argument("--model", metavar="MODEL", help="The model to be trained")

    @staticmethod
    def add_text_or_json(group: argparse._ArgumentGroup) -> None:
        """`--output-format`, for commands that print for people or as data."""
        group.add_argument(
            "--output-format",
            type=one_of("--output-format", ("text", "json"), "output format"),
            default="text",
            metavar="FORMAT",
            help="text or json",
        )

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, pointing at the help."""
        message = message.removeprefix("argument ")
        raise UsageError(f"{message}\n\nFor help, try `{self.prog} --help`.")

    def format_help(self) -> str:
        """The whole page: description, usage, sections, epilog."""
        from finetooth.cli._help import Section, page

        sections = [
            Section(group.title or "", tuple(_entries(group._group_actions)))
            for group in self._action_groups
            if group._group_actions
        ]
        epilog = self._make_epilog() if self._make_epilog else ""
        return page(self.description or "", self.usage or "", sections, epilog)


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is before and behind a `--`."""
    if "--" not in arguments:
        return list(arguments), []
    at = list(arguments).index("--")
    return list(arguments[:at]), list(arguments[at + 1 :])


def _entries(actions: Iterable[argparse.Action]) -> Iterator[Entry]:
    from finetooth.cli._help import Entry

    for action in actions:
        if action.help == argparse.SUPPRESS:
            continue
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if not action.option_strings:
            yield Entry(metavar, action.help or "")
            continue
        short = [option for option in action.option_strings if not option.startswith("--")]
        long = [option for option in action.option_strings if option.startswith("--")]
        names = ", ".join([*short, *long])
        yield Entry(
            (names if short else f"    {names}") + (f" {metavar}" if metavar else ""), action.help or ""
        )


def _unknown(option: str, known: Iterable[str]) -> str:
    from finetooth_rules.suggest import nearest

    if not option.startswith("-"):
        return f"unexpected `{option}`"
    name = option.split("=", 1)[0]
    near = (
        nearest(name, [other for other in known if other.startswith("--")]) if name.startswith("--") else None
    )
    return f"unknown option `{name}`" + (f"; did you mean `{near}`?" if near else "")


def one_of(option: str, names: Iterable[str], what: str = "value") -> Callable[[str], str]:
    """A converter that takes one of `names` in any case."""

    def convert(text: str) -> str:
        return choose(text, names, what)

    convert.__name__ = option
    return convert


def choose(text: str, names: Iterable[str], what: str) -> str:
    """The one of `names` that `text` is, in any case; ArgumentTypeError with a suggestion else."""
    from finetooth_rules.suggest import nearest

    known = list(names)
    if text.lower() in known:
        return text.lower()
    near = nearest(text, known)
    hint = f"did you mean `{near}`?" if near else f"expected one of {', '.join(known)}"
    raise argparse.ArgumentTypeError(f"unknown {what} `{text}`; {hint}")


def listed(text: str) -> tuple[str, ...]:
    """`A,B` as its parts."""
    return tuple(part for part in (part.strip() for part in text.split(",")) if part)


def flat(lists: Iterable[Iterable[T]] | None) -> tuple[T, ...] | None:
    """The values of an option that was given several times; None where it was not given."""
    return None if lists is None else tuple(value for values in lists for value in values)


def positive(text: str) -> int:
    """A converter for numbers from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, not `{text}`")
    return int(text)
