"""The page of a report in a real browser: its policy lets its own script run, and nothing else happens.

Chromium prints the document after its scripts have run, and what the console says.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import html5lib
import pytest

from editors.debian import program
from finetooth.engine.overview.report_data import gather
from finetooth.engine.request import CheckRequest
from finetooth.output.html import Made, page

pytestmark = pytest.mark.xdist_group("client")

EVIL = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
ROWS = [
    {
        "prompt": f"{EVIL} What is {n} + {n}?",
        "completion": "```python\nprint(1)```" if n % 4 == 0 else str(2 * n),
    }
    for n in range(30)
]


def write(folder: Path) -> Path:
    data = folder / "a.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[0]]), encoding="utf-8")
    html = page(gather(CheckRequest((str(data),), isolated=True)), Made("A report", "", "0", ""))
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    return file


def opened(address: str, folder: Path, *options: str) -> tuple[Any, str]:
    """The document after its scripts ran, and what the browser logged."""
    browser = next(filter(None, map(shutil.which, ("chromium-browser", "google-chrome"))), None)
    run = subprocess.run(
        [
            browser or program("chromium", "chromium"),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
            *("--virtual-time-budget=4000", "--enable-logging=stderr", "--v=0"),
            f"--user-data-dir={folder / 'profile'}",
            *options,
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env=os.environ | {"HOME": str(folder)},
    )
    assert run.returncode == 0, run.stderr
    console = "\n".join(line for line in run.stderr.splitlines() if "CONSOLE" in line)
    return html5lib.parse(run.stdout, namespaceHTMLElements=False), console


def by_id(document: Any, name: str) -> Any:
    (found,) = [element for element in document.iter() if element.get("id") == name]
    return found


def test_its_script_runs_and_no_other(tmp_path: Path) -> None:
    document, console = opened(write(tmp_path).as_uri(), tmp_path)
    assert console == ""
    assert next(element.text for element in document.iter("title")) == "A report"
    assert by_id(document, "theme").get("hidden") is None
    assert by_id(document, "controls").get("hidden") is None
    assert by_id(document, "plot").get("tabindex") == "0"
    assert "live" in by_id(document, "legend").get("class")
    assert not list(document.iter("img"))


def test_a_link_opens_what_it_leads_into(tmp_path: Path) -> None:
    file = write(tmp_path)
    about = "rule-FEN002"
    for address, is_open in ((file.as_uri(), False), (f"{file.as_uri()}#{about}", True)):
        document, _ = opened(address, tmp_path)
        (details,) = [
            element
            for element in document.iter("details")
            if any(inner.get("id") == about for inner in element.iter())
        ]
        assert (details.get("open") is not None) is is_open


def test_its_policy_holds(tmp_path: Path) -> None:
    """A script changed by one character is not its own, and does not run."""
    file = write(tmp_path)
    html = file.read_text(encoding="utf-8")
    assert html.count('"use strict";') == 1
    file.write_text(html.replace('"use strict";', '"use strict" ;'), encoding="utf-8")
    document, console = opened(file.as_uri(), tmp_path)
    assert "Content Security Policy" in console
    assert by_id(document, "theme").get("hidden") is not None
