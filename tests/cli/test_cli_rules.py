"""`finetooth rule` and `finetooth rules`."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from finetooth_rules import catalogue

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("word", ["FMT003", "fmt003", "missing-key", "Missing-Key"])
def test_rule_by_code_or_name(word: str, finetooth: Run) -> None:
    code, out, err = finetooth("rule", word)
    assert (code, err) == (0, "")
    assert out.startswith("# missing-key (FMT003)\n\n")
    assert out.endswith(catalogue.documentation("FMT003"))


def test_rule_on_a_terminal(finetooth: Run) -> None:
    _, out, _ = finetooth("rule", "FMT003", tty=True)
    assert out.startswith("\x1b[1;31mFMT003\x1b[0m \x1b[1mmissing-key\x1b[0m")
    assert "\x1b[1;32mWhy it matters\x1b[0m\n" in out
    assert "```" not in out


def test_rule_on_a_terminal_without_colours(finetooth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    _, out, _ = finetooth("rule", "FMT003", tty=True)
    assert out.startswith("FMT003 missing-key  (error, rejected)\n\n")
    assert "\x1b" not in out
    assert "## " not in out


def test_rule_as_markdown_whatever_it_goes_to(finetooth: Run) -> None:
    assert finetooth("rule", "FMT003", "--output-format", "markdown", tty=True) == finetooth("rule", "FMT003")


def test_rule_as_json(finetooth: Run) -> None:
    code, out, _ = finetooth("rule", "FMT003", "--output-format", "json")
    entry = json.loads(out)
    assert code == 0
    assert (entry["code"], entry["name"], entry["group"], entry["severity"]) == (
        "FMT003",
        "missing-key",
        "FMT",
        "error",
    )
    assert entry["documentation"] == catalogue.documentation("FMT003")
    assert isinstance(entry["options"], dict)


def test_all_rules_explained(finetooth: Run) -> None:
    _, out, _ = finetooth("rule", "--all", "--output-format", "json")
    assert [entry["code"] for entry in json.loads(out)] == [rule.code for rule in catalogue.all_rules()]
    assert finetooth("rule", "--all")[1].count("\n## Why it matters\n") == len(catalogue.all_rules())


def test_a_group_is_told_apart_from_a_rule(finetooth: Run) -> None:
    code, _, err = finetooth("rule", "TRN")
    assert code == 2
    assert err.endswith("`finetooth rules TRN` lists them\n")


def test_rules_lists_every_rule(finetooth: Run) -> None:
    code, out, err = finetooth("rules")
    assert (code, err) == (0, "")
    for rule in catalogue.all_rules():
        assert f"  {rule.code}  {rule.name} " in out
    assert out.endswith(f"{len(catalogue.all_rules())} rules. `finetooth rule CODE` explains one.\n")


def test_rules_of_a_group(finetooth: Run) -> None:
    _, out, _ = finetooth("rules", "trn,FMT003", "--output-format", "json")
    codes = [entry["code"] for entry in json.loads(out)]
    assert codes[0] == "FMT003"
    assert {code[:3] for code in codes[1:]} == {"TRN"}


def test_rules_as_a_target_takes_them(finetooth: Run) -> None:
    def severity(target: str) -> str:
        _, out, _ = finetooth("rules", "SIZ001", "--target", target, "--output-format", "json")
        return str(json.loads(out)[0]["severity"])

    assert severity("generic") == "warning"
    assert severity("openai") in ("error", "warning")


def test_rules_fit_the_terminal(finetooth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    _, out, _ = finetooth("rules", tty=True)
    assert max(map(len, out.splitlines())) <= 80
