"""pygls's protocol, with three changes.

Messages are decoded and encoded by orjson, and results may be plain JSON (`Json`): a thousand diagnostics
cost half a millisecond, as objects of lsprotocol twenty. Only the outermost object of a message is made an
object: pygls would take any object with a key "jsonrpc", also one inside a client's data, for a message.
And open documents are not kept here at all: pygls's text document splits lines at U+2028, and an edit costs
it time in proportion to the document.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.json_rpc import JsonRPCResponseMessage
from pygls.protocol.language_server import lsp_method

from finetooth.lsp.large_open import split_open
from finetooth.lsp.timing import Timing
from finetooth.lsp.transport import MessageSplitter, Writer, frame

if TYPE_CHECKING:
    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

_Handed: TypeAlias = Generator[Any, Any, None]
_PUBLISH: Final = b'{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":%b}'


@dataclass(frozen=True, slots=True)
class Json:
    """A result of a request that is JSON already."""

    value: Any


class Refused(JsonRpcException):
    """A request is answered by an error for a good reason: nothing to be logged, and the message is for
    people."""

    CODE = -32803  # RequestFailed


class Outdated(Refused):
    """The document is not what it was when the client asked."""

    CODE = -32801  # ContentModified


class Stopped(Refused):
    """Somebody stopped the work."""

    CODE = -32800  # RequestCancelled


class Protocol(LanguageServerProtocol):
    """The message loop of the server."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.out: Writer | None = None
        self.ended: Callable[[int], None] = lambda code: None
        """Called with the exit code when the client says `exit`."""
        self.after_input: Callable[[], None] = lambda: None
        """Called when all messages that have arrived so far are handled: edits that came together are linted
        once."""
        self.execute: Callable[[types.ExecuteCommandParams], Awaitable[Any]] | None = None
        """Carries out a command."""
        self.timing = Timing(lambda uri: None)
        self.opened_lines: list[bytes] | None = None
        """The lines of a large document while its `didOpen` is handled; its text is empty there."""
        self._splitter = MessageSplitter()

    # -- in -----------------------------------------------------------------------------------------------

    def received(self, data: bytes) -> None:
        """Bytes from the client."""
        for body in self._splitter.feed(data):
            self._handle(body)
        self.after_input()

    def _handle(self, body: bytes) -> None:
        if not self.timing.on:
            self._take(body)
            return
        began = time.perf_counter()
        self.timing.handled(self._take(body), time.perf_counter() - began)

    def _take(self, body: bytes) -> Any:
        """Handle a message; the message."""
        message: Any = None
        large = split_open(body)
        try:
            message, self.opened_lines = large or (decode(body), None)
        except ValueError:
            logger.exception("a message is no JSON")
            return None
        if self.timing.on:
            self.timing.began(message)
        try:
            self.handle_message(self.structure_message(message))
        except JsonRpcException as error:
            if isinstance(message, dict) and "id" in message and "method" in message:
                self._send_response(message["id"], error=error.to_response_error())
        except Exception:
            logger.exception("a message could not be handled")
        finally:
            self.opened_lines = None
        return message

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        if not future.cancelled() and isinstance(error := future.exception(), Refused):
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=error.to_response_error())
            return
        super()._send_handler_result(future, msg_id=msg_id)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """A command; a task of its own, so that it can be cancelled."""
        assert self.execute is not None
        return await self.execute(params)

    # -- out ----------------------------------------------------------------------------------------------

    def _send_data(self, data: Any) -> None:
        if self.out is None or not data:
            return
        if isinstance(data, JsonRPCResponseMessage) and isinstance(data.result, Json):
            plain: Any = {"jsonrpc": self.VERSION, "id": data.id, "result": data.result.value}
        else:
            plain = self._converter.unstructure(data)
        self.out.write(frame(encode(plain)))
        if self.timing.on and isinstance(plain, dict) and "method" not in plain:
            self.timing.answered(plain.get("id"))

    def publish(self, params: bytes) -> None:
        """Send `textDocument/publishDiagnostics`; `params` is JSON."""
        if self.out is not None:
            self.out.write(frame(_PUBLISH % params))

    def progress_of(self, token: Any, value: Any) -> None:
        """Send `$/progress`; `value` is plain JSON."""
        if self.out is not None:
            params = {"token": token, "value": value}
            self.out.write(frame(encode({"jsonrpc": self.VERSION, "method": "$/progress", "params": params})))

    # -- life ---------------------------------------------------------------------------------------------

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Generator[Any, Any, None]:
        """The client is done."""
        self.ended(0 if self._shutdown else 1)
        yield from ()

    # -- documents: handed to our own handlers, and not kept by pygls ----------------------------------------

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(
        self, params: types.DidOpenTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """A document was opened."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """A document was edited."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(
        self, params: types.DidCloseTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """A document was closed."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


def decode(body: bytes) -> Any:
    """A message's JSON. Halves of surrogate pairs, which orjson refuses, are taken as they are. Raises
    ValueError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def encode(value: Any) -> bytes:
    """JSON of plain values; halves of surrogate pairs are written as escapes."""
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return json.dumps(value).encode()


def encode_to_keep(value: Any) -> bytes:
    """The same in a bytes object of its own size: one that orjson gives holds on to 4 KiB."""
    return memoryview(encode(value)).tobytes()
