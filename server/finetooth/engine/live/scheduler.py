"""Background work on the event loop, in slices so short that a keystroke never waits for it.

A job is a generator that yields after every small step: None, or a future that it waits for. The scheduler
runs steps for at most `budget` seconds, then lets the loop look at its input, and goes on. Threads would not
help: a busy Python thread holds the interpreter for 5 ms at a time, ten times what an answer takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

logger = logging.getLogger(__name__)

Job: TypeAlias = Iterator[Future[Any] | None]
SLICE_SECONDS: Final = 0.002


@dataclass(slots=True, eq=False)
class _Task:
    start: Callable[[], Job]
    urgent: bool
    done: Callable[[], None] | None
    job: Job | None = None
    timer: asyncio.TimerHandle | None = None


class Scheduler:
    """Runs jobs, one per key, the urgent ones first and otherwise in turn."""

    def __init__(
        self,
        *,
        budget: float = SLICE_SECONDS,
        clock: Callable[[], float] = time.perf_counter,
        held: Callable[[Hashable, float], None] = lambda key, seconds: None,
    ) -> None:
        """`held` is told of each slice of one job, and the seconds it took."""
        self._held = held
        self._budget = budget
        self._clock = clock
        self._tasks: dict[Hashable, _Task] = {}
        self._ready: list[Hashable] = []
        self._handle: asyncio.Handle | None = None

    def submit(
        self,
        key: Hashable,
        start: Callable[[], Job],
        *,
        delay: float = 0.0,
        urgent: bool = False,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Run `start()` to its end after `delay` seconds, in place of the job that `key` has now.

        Submitting again before the delay is over starts the delay anew (a debounce). `done` is called after
        the last step, not when the job is cancelled or fails.
        """
        self.cancel(key)
        task = _Task(start, urgent, done)
        self._tasks[key] = task
        if delay > 0:
            task.timer = asyncio.get_running_loop().call_later(delay, self._make_ready, key, task)
        else:
            self._make_ready(key, task)

    def cancel(self, key: Hashable) -> None:
        """Drop the job of `key`; it stops where it last yielded."""
        task = self._tasks.pop(key, None)
        if task is None:
            return
        if task.timer is not None:
            task.timer.cancel()
        if key in self._ready:
            self._ready.remove(key)
        close = getattr(task.job, "close", None)
        if close is not None:
            close()

    def cancel_all(self) -> None:
        """Drop every job."""
        for key in list(self._tasks):
            self.cancel(key)

    def busy(self, key: Hashable) -> bool:
        """Whether the job of `key` is waiting or under way."""
        return key in self._tasks

    def _make_ready(self, key: Hashable, task: _Task) -> None:
        task.timer = None
        if task.urgent:
            self._ready.insert(0, key)
        else:
            self._ready.append(key)
        self._wake()

    def _wake(self) -> None:
        if self._handle is None and self._ready:
            self._handle = asyncio.get_running_loop().call_soon(self._slice)

    def _slice(self) -> None:
        self._handle = None
        deadline = self._clock() + self._budget
        while self._ready and self._clock() < deadline:
            key = self._ready[0]
            task = self._tasks[key]
            began = self._clock()
            try:
                if task.job is None:
                    task.job = task.start()
                while self._clock() < deadline:
                    waited = next(task.job)
                    if waited is not None and not waited.done():
                        self._park(key, task, waited)
                        break
            except StopIteration:
                self._forget(key, task)
                if task.done is not None:
                    task.done()
            except Exception:
                logger.exception("background job %r failed", key)
                self._forget(key, task)
            else:
                if not task.urgent and self._ready and self._ready[0] == key:
                    self._ready.append(self._ready.pop(0))
            self._held(key, self._clock() - began)
        self._wake()

    def _park(self, key: Hashable, task: _Task, waited: Future[Any]) -> None:
        """Leave a job alone until what it waits for is done."""
        self._ready.remove(key)
        loop = asyncio.get_running_loop()

        def resume() -> None:
            if self._tasks.get(key) is task:
                self._make_ready(key, task)

        def done(_: Future[Any]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(resume)

        waited.add_done_callback(done)

    def _forget(self, key: Hashable, task: _Task) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
            self._ready.remove(key)
