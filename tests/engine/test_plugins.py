"""Rules of other people: a project's own files, installed packages, and every way in which they go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetooth.engine.request import CheckRequest, Overrides
from finetooth.engine.run import check
from finetooth.engine.settings.config import Config, ConfigError, discover, parse
from finetooth.engine.settings.plugins import PluginError, load, plugins_of
from finetooth.engine.settings.resolve import resolve
from finetooth_rules.catalogue import builtin
from finetooth_rules.testing import load_cases, run_case

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin"
RULE = '''
"""Documentation of mine."""
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.rule import RecordRule

def check(example, profile, options):
    for text in example.trained_texts():
        if "TODO" in text.text:
            yield Finding("{code}", "unfinished", Consequence.DEGRADED, path=text.path)

RULE = RecordRule(code="{code}", name="{name}", summary="Unfinished.", consequence=Consequence.DEGRADED,
                  check=check, triggers=("TODO",))
'''
ROW = '{"prompt": "a", "completion": "TODO"}\n'


def plugin(code: str = "ACM001", name: str = "unfinished-answer") -> str:
    return RULE.format(code=code, name=name)


def project(folder: Path, settings: str = 'plugins = ["mine.py"]\n', rule: str | None = None) -> Path:
    (folder / "finetooth.toml").write_text(settings)
    (folder / "mine.py").write_text(plugin() if rule is None else rule)
    (folder / "train.jsonl").write_text(ROW)
    return folder


def found(folder: Path, **options: object) -> list[str]:
    report = check(CheckRequest(paths=(str(folder),), **options))  # type: ignore[arg-type]
    assert not report.problems
    return [finding.code for finding in report.findings if finding.code != "SIZ001"]


def test_the_example_s_marker_cases_hold() -> None:
    """As its author would run them."""
    known = load(((str(EXAMPLE / "answer_in_capitals.py"), "example"),))
    for case in load_cases((EXAMPLE / "tests" / "answer_in_capitals.md").read_text(encoding="utf-8")):
        assert run_case(case, "ACM001", known=known) == []


def test_a_project_s_rule_is_selected_ignored_and_explained_like_any_other(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path) == ["ACM001"]
    assert found(tmp_path, overrides=Overrides(ignore=("ACM",))) == []
    assert found(tmp_path, overrides=Overrides(select=("unfinished-answer",))) == ["ACM001"]
    (tmp_path / "finetooth.toml").write_text('plugins = ["mine.py"]\nignore = ["unfinished-answer"]\n')
    assert found(tmp_path) == []


def test_shards_in_other_processes_know_the_rule(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "train.jsonl").write_text(('{"prompt": "a", "completion": "b"}\n' * 9 + ROW) * 120_000)
    report = check(CheckRequest(paths=(str(tmp_path),), jobs=2, overrides=Overrides(select=("ACM",))))
    assert not report.problems
    assert len(report.findings) == 120_000


def test_a_changed_file_is_loaded_anew(tmp_path: Path) -> None:
    project(tmp_path)
    assert found(tmp_path) == ["ACM001"]
    (tmp_path / "mine.py").write_text(plugin("ACM002"))
    assert found(tmp_path) == ["ACM002"]


def test_a_change_within_a_second_that_keeps_the_size_is_seen(tmp_path: Path) -> None:
    project(tmp_path)
    times = (tmp_path / "mine.py").stat()
    assert found(tmp_path) == ["ACM001"]
    (tmp_path / "mine.py").write_text(plugin("ACM002"))
    os.utime(tmp_path / "mine.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert found(tmp_path) == ["ACM002"]
    assert not (tmp_path / "__pycache__").exists()


def test_the_profile_names_the_state_of_its_plugins(tmp_path: Path) -> None:
    project(tmp_path)
    one = resolve(discover(tmp_path), tmp_path / "train.jsonl", {}, ROW.encode())
    (tmp_path / "mine.py").write_text(plugin() + "# more\n")
    two = resolve(discover(tmp_path), tmp_path / "train.jsonl", {}, ROW.encode())
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("x = (\n", "line 1: '(' was never closed"),
        ("import nothing_like_this\n", "line 1: ModuleNotFoundError"),
        ("1 / 0\n", "line 1: ZeroDivisionError"),
        ("import sys\nsys.exit(3)\n", "line 2: SystemExit: 3"),
        ("x = 1\n", "has no `RULE`"),
        (plugin("FEN001"), "there is a rule FEN001"),
        (plugin(name="unclosed-fence"), "there is a rule"),
        (plugin("acm1"), "a code is letters and three digits"),
    ],
)
def test_what_is_no_plugin_is_told_at_the_setting(tmp_path: Path, rule: str, words: str) -> None:
    project(tmp_path, 'target = "trl"\nplugins = ["mine.py"]\n', rule)
    with pytest.raises(ConfigError, match=r"plugin mine\.py") as caught:
        discover(tmp_path)
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (2, 1)
    (problem,) = check(CheckRequest(paths=(str(tmp_path),))).problems
    assert words in problem.message


def test_a_plugin_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="cannot be read"):
        plugins_of({"plugins": ["none.py"]}, tmp_path)


def test_a_rule_that_raises_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    rule = plugin().replace('if "TODO" in text.text', "if 1 / 0")
    project(tmp_path, rule=rule)
    (tmp_path / "train.jsonl").write_text(ROW + "{\n")
    report = check(CheckRequest(paths=(str(tmp_path),)))
    assert "ACM001 failed" in report.problems[0].message
    assert "SYN001" in {finding.code for finding in report.findings}


def test_without_consent_nothing_is_loaded_and_its_names_are_no_mistakes(tmp_path: Path) -> None:
    """As the editor reads an untrusted folder."""
    settings = 'plugins = ["mine.py"]\nignore = ["unfinished-answer"]\n[rules.unfinished-answer]\nx = 1\n'
    project(tmp_path, settings, "raise SystemExit(3)\n")
    config = discover(tmp_path, allow_plugins=False)
    assert config.catalogue.by_code.keys() >= builtin().by_code.keys()
    profile = resolve(config, tmp_path / "train.jsonl", {}, ROW.encode())
    assert profile.plugins == ()
    with pytest.raises(ConfigError, match="did you mean"):
        parse(tmp_path / "finetooth.toml", 'ignor = ["x"]\nplugins = ["mine.py"]\n', allow_plugins=False)


def test_an_installed_package_registers_rules_by_its_entry_point(tmp_path: Path) -> None:
    (tmp_path / "acme_rules.py").write_text(plugin("ACM007"))
    info = tmp_path / "acme_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[finetooth.rules]\nacme = acme_rules\n")
    data = tmp_path / "data"
    data.mkdir()
    (data / "train.jsonl").write_text(ROW)
    paths = [str(tmp_path), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    ran = subprocess.run(
        [sys.executable, "-m", "finetooth", "check", ".", "--output-format", "concise", "--select", "ACM"],
        cwd=data,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "train.jsonl:1:31: ACM007 unfinished" in ran.stdout, ran.stderr
    assert ran.returncode == 1


def test_settings_of_a_plugin_s_rule_are_checked(tmp_path: Path) -> None:
    project(tmp_path, 'plugins = ["mine.py"]\n[rules.unfinished-anser]\nx = 1\n')
    with pytest.raises(ConfigError, match=r"unknown setting `unfinished-anser`"):
        discover(tmp_path)
    assert Config().catalogue is load(())
