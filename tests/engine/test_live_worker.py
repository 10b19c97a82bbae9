"""The process beside the server: the same answers as in the server, and no harm when it dies."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from finetooth.engine.live import worker as live_worker
from finetooth.engine.live.gather import Here
from finetooth.engine.live.records import RawRecord
from finetooth.engine.live.worker import There, Worker
from finetooth.engine.providers import provide, spec_for
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile

ROW = b'{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}'
RECORDS = [
    RawRecord(ROW, 1, False),
    RawRecord(b"[1]", 1, False),
    RawRecord(b"{", 1, True),
    RawRecord(ROW, 1, False),
]


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.close()


def profile() -> Profile:
    return build_profile({"tokens": {"limit": 3}}, [{"messages": []}])


def test_it_gathers_what_the_server_would(worker: Worker) -> None:
    here = Here(Linter(profile()), provide(spec_for(profile()))).gather(RECORDS).result()
    there = There(worker, profile()).gather(RECORDS).result(60)
    assert there.measured == here.measured
    assert any(findings for findings in there.measured)
    assert there.keys == here.keys
    assert there.facts.keys() == here.facts.keys()
    assert there.facts["SIZ001"] == here.facts["SIZ001"]


def test_it_fits_what_the_server_would(worker: Worker) -> None:
    linter = Linter(profile())
    rule = next(rule for rule in linter.statistics if rule.code == "SIZ001")
    summary = rule.empty()
    here = Here(linter, provide(spec_for(profile()))).fit("SIZ001", summary).result()
    assert There(worker, profile()).fit("SIZ001", summary).result(60) == here


def test_it_is_started_again_when_it_dies(worker: Worker) -> None:
    first = worker.submit(os.getpid).result(30)
    assert first != os.getpid()
    os.kill(first, signal.SIGKILL)
    again = worker.submit(os.getpid).result(30)
    assert again not in (first, os.getpid())


def test_what_it_cannot_do_is_done_here(worker: Worker) -> None:
    assert worker.submit(_unpicklable).result(30)() == os.getpid()


def _unpicklable() -> object:
    return lambda: os.getpid()


@pytest.mark.parametrize("command", [["/nowhere/python"], [sys.executable, "-c", "pass"]])
def test_without_a_process_the_work_is_done_here(command: list[str]) -> None:
    worker = Worker(command)
    assert worker.submit(os.getpid).result(30) == os.getpid()
    worker.close()


def test_a_closed_worker_does_nothing_more() -> None:
    worker = Worker()
    assert worker.submit(os.getpid).result(30)
    asked = worker.submit(time.sleep, 60)
    time.sleep(0.2)
    worker.close()
    with pytest.raises(CancelledError):
        asked.result(10)


def test_printing_does_not_disturb_it(worker: Worker) -> None:
    assert worker.submit(print, "hello").result(30) is None
    assert worker.submit(os.getcwd).result(30) == os.getcwd()


def test_tokens_are_counted(worker: Worker) -> None:
    counted = worker.submit(live_worker.count_tokens, spec_for(profile()), ["hello world"]).result(60)
    assert counted is not None
    name, exact, count = counted
    assert (name, exact, count) == ("o200k_base", False, 2)
