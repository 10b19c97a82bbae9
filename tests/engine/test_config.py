"""Settings: found, read, checked – and every mistake pointed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from finetooth.engine.settings.config import ConfigError, discover, locate_key, parse, read
from finetooth_rules.finding import Severity
from finetooth_rules.settings import build_profile, merged


def error(text: str, name: str = "finetooth.toml") -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(Path(name), text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('formt = "auto"\n', (1, 1), "did you mean `format`"),
        ('target = "openia"\n', (1, 1), "did you mean `openai`"),
        ('\n[task]\ndescripton = "x"\n', (3, 1), "did you mean `description`"),
        ('select = ["FEN", "unclosed-fense"]\n', (1, 18), "did you mean `unclosed-fence`"),
        ('[task]\nrequires = ["loops"]\n', (2, 13), "unknown skill `loops`; did you mean `loop`?"),
        ('task = { requires = ["loop", "if"] }\n', (1, 30), "did you mean `conditional`?"),
        (
            '[task]\nrequires = [\n  "loop", # "no"\n  \'x]\',\n]\n',
            (4, 3),
            "unknown skill `x]`; expected loop, conditional, recursion",
        ),
        ('[task]\nrequires = ["python:listcomp"]\n', (2, 13), "did you mean `python:ListComp`?"),
        ('[task]\nrequires = ["python:Foobarbaz"]\n', (2, 13), "such as `python:For`"),
        ('[task]\nrequires = ["pyhton:For"]\n', (2, 13), "did you mean `python:For`?"),
        ('[task]\nrequires = ["regex:a", "regex:("]\n', (2, 24), "RE2: missing ): ("),
        ('[task]\nrequires = ["regex:"]\n', (2, 13), "has no expression"),
        ('[task]\nrequires = ["tool: "]\n', (2, 13), "names no tool"),
        ('[task]\nrequires = ["language:DE"]\n', (2, 13), "did you mean `language:de`?"),
        ('[task]\nrequires = ["language:german"]\n', (2, 13), "ISO 639-1"),
        ('[task]\nrequires = "loop"\n', (2, 1), "expected an array"),
        (
            '[[overrides]]\nfiles = ["a"]\n[overrides.task]\nrequires = ["lop"]\n',
            (4, 13),
            "unknown skill `lop`",
        ),
        ("max-depth = 2\n", (1, 1), "minimum is 8"),
        ('[tokens]\n  limit = "many"\n', (2, 3), "expected an integer"),
        ('[[overrides]]\nfiles = ["a"]\n\n[[overrides]]\ntarget = "openai"\n', (4, 3), "has no `files`"),
        ('[[overrides]]\nfiles = ["a"]\n[overrides.task]\nexample = []\n', (4, 1), "did you mean `examples`"),
        ("format = \n", (1, 10), "not valid TOML"),
        ('format = "alpca"\n', (1, 1), "did you mean `alpaca`"),
        ('format = "opnai-chat"\n', (1, 1), "did you mean `openai-chat`"),
        ('[format]\nprompt = "q"\n\ncompletoin = "a"\n', (4, 1), "did you mean `completion`"),
        ("[format]\nprompt = 3\n", (2, 1), "expected a string or an array"),
        ('[format]\nprompt = ["a", 3]\n', (2, 1), "expected a string"),
        ('[format]\nmessages = ""\n', (2, 1), "minLength is 1"),
        ('[format]\ntype = "jeopardi"\n', (2, 1), "did you mean `jeopardy`"),
        ('[format]\nmessages = "m"\n[format.roles]\nasistant = ["A"]\n', (4, 1), "did you mean `assistant`"),
        ('[format]\nmessages = "m"\nroles = { user = "U" }\n', (3, 1), "expected an array"),
        ('model = "x"\n[format]\nrole = "from"\n', (2, 2), "maps no field to learn from"),
        (
            '[[overrides]]\nfiles = ["a"]\n[overrides.format]\nchoosen = "a"\n',
            (4, 1),
            "did you mean `chosen`",
        ),
    ],
)
def test_a_mistake_is_pointed_at(text: str, place: tuple[int, int], words: str) -> None:
    problem = error(text)
    assert words in problem.message
    assert (problem.line, problem.column) == place


def test_a_mistake_in_pyproject_is_pointed_at() -> None:
    problem = error('[project]\nname = "x"\n[tool.finetooth]\nfail-un = "error"\n', "pyproject.toml")
    assert (problem.line, problem.column) == (4, 1)
    assert "fail-on" in problem.message


def test_a_pyproject_without_a_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('target = "openai"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert discover(inner).path == tmp_path / "finetooth.toml"


def test_the_nearest_config_wins_and_nothing_is_merged(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('target = "openai"\nmodel = "gpt-4o"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / ".finetooth.toml").write_text('model = "x"\n')
    assert discover(inner).settings == {"model": "x"}


def test_overrides_hold_for_their_files_and_later_ones_win(tmp_path: Path) -> None:
    path = tmp_path / "finetooth.toml"
    path.write_text(
        'target = "generic"\n[task]\ndescription = "a"\n'
        '[[overrides]]\nfiles = ["eval/"]\ntarget = "openai"\n[overrides.task]\nexamples = ["x"]\n'
        '[[overrides]]\nfiles = ["eval/*.jsonl"]\nmodel = "m"\n'
    )
    config = read(path)
    assert config is not None
    assert config.settings_for(tmp_path / "train.jsonl") == {
        "target": "generic",
        "task": {"description": "a"},
    }
    assert config.settings_for(tmp_path / "eval" / "a.jsonl") == {
        "target": "openai",
        "task": {"description": "a", "examples": ["x"]},
        "model": "m",
    }


def test_a_file_that_is_not_utf_8_or_not_there_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "finetooth.toml"
    bad.write_bytes(b'model = "\xff"')
    with pytest.raises(ConfigError, match="not UTF-8"):
        read(bad)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "none.toml")


def test_keys_are_found_in_every_way_of_writing_them() -> None:
    text = 'a = 1\ntask.description = "x"\n[rules."unclosed-fence"]\nx = 1\n[b]\n"c" = {d = 1}\n'
    assert locate_key(text, ("task", "description")) == (2, 1)
    assert locate_key(text, ("rules", "unclosed-fence", "x")) == (4, 1)
    assert locate_key(text, ("b", "c", "d")) == (6, 1)
    assert locate_key(text, ("nothing",)) == (1, 1)


def test_the_skills_of_the_documentation_are_known() -> None:
    requires = ["loop", "conditional", "recursion", "error-handling", "function", "class", "loop"]
    requires += ["python:ListComp", "python:match_case", "regex:(?i)thank", "tool:get_weather", "language:de"]
    config = parse(Path("finetooth.toml"), f"[task]\nrequires = {requires}\n")
    assert config is not None
    task = build_profile(config.settings).task
    assert task.requires == tuple(dict.fromkeys(requires))
    assert not task  # it says nothing of what the task is about


def test_the_more_exact_selector_wins() -> None:
    assert "FEN001" in build_profile({"select": ["FEN001"], "ignore": ["FEN"]}).selected
    assert "FEN001" not in build_profile({"ignore": ["FEN"]}).selected
    assert "FEN002" in build_profile({"ignore": ["unclosed-fence"]}).selected
    assert build_profile({"select": ["SYN"], "ignore": ["SYN"]}).selected == frozenset()
    assert build_profile({"select": ["SYN"], "extend-select": ["FEN001"]}).selected >= {"SYN001", "FEN001"}


def test_rule_options_come_from_their_own_table() -> None:
    from finetooth_rules.catalogue import all_rules

    names = {
        field: rule for rule in all_rules() for field in getattr(rule.options, "__dataclass_fields__", {})
    }
    field, rule = next(iter(names.items()))
    default = getattr(rule.options(), field)
    if isinstance(default, int | float) and not isinstance(default, bool):
        key = field.replace("_", "-")
        profile = build_profile({"rules": {rule.name: {key: default + 1}}})
        assert getattr(profile.options[rule.code], field) == default + 1
        assert profile.fingerprint != build_profile({}).fingerprint


def test_the_target_decides_the_severity() -> None:
    from finetooth_rules.finding import Consequence

    assert build_profile({}).severity("SYN003", Consequence.DEGRADED) is Severity.WARNING
    assert build_profile({"target": "openai"}).severity("SYN003", Consequence.DEGRADED) is Severity.ERROR


def test_tables_are_merged_and_lists_replaced() -> None:
    assert merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}
