"""`--fix`: the right bytes change and no others; the file on disk is whole at every moment."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from finetooth.engine.report import Report
from finetooth.engine.request import CheckRequest, FixMode
from finetooth.engine.run import check

GOOD = b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b %d"}]}'


def fix(path: Path, mode: FixMode = FixMode.SAFE, *, diff: bool = False) -> Report:
    return check(CheckRequest(paths=(str(path),), isolated=True, fix=mode, diff=diff))


def test_safe_fixes_change_what_is_wrong_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    good = GOOD % 1
    path.write_bytes(
        good
        + b"\n\n"
        + good[:-1]
        + b",}\n"
        + b"{ 'a' :1 }\n"
        + good.replace(b"b 1", b"  b\\u00e9 1 ")
        + b"\n"
    )
    before = path.read_bytes().split(b"\n")
    report = fix(path)
    after = path.read_bytes().split(b"\n")
    assert after[0] == before[0]
    assert after[1] == good
    assert after[3] == before[4]
    assert report.fixed >= 2
    assert fix(path).fixed == 0


@pytest.mark.parametrize("pretty", [False, True])
def test_a_line_break_in_a_string_loses_nothing(tmp_path: Path, pretty: bool) -> None:
    """Of the record that it seems to part, and of those around it."""
    path = tmp_path / "x.jsonl"
    broken = (GOOD % 2).replace(b'"a"', b'"a\n }, b"')
    if pretty:
        broken = broken.replace(b"[", b"[\n  ").replace(b", {", b",\n  {")
    path.write_bytes(GOOD % 1 + b"\n" + broken + b"\n" + GOOD % 3 + b"\n")
    report = fix(path)
    mended = (GOOD % 2).replace(b'"a"', b'"a\\n }, b"')
    assert path.read_bytes() == GOOD % 1 + b"\n" + mended + b"\n" + GOOD % 3 + b"\n"
    assert report.fixed == 1 + pretty


@pytest.mark.parametrize("text", [b'"a\nb', b'"a "\nb"', b'"a\nb "c"', b'"a\n{}b"', b'"a\nb\\x"'])
def test_a_record_that_cannot_be_put_together_loses_nothing(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "x.jsonl"
    data = GOOD % 1 + b"\n" + (GOOD % 2).replace(b'"a"', text) + b"\n" + GOOD % 3 + b"\n"
    path.write_bytes(data)
    fix(path)
    assert path.read_bytes() == data


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_each_line_keeps_its_own_ending(tmp_path: Path, ends: bytes) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD % 1 + ends + (GOOD % 2)[:-1] + b",}" + ends + GOOD % 3 + b"\n")
    check(CheckRequest(paths=(str(path),), isolated=True, fix=FixMode.SAFE, overrides=_only("SYN001")))
    assert path.read_bytes() == GOOD % 1 + ends + GOOD % 2 + ends + GOOD % 3 + b"\n"


def _only(code: str):  # type: ignore[no-untyped-def]
    from finetooth.engine.request import Overrides

    return Overrides(select=(code,))


def test_whole_file_repairs(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD % 1 + b"\r\n" + GOOD % 2)
    fix(path)
    assert path.read_bytes() == GOOD % 1 + b"\n" + GOOD % 2 + b"\n"


def test_an_array_becomes_lines_and_keeps_every_value(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"[\n  " + (GOOD % 1).replace(b", ", b",\n    ") + b",\n  " + GOOD % 2 + b"\n]\n")
    fix(path)
    assert path.read_bytes() == GOOD % 1 + b"\n" + GOOD % 2 + b"\n"


def test_an_array_that_does_not_parse_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    data = b"[\n" + GOOD % 1 + b",\n" + (GOOD % 2)[:-5]
    path.write_bytes(data)
    fix(path)
    assert path.read_bytes() == data


def test_unsafe_fixes_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD % 1 + b"\n" + GOOD % 1 + b"\n")
    fix(path)
    assert path.read_bytes().count(b"\n") == 2
    fix(path, FixMode.UNSAFE)
    assert path.read_bytes() == GOOD % 1 + b"\n"


def test_diff_changes_nothing_and_tells_all(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    data = GOOD % 1 + b"\n" + (GOOD % 2)[:-1] + b",}\n"
    path.write_bytes(data)
    report = fix(path, diff=True)
    assert path.read_bytes() == data
    (change,) = report.changes
    (hunk,) = change.hunks
    assert (hunk.line, hunk.before, hunk.after) == (2, ((GOOD % 2)[:-1] + b",}\n",), (GOOD % 2 + b"\n",))


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(GOOD % 1 + b"\n\n")
    path.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    fix(link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() == GOOD % 1 + b"\n"
    assert sorted(tmp_path.iterdir()) == [link, path]


def test_standard_input_is_given_back_fixed() -> None:
    data = GOOD % 1 + b"\n\n"
    report = check(CheckRequest(paths=("-",), stdin=data, isolated=True, fix=FixMode.SAFE))
    assert report.fixed_stdin == GOOD % 1 + b"\n"
    clean = check(CheckRequest(paths=("-",), stdin=GOOD % 1 + b"\n", isolated=True, fix=FixMode.SAFE))
    assert clean.fixed_stdin == GOOD % 1 + b"\n"


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_a_killed_run_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    old = b"".join((GOOD % n) + b"\n\n" for n in range(20_000))
    new = old.replace(b"\n\n", b"\n")
    command = [
        sys.executable,
        "-m",
        "finetooth",
        "check",
        str(path),
        "--fix",
        "--isolated",
        "--select",
        "SYN",
    ]
    seen = set()
    for delay in (0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 2.0):
        path.write_bytes(old)
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert path.read_bytes() in (old, new)
        seen.add(path.read_bytes() == new)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert path.read_bytes() == new
