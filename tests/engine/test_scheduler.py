"""Background jobs on an event loop, with a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from finetooth.engine.live.scheduler import Scheduler


class Clock:
    """Stands still unless it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def counting(clock: Clock, seen: list[str], name: str, steps: int, cost: float = 0.001) -> Iterator[None]:
    for _ in range(steps):
        seen.append(name)
        clock.now += cost
        yield


async def passed(turns: int = 50) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


async def test_a_slice_ends_when_its_time_is_over() -> None:
    clock, seen = Clock(), list[str]()
    scheduler = Scheduler(budget=0.0025, clock=clock)
    scheduler.submit("a", lambda: counting(clock, seen, "a", 10))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert 3 <= len(seen) <= 6
    await passed()
    assert len(seen) == 10
    assert not scheduler.busy("a")


async def test_jobs_take_turns_and_urgent_ones_come_first() -> None:
    clock, seen = Clock(), list[str]()
    scheduler = Scheduler(budget=0.0015, clock=clock)
    scheduler.submit("a", lambda: counting(clock, seen, "a", 4))
    scheduler.submit("b", lambda: counting(clock, seen, "b", 4))
    scheduler.submit("now", lambda: counting(clock, seen, "!", 4), urgent=True)
    await passed()
    assert "".join(seen) == "!!!!aabbaabb"


async def test_submitting_again_replaces_the_job_and_starts_the_delay_anew() -> None:
    clock, seen, ended = Clock(), list[str](), list[str]()
    scheduler = Scheduler(clock=clock)
    scheduler.submit(
        "a", lambda: counting(clock, seen, "old", 3), delay=0.03, done=lambda: ended.append("old")
    )
    await asyncio.sleep(0.02)
    scheduler.submit(
        "a", lambda: counting(clock, seen, "new", 3), delay=0.03, done=lambda: ended.append("new")
    )
    await asyncio.sleep(0.02)
    assert seen == []
    await asyncio.sleep(0.1)
    assert seen == ["new"] * 3
    assert ended == ["new"]


async def test_a_cancelled_job_is_closed_where_it_stands() -> None:
    clock, closed = Clock(), list[bool]()

    def job() -> Iterator[None]:
        try:
            while True:
                clock.now += 1
                yield
        finally:
            closed.append(True)

    scheduler = Scheduler(clock=clock)
    scheduler.submit("a", job, done=lambda: pytest.fail("it did not end"))
    await passed(3)
    assert not closed
    scheduler.cancel_all()
    assert closed == [True]
    assert not scheduler.busy("a")


async def test_a_job_that_raises_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    clock, seen = Clock(), list[str]()

    def failing() -> Iterator[None]:
        yield
        raise RuntimeError("no")

    scheduler = Scheduler(clock=clock)
    scheduler.submit("bad", failing, done=lambda: pytest.fail("it did not end"))
    scheduler.submit("good", lambda: counting(clock, seen, "a", 5))
    await passed()
    assert len(seen) == 5
    assert "RuntimeError: no" in caplog.text


async def test_a_job_waits_for_a_future_and_others_go_on() -> None:
    clock, seen = Clock(), list[str]()
    answer: Future[str] = Future()

    def waiting() -> Iterator[Future[Any] | None]:
        yield answer
        seen.append(answer.result())

    scheduler = Scheduler(clock=clock)
    scheduler.submit("waits", waiting)
    scheduler.submit("other", lambda: counting(clock, seen, "a", 2))
    await passed()
    assert seen == ["a", "a"]
    answer.set_result("done")
    await passed()
    assert seen == ["a", "a", "done"]
    assert not scheduler.busy("waits")


async def test_an_answer_for_a_cancelled_job_wakes_nothing() -> None:
    answer: Future[str] = Future()
    seen = list[str]()

    def waiting() -> Iterator[Future[Any] | None]:
        yield answer
        seen.append("woken")

    scheduler = Scheduler()
    scheduler.submit("waits", waiting)
    await passed()
    scheduler.cancel("waits")
    answer.set_result("late")
    await passed()
    assert seen == []


async def test_input_is_handled_between_slices() -> None:
    clock, order = Clock(), list[str]()
    scheduler = Scheduler(budget=0.001, clock=clock)
    scheduler.submit("a", lambda: counting(clock, order, "a", 100))
    await passed(2)
    asyncio.get_running_loop().call_soon(order.append, "input")
    await passed(200)
    assert 0 < order.index("input") < 10
