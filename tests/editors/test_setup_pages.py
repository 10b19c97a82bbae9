"""The set-up that docs/editors/ tells people to copy, copied: Neovim and Emacs run it as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from editors.debian import program as debian_program
from editors.test_emacs import SITE
from editors.test_neovim import CONFIG, GOOD, MISSPELT, newest

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "editors"


def block(page: str, name: str) -> str:
    """The code on a page below the mark of this name."""
    text = (PAGES / page).read_text(encoding="utf-8")
    found = re.search(rf"<!-- tested: {re.escape(name)} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found is not None, f"{page} has no block {name}"
    return found[1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables with `finetooth` on the PATH, as after installing it; and files to work on."""
    if os.name == "nt":
        pytest.skip("the stand-in for the program is a shell script")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "finetooth").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m finetooth "$@"\n')
    (folder / "finetooth").chmod(0o755)
    (tmp_path / "finetooth.toml").write_text(CONFIG)
    (tmp_path / "train.jsonl").write_bytes((GOOD + MISSPELT + "\n" + GOOD).encode())
    kinds = ("STATE", "DATA", "CACHE", "CONFIG")
    home = {f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in kinds}
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return os.environ | home | {"PATH": path, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}


def run(command: list[Any], folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What an editor said, by step."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, (said, done.stdout, done.stderr)
    return {item["step"]: item["value"] for item in said}


@pytest.mark.xdist_group("client")
@pytest.mark.parametrize(
    ("name", "distribution"), [("neovim-0.11", False), ("neovim-old", False), ("neovim-old", True)]
)
def test_neovim(name: str, distribution: bool, tmp_path: Path, environment: dict[str, str]) -> None:
    neovim = debian_program("nvim", "neovim") if distribution else newest()
    (tmp_path / "init.lua").write_text(block("neovim.md", name))
    drive = f"luafile {HERE / 'setup_page.lua'}"
    command = [neovim, "--headless", "-u", "init.lua", "-i", "NONE", "-n", "train.jsonl", "-c", drive]
    said = run(command, tmp_path, environment | {"FINETOOTH_PAGE": name})
    assert said["found"] == "FMT006 SYN003"
    assert said["done"]
    if name == "neovim-0.11":
        assert Path(said["root"]).samefile(tmp_path)
        assert said["hint"].endswith(" tokens")
        assert said["lens"].startswith("3 rows")
        assert "client: Neovim" in said["debug"]
        assert "target generic" in said["debug"]
        # FMT006 is repaired at saving; the blank line too, unless the new settings came first.
        assert [line for line in said["saved"] if line] == GOOD.splitlines() * 3
        assert said["configured"]


@pytest.mark.xdist_group("client")
def test_eglot(tmp_path: Path, environment: dict[str, str]) -> None:
    emacs = debian_program("emacs", "emacs-nox", "elpa-eglot")
    init = block("emacs.md", "emacs-mode") + block("emacs.md", "emacs-eglot")
    (tmp_path / "init.el").write_text(";;; -*- lexical-binding: t -*-\n" + init)
    names = ("eglot", "project", "xref", "seq", "jsonrpc", "flymake", "eldoc")
    folders = [folder for name in names for folder in SITE.glob(f"{name}-[0-9]*") if folder.is_dir()]
    paths = [part for folder in folders for part in ("-L", folder)]
    command = [emacs, "-Q", "--batch", *paths, "-l", tmp_path / "init.el", "-l", HERE / "setup_page.el"]
    said = run(command, tmp_path, environment)
    assert said["mode"] == "jsonl-mode"
    assert said["configured"]
    assert said["saved"] == GOOD * 3
    assert said["watched"]
    assert said["done"]
    assert (tmp_path / "train.jsonl").read_bytes() == (GOOD * 3).encode()
