"""The command line in this process: its exit code and what it prints."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from finetooth.cli.app import run


class Terminal(io.TextIOWrapper):
    """A text stream that says it is a terminal, or not."""

    def __init__(self, raw: io.BytesIO, *, tty: bool) -> None:
        super().__init__(raw, encoding="utf-8", newline="\n", write_through=True)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory; no colours from the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM_PROGRAM", "COLUMNS", "VTE_VERSION", "WT_SESSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return tmp_path


@pytest.fixture
def finetooth(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """`finetooth(*arguments, stdin=b"", tty=False)` answers with exit code, standard output and standard
    error."""

    def call(*arguments: str, stdin: bytes = b"", tty: bool = False) -> tuple[int, str, str]:
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            patch.setattr(sys, "stdout", Terminal(out, tty=tty))
            patch.setattr(sys, "stderr", Terminal(err, tty=False))
            code = run(list(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            return (
                int(code),
                out.getvalue().decode("utf-8", "surrogateescape"),
                err.getvalue().decode("utf-8"),
            )

    return call
