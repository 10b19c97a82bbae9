"""What took long, one line each in the log: what it was, how long, of which document, and how large that is.

Written to standard error from the level `info` on; `debug` also has what was quick. Names of files are in it,
texts of records are not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote

logger = logging.getLogger(__name__)

SLOW_ANSWER: Final = 0.1
"""Seconds to an answer, what it waits for included."""
SLOW_WORK: Final = 1.0
"""Seconds of work in the background, from its beginning to its end."""
HELD: Final = 0.016
"""Seconds for which nothing else was done: nobody was answered, nothing typed was looked at."""

Sizes = Callable[[str], tuple[int, int] | None]
"""Bytes and lines of an open document."""


class Timing:
    """Writes the lines. Where nobody asked for them, nothing is kept."""

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._asked: dict[Any, tuple[str, str, float]] = {}

    @property
    def on(self) -> bool:
        """Whether anybody wants to know."""
        return logger.isEnabledFor(logging.INFO)

    def began(self, message: Any) -> None:
        """A message came; if it is a request, its answer is waited for."""
        if isinstance(message, dict) and "method" in message and message.get("id") is not None:
            with suppress(TypeError):  # an id that is none
                self._asked[message["id"]] = str(message["method"]), _uri(message), time.perf_counter()

    def handled(self, message: Any, seconds: float) -> None:
        """A message was handled, for as long as which nothing else was done."""
        if seconds > HELD and isinstance(message, dict):
            self._write(
                logging.INFO, f"{message.get('method', 'an answer')} held the server", seconds, _uri(message)
            )

    def answered(self, number: Any) -> None:
        """A request was answered."""
        asked = self._asked.pop(number, None)
        if asked is not None:
            method, uri, began = asked
            seconds = time.perf_counter() - began
            self._write(_level(seconds, SLOW_ANSWER), f"{method} was answered", seconds, uri)

    def worked(self, what: str, uri: str, seconds: float) -> None:
        """Something was done in the background."""
        self._write(_level(seconds, SLOW_WORK), what, seconds, uri)

    def held(self, what: str, uri: str, seconds: float) -> None:
        """Something was done for as long as which nothing else was."""
        self._write(_level(seconds, HELD), f"{what} held the server", seconds, uri)

    def _write(self, level: int, what: str, seconds: float, uri: str) -> None:
        if not logger.isEnabledFor(level):
            return
        name = unquote(uri.rpartition("/")[2])
        sizes = self._sizes(uri) if uri else None
        of = f" ({name})" if name else ""
        if sizes is not None:
            of = f" ({name}, {sizes[0] / 1e6:.1f} MB, {sizes[1]:,} lines)"
        logger.log(level, "%s: %.0f ms%s", what, seconds * 1000, of)


def _level(seconds: float, slow: float) -> int:
    return logging.INFO if seconds > slow else logging.DEBUG


def _uri(message: Any) -> str:
    params = message.get("params")
    document = params.get("textDocument") if isinstance(params, dict) else None
    uri = document.get("uri") if isinstance(document, dict) else None
    return uri if isinstance(uri, str) else ""
