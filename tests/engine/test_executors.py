"""Work spread over processes: nothing is lost, nothing outlives the run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from finetooth.engine.executors import Pool, spread


def twice(number: int) -> int:
    if number < 0:
        raise ValueError("negative")
    return 2 * number


def where(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with Pool(2) as executor:
        yield executor


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40])
def test_each_item_is_worked_on_once(pool: Executor, count: int) -> None:
    for executor in (pool, ThreadPoolExecutor(3)):
        assert sorted(spread(executor, twice, range(count))) == [2 * number for number in range(count)]


def test_this_process_takes_its_share(pool: Executor) -> None:
    [*spread(pool, twice, range(8))]  # until the other one has started
    assert len({*spread(pool, where, range(8))}) == 2


def test_an_error_is_raised_here_and_the_pool_goes_on(pool: Executor) -> None:
    for items in ([1, 2, -1, 3, 4, 5], [-1] * 6):
        with pytest.raises(ValueError, match="negative"):
            [*spread(pool, twice, items)]
    assert sorted(spread(pool, twice, [1, 2])) == [2, 4]


def test_the_executor_begins_before_anybody_waits() -> None:
    begun: list[int] = []
    with ThreadPoolExecutor(1) as executor:
        results = spread(executor, begun.append, [1, 2, 3], ahead=0)
        until = time.monotonic() + 20
        while len(begun) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        assert begun == [1, 2, 3]
        assert [*results] == [None] * 3


def test_a_pool_that_was_shut_down_is_told() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(RuntimeError):
        [*spread(executor, where, range(3))]


KILLED = """
import os, signal, sys
from finetooth.engine.executors import Pool
executor = Pool(2)
print(executor.submit(os.getpid).result(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the process in /proc")
def test_no_process_outlives_the_run() -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, timeout=60)
    other = int(done.stdout)
    assert other > 0
    until = time.monotonic() + 20
    while os.path.exists(f"/proc/{other}") and _is_alive(other):
        assert time.monotonic() < until
        time.sleep(0.05)


def _is_alive(process: int) -> bool:
    """Not one that only waits to be taken note of."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
