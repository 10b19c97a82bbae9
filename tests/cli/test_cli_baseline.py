"""`finetooth baseline`, and what `check` makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from finetooth.engine.lint_file import scan_file
from finetooth.output import FORMATS

Run = Callable[..., tuple[int, str, str]]
GOOD = '{"messages": [{"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "Hello"}]}\n'
BAD = GOOD.replace("assistant", "asistant")
NAME = "finetooth-baseline.txt"
SETTINGS = 'select = ["FMT", "DUP001", "SIZ001", "SYN"]\n'


@pytest.fixture(autouse=True)
def data(folder: Path) -> Path:
    (folder / "data").mkdir()
    (folder / "finetooth.toml").write_text(SETTINGS)
    file = folder / "data" / "a.jsonl"
    file.write_text(GOOD % 1 + BAD % 2 + GOOD % 1 + GOOD % 3)
    return file


def codes(finetooth: Run, *more: str) -> list[str]:
    return [item["code"] for item in json.loads(finetooth("check", "--output-format", "json", *more)[1])]


class TestWrite:
    def test_all_findings_are_accepted_once_and_for_all(self, finetooth: Run, folder: Path) -> None:
        assert codes(finetooth) == ["SIZ001", "FMT006", "DUP001"]
        code, out, err = finetooth("baseline", "write")
        assert (code, err) == (0, "")
        assert out == (
            f"{NAME}: 3 findings accepted, 3 entries (3 new, 0 removed).\n"
            "1 of them is an error: a trainer will reject, drop or corrupt its record.\n"
        )
        assert finetooth("check") == (
            0,
            "All clean: 4 records in 1 file. 3 findings ignored by the baseline.\n",
            "",
        )
        assert codes(finetooth, "--no-baseline") == ["SIZ001", "FMT006", "DUP001"]
        before = (folder / NAME).read_bytes()
        assert "nothing changed" in finetooth("baseline", "write")[1]
        assert (folder / NAME).read_bytes() == before

    def test_no_text_of_a_record_is_in_it(self, finetooth: Run, folder: Path) -> None:
        finetooth("baseline", "write", "-q")
        lines = (folder / NAME).read_text().splitlines()
        assert lines[:2] == ["finetooth-baseline 1", ""]
        assert [line.split()[0] for line in lines[2:]] == ["DUP001", "FMT006", "SIZ001"]
        assert all(line.split()[2:] == ["data/a.jsonl"] for line in lines[2:])
        assert "Hi" not in (folder / NAME).read_text()

    def test_some_rules_only(self, finetooth: Run) -> None:
        finetooth("baseline", "write", "--select", "FMT")
        assert codes(finetooth) == ["SIZ001", "DUP001"]
        finetooth("baseline", "write", "--select", "DUP")
        assert codes(finetooth) == ["SIZ001"]

    def test_other_files_keep_their_entries(self, finetooth: Run, folder: Path, data: Path) -> None:
        (folder / "data" / "b.jsonl").write_text(BAD % 7)
        finetooth("baseline", "write")
        data.write_text("".join(GOOD % n for n in range(20)))
        out = finetooth("baseline", "write", "data/a.jsonl")[1]
        assert "1 finding accepted, 3 entries (0 new, 2 removed)" in out
        assert codes(finetooth) == []

    def test_a_blank_line_has_nothing_to_tell_it_by(self, finetooth: Run, folder: Path, data: Path) -> None:
        data.write_text(GOOD % 1 + "\n" + GOOD % 2)
        finetooth("baseline", "write", "--select", "SYN003")
        assert "SYN003 all data/a.jsonl\n" in (folder / NAME).read_text()
        assert "SYN003" not in codes(finetooth)

    def test_settings_name_another_file(self, finetooth: Run, folder: Path) -> None:
        (folder / "finetooth.toml").write_text(SETTINGS + 'baseline = "ci/known.txt"\n')
        finetooth("baseline", "write")
        assert (folder / "ci" / "known.txt").is_file()
        assert "../data/a.jsonl" in (folder / "ci" / "known.txt").read_text()
        assert codes(finetooth) == []
        assert codes(finetooth, "--isolated", "--select", "FMT") == ["FMT006"]

    def test_without_settings_it_is_in_the_working_directory(self, finetooth: Run, folder: Path) -> None:
        (folder / "finetooth.toml").unlink()
        finetooth("baseline", "write")
        assert (folder / NAME).is_file()
        assert codes(finetooth, "data") == []

    def test_what_cannot_be_done(self, finetooth: Run) -> None:
        assert finetooth("baseline")[0] == 2
        assert "did you mean `write`" in finetooth("baseline", "wirte")[2]
        assert "standard input" in finetooth("baseline", "write", "-", stdin=b"{}")[2]
        code, _, err = finetooth("baseline", "write", "nowhere.jsonl")
        assert code == 2
        assert "nowhere.jsonl" in err


class TestStale:
    def test_moving_and_reformatting_makes_none_stale(self, finetooth: Run, data: Path) -> None:
        finetooth("baseline", "write")
        record = json.loads(BAD % 2)
        other = json.dumps({key: record[key] for key in reversed(record)}, separators=(",", ":"))
        data.write_text(GOOD % 3 + GOOD % 1 + GOOD % 1 + other + "\n")
        assert finetooth("baseline", "check") == (0, f"{NAME}: 3 entries, none stale.\n", "")
        assert codes(finetooth) == []

    def test_a_changed_record_is_found_again_and_its_entry_stale(
        self, finetooth: Run, folder: Path, data: Path
    ) -> None:
        finetooth("baseline", "write")
        data.write_text(data.read_text().replace("Hi 2", "Hi 22"))
        assert codes(finetooth) == ["FMT006"]
        code, out, err = finetooth("baseline", "check")
        assert (code, err) == (1, "")
        assert out == (
            f"{NAME}: FMT006 in data/a.jsonl: 1 entry stale\n"
            "1 entry stale; `finetooth baseline prune` removes it.\n"
        )
        assert finetooth("baseline", "prune") == (0, f"{NAME}: 1 entry removed, 2 left.\n", "")
        assert finetooth("baseline", "check")[0] == 0
        assert codes(finetooth) == ["FMT006"]
        assert "FMT006" not in (folder / NAME).read_text()

    def test_only_what_was_judged_is_told(self, finetooth: Run, folder: Path, data: Path) -> None:
        other = folder / "data" / "b.jsonl"
        other.write_text(BAD % 7)
        finetooth("baseline", "write")
        other.write_text(GOOD % 7)
        assert finetooth("baseline", "check", "data/a.jsonl")[0] == 0
        assert finetooth("baseline", "check", "--ignore", "FMT")[0] == 0
        assert finetooth("baseline", "check")[0] == 1
        other.unlink()
        assert finetooth("baseline", "check", "data/a.jsonl")[0] == 1

    def test_a_record_in_another_file_still_needs_its_entry(
        self, finetooth: Run, folder: Path, data: Path
    ) -> None:
        finetooth("baseline", "write", "--select", "FMT")
        (folder / "data" / "b.jsonl").write_text(BAD % 2)
        data.write_text(GOOD % 1)
        assert finetooth("baseline", "check")[0] == 0
        assert "FMT006" not in codes(finetooth)

    def test_all_in_a_file_lasts_while_there_is_any(self, finetooth: Run, folder: Path, data: Path) -> None:
        (folder / NAME).write_text("finetooth-baseline 1\n# old data\nFMT006 all data/a.jsonl\n")
        assert codes(finetooth) == ["SIZ001", "DUP001"]
        finetooth("baseline", "write")
        assert "# old data\nFMT006 all data/a.jsonl\n" in (folder / NAME).read_text()
        assert (folder / NAME).read_text().count("FMT006") == 1
        data.write_text("".join(GOOD % n for n in range(20)))
        finetooth("baseline", "prune")
        assert "FMT006" not in (folder / NAME).read_text()


class TestCheck:
    @pytest.mark.parametrize("name", FORMATS)
    def test_every_output_leaves_them_out(self, name: str, finetooth: Run) -> None:
        before = finetooth("check", "--output-format", name)
        finetooth("baseline", "write", "--select", "FMT")
        code, out, err = finetooth("check", "--output-format", name)
        assert (code, err) == (1, "")
        assert "FMT006" in before[1]
        assert "FMT006" not in out
        assert "DUP001" in out

    def test_statistics_and_the_exit_code(self, finetooth: Run) -> None:
        finetooth("baseline", "write")
        assert finetooth("check", "--statistics")[0] == 0
        assert finetooth("check", "--statistics", "--no-baseline")[0] == 1

    def test_the_report_says_that_there_is_more(self, finetooth: Run, folder: Path) -> None:
        finetooth("baseline", "write", "--select", "FMT")
        assert finetooth("report", "data", "-q")[0] == 0
        page = (folder / "finetooth-report.html").read_text()
        assert "Baseline: 1 finding is known and left out" in page
        assert "FMT006" not in page

    def test_what_is_ignored_is_not_fixed(self, finetooth: Run, data: Path) -> None:
        finetooth("baseline", "write")
        before = data.read_bytes()
        code, out, _ = finetooth("check", "--fix", "--unsafe-fixes")
        assert (code, data.read_bytes()) == (0, before)
        assert "3 findings ignored" in out
        data.write_text(data.read_text() + BAD % 9)
        finetooth("check", "--fix")
        assert data.read_text() == before.decode() + GOOD % 9

    def test_what_is_left_of_a_record_is_fixed(self, finetooth: Run, data: Path) -> None:
        both = (BAD % 2)[:-2] + ",}\n"
        data.write_text(GOOD % 1 + both)
        finetooth("baseline", "write", "--select", "SYN001")
        assert "SYN001" not in codes(finetooth)
        assert "FMT006" in codes(finetooth)

    def test_a_bad_file_is_an_error_with_its_place(self, finetooth: Run, folder: Path) -> None:
        (folder / NAME).write_text("finetooth-baseline 1\nFMT006 x data/a.jsonl\n")
        code, out, err = finetooth("check")
        assert code == 2
        assert f"{NAME}:2:8: `x`: expected the key of a record" in err
        assert "FMT006" not in out
        code, _, err = finetooth("baseline", "write")
        assert code == 2
        assert f"{NAME}:2:8" in err
        assert "x data" in (folder / NAME).read_text()

    def test_an_array_and_a_compressed_file(self, finetooth: Run, folder: Path, data: Path) -> None:
        import gzip

        data.unlink()
        elements = [GOOD % 1, BAD % 2, GOOD % 1]
        (folder / "data" / "b.json").write_text("[\n" + ",\n".join(elements) + "]\n")
        (folder / "data" / "c.jsonl.gz").write_bytes(gzip.compress("".join(elements).encode()))
        assert codes(finetooth).count("FMT006") == 2
        finetooth("baseline", "write")
        assert codes(finetooth) == []
        (folder / "data" / "b.json").write_text(json.dumps([json.loads(one) for one in reversed(elements)]))
        assert codes(finetooth) == []

    def test_several_processes_find_the_same(
        self, finetooth: Run, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Small parts, so that a small file has several.
        monkeypatch.setitem(scan_file.__kwdefaults__ or {}, "shard_bytes", 2000)
        data.write_text("".join((BAD if n % 9 == 0 else GOOD) % n for n in range(300)) + GOOD % 1)
        finetooth("baseline", "write", "-j", "2")
        assert codes(finetooth, "-j", "2") == codes(finetooth, "-j", "1") == []
        data.write_text(data.read_text() + BAD % 1000)
        assert codes(finetooth, "-j", "2") == codes(finetooth, "-j", "1") == ["FMT006"]

    def test_findings_on_settings_of_a_run(self, finetooth: Run, folder: Path) -> None:
        (folder / "data" / "run.yaml").write_text(
            "base_model: x/y\ndatasets:\n  - path: a.jsonl\n    type: chat_template\n"
            "learning_rate: 5\nmicro_batch_size: 1\n"
        )
        (folder / "finetooth.toml").write_text('select = ["HYP"]\n')
        found = codes(finetooth)
        assert found
        finetooth("baseline", "write")
        assert codes(finetooth) == []
        assert finetooth("baseline", "check")[0] == 0
