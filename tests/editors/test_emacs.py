"""The server in a real Emacs with eglot: findings to the column, a repair, typing, saving, other settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from editors.debian import program

HERE = Path(__file__).parent
GOOD = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
SITE = Path("/usr/share/emacs/site-lisp/elpa")


@pytest.fixture(scope="module")
def emacs() -> Path:
    """The distribution's Emacs; eglot is a package of its own before Emacs 29."""
    return program("emacs", "emacs-nox", "elpa-eglot")


@pytest.mark.xdist_group("client")
def test_a_session_in_emacs(emacs: Path, tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('ignore = ["SIZ", "DUP", "TSK"]\n')
    file = tmp_path / "train.jsonl"
    file.write_bytes((GOOD + MISSPELT).encode())
    names = ("eglot", "project", "xref", "seq", "jsonrpc", "flymake", "eldoc")
    folders = [folder for name in names for folder in SITE.glob(f"{name}-[0-9]*") if folder.is_dir()]
    command = json.dumps([sys.executable, "-m", "finetooth.lsp.main"])
    result = subprocess.run(
        [
            emacs,
            "-Q",
            "--batch",
            *(part for folder in folders for part in ("-L", folder)),
            "-l",
            HERE / "emacs.el",
        ],
        cwd=tmp_path,
        env=os.environ
        | {
            "FINETOOTH_SERVER": command,
            "FINETOOTH_FILE": str(file),
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    said: dict[str, Any] = {item["step"]: item["value"] for item in map(json.loads, lines)}
    assert result.returncode == 0, (said, result.stdout, result.stderr)
    assert said["mode"] == "jsonl-mode"
    assert said["underlined"] == '"asistant"'
    assert said["line"] == 2
    assert said["type"] == "eglot-error"
    assert any(title.startswith("Replace by `assistant`") for title in said["menu"])
    assert said["typed"] == ","
    assert said["typed at"] == GOOD.index('"assistant",') + len('"assistant",')  # the second of two
    assert said["done"]
    assert file.read_bytes() == (GOOD * 2).encode()
