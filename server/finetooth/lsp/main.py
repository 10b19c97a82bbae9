"""Starts the server on standard input and output, or for one client on a TCP port."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

from finetooth.engine import garbage
from finetooth.lsp.server import FinetoothServer
from finetooth.lsp.transport import open_output, read_input, serve_tcp

logger = logging.getLogger(__name__)

LOG_LEVEL: Final = "FINETOOTH_LOG"
"""Environment variable: level of what is written to standard error, `warning` unless set. `info` has a line
for whatever took long, `debug` one for whatever was done (see `timing`, and docs/editors/README.md)."""
LEVELS: Final = ("debug", "info", "warning", "error")

_SWITCH_SECONDS: Final = 0.001
"""How long a thread may keep the others waiting; Python's own choice is 5 ms."""


def main(arguments: Sequence[str] = ()) -> int:
    """`finetooth server` with its arguments; the exit code."""
    parser = argparse.ArgumentParser(
        prog="finetooth server", description="Start the language server (editors do this by themselves)."
    )
    parser.add_argument(
        "--stdio", action="store_true", help="talk over standard input and output (the default)"
    )
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen here for one client instead")
    return run(parser.parse_args(arguments).tcp)


def run(tcp: str | None = None) -> int:
    """Serve one client: over stdio, or on `HOST:PORT`. 0 when the client said goodbye, else 1."""
    asked = os.environ.get(LOG_LEVEL, "").lower() or "warning"
    logging.basicConfig(
        stream=sys.stderr,
        level=asked.upper() if asked in LEVELS else logging.WARNING,
        format="%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
    )
    for name in ("asyncio", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if asked not in LEVELS:
        logger.warning("%s is %r; expected one of %s", LOG_LEVEL, asked, ", ".join(LEVELS))
    logging.getLogger("pygls").setLevel(logging.ERROR)
    try:
        return asyncio.run(_serve(tcp))
    except KeyboardInterrupt:
        return 1


def _warm_up() -> None:
    """What the first finding would otherwise wait for."""
    import jsonschema  # noqa: F401


async def _serve(tcp: str | None) -> int:
    server = FinetoothServer()
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    server.protocol.ended = end
    garbage.prepare()
    sys.setswitchinterval(_SWITCH_SECONDS)
    asyncio.get_running_loop().run_in_executor(None, _warm_up)
    reading: asyncio.Future[None]
    if tcp is None:
        server.protocol.out = await open_output(sys.stdout.buffer)
        sys.stdout = sys.stderr  # whatever is printed must not get into the messages
        reading = asyncio.ensure_future(read_input(sys.stdin.buffer, server.protocol.received))
    else:
        reading = asyncio.ensure_future(serve_tcp(tcp, server.protocol))
    try:
        waited: set[asyncio.Future[Any]] = {reading, ended}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            reading.result()  # raises what went wrong, such as a port that is taken
        return ended.result() if ended.done() else 1
    finally:
        server.session.end()
        reading.cancel()
        if server.protocol.out is not None:
            server.protocol.out.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
