"""The VS Code extension: its manifest agrees with the Python side; it type-checks, passes its tests, packs.

Without npm the tests that need it are skipped, but fail in CI.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

import finetooth
from finetooth_rules.targets import TARGETS

COMMANDS_OF_THE_SERVER = {
    f"finetooth.{name}"
    for name in ("openReport", "lintFile", "lintFolder", "statistics", "debugInformation", "ignoreFinding")
}
CLIENT = Path(__file__).parents[2] / "client-vscode"
MANIFEST: dict[str, Any] = json.loads((CLIENT / "package.json").read_text("utf-8"))
SETTINGS: dict[str, dict[str, Any]] = MANIFEST["contributes"]["configuration"]["properties"]


# The tests share client-vscode/build and dist: one worker runs them all.
pytestmark = pytest.mark.xdist_group("client")


def npm(*arguments: str) -> str:
    """Runs npm in client-vscode; its output, or a failure that shows it."""
    done = subprocess.run(["npm", *arguments], cwd=CLIENT, capture_output=True, text=True, timeout=600)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return output


@pytest.fixture(scope="module")
def installed() -> None:
    """What package-lock.json names is there; nothing is installed anew if it is."""
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed")
        pytest.skip("needs npm")
    lock, mark = CLIENT / "package-lock.json", CLIENT / "node_modules/.package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
        npm("ci", "--ignore-scripts")


def test_version_is_the_packages() -> None:
    assert MANIFEST["version"] == finetooth.__version__
    assert f"## {finetooth.__version__}" in (CLIENT / "CHANGELOG.md").read_text("utf-8")


def test_targets_are_the_rules() -> None:
    assert SETTINGS["finetooth.target"]["enum"] == ["", *TARGETS]
    assert len(SETTINGS["finetooth.target"]["markdownEnumDescriptions"]) == len(TARGETS) + 1


def test_readme_lists_every_setting_with_its_default() -> None:
    rows = [
        line
        for line in (CLIENT / "README.md").read_text("utf-8").splitlines()
        if line.startswith("| `finetooth.")
    ]
    documented = {cells[1].strip(" `"): cells[2].strip(" `") for cells in (row.split("|") for row in rows)}
    defaults = {
        name: value if isinstance(value := schema["default"], str) else json.dumps(value)
        for name, schema in SETTINGS.items()
    }
    assert documented == defaults


def test_everything_contributed_is_there() -> None:
    contributes = MANIFEST["contributes"]
    commands = {command["command"] for command in contributes["commands"]}
    used = [item for menu in contributes["menus"].values() for item in menu] + contributes["keybindings"]
    steps = contributes["walkthroughs"][0]["steps"]
    assert {item["command"] for item in used} <= commands
    for step in steps:
        assert (CLIENT / step["media"]["markdown"]).is_file()
        assert set(re.findall(r"command:([\w.]+)", step["description"])) <= commands
    readme = (CLIENT / "README.md").read_text("utf-8")
    for command in contributes["commands"]:
        if command["command"] != "finetooth.saveText":  # a key, not in the palette
            assert f"*{command['title']}*" in readme or f"Finetooth: {command['title']}*" in readme
    for image in re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme):
        assert (CLIENT / image).is_file()
    names = COMMANDS_OF_THE_SERVER
    assert not commands & names, "the language client registers the server's own by itself"


def test_dependencies_are_pinned_and_no_download_address_is_recorded() -> None:
    dependencies = MANIFEST["devDependencies"]
    locked = json.loads((CLIENT / "package-lock.json").read_text("utf-8"))["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in dependencies} == dependencies
    assert [name for name, package in locked.items() if "resolved" in package] == []


def test_icon_is_a_square_png() -> None:
    head = (CLIENT / MANIFEST["icon"]).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (128, 128)


@pytest.mark.usefixtures("installed")
def test_unit_tests_pass() -> None:
    output = npm("test")
    assert "fail 0" in output
    assert "pass 0" not in output


@pytest.mark.usefixtures("installed")
def test_type_check_bundle_and_package(tmp_path: Path) -> None:
    vsix = tmp_path / "finetooth.vsix"
    npm("run", "package", "--", "--out", str(vsix))  # type-checks and bundles first
    with zipfile.ZipFile(vsix) as archive:
        names = {
            name.removeprefix("extension/").lower()
            for name in archive.namelist()
            if name.startswith("extension/")
        }
        bundle = archive.read("extension/dist/extension.js").decode()
        schema = json.loads(archive.read("extension/dist/finetooth.schema.json"))
        notices = archive.read("extension/dist/THIRD_PARTY_NOTICES.txt").decode()
    expected = {"package.json", "readme.md", "changelog.md", "license.txt", "icon.png"}
    assert names == expected | {
        *("dist/extension.js", "dist/third_party_notices.txt", "dist/finetooth.schema.json"),
        *("markdown/grammar.json", "markdown/language.json"),
        *(f"walkthrough/{name}.md" for name in ("fix", "open", "read", "report", "server", "write")),
    }
    assert schema == json.loads((CLIENT.parent / "finetooth.schema.json").read_text("utf-8"))
    assert "vscode-languageclient" in notices
    assert "sourceMappingURL" not in bundle
    assert vsix.stat().st_size < 1_000_000
