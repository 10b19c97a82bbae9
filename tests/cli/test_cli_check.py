"""`finetooth check`: exit codes, where what is printed, fixing."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
NO_ANSWER = '{"messages": [{"role": "user", "content": "日本 🙂"}, {"role": "user", "content": "x"}]}\n'
MISSPELT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "asistant", "content": "Hello"}]}\n'
RULES = ("--select", "FMT,TRN")
WARNING = ("--select", "TRN004")


def put(name: str, *lines: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text("".join(lines), encoding="utf-8")


class TestExitCodes:
    def test_clean(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD, GOOD)
        assert finetooth("check", *RULES) == (0, "All clean: 2 records in 1 file.\n", "")

    def test_findings(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD, NO_ANSWER)
        code, out, err = finetooth("check", *RULES)
        assert (code, err) == (1, "")
        assert "error TRN003 no-assistant-turn: " in out
        assert " --> a.jsonl:2:2 at /messages\n" in out

    def test_trouble_wins_and_stops_nothing(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        put("c.jsonl", NO_ANSWER)
        code, out, err = finetooth(
            "check", "a.jsonl", "b.jsonl", "c.jsonl", *RULES, "--output-format", "concise"
        )
        assert code == 2
        assert "a.jsonl:1:" in out
        assert "c.jsonl:1:" in out
        assert err.startswith("error: b.jsonl: no such file or folder")

    def test_exit_zero_hides_findings_but_no_trouble(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        assert finetooth("check", *RULES, "--exit-zero")[0] == 0
        assert finetooth("check", "x.jsonl", *RULES, "--exit-zero")[0] == 2

    @pytest.mark.parametrize(
        ("fail_on", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0), ("WARNING", 1)]
    )
    def test_fail_on(self, fail_on: str, code: int, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        assert finetooth("check", *WARNING, "--fail-on", fail_on)[0] == code

    def test_fail_on_of_the_settings(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        put("finetooth.toml", 'fail-on = "error"\n')
        assert finetooth("check", *WARNING)[0] == 0
        assert finetooth("check", *WARNING, "--fail-on", "info")[0] == 1
        assert finetooth("check", *WARNING, "--isolated")[0] == 1
        assert finetooth("check", *WARNING, "--config", 'fail-on = "warning"')[0] == 1

    def test_bad_settings(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        put("finetooth.toml", "\nselct = []\n")
        code, _, err = finetooth("check")
        assert code == 2
        assert err.endswith("finetooth.toml:2:1: unknown setting `selct`; did you mean `select`?\n")
        assert err.startswith("error: ")

    def test_an_empty_folder(self, finetooth: Run) -> None:
        code, out, err = finetooth("check")
        assert (code, out) == (2, "Nothing was judged. 1 problem kept something from being judged.\n")
        looked = "looked for *.jsonl, *.ndjson, *.json of records"
        assert err == f"error: .: no dataset in this folder: {looked}, found no file\n"

    def test_a_bug_is_not_a_finding(self, finetooth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        import finetooth.engine.run as engine

        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(engine, "check", broken)
        put("a.jsonl", GOOD)
        code, _, err = finetooth("check")
        assert code == 2
        assert err.endswith("error: this is a bug in Finetooth, please report it: ZeroDivisionError\n")

    def test_interrupted(self, finetooth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        import finetooth.engine.run as engine

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(engine, "check", interrupted)
        put("a.jsonl", GOOD)
        assert finetooth("check") == (130, "", "error: interrupted\n")


class TestOutput:
    def test_formats_are_well_formed(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)

        def printed(name: str) -> str:
            code, out, err = finetooth("check", *RULES, "--output-format", name)
            assert (code, err) == (1, "")
            return out

        entries = json.loads(printed("json"))
        assert [(entry["code"], entry["line"]) for entry in entries] == [("TRN003", 1), ("TRN004", 1)]
        # Columns count code points: the emoji and each kanji are one.
        assert entries[1]["column"] == NO_ANSWER.rindex('"user"') + 1
        assert [json.loads(line) for line in printed("json-lines").splitlines()] == entries
        rules = json.loads(printed("sarif"))["runs"][0]["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == ["TRN003", "TRN004"]
        assert "## Why it matters" in rules[0]["help"]["markdown"]
        assert len(json.loads(printed("gitlab"))) == 2
        assert ElementTree.fromstring(printed("junit").encode()).get("failures") == "2"
        assert printed("github").startswith(
            "::error title=Finetooth (TRN003 no-assistant-turn),file=a.jsonl,line=1,"
        )
        assert printed("concise").startswith("a.jsonl:1:2: TRN003 ")

    def test_to_a_file(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        assert finetooth("check", *RULES, "--output-format", "json", "-o", "r.json") == (1, "", "")
        assert len(json.loads(Path("r.json").read_text())) == 2

    def test_quiet(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD)
        assert finetooth("check", *RULES, "-q") == (0, "", "")

    def test_verbose_tells_the_settings(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD)
        assert "settings: none, all defaults\n" in finetooth("check", *RULES, "-v")[2]
        put("finetooth.toml", "")
        assert f"finetooth.toml{os.linesep}" in finetooth("check", *RULES, "-v")[2]

    def test_statistics(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER, NO_ANSWER, MISSPELT)
        code, out, _ = finetooth("check", *RULES, "--statistics")
        assert code == 1
        lines = out.splitlines()
        assert lines[:2] == ["2  TRN003  no-assistant-turn", "2  TRN004  consecutive-same-role"]
        assert lines[2] == "1  FMT006  value-not-allowed      [*]"
        _, out, _ = finetooth("check", *RULES, "--statistics", "--output-format", "json")
        assert [(row["code"], row["count"]) for row in json.loads(out)] == [
            ("TRN003", 2),
            ("TRN004", 2),
            ("FMT006", 1),
        ]

    @pytest.mark.parametrize(
        ("tty", "variables", "flags", "colored"),
        [
            (False, {}, [], False),
            (True, {}, [], True),
            (True, {"NO_COLOR": "1"}, [], False),
            (True, {"NO_COLOR": ""}, [], True),
            (True, {"TERM": "dumb"}, [], False),
            (False, {"FORCE_COLOR": "1"}, [], True),
            (False, {"FORCE_COLOR": "0"}, [], False),
            (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            (False, {"NO_COLOR": "1"}, ["--color", "always"], True),
            (True, {"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ],
    )
    def test_colours(
        self,
        tty: bool,
        variables: dict[str, str],
        flags: list[str],
        colored: bool,
        finetooth: Run,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        put("a.jsonl", NO_ANSWER)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        _, out, _ = finetooth("check", *RULES, *flags, tty=tty)
        assert ("\x1b[" in out) is colored

    def test_no_links_where_the_terminal_is_not_known(
        self, finetooth: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put("a.jsonl", NO_ANSWER)
        assert "\x1b]8;" not in finetooth("check", *RULES, tty=True)[1]
        monkeypatch.setenv("TERM_PROGRAM", "WezTerm")
        assert "\x1b]8;" in finetooth("check", *RULES, tty=True)[1]


class TestInput:
    def test_standard_input(self, finetooth: Run) -> None:
        code, out, _ = finetooth("check", "-", *RULES, "--output-format", "concise", stdin=NO_ANSWER.encode())
        assert code == 1
        assert out.startswith("<stdin>:1:2: TRN003")

    def test_its_name_decides_the_settings(self, finetooth: Run) -> None:
        put("finetooth.toml", '[[overrides]]\nfiles = ["old/*"]\nignore = ["TRN"]\n')
        arguments = ("check", "--select", "TRN", "--output-format", "concise", "--stdin-filename")
        assert finetooth(*arguments, "new/a.jsonl", stdin=NO_ANSWER.encode())[1].startswith("new/a.jsonl:1:")
        assert finetooth(*arguments, "old/a.jsonl", stdin=NO_ANSWER.encode())[0] == 0

    def test_show_files(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD)
        put("d/b.jsonl", GOOD)
        put("d/c.txt", GOOD)
        put("finetooth.toml", 'exclude = ["a.jsonl"]\n')
        assert finetooth("check", "--show-files") == (0, "d/b.jsonl\n", "")
        assert finetooth("check", "--show-files", "--isolated") == (0, "a.jsonl\nd/b.jsonl\n", "")
        assert finetooth("check", "a.jsonl", "--show-files") == (0, "a.jsonl\n", "")
        assert finetooth("check", "a.jsonl", "--show-files", "--force-exclude") == (0, "", "")
        assert finetooth("check", "d", "--exclude", "b*", "--show-files")[0] == 2

    def test_selectors_in_any_case(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)
        for selector in ("trn004", "Trn004", "consecutive-same-role", "CONSECUTIVE-SAME-ROLE"):
            _, out, _ = finetooth("check", "--select", selector, "--output-format", "json")
            assert [entry["code"] for entry in json.loads(out)] == ["TRN004"]

    def test_ignore_and_the_extended_forms(self, finetooth: Run) -> None:
        put("a.jsonl", NO_ANSWER)

        def codes(*arguments: str) -> list[str]:
            return [
                entry["code"]
                for entry in json.loads(finetooth("check", *arguments, "--output-format", "json")[1])
            ]

        assert codes("--select", "TRN003", "--extend-select", "TRN004") == ["TRN003", "TRN004"]
        assert codes("--select", "TRN003,TRN004", "--ignore", "TRN003") == ["TRN004"]
        assert codes("--select", "TRN003", "--select", "TRN004", "--extend-ignore", "TRN004") == ["TRN003"]


class TestFixing:
    def test_fix(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD, MISSPELT)
        code, out, _ = finetooth("check", *RULES, "--fix")
        assert (code, out) == (0, "Fixed 1 finding. All clean: 2 records in 1 file.\n")
        assert Path("a.jsonl").read_text() == GOOD + GOOD
        assert finetooth("check", *RULES, "--fix")[1] == "All clean: 2 records in 1 file.\n"

    def test_diff_changes_nothing(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD, MISSPELT)
        code, out, err = finetooth("check", *RULES, "--diff")
        assert code == 1
        assert out == f"--- a.jsonl\n+++ a.jsonl\n@@ -2 +2 @@\n-{MISSPELT}+{GOOD}"
        assert err == "Would fix 1 finding. All clean: 2 records in 1 file.\n"
        assert Path("a.jsonl").read_text() == GOOD + MISSPELT

    def test_an_empty_diff(self, finetooth: Run) -> None:
        put("a.jsonl", GOOD, NO_ANSWER)
        code, out, _ = finetooth("check", *RULES, "--diff")
        assert (code, out) == (0, "")

    def test_standard_input_goes_to_standard_output(self, finetooth: Run) -> None:
        code, out, err = finetooth("check", "-", *RULES, "--fix", stdin=(GOOD + MISSPELT).encode())
        assert (code, out) == (0, GOOD + GOOD)
        assert err == "Fixed 1 finding. All clean: 2 records in 1 file.\n"

    def test_summary_says_how_to_fix(self, finetooth: Run) -> None:
        put("a.jsonl", MISSPELT)
        assert finetooth("check", *RULES)[1].endswith("1 fixable with --fix.\n")


EXTRA = '{"prompt": "2 + %d?", "completion": "4", "source": "primer"}\n'
AS_IT_SHOULD_BE = EXTRA.replace(', "source": "primer"', "")


def test_many_findings_that_say_the_same_are_folded_for_people_only(finetooth: Run) -> None:
    row = EXTRA + AS_IT_SHOULD_BE
    Path("a.jsonl").write_text("".join(row % (number, number) for number in range(12)), encoding="utf-8")
    args = ("check", "a.jsonl", "--target", "openai", "--select", "FMT005", "--output-format")
    full = finetooth(*args, "full")[1]
    assert full.count("error FMT005") == 3
    assert "9 more like this in the file; --output-format concise shows all" in full
    assert "Found 12 errors" in full
    assert finetooth(*args, "concise")[1].count("FMT005") == 12
    Path("a.jsonl").write_text("".join(row % (number, number) for number in range(10)), encoding="utf-8")
    assert finetooth(*args, "full")[1].count("error FMT005") == 10


class TestWhatNearlyEveryRecordHas:
    """It is said once, in every output, and mended everywhere."""

    args = ("check", "a.jsonl", "--target", "openai", "--select", "FMT005", "--output-format")

    def write(self, bad: int, good: int) -> None:
        rows = [EXTRA % number for number in range(bad)] + [AS_IT_SHOULD_BE % n for n in range(good)]
        Path("a.jsonl").write_text("".join(rows), encoding="utf-8")

    @pytest.mark.parametrize("output", ["full", "concise", "github", "gitlab", "junit"])
    def test_in_every_output(self, finetooth: Run, output: str) -> None:
        self.write(18, 2)
        code, out, _ = finetooth(*self.args, output)
        assert code == 1
        assert out.count("is not a known key") == (2 if output == "junit" else 1)
        assert "refuses extra keys (and in 17 more records)" in out

    def test_the_data_formats_count_the_others(self, finetooth: Run) -> None:
        self.write(18, 2)
        (only,) = json.loads(finetooth(*self.args, "json")[1])
        assert (only["line"], only["alike"]) == (1, 17)
        (result,) = json.loads(finetooth(*self.args, "sarif")[1])["runs"][0]["results"]
        assert result["occurrenceCount"] == 18
        assert finetooth(*self.args[:-1], "--statistics")[1].startswith("18  FMT005")

    @pytest.mark.parametrize(("bad", "good"), [(9, 0), (8, 1), (17, 2)])
    def test_not_where_it_is_few_or_not_nearly_all(self, finetooth: Run, bad: int, good: int) -> None:
        self.write(bad, good)
        out = finetooth(*self.args, "concise")[1]
        assert out.count("FMT005") == bad
        assert "more record" not in out

    def test_every_record_is_fixed(self, finetooth: Run) -> None:
        self.write(20, 0)
        _, out, _ = finetooth(*self.args, "concise", "--fix", "--unsafe-fixes")
        assert out.startswith("Fixed 20 findings.")
        assert "source" not in Path("a.jsonl").read_text(encoding="utf-8")

    def test_a_fingerprint_does_not_count(self, finetooth: Run) -> None:
        self.write(18, 0)
        before = json.loads(finetooth(*self.args, "gitlab")[1])[0]["fingerprint"]
        self.write(19, 0)
        assert json.loads(finetooth(*self.args, "gitlab")[1])[0]["fingerprint"] == before

    def test_a_rule_on_texts_names_every_record(self, finetooth: Run) -> None:
        row = AS_IT_SHOULD_BE.replace("4", "```python\\nx = %d")
        Path("a.jsonl").write_text("".join(row % (n, n) for n in range(12)), encoding="utf-8")
        assert (
            finetooth("check", "a.jsonl", "--select", "FEN001", "--output-format", "concise")[1].count(
                "FEN001"
            )
            == 12
        )
