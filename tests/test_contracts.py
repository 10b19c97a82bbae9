"""The invariants of ARCHITECTURE.md that imports can show."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from finetooth_rules.catalogue import all_rules, rule_modules

ROOT = Path(__file__).parents[1]
RULES = ROOT / "rules" / "finetooth_rules"
SERVER = ROOT / "server" / "finetooth"

IMPURE = {
    *(
        "os",
        "io",
        "pathlib",
        "subprocess",
        "socket",
        "time",
        "datetime",
        "random",
        "tempfile",
        "shutil",
        "logging",
    ),
    *(
        "asyncio",
        "threading",
        "multiprocessing",
        "pygls",
        "lsprotocol",
        "finetooth",
        "tiktoken",
        "wordllama",
        "sys",
    ),
}


def imports(path: Path, *, top_level: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found
    return found


@pytest.mark.parametrize("path", files(RULES), ids=lambda path: path.relative_to(RULES).as_posix())
def test_rules_are_pure(path: Path) -> None:
    """No I/O, no clock, no LSP, and never the server."""
    assert not {name.split(".")[0] for name in imports(path)} & IMPURE
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input", "exec", "eval"}


@pytest.mark.parametrize("path", files(SERVER), ids=lambda path: path.relative_to(SERVER).as_posix())
def test_only_lsp_knows_the_protocol(path: Path) -> None:
    inside = path.relative_to(SERVER).parts[0]
    used = {name.split(".")[0] for name in imports(path)}
    if inside != "lsp":
        assert not used & {"pygls", "lsprotocol"}
    if inside == "engine":
        assert not any(
            name.startswith(("finetooth.cli", "finetooth.lsp", "finetooth.output")) for name in imports(path)
        )


@pytest.mark.parametrize("path", [*files(RULES), *files(SERVER)], ids=lambda path: path.name)
def test_slow_libraries_are_not_imported_at_the_top(path: Path) -> None:
    if path.relative_to(ROOT).parts[:3] != ("server", "finetooth", "lsp"):
        slow = {"numpy", "tiktoken", "wordllama", "tokenizers", "jsonschema", "pygls"}
        assert not {name.split(".")[0] for name in imports(path, top_level=True)} & slow


def test_starting_the_command_loads_nothing_slow() -> None:
    code = "import sys, finetooth.engine.run, finetooth.__main__; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "finetooth_rules.lint" in loaded
    assert not {"numpy", "tiktoken", "wordllama", "tokenizers", "jsonschema", "asyncio", "pygls"} & set(
        loaded
    )


@pytest.mark.parametrize("path", [*files(RULES), *files(SERVER)], ids=lambda path: path.name)
def test_no_pattern_is_compiled_while_a_module_is_imported(path: Path) -> None:
    """`patterns.lazy` does it at the first use: a run needs few of them."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            assert "re.compile(" not in ast.unparse(node)


def test_codes_and_names_are_well_formed_and_unique() -> None:
    rules = all_rules()
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
        assert rule_modules()[rule.code].__name__.rsplit(".", 1)[1] == rule.name.replace("-", "_")
        assert set(rule.supersedes) <= {other.code for other in rules}


def test_names_are_those_of_the_catalogue() -> None:
    """Codes and names are final: a code is never reused, a name never changed."""
    known = dict(
        line.split() for line in (ROOT / "tests" / "data" / "catalogue.txt").read_text().splitlines()
    )
    assert {rule.code: known.get(rule.code) for rule in all_rules()} == {
        rule.code: rule.name for rule in all_rules()
    }


def test_no_file_names_a_path_of_a_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    for name in tracked:
        path = ROOT / name.decode()
        if (
            name
            and path.suffix in {".py", ".md", ".ts", ".json", ".toml", ".txt", ".lua", ".yml", ".sh"}
            and path.is_file()
        ):
            assert not re.search(rb"(?<![\w.])/(?:root|work)/", path.read_bytes()), name


@pytest.mark.xdist_group("client")
def test_tests_of_a_group_run_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Those that install editors would do so at once; pytest-xdist knows a group by the end of the name."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@client")
