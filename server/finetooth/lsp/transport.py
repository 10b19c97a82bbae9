"""Bytes to messages and back: the header framing of JSON-RPC over stdio or a socket, on the event loop.

Input is read by the loop itself, not by a thread: a message then waits for at most one slice of background
work, not for the interpreter lock. Where a stream cannot be polled (a regular file, Windows pipes) a thread
reads it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, Protocol

from finetooth_rules.patterns import lazy

if sys.platform == "linux":
    import fcntl

logger = logging.getLogger(__name__)

_LENGTH: Final = lazy(rb"(?i)^content-length:[ \t]*(\d+)[ \t]*$", re.MULTILINE)
_HEADER_END: Final = b"\r\n\r\n"
_CHUNK: Final = 1 << 20


class Writer(Protocol):
    """Where messages go; never blocks the loop where the stream allows it."""

    def write(self, data: bytes) -> None:
        """Send, or keep until the client reads."""

    def close(self) -> None:
        """Send what is left, and close."""


class MessageSplitter:
    """Cuts a byte stream into message bodies, without copying a large body more than once."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._held = 0
        self._needed = 0
        """Bytes of the body under way; 0 while its header is awaited."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that `data` completes."""
        self._chunks.append(data)
        self._held += len(data)
        while self._held and self._held >= self._needed:
            buffer = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
            if self._needed:
                body, rest = buffer[: self._needed], buffer[self._needed :]
                self._needed = 0
                self._hold(rest)
                yield body
                continue
            end = buffer.find(_HEADER_END)
            if end < 0:
                self._hold(buffer)
                return
            length = _LENGTH.search(buffer[:end].replace(b"\r\n", b"\n"))
            self._needed = int(length[1]) if length else 0
            self._hold(buffer[end + len(_HEADER_END) :])

    def _hold(self, data: bytes) -> None:
        self._chunks = [data] if data else []
        self._held = len(data)


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class _PipeWriter:
    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def close(self) -> None:
        self._transport.close()


class _BlockingWriter:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self._stream.flush()

    def close(self) -> None:
        self._stream.flush()


async def open_output(stream: BinaryIO) -> Writer:
    """A writer on a pipe, without waiting for its reader; on anything else one that waits."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, stream)
    except (ValueError, OSError, NotImplementedError):
        return _BlockingWriter(stream)
    return _PipeWriter(transport)


async def read_input(stream: BinaryIO, received: Callable[[bytes], None]) -> None:
    """Hand over what comes in, until the stream ends."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    descriptor = stream.fileno()

    def readable() -> None:
        try:
            data = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            received(data)
        elif not ended.done():
            loop.remove_reader(descriptor)
            ended.set_result(None)

    _enlarge(descriptor)
    try:
        if sys.platform == "win32":
            raise NotImplementedError
        loop.add_reader(descriptor, readable)
    except (NotImplementedError, PermissionError):
        threading.Thread(
            target=_read_in_thread, args=(loop, descriptor, received, ended), daemon=True
        ).start()
    try:
        await ended
    finally:
        if sys.platform != "win32":
            loop.remove_reader(descriptor)


def _enlarge(descriptor: int) -> None:
    """A larger pipe, on Linux: an opened document then comes in fewer pieces."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # no pipe, or over the user's limit
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _CHUNK)


def _read_in_thread(
    loop: asyncio.AbstractEventLoop,
    descriptor: int,
    received: Callable[[bytes], None],
    ended: asyncio.Future[None],
) -> None:
    def end() -> None:
        if not ended.done():
            ended.set_result(None)

    def call(function: Callable[..., Any], *arguments: Any) -> None:
        try:
            loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return  # the loop is closed: nobody listens any more

    while data := os.read(descriptor, _CHUNK):
        call(received, data)
    call(end)


class Endpoint(Protocol):
    """What a socket is connected to."""

    out: Writer | None

    def received(self, data: bytes) -> None:
        """Bytes from the client."""


async def serve_tcp(address: str, endpoint: Endpoint) -> None:
    """Listen on `HOST:PORT` (`PORT` alone: this machine only) and serve the first client until it goes.

    Raises ValueError for an address that is none, OSError where it cannot be listened on.
    """
    host, _, port = address.rpartition(":")
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if endpoint.out is not None:
            writer.close()
            return
        endpoint.out = _PipeWriter(writer.transport)
        while data := await reader.read(_CHUNK):
            endpoint.received(data)
        if not gone.done():
            gone.set_result(None)

    async with await asyncio.start_server(connected, host.strip("[]") or "127.0.0.1", int(port)) as server:
        for socket in server.sockets:
            logger.info("listening on %s", socket.getsockname())
        await gone
