"""`finetooth server`: hand over to the language server."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from finetooth.cli._parser import Parser


def run(arguments: Sequence[str]) -> int:
    """The command; answers with the exit code when the client has gone."""
    parser = Parser(
        "server",
        "Start the language server. Editors do this by themselves; there is nothing to see here.",
        "[OPTIONS]",
    )
    options = parser.add_argument_group("Options")
    options.add_argument(
        "--stdio", action="store_true", help="Talk over standard input and output (the default)"
    )
    options.add_argument(
        "--tcp", type=_address, metavar="[HOST:]PORT", help="Listen here for one client instead"
    )
    # Some editors add it to every server's command line; `initialize` says the same.
    options.add_argument("--clientProcessId", metavar="ID", help=argparse.SUPPRESS)
    parser.add_common()
    args = parser.parse(arguments)
    if args.tcp is None and sys.stdin.isatty():
        print("finetooth: waiting for an editor on standard input; Ctrl-C ends.", file=sys.stderr)

    from finetooth.lsp.main import run as serve

    return serve(args.tcp)


def _address(text: str) -> str:
    port = text.rpartition(":")[2]
    if not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected HOST:PORT such as 127.0.0.1:2087, not `{text}`")
    return text
