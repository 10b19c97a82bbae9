"""Running shards in processes of this machine, this one among them. The same `lint_shard` and `merge` run on
any other engine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from finetooth.engine import garbage
from finetooth.engine.providers import FeatureSpec, provide
from finetooth.engine.shards import Part, Shard, lint_shard
from finetooth_rules.features import Features
from finetooth_rules.profile import Profile

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool(ProcessPoolExecutor):
    """`jobs` processes together with this one, which takes its share (`spread`). They start at once."""

    def __init__(self, jobs: int) -> None:
        self.others = max(1, jobs - 1)
        super().__init__(self.others, mp_context=multiprocessing.get_context(_method()), initializer=_prepare)
        self.submit(os.getpid)


def _method() -> str:
    """A copy of this process has everything imported already, but a process with threads (also those that
    Python knows nothing of) must not be copied: a lock that another thread holds is never let go.
    """
    try:
        alone = sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1
    except OSError:
        alone = False
    return "fork" if alone else "spawn"


def _prepare() -> None:
    """In each process. An interrupt is for the one that waits for them; none of them outlives it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    garbage.rarely()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def spread(
    executor: Executor, work: Callable[[Item], Result], items: Iterable[Item], *, ahead: int = 1
) -> Iterator[Result]:
    """The result for each item, as they are done. The executor begins at once, and is always given `ahead`
    more than it has processes; while results are waited for, this process works on what is left.
    """
    left = deque(items)
    done: SimpleQueue[Future[Result]] = SimpleQueue()
    results = _results(left, len(left), done, work)

    def finished(future: Future[Result]) -> None:
        done.put(future)
        give()

    def give() -> None:
        try:
            future = executor.submit(work, left.popleft())
        except IndexError:
            return  # all are given
        except Exception as error:  # the pool is broken, or was shut down
            failed: Future[Result] = Future()
            failed.set_exception(error)
            done.put(failed)
        else:
            future.add_done_callback(finished)

    for _ in range((executor.others if isinstance(executor, Pool) else 1) + ahead):
        give()
    return results


def _results(
    left: deque[Item], waiting: int, done: SimpleQueue[Future[Result]], work: Callable[[Item], Result]
) -> Iterator[Result]:
    try:
        for _ in range(waiting):
            try:
                item = left.popleft()
            except IndexError:
                yield done.get().result()
            else:
                yield work(item)
    finally:
        left.clear()


def lint_on(
    executor: Executor, shards: Sequence[Shard], profile: Profile, features: Features
) -> Iterator[Part]:
    """The parts as they are done, in any order. A worker makes its own features from their description."""
    return spread(executor, partial(_work, profile, FeatureSpec.of(features)), shards)


def _work(profile: Profile, spec: FeatureSpec, shard: Shard) -> Part:
    return lint_shard(shard, profile, provide(spec))
