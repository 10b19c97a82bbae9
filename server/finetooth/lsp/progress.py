"""Work-done progress: shown only where the client can, and only of what takes long."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

PATIENCE: Final = 0.5
"""What is done before this is not told of."""
_EVERY: Final = 0.2
_NUMBERS: Final = itertools.count(1)


class Bar:
    """One piece of work. `token` is the client's own, where it gave one. `stop` is called when somebody
    cancels; without it there is no button for that.
    """

    def __init__(
        self, session: Session, title: str, *, token: Any = None, stop: Callable[[], None] | None = None
    ) -> None:
        self._session = session
        self._title = title
        self._stop = stop
        self._token: Any = token
        self._given = token is not None
        self._shown = self._ended = False
        self._told = 0.0
        self._last: tuple[str, int | None] = ("", None)
        self._timer: asyncio.TimerHandle | None = None
        if self._given:
            self._begin()
        elif session.facts.work_done_progress:
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._create)

    def tell(self, message: str, fraction: float | None = None) -> None:
        """How far it is; cheap, and sent a few times a second at most."""
        percent = None if fraction is None else min(100, max(0, int(fraction * 100)))
        if not self._shown or (message, percent) == self._last:
            self._last = (message, percent)
            return
        now = time.monotonic()
        if now - self._told < _EVERY:
            return
        self._told, self._last = now, (message, percent)
        value: dict[str, Any] = {"kind": "report", "message": message}
        if percent is not None:
            value["percentage"] = percent
        self._send(value)

    def end(self, message: str = "") -> None:
        """It is done, or given up."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._shown:
            self._send({"kind": "end", **({"message": message} if message else {})})
            self._session.progress_stops.pop(self._token, None)

    def _create(self) -> None:
        self._timer = None
        self._token = f"finetooth-{next(_NUMBERS)}"
        asyncio.get_running_loop().create_task(self._created())

    async def _created(self) -> None:
        params = types.WorkDoneProgressCreateParams(self._token)
        try:
            await self._session.server.protocol.send_request_async(
                types.WINDOW_WORK_DONE_PROGRESS_CREATE, params
            )
        except Exception:
            return  # the client does not want it
        if not self._ended:
            self._begin()

    def _begin(self) -> None:
        message, percent = self._last
        value: dict[str, Any] = {
            "kind": "begin",
            "title": self._title,
            "cancellable": self._stop is not None,
        }
        if percent is not None:
            value["percentage"] = percent
        if message:
            value["message"] = message
        self._shown = True
        if self._stop is not None:
            self._session.progress_stops[self._token] = self._stop
        self._send(value)

    def _send(self, value: dict[str, Any]) -> None:
        self._session.server.protocol.progress_of(self._token, value)


class Background:
    """Progress of work that goes on by itself in slices: asked now and then how far it is."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bars: dict[tuple[str, str], Bar] = {}
        self._asked: dict[tuple[str, str], Callable[[], tuple[str, float | None] | None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(
        self, key: tuple[str, str], title: str, how_far: Callable[[], tuple[str, float | None] | None]
    ) -> None:
        """Show a piece of work until `how_far` says None: a few words, and what part of it is done."""
        if not self._session.facts.work_done_progress or key in self._bars:
            return
        self._bars[key] = Bar(self._session, title)
        self._asked[key] = how_far
        self._tick()

    def _tick(self) -> None:
        for key, how_far in [*self._asked.items()]:
            far = how_far()
            if far is None:
                self._bars.pop(key).end()
                del self._asked[key]
            else:
                self._bars[key].tell(*far)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if self._asked:
            self._timer = asyncio.get_running_loop().call_later(_EVERY, self._tick)
