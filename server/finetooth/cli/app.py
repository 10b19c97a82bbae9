"""Finds the command, runs it, and turns whatever happens into an exit code and one clean line."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from finetooth.cli import COMMANDS, Exit, UsageError
from finetooth.cli._terminal import discard_output, style_for


def run(arguments: Sequence[str]) -> int:
    """Carry out a command line (without the program's own name)."""
    try:
        return _run(arguments)
    except UsageError as error:
        return _fail(str(error), Exit.TROUBLE)
    except KeyboardInterrupt:
        return _fail("interrupted", Exit.INTERRUPTED)
    except BrokenPipeError:
        discard_output()
        return Exit.OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{(error.strerror or str(error)).lower()}", Exit.TROUBLE)
    except Exception as error:
        # Not 1: that would say that the data was judged and found wanting.
        import traceback

        traceback.print_exc()
        return _fail(f"this is a bug in Finetooth, please report it: {type(error).__name__}", Exit.TROUBLE)


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        if len(arguments) > 1 and arguments[1] in COMMANDS:
            return _command(arguments[1], ["--help"])
        from finetooth.cli._help import overview

        print(overview(), end="", file=sys.stdout if arguments else sys.stderr)
        return Exit.OK if arguments else Exit.TROUBLE
    first, rest = arguments[0], arguments[1:]
    if first in ("-V", "--version", "version"):
        import finetooth

        print(f"finetooth {finetooth.__version__}")
        return Exit.OK
    if first not in COMMANDS:
        raise UsageError(_unknown(first))
    return _command(first, rest)


def _command(name: str, arguments: Sequence[str]) -> int:
    from finetooth.engine import garbage

    garbage.rarely()
    # The matrices here are small: threads on them cost more time than they save, and that of other processes.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        code: int = importlib.import_module(f"finetooth.cli.{name}").run(arguments)
    except SystemExit as stop:  # argparse's way out of --help
        code = stop.code if isinstance(stop.code, int) else 0
    sys.stdout.flush()
    return code


def _unknown(word: str) -> str:
    from finetooth_rules.suggest import nearest

    if word.startswith("-"):
        return f"`{word}` stands before the command; options follow it, as in `finetooth check {word}`"
    near = nearest(word, COMMANDS)
    if near is not None:
        return f"unknown command `{word}`; did you mean `{near}`?"
    if os.path.exists(word) or any(sign in word for sign in "*?"):
        return f"unknown command `{word}`; did you mean `finetooth check {word}`?"
    return f"unknown command `{word}`; expected one of {', '.join(COMMANDS)}"


def _fail(message: str, code: Exit) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
    style = style_for(sys.stderr)
    print(style.severity("error", "error:"), message, file=sys.stderr)
    return code
