"""Help pages, and what is said of a command line that makes no sense."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import finetooth
from finetooth.cli import COMMANDS
from finetooth.cli._check_options import check_parser

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help(arguments: list[str], finetooth: Run) -> None:
    code, out, err = finetooth(*arguments)
    assert (code, err) == (0, "")
    assert all(f"\n  {name} " in out for name in COMMANDS)
    assert "Exit codes:" in out
    assert "Examples:" in out


def test_nothing_at_all_is_a_mistake(finetooth: Run) -> None:
    code, out, err = finetooth()
    assert (code, out) == (2, "")
    assert "Usage: finetooth COMMAND" in err


@pytest.mark.parametrize("argument", ["--version", "-V", "version"])
def test_version(argument: str, finetooth: Run) -> None:
    import finetooth as package

    assert finetooth(argument) == (0, f"finetooth {package.__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command: str, finetooth: Run) -> None:
    code, out, err = finetooth(command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: finetooth {command} [OPTIONS]" in out
    assert "--color WHEN" in out
    assert max(map(len, out.splitlines())) <= 100
    assert finetooth("help", command) == (0, out, "")


def test_help_of_check_is_complete(finetooth: Run) -> None:
    _, out, _ = finetooth("check", "--help")
    for action in check_parser()._actions:
        assert action.help
        for option in action.option_strings:
            assert option in out
    for word in ("openai-chat", "generic", "Exit codes:", "Examples:", "sarif"):
        assert word in out


def examples_of(out: str) -> list[str]:
    """The commands under `Examples:`, without what is said of them."""
    _, _, after = out.partition("Examples:\n")
    lines = after.partition("\n\n")[0].splitlines()
    return [re.split(r" {2,}| - standard", line.strip())[0] for line in lines]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_examples_in_help_work(command: str, finetooth: Run) -> None:
    _, out, _ = finetooth(*([command] if command else []), "--help")
    row = b'{"prompt": "What is 2 + 2?", "completion": " 4"}\n'
    for name in ("train.jsonl", "valid.jsonl", "data/more/rows.jsonl"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(row)
    examples = examples_of(out)
    assert examples or "Examples:" not in out
    for example in examples:
        words = shlex.split(example.rpartition("| ")[2])
        words += ["-"] * (example.startswith("jq"))
        assert words[0] == "finetooth"
        code, _, err = finetooth(*words[1:], stdin=row)
        assert (code in (0, 1), "error:" in err) == (True, False), (example, err)
    for setting in re.findall(r"'[a-z-]+\.[a-z.-]+ = [^']+'", " ".join(out.split())):
        code, _, err = finetooth("check", "train.jsonl", "--config", setting[1:-1])
        assert (code in (0, 1), "error:" in err) == (True, False), (setting, err)


def test_help_in_colours_on_a_terminal(finetooth: Run) -> None:
    _, out, _ = finetooth("check", "--help", tty=True)
    assert "\x1b[1;32mUsage:\x1b[0m" in out
    assert "\x1b[1;32mExamples:\x1b[0m" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], "unknown command `chekc`; did you mean `check`?"),
        (
            ["frobnicate"],
            "unknown command `frobnicate`; expected one of check, baseline, rule, rules, stats, plan, "
            "report, init, config, server",
        ),
        (["data.jsonl"], "unknown command `data.jsonl`; did you mean `finetooth check data.jsonl`?"),
        (["*.jsonl"], "unknown command `*.jsonl`; did you mean `finetooth check *.jsonl`?"),
        (["--fix"], "`--fix` stands before the command; options follow it, as in `finetooth check --fix`"),
        (
            ["check", "--output-fromat", "json"],
            "unknown option `--output-fromat`; did you mean `--output-format`?",
        ),
        (
            ["check", "--outputformat=json"],
            "unknown option `--outputformat`; did you mean `--output-format`?",
        ),
        (["check", "--wibble"], "unknown option `--wibble`"),
        (["check", "-z"], "unknown option `-z`"),
        (
            ["check", "--output-format", "jsno"],
            "--output-format: unknown output format `jsno`; did you mean `json`?",
        ),
        (
            ["check", "--output-format", "yaml"],
            "--output-format: unknown output format `yaml`; "
            "expected one of full, concise, json, json-lines, github, gitlab, sarif, junit",
        ),
        (["check", "--select"], "--select: expected one argument"),
        (["check", "--select", "fmt99"], "--select: unknown rule `fmt99`"),
        (
            ["check", "--ignore", "missing-kye"],
            "--ignore: unknown rule `missing-kye`; did you mean `missing-key`?",
        ),
        (["check", "--target", "opnai"], "--target: unknown target `opnai`; did you mean `openai`?"),
        (
            ["check", "--dataset-format", "openai_chat"],
            "--dataset-format: unknown dataset format `openai_chat`; did you mean `openai-chat`?",
        ),
        (
            ["check", "--fail-on", "warn"],
            "--fail-on: unknown severity `warn`; expected one of error, warning, info, never",
        ),
        (["check", "--jobs", "0"], "-j/--jobs: expected a number from 1, not `0`"),
        (
            ["check", "--color", "sometimes"],
            "--color: unknown value `sometimes`; expected one of auto, always, never",
        ),
        (
            ["check", "--config", "none.toml"],
            "--config: none.toml: no such file; a setting is written 'key = value'",
        ),
        (
            ["check", "--config", "target=openai"],
            "--config `target=openai`: a text needs quotes: --config 'target = \"openai\"'",
        ),
        (["check", "--config", 'tagret="openai"'], '--config `tagret="openai"`: unknown setting `tagret`'),
        (["check", "--config", "[=1"], "--config `[=1`: not a TOML setting: "),
        (
            ["check", "--statistics", "--output-format", "sarif"],
            "--statistics is printed as full or json, not as sarif",
        ),
        (["check", "--diff", "--output-format", "json"], "--diff prints a diff; it takes no --output-format"),
        (
            ["check", "-o", "no/such/folder.json"],
            "--output-file: no/such/folder.json: no such file or directory",
        ),
        (["rule"], "which rule?"),
        (["rule", "FMT99"], "unknown rule `FMT99`"),
        (["rule", "FMT"], "`FMT` names "),
        (["rules", "XYZ"], "RULES: unknown rule `XYZ`"),
        (["config", "a", "b"], "unexpected `b`"),
        (["server", "--tcp", "here"], "--tcp: expected HOST:PORT such as 127.0.0.1:2087, not `here`"),
        (["init", "--target", "opena"], "--target: unknown target `opena`; did you mean `openai`?"),
    ],
)
def test_mistakes(arguments: list[str], message: str, finetooth: Run) -> None:
    Path("data.jsonl").write_text("{}\n")
    code, out, err = finetooth(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert "Traceback" not in err


def test_options_and_paths_in_any_order(finetooth: Run) -> None:
    for name in ("a.jsonl", "b.jsonl", "--fix.jsonl"):
        Path(name).write_text("{}\n")
    arguments = ["a.jsonl", "--show-files", "--select", "FMT", "b.jsonl", "--", "--fix.jsonl"]
    assert finetooth("check", *arguments) == (0, "a.jsonl\nb.jsonl\n--fix.jsonl\n", "")


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        assert version("finetooth") == finetooth.__version__
    except PackageNotFoundError:
        pytest.skip("not installed")
