"""What the client is told of documents: diagnostics that are sent or asked for, and what a person should
know."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from finetooth.lsp.config_diagnostics import ConfigDiagnostics, Unusable
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.view import diagnostics

if TYPE_CHECKING:
    from finetooth.lsp.session import Session
    from finetooth_rules.profile import Profile

logger = logging.getLogger(__name__)

PULL_PATIENCE: Final = 0.5
REFRESH_DELAY: Final = 0.05


class Showing:
    """Knows what the client was told."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.configs = ConfigDiagnostics(session.server, session.settings_documents)
        self._refresh: asyncio.TimerHandle | None = None
        self._limit_told = False

    def payload(self, document: OpenDocument) -> bytes:
        """The diagnostics of a document as a JSON array."""
        if not (document.settings.enable and document.is_dataset):
            return b"[]"
        limit = document.settings.max_diagnostics
        shown, hidden = diagnostics(document.renderer, limit, document.edited_line)
        self._tell_broken(document)
        if hidden and not self._limit_told:
            self._limit_told = True
            self._session.server.tell(
                types.MessageType.Info,
                f"Finetooth shows at most {limit:,} findings of a file, errors first "
                "(setting `finetooth.maxDiagnostics`); `finetooth check` lists them all.",
            )
        return shown

    def publish(self, document: OpenDocument) -> None:
        """Send the diagnostics after an edit, unless the client asks for them. Of a document that is no
        dataset nothing is said, but that what was found before is no more."""
        facts = self._session.facts
        if facts.pull:
            return
        payload = self.payload(document)
        if not document.is_dataset and document.sent in (None, payload):
            return
        if payload != document.sent or document.version != document.sent_version:
            document.sent, document.sent_version = payload, document.version
            version = document.version if facts.versioned_diagnostics else None
            self._session.server.publish(document.uri, version, payload)

    def update(self, document: OpenDocument) -> None:
        """The diagnostics may have changed without an edit: send them, or have the client ask anew."""
        if self._session.documents.get(document.uri) is not document:
            return
        if not self._session.facts.pull:
            self.publish(document)
            return
        known = document.sent is None or document.sent == result_id(self.payload(document)).encode()
        if not known:
            self.refresh_soon()

    def refresh_soon(self) -> None:
        """Have a client that asks for diagnostics ask anew."""
        if self._refresh is None:
            self._refresh = asyncio.get_running_loop().call_later(REFRESH_DELAY, self._ask_to_refresh)

    def _ask_to_refresh(self) -> None:
        self._refresh = None
        self._session.server.workspace_diagnostic_refresh(None)

    async def pulled(self, document: OpenDocument) -> tuple[str, bytes]:
        """Result id and diagnostics for a client that asks; waits a little for a file that is still read."""
        deadline = time.perf_counter() + PULL_PATIENCE
        self._session.flush()
        waiting = document.settings.enable and document.is_dataset
        while waiting and not document.index.settled and time.perf_counter() < deadline:
            await asyncio.sleep(0.005)
        payload = self.payload(document)
        identifier = result_id(payload)
        document.sent = identifier.encode()
        return identifier, payload

    def report_unusable(self, document: OpenDocument) -> bool:
        """Note which of the model's files turned out to be of no use; whether that is news."""
        configs = self._session.configs
        known = len(configs.errors)
        for setting, message in document.index.linter.broken.items():
            file = _model_file(document.profile, setting)
            if file is not None and file not in configs.errors:
                configs.report(Unusable(file, message))
        return len(configs.errors) > known

    def _tell_broken(self, document: OpenDocument) -> None:
        if self.report_unusable(document):
            self.show_errors()
        broken = self._session.broken
        for code, message in document.index.linter.broken.items():
            if code not in broken and "." not in code:
                broken[code] = message
                logger.error("rule %s failed: %s", code, message)
                self._session.server.log(
                    types.MessageType.Error,
                    f"Rule {code} failed and is off until the server is restarted: {message}",
                )

    def show_errors(self) -> None:
        """Tell of the settings files that cannot be used, and take back what is mended."""
        self.configs.show(self._session.configs.errors)


def result_id(payload: bytes) -> str:
    """Names a list of diagnostics by its content."""
    return hashlib.blake2b(payload, digest_size=12).hexdigest()


def _model_file(profile: Profile, setting: str) -> Path | None:
    """The file of the model that a setting (`tokens.template`) names."""
    if setting == "tokens.tokenizer" and profile.tokenizer is not None:
        return Path(profile.tokenizer.path)
    if setting == "tokens.template" and profile.template is not None:
        return Path(profile.template.path)
    return None
