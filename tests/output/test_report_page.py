"""The page of a report: sound HTML that loads nothing, in which a record's text is only text."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import html5lib
import pytest

from finetooth.engine.overview.plan_words import PlanFinding, PlanNumber, PlanRow
from finetooth.engine.overview.record_map import MOST_POINTS, Mark, Point, RecordMap
from finetooth.engine.overview.report_data import FileData, ReportData, RunPlan, gather
from finetooth.engine.overview.report_findings import RuleFindings, most_listed
from finetooth.engine.overview.stats import Stats
from finetooth.engine.report import Excerpt, Place, Shown
from finetooth.engine.request import CheckRequest
from finetooth.output.html import Made, page
from finetooth.output.html._charts import HEIGHT, LEFT, RIGHT, WIDTH, Limits, histogram
from finetooth.output.html._markdown import to_html
from finetooth.output.html._points import script_json
from finetooth.output.html._text import clean, common_folder
from finetooth_rules.catalogue import builtin
from finetooth_rules.finding import Consequence, Severity
from finetooth_rules.trainers._advice import Advice

MADE = Made("A title", "2026-11-27 05:00 UTC", "0.1.0", "finetooth report a.jsonl")

EVIL = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)> <!-- --> ]]> "
    "\u2028\u2029 & &lt; \" ' ` ``` {{7*7}} {% raw %} javascript:alert(4) \u202eback \x00\x07\x1b[31m \ufffe"
)


def parsed(html: str) -> Any:
    """The document; fails on the first error of its HTML."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    document = parser.parse(html)
    assert parser.errors == []
    return document


def elements(document: Any, name: str) -> list[Any]:
    return [element for element in document.iter() if element.tag == name]


def attributes(document: Any) -> Iterator[tuple[str, str, str]]:
    for element in document.iter():
        for name, value in element.attrib.items():
            yield str(element.tag), str(name), value


def text_of(element: Any) -> str:
    return "".join(element.itertext())


def report(tmp_path: Path, rows: list[Any], name: str = "a.jsonl", raw: bytes = b"") -> ReportData:
    lines = [json.dumps(row, ensure_ascii=number % 2 == 0) for number, row in enumerate(rows)]
    data = "".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass") + raw
    (tmp_path / name).write_bytes(data)
    return gather(CheckRequest((str(tmp_path / name),), isolated=True))


def evil_rows() -> list[Any]:
    call = {"id": EVIL, "function": {"name": EVIL, "arguments": EVIL}}
    tool = {"type": "function", "function": {"name": EVIL, "description": EVIL}}
    rows = [
        {
            "messages": [
                {"role": "user", "content": f"{number} {EVIL}"},
                {"role": role, "content": f"```{EVIL}\n{EVIL}", "tool_calls": [call]},
            ],
            "tools": [tool],
            EVIL: EVIL,
        }
        for number, role in enumerate(("assistant", EVIL, "assistant") * 8)
    ]
    return [*rows, rows[0], rows[3]]


@pytest.fixture
def plain(tmp_path: Path) -> ReportData:
    rows = [{"prompt": f"What is {n} + {n}?", "completion": f"It is {2 * n}."} for n in range(12)]
    return report(tmp_path, [*rows, rows[0], {"prompt": "Print 1.", "completion": "```python\nprint(1)```"}])


def test_it_is_sound_html(plain: ReportData) -> None:
    document = parsed(page(plain, MADE))
    ids = [value for _, name, value in attributes(document) if name == "id"]
    assert len(set(ids)) == len(ids)
    assert {
        value[1:] for _, name, value in attributes(document) if name == "href" and value[:1] == "#"
    } <= set(ids)
    for _, name, value in attributes(document):
        if name in ("aria-labelledby", "aria-describedby", "for"):
            assert set(value.split()) <= set(ids)
    (root,) = elements(document, "html")
    assert root.get("lang") == "en"
    assert [text_of(title) for title in elements(document, "h1")] == ["A title"]
    assert [text_of(title) for title in elements(document, "title")] == ["A title"]


def test_it_loads_nothing_and_runs_nothing_but_its_own(plain: ReportData) -> None:
    html = page(plain, MADE)
    document = parsed(html)
    for tag, name, value in attributes(document):
        assert not name.startswith("on"), name
        assert name not in ("style", "srcdoc", "action", "ping", "background", "srcset"), name
        if name in ("src", "data", "poster") or (name == "href" and tag != "a"):
            assert value.startswith(("data:", "#")), (tag, name, value)
    style, (shown, script) = elements(document, "style")[0], elements(document, "script")
    assert not re.search(r"url\(|@import", text_of(style))
    assert not re.search(
        r"\b(?:fetch|XMLHttpRequest|import|eval|innerHTML|insertAdjacentHTML|write)\b\s*\(", text_of(script)
    )
    assert "innerHTML" not in text_of(script)
    assert shown.get("type") == "application/json"
    (policy,) = [meta.get("content") for meta in elements(document, "meta") if meta.get("http-equiv")]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, element in (("style-src", style), ("script-src", script)):
        digest = b64encode(sha256(text_of(element).encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "base-uri", "form-action", "style-src", "script-src", "img-src"}


def test_a_view_of_an_editor_may_give_a_nonce(plain: ReportData) -> None:
    document = parsed(page(plain, MADE, nonce="abc123"))
    (policy,) = [meta.get("content") for meta in elements(document, "meta") if meta.get("http-equiv")]
    assert "script-src 'nonce-abc123'" in policy
    assert "style-src 'nonce-abc123'" in policy
    nonces = [element.get("nonce") for tag in ("style", "script") for element in elements(document, tag)]
    assert nonces == ["abc123", None, "abc123"]


def test_the_text_of_records_is_only_text(tmp_path: Path) -> None:
    data = report(
        tmp_path, evil_rows(), name="<img src=x onerror=alert(9)>.jsonl", raw=b'{"a": "\xff</script>\n'
    )
    html = page(data, Made(f"</title>{EVIL}", "", "0.1.0", f"finetooth report '{EVIL}'"))
    document = parsed(html)
    assert len(elements(document, "script")) == 2
    assert elements(document, "img") == []
    assert not [name for _, name, _ in attributes(document) if name.startswith("on")]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe]", html)
    html.encode("utf-8")
    points = json.loads(text_of(elements(document, "script")[0]))["points"]
    assert len(points) == 26
    assert any("<script>alert(1)</script>" in point[5] for point in points)
    assert "</script>" not in re.split("<script[^>]*>", html)[1].split("</script>")[0]
    assert [text_of(title) for title in elements(document, "h1")] == [clean(f"</title>{EVIL}")]
    assert "49" not in text_of(elements(document, "h1")[0])


def test_its_numbers_are_those_of_the_data(plain: ReportData) -> None:
    document = parsed(page(plain, MADE))
    tallies = {
        text_of(entry).strip()
        for box in elements(document, "dl")
        if box.get("class") == "severities"
        for entry in box.iter("dd")
    }
    assert tallies == {f"{plain.counts[severity]:,}" for severity in Severity}
    rules = [
        element for element in elements(document, "details") if "rule" in (element.get("class") or "").split()
    ]
    counts = {}
    for element in rules:
        spans = {span.get("class"): text_of(span).strip() for span in element.iter("span")}
        counts[spans["code"]] = int(spans["count"].split()[0].replace(",", ""))
    assert counts == {rule.code: rule.count for rule in plain.rules}
    stats = plain.files[0].stats
    assert f"about {sum(stats.lengths):,}" in text_of(document)


def test_every_rule_that_found_something_is_explained(plain: ReportData) -> None:
    document = parsed(page(plain, MADE))
    articles = {
        element.get("id"): text_of(element) for element in elements(document, "article") if element.get("id")
    }
    assert {f"rule-{rule.code}" for rule in plain.rules} == set(articles)
    for rule in plain.rules:
        assert "Why it matters" in articles[f"rule-{rule.code}"]


def test_nothing_found_and_nothing_there(tmp_path: Path) -> None:
    rows = [{"prompt": f"What is {n} + {n * n}?", "completion": f"It is {n + n * n}."} for n in range(60)]
    assert "All clean" in text_of(parsed(page(report(tmp_path, rows), MADE)))
    assert "No record to judge" in text_of(parsed(page(gather(CheckRequest((), isolated=True)), MADE)))
    empty = report(tmp_path, [], "empty.jsonl")
    parsed(page(empty, MADE))


def rule_findings(code: str, count: int, text: str) -> RuleFindings:
    place = Place("a.jsonl", 1, 1, 1, 9)
    excerpt = Excerpt(text[:160], 3, 30, True, True)
    finding = Shown(
        code, code.lower(), Severity.ERROR, Consequence.REJECTED, text[:120], place, "/a", "", excerpt
    )
    listed = tuple(finding for _ in range(min(count, most_listed(100))))
    files = (("a.jsonl", count),)
    consequences = ((Consequence.REJECTED, count),)
    documents = builtin().documentation("FEN001")
    return RuleFindings(
        code, code.lower(), "summary", Severity.ERROR, consequences, count, files, listed, 0, 0, documents, ""
    )


@pytest.mark.parametrize("text", ["<" * 200, "漢" * 200, "a & b " * 34], ids=["markup", "cjk", "plain"])
def test_a_page_on_much_data_stays_small(text: str) -> None:
    """50,000 rows, each of 100 rules finding something in every one of them."""
    rules = tuple(rule_findings(f"AAA{number:03}", 50_000, text) for number in range(100))
    points = tuple(
        Point(n % 97 / 97, n % 89 / 89, list(Mark)[n % 4], 0, "a.jsonl", n, text, ("FEN001",))
        for n in range(MOST_POINTS)
    )
    stats = Stats(rows=50_000)
    stats.lengths.extend(range(50_000))
    stats.trained.extend(range(50_000))
    stats.turns.extend([2] * 50_000)
    file = FileData("a.jsonl", "", 1, "alpaca", "", "trl", "TRL", "", (), None, "", stats, 50_000, 50_000)
    counts = Counter({Severity.ERROR: 5_000_000})
    data = ReportData((file,), rules, counts, (0, 0), map=RecordMap(points, 50_000))
    html = page(data, MADE)
    assert len(html.encode()) < 5_000_000
    assert html.count(f"and {50_000 - most_listed(100):,} more") == 100
    parsed(html)


def test_many_files_are_bounded() -> None:
    stats = Stats(rows=1)
    files = tuple(
        FileData(f"d/{n}.jsonl", "", 1, "alpaca", "", "trl", "TRL", "", (), None, "", stats, 1, 0)
        for n in range(900)
    )
    html = page(ReportData(files, (), Counter(), (0, 0)), MADE)
    assert "and 700 more files" in html
    assert len(html) < 400_000


def test_a_plan_is_shown_as_it_is_given(plain: ReportData) -> None:
    from dataclasses import replace

    run = RunPlan(
        "<run>.yml",
        (PlanNumber("Steps in all", "375", "3 <epochs>"),),
        (PlanRow("steps", ("<125> an epoch", "`x`")),),
        (
            PlanFinding(Severity.WARNING, "HYP001", "too <high>", 3),
            PlanFinding(Severity.WARNING, plain.rules[0].code, "of `rule`", 4),
        ),
        (Advice("do <this>", "a <book>"),),
    )
    document = parsed(page(replace(plain, plans=(run,), runs=14), MADE))
    (shown,) = [element for element in elements(document, "article") if element.get("class") == "run"]
    assert " ".join(text_of(shown).split()) == (
        "<run>.yml Steps in all3753 <epochs> Steps<125> an epochx "
        f"Findings HYP001 line 3: too <high> {plain.rules[0].code} line 4: of rule Advicedo <this> a <book>"
    )
    (section,) = [element for element in elements(document, "section") if element.get("id") == "plan"]
    assert "and 13 more runs" in text_of(section)


LIMIT = Limits(1_000, "limit of TRL", False)


@pytest.mark.parametrize(
    "values",
    [
        [5],
        [0, 0, 1],
        [1, 2, 3, 100],
        [*range(200, 260)],
        [1] * 90 + [30, 4_000],
        [0] * 50 + [10**6],
        [7, 10**9],
    ],
)
def test_every_value_is_in_the_bar_over_it(values: list[int]) -> None:
    found = histogram(sorted(values), "Tokens", "token", [LIMIT])
    assert found is not None
    assert sum(bar.count for bar in found.bars) == len(values) == found.total
    for bar in found.bars:
        assert bar.count == sum(bar.low <= value <= bar.high for value in values)
        assert LEFT <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 0.01
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    assert len(found.x_ticks) <= 8
    assert len(found.bars) <= 60


def test_a_limit_stands_between_what_fits_and_what_does_not() -> None:
    found = histogram([900, 950, 1_000, 1_001, 1_050, 1_100], "Tokens", "token", [LIMIT])
    assert found is not None
    (line,) = found.limits
    assert line.label == "limit of TRL: 1,000"
    assert all(bar.x + bar.width <= line.x + 0.1 for bar in found.bars if bar.high < 1_000)
    assert all(bar.x >= line.x - 0.1 for bar in found.bars if bar.low > 1_000)
    far = histogram([5, 6, 7], "Tokens", "token", [LIMIT])
    assert far is not None
    assert (far.limits, far.beyond) == ((), ("limit of TRL 1,000",))


def test_no_values_no_picture() -> None:
    assert histogram([], "Tokens", "token", []) is None


def test_documentation_of_a_plugin_is_no_markup_of_the_page() -> None:
    html = str(
        to_html(
            "# A <b>b</b>\n\n<script>x</script> ![i](http://x/y.png) [l](javascript:x) [m](https://x.example)"
        )
    )
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://x.example">m</a>' in html
    assert html.startswith("<h4>")


def test_json_in_a_script_ends_no_script() -> None:
    value = {"a": "</script><!-- & \u2028\u2029"}
    text = str(script_json(value))
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


@pytest.mark.parametrize(
    ("names", "folder"),
    [
        (["d/a.jsonl", "d/e/b.jsonl"], "d/"),
        (["a.jsonl", "b.jsonl"], ""),
        (["/x/a.jsonl", "/y/b.jsonl"], "/"),
        (["/x/a.jsonl", "b.jsonl"], ""),
        (["<stdin>"], ""),
        ([], ""),
    ],
)
def test_the_folder_that_all_files_share(names: list[str], folder: str) -> None:
    assert common_folder(names) == folder
