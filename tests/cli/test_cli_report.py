"""`finetooth report`: where the page goes, what is told, and that it agrees with `check` and `stats`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from finetooth_rules.targets import TARGETS

Run = Callable[..., tuple[int, str, str]]

CHAT = '{"messages": [{"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "Hello %d"}]}\n'
ROWS = "".join(CHAT % (n, n) for n in range(12))


def test_the_page_is_written_and_told_of(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS + CHAT % (0, 0), encoding="utf-8")
    code, out, err = finetooth("report", "a.jsonl")
    assert (code, out) == (0, "")
    assert re.fullmatch(r"finetooth-report\.html: 2 findings in 13 records \(\d+ kB\)\n", err)
    html = Path("finetooth-report.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "<title>a.jsonl</title>" in html
    assert "<code>finetooth report a.jsonl</code>" in html
    assert sorted(path.name for path in Path().iterdir()) == ["a.jsonl", "finetooth-report.html"]


def test_it_says_what_check_and_stats_say(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS + CHAT % (0, 0) + "nonsense\n", encoding="utf-8")
    findings = json.loads(finetooth("check", "--output-format", "json")[1])
    (stats,) = json.loads(finetooth("stats", "--output-format", "json")[1])
    html = finetooth("report", "-o", "-")[1]
    counts = re.findall(r'class="code">(\w+)</span>.*?class="count">([\d,]+)<', html, re.DOTALL)
    assert {code: int(count) for code, count in counts} == {
        code: sum(finding["code"] == code for finding in findings) for code in {f["code"] for f in findings}
    }
    row = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<tbody>")[1].split("</tbody>")[0]))
    assert f"{stats['rows']:,} {stats['unreadable-rows']:,} not readable" in row
    assert f"{stats['tokens']['total']:,} {stats['tokens']['trained']:,} {stats['tokens']['max']:,}" in row


def test_a_baseline_is_heeded_or_not(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS + CHAT % (0, 0), encoding="utf-8")
    finetooth("baseline", "write", "--select", "DUP001")
    one, _, err = finetooth("report", "a.jsonl")
    assert (one, "1 finding in 13 records" in err) == (0, True)
    assert "1 finding is known and left out" in Path("finetooth-report.html").read_text(encoding="utf-8")
    all_, _, err = finetooth("report", "a.jsonl", "--no-baseline")
    assert (all_, "2 findings in 13 records" in err) == (0, True)
    assert "left out" not in Path("finetooth-report.html").read_text(encoding="utf-8")


def test_a_title_and_standard_output(finetooth: Run) -> None:
    code, out, err = finetooth("report", "-", "-o", "-", "--title", "Ours & <theirs>", stdin=ROWS.encode())
    assert (code, err) == (0, "")
    assert "<title>Ours &amp; &lt;theirs&gt;</title>" in out
    assert out.rstrip().endswith("</html>")
    assert list(Path().iterdir()) == []


def test_a_folder_gives_the_title(finetooth: Run) -> None:
    Path("my data").mkdir()
    Path("my data/a.jsonl").write_text(ROWS, encoding="utf-8")
    Path("my data/b.jsonl").write_text(ROWS, encoding="utf-8")
    assert "<title>my data</title>" in finetooth("report", "my data", "-o", "-")[1]
    assert "<title>a.jsonl and b.jsonl</title>" in finetooth("report", "my data/*.jsonl", "-o", "-")[1]


def test_a_page_to_share_holds_no_text_and_no_folder(finetooth: Run) -> None:
    Path("mine").mkdir()
    Path("mine/a.jsonl").write_text(
        ROWS.replace("Hello", "Zebra") + CHAT % (0, 0) + '{"Zebra": \n', encoding="utf-8"
    )
    file = str(Path("mine/a.jsonl").resolve())
    assert "Zebra" in finetooth("report", file, "-o", "-")[1]
    html = finetooth("report", file, "-o", "-", "--no-text")[1]
    assert "Zebra" not in html
    assert "/mine" not in html
    assert "a.jsonl" in html


def test_an_old_page_is_replaced_and_a_run_that_fails_leaves_it(
    finetooth: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.jsonl").write_text(ROWS, encoding="utf-8")
    Path("page.html").write_text("old", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *names: (_ for _ in ()).throw(OSError(28, "No space left")))
        code, _, err = finetooth("report", "-o", "page.html")
    assert (code, err) == (2, "error: no space left\n")
    assert Path("page.html").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in Path().iterdir()) == ["a.jsonl", "page.html"]
    assert finetooth("report", "-o", "page.html", "-q") == (0, "", "")
    assert "</html>" in Path("page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "nowhere/page.html"), "--output-file: nowhere/page.html: no such folder"),
        (("-o", "."), "--output-file: . is a folder; expected a file"),
        (("--select", "NOPE"), "--select: "),
        (("--format", "x"), "unknown option `--format`"),
    ],
)
def test_mistakes_are_told_before_the_work(finetooth: Run, arguments: tuple[str, ...], message: str) -> None:
    code, out, err = finetooth("report", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_what_cannot_be_judged_is_on_the_page_and_in_the_exit_code(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS, encoding="utf-8")
    code, out, err = finetooth("report", "a.jsonl", "b.jsonl", "-o", "-")
    assert code == 2
    assert err.startswith("error: b.jsonl: no such file")
    assert "1 problem kept something from being judged" in out


@pytest.mark.parametrize("data", [b"", b"\n\n", b"{", b"\xff\xfe\x00", bytes(range(256)) * 40], ids=repr)
def test_any_file_gives_a_page(finetooth: Run, data: bytes) -> None:
    Path("a.jsonl").write_bytes(data)
    code, out, err = finetooth("report", "-o", "-")
    assert (code, err) == (0, "")
    assert out.rstrip().endswith("</html>")


def test_rules_and_targets_can_be_chosen(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS + CHAT % (0, 0), encoding="utf-8")
    out = finetooth("report", "-o", "-", "--target", "openai", "--ignore", "DUP")[1]
    assert "DUP001" not in out
    assert f"What {TARGETS['openai'].title} will do" in out


AXOLOTL = """\
base_model: a/b
datasets:
  - path: a.jsonl
    type: chat_template
micro_batch_size: 2
num_epochs: 2
learning_rate: 0.02
"""


def planned(html: str) -> list[str]:
    """The texts of each run that the page tells of."""
    section = html.split('<section id="plan"')[1].split("</section>")[0]
    plain = (re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", run)) for run in section.split("<article")[1:])
    return [run.partition(">")[2].strip() for run in plain]


def test_the_plan_is_that_of_the_command(finetooth: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.jsonl").write_text(ROWS, encoding="utf-8")
    Path("axolotl.yml").write_text(AXOLOTL, encoding="utf-8")
    Path("finetooth.toml").write_text(
        'target = "axolotl"\n[training]\nepochs = 3\nbatch-size = 4\nprice-per-million-tokens = 100\n',
        encoding="utf-8",
    )
    lines = finetooth("plan", ".")[1].splitlines()

    def read_again(*given: object, **options: object) -> None:
        raise AssertionError("a file was counted that the report has counted")

    monkeypatch.setattr("finetooth.engine.overview.plan.facts_of_path", read_again)
    code, html, _ = finetooth("report", ".", "-o", "-")
    assert code == 0
    runs = planned(html)
    assert [run.split()[0] for run in runs] == ["finetooth.toml", "axolotl.yml"]
    told = [line[12:] for line in lines if line.startswith("  ") and "(" not in line and len(line) < 80]
    assert len(told) > 10
    for line in told:
        assert line.strip() in "".join(runs)
    assert "HYP001 line 7: 0.02 is too high" in runs[1]
    assert "for 12 rows 3 to 5 epochs are usual Azure OpenAI" in runs[0]


def test_a_trainer_that_counts_otherwise_counts_anew(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS, encoding="utf-8")
    Path("axolotl.yml").write_text(AXOLOTL, encoding="utf-8")
    (run,) = planned(finetooth("report", "a.jsonl", "-o", "-")[1])
    assert "6 steps an epoch, 2 epochs: 12 steps" in run


def test_settings_that_mean_several_files_are_planned_once(finetooth: Run) -> None:
    for name in "ab":
        Path(f"{name}.jsonl").write_text(ROWS, encoding="utf-8")
    both = "  - path: a.jsonl\n    type: chat_template\n"
    Path("axolotl.yml").write_text(
        AXOLOTL.replace(both, both + both.replace("a.jsonl", "b.jsonl")), encoding="utf-8"
    )
    (run,) = planned(finetooth("report", ".", "-o", "-")[1])
    assert "train 24 rows (a.jsonl, b.jsonl)" in run


def test_files_without_settings_are_told_of_and_not_too_many(finetooth: Run) -> None:
    for number in range(15):
        Path(f"{number}.jsonl").write_text(ROWS, encoding="utf-8")
    html = finetooth("report", ".", "-o", "-")[1]
    runs = planned(html)
    assert len(runs) == 12
    assert "no settings were found and no target is set" in runs[0]
    assert "and 3 more runs" in html


def test_broken_settings_are_a_problem_where_they_are_named(finetooth: Run) -> None:
    Path("a.jsonl").write_text(ROWS, encoding="utf-8")
    Path("bad.yml").write_text("base_model: [\n", encoding="utf-8")
    code, html, err = finetooth("report", "a.jsonl", "bad.yml", "-o", "-")
    assert code == 2
    assert err.count("bad.yml:1:") == 1
    assert len(planned(html)) == 1
