"""A process beside the server for what would keep it from answering: loading tokenizers and word vectors
(tenths of a second in which nothing else runs) and running the rules that use them.

It is started when first needed and speaks pickles over its standard streams. When it dies it is started
again; what it cannot do is done in the server.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import lru_cache
from typing import IO, Any, Final, NamedTuple, TypeVar

from finetooth.engine.live.files import Desk, Shelf
from finetooth.engine.live.gather import Checked, Gathered, check, fit, gather
from finetooth.engine.live.records import RawRecord, records_of
from finetooth.engine.providers import FeatureSpec, provide, spec_for
from finetooth.engine.settings.plugins import linter_for
from finetooth_rules.features import FeatureError
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.tokens._measure import count_examples

logger = logging.getLogger(__name__)

T = TypeVar("T")

_COMMAND: Final = (sys.executable, "-P", "-m", "finetooth.engine.live.worker")
_SHELF: Final = Shelf()
"""What the process keeps of files that are not open."""
_STARTS: Final = 3
"""How often the process is started before it is given up."""


class Worker:
    """The process, and a thread that waits for it. Calls are answered in order."""

    def __init__(self, command: Sequence[str] = _COMMAND) -> None:
        self._command = command
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="finetooth-worker")
        self._process: subprocess.Popen[bytes] | None = None
        self._starts_left = _STARTS
        self._closed = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Call a function of a module there; arguments and result are pickled."""
        return self._thread.submit(self._call, function, arguments)

    def close(self) -> None:
        """End the process; calls under way fail."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._process is not None:
            self._process.terminate()

    def _call(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        message = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        while not self._closed and (process := self._running()) is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(message)
                process.stdin.flush()
                worked, result = pickle.load(process.stdout)
            except (OSError, EOFError, pickle.UnpicklingError):
                self._end()
                if not self._closed:
                    logger.warning("the worker process ended with code %s", process.returncode)
                continue
            if worked:
                return result
            logger.warning("the worker process failed: %s", result)
            break
        if self._closed:
            raise CancelledError
        return function(*arguments)

    def _running(self) -> subprocess.Popen[bytes] | None:
        if self._process is None and self._starts_left:
            self._starts_left -= 1
            try:
                self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            except OSError as error:
                logger.warning("the worker process could not be started: %s", error)
                self._starts_left = 0
            if self._closed:  # meanwhile
                self._end()
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._process.wait()
            self._process = None


class There:
    """A `Gatherer` that asks the worker."""

    batch_records = 256
    batch_bytes = 256 * 1024

    def __init__(self, worker: Worker, profile: Profile) -> None:
        self._worker = worker
        self._profile = pickle.dumps(profile, pickle.HIGHEST_PROTOCOL)

    def tokens(self, records: Sequence[RawRecord]) -> Future[list[RecordTokens | None]]:
        """The tokens of each record."""
        return self._worker.submit(count_records, self._profile, list(records))

    def check(self, records: Sequence[RawRecord]) -> Future[Checked]:
        """See `Gatherer`."""
        return self._worker.submit(_check, self._profile, list(records))

    def gather(self, records: Sequence[RawRecord]) -> Future[Gathered]:
        """See `Gatherer`."""
        return self._worker.submit(_gather, self._profile, list(records))

    def fit(self, code: str, summary: Any, head: Any = None) -> Future[Any]:
        """See `Gatherer`."""
        return self._worker.submit(_fit, self._profile, code, summary, head)

    def ask(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """See `Gatherer`."""
        return self._worker.submit(_ask, self._profile, function, arguments)


# -- in the process
# ---------------------------------------------------------------------------------------------


def _check(profile: bytes, records: list[RawRecord]) -> Checked:
    return check(_known(profile)[0], records)


def _gather(profile: bytes, records: list[RawRecord]) -> Gathered:
    linter, spec = _known(profile)
    return gather(linter, provide(spec), records)


def _fit(profile: bytes, code: str, summary: Any, head: Any) -> Any:
    linter, spec = _known(profile)
    return fit(linter, provide(spec), code, summary, head)


def _ask(profile: bytes, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
    linter, spec = _known(profile)
    return function(Desk(linter, provide(spec), _SHELF), *arguments)


@lru_cache(maxsize=8)
def _known(pickled: bytes) -> tuple[Linter, FeatureSpec]:
    profile: Profile = pickle.loads(pickled)
    return linter_for(profile), spec_for(profile)


def count_tokens(spec: FeatureSpec, texts: Sequence[str]) -> tuple[str, bool, int] | None:
    """Name of the encoding, whether it is the target's own, and the tokens of all texts; None where it cannot
    be used."""
    counter = provide(spec).tokens
    try:
        return None if counter is None else (counter.name, counter.exact, sum(counter.count(texts)))
    except FeatureError:
        return None


class RecordTokens(NamedTuple):
    """The tokens of a record, as the rules count them. `template` is the name of the chat template that wrote
    it out; empty where its texts were counted."""

    total: int
    estimated: bool
    counter: str
    template: str = ""


def count_records(profile: bytes, records: Sequence[RawRecord]) -> list[RecordTokens | None]:
    """The tokens of each record; None for what holds no usable value, for all where nothing can count."""
    linter, spec = _known(profile)
    features = provide(spec)
    counter, template = features.tokens, features.template
    found: list[RecordTokens | None] = [None] * len(records)
    if counter is None:
        return found
    examples = linter.examples(records_of(linter, records))
    usable = [number for number, example in enumerate(examples) if example is not None and example.format]
    try:
        counted = count_examples(
            [example for example in examples if example and example.format], features, linter.profile
        )
    except FeatureError:
        return found
    for number, of_record in zip(usable, counted, strict=True):
        written = template.name if template is not None and of_record.rendered is not None else ""
        found[number] = RecordTokens(of_record.total, of_record.estimated, counter.name, written)
    return found


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer calls until the server is gone."""
    while True:
        try:
            function, arguments = pickle.load(requests)
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, function(*arguments)), pickle.HIGHEST_PROTOCOL)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # a panic in a library is no Exception
            answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
        answers.write(answer)
        answers.flush()


def _main() -> None:
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed must not get into the answers
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))  # so that unpacked files are deleted
    _serve(requests, answers)


if __name__ == "__main__":
    # Functions are pickled by the name of their module: run as that module, not as `__main__`.
    from finetooth.engine.live import worker as live_worker

    live_worker._main()
