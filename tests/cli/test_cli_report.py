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
