"""Runs jobs of `disk_worker`, one process each, with progress, and ends them when nobody wants them any
more."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.lsp.disk_worker import LENGTH, Done, Far, FileFound, Job
from finetooth.lsp.progress import Bar
from finetooth.lsp.protocol import Refused, Stopped

if TYPE_CHECKING:
    from finetooth.lsp.session import Session

DELAY: Final = 0.5
_COMMAND: Final = (sys.executable, "-P", "-m", "finetooth.lsp.disk_worker")
"""Without the working directory on its path: that is a folder of the user's, with who knows what in it."""


class DiskWork:
    """The processes of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: set[asyncio.subprocess.Process] = set()
        self.generation = 0
        """Counts up when files on the disk, or what they are judged by, may have changed."""
        self._event = asyncio.Event()
        self._private: tempfile.TemporaryDirectory[str] | None = None

    def changed(self) -> None:
        """Files on the disk are not what they were."""
        self.generation += 1
        self._event.set()
        self._event = asyncio.Event()

    async def change(self, generation: int) -> None:
        """Wait until something changed since, and a little more for what changes with it."""
        while self.generation == generation:
            await self._event.wait()
        await asyncio.sleep(DELAY)

    def private_folder(self) -> Path:
        """A folder that only the user can read, and that goes with the server."""
        if self._private is None or not Path(self._private.name).is_dir():
            self._private = tempfile.TemporaryDirectory(prefix="finetooth-", ignore_cleanup_errors=True)
        return Path(self._private.name)

    async def run(
        self,
        job: Job,
        title: str,
        told: Callable[[FileFound], None],
        *,
        token: Any = None,
        quiet: bool = False,
    ) -> Done:
        """Do a job; `told` gets what was found file by file. Raises Stopped when a person cancels it, Refused
        when it fails. When the task that waits for it is cancelled, the process is ended.
        """
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=sys.platform != "win32",
        )
        stopped = False

        def stop() -> None:
            nonlocal stopped
            stopped = True
            _end(process)

        bar = None if quiet else Bar(self._session, title, token=token, stop=stop)
        self._running.add(process)
        try:
            assert process.stdin is not None
            process.stdin.write(pickle.dumps(job, pickle.HIGHEST_PROTOCOL))
            process.stdin.close()
            return await _listen(process, told, bar)
        except (asyncio.IncompleteReadError, OSError):
            if stopped:
                raise Stopped("it was cancelled") from None
            raise Refused("the process that judges files on the disk ended unexpectedly") from None
        finally:
            _end(process)
            self._running.discard(process)
            if bar is not None:
                bar.end()
            await process.wait()

    def close(self) -> None:
        """End all of them, and take away what they wrote."""
        for process in [*self._running]:
            _end(process)
        if self._private is not None:
            self._private.cleanup()


async def _listen(
    process: asyncio.subprocess.Process, told: Callable[[FileFound], None], bar: Bar | None
) -> Done:
    """Hand on what the process says until it is done. Raises IncompleteReadError."""
    assert process.stdout is not None
    while True:
        (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        message = pickle.loads(await process.stdout.readexactly(size))
        if isinstance(message, Done):
            return message
        if isinstance(message, FileFound):
            told(message)
        elif isinstance(message, Far) and bar is not None:
            part = message.done / message.total if message.total else None
            bar.tell(os.path.basename(message.name), part)


def _end(process: asyncio.subprocess.Process) -> None:
    """End a process and those it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            if process.returncode is None:
                process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
