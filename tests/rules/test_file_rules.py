"""Rules on the file's own bytes: byte-order mark, line endings, and files that are no JSON Lines at all."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Applicability, Finding, Rewrite
from finetooth_rules.lint import Linter
from finetooth_rules.settings import build_profile

RECORD = b'{"prompt": "a", "completion": "b"}\n'
HEAD = 64 * 1024


def findings(data: bytes) -> dict[str, Finding]:
    """The SYN findings on a file of these bytes, by code."""
    crlf = data.count(b"\r\n")
    lf, cr = data.count(b"\n") - crlf, data.count(b"\r") - crlf
    linter = Linter(build_profile({}))
    found = linter.check_file(FileFacts(len(data), data[:HEAD], data[-4:], lf, crlf, cr))
    assert not linter.broken
    return {finding.code: finding for finding in found if finding.code.startswith("SYN")}


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("train.jsonl", data)
    return out.getvalue()


def test_a_good_file_is_silent() -> None:
    assert findings(RECORD * 3) == {}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \n\n\t\r\n", "only white space"),
        (b"\xef\xbb\xbf\n", "only white space"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"),
        (b"<!DOCTYPE html>\n<html></html>\n", "web page"),
        (b"\n <html lang=en>", "web page"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML"),
        (gzip.compress(RECORD, mtime=0), "gzip"),
        (zipped(RECORD), "zip archive"),
        (bz2.compress(RECORD), "bzip2"),
        (lzma.compress(RECORD), "xz"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "Zstandard"),
        (b"PAR1\x15\x04\x15", "Parquet"),
        (b"ARROW1\x00\x00\xff\xff", "Arrow"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(range(256)) * 40, "binary data"),
        (b"prompt,completion\n1 + 1?,2\n", "comma-separated"),
        (b'\xef\xbb\xbf"prompt","the completion"\r\n"1 + 1?","2"\r\n', "comma-separated"),
        (b"prompt\tcompletion\n1 + 1?\t2\n", "tab-separated"),
        (b"prompt;completion\n1 + 1?;2\n", "semicolon-separated"),
        (b"- prompt: 1 + 1?\n  completion: 2\n", "YAML"),
        (b"User: What is 1 + 1?\n\nAssistant: It is 2.\n", "plain text"),
        (RECORD.decode().encode("utf-16"), "UTF-16"),
        (RECORD.decode().encode("utf-16-le"), "UTF-16"),
        (RECORD.decode().encode("utf-16-be"), "UTF-16"),
        (RECORD.decode().encode("utf-32"), "UTF-32"),
        (RECORD.decode().encode("utf-32-le"), "UTF-32"),
        (RECORD.decode().encode("utf-32-be"), "UTF-32"),
    ],
)
def test_what_is_no_dataset_is_named_once(data: bytes, kind: str) -> None:
    found = findings(data)
    assert list(found) == ["SYN017"]
    assert kind in found["SYN017"].message


@pytest.mark.parametrize(
    "data",
    [
        b'{"prompt": "a\x00b"}\n',
        "{'prompt': '中文'}\n".encode("gbk"),
        b"BZ is not bzip2\n",
        b" " * 70_000 + RECORD,
        b'{"prompt": "<!doctype html>"}\n',
        b"prompt,completion\n" + RECORD,
        b"prompt,completion\n",
        b"Here are the records:\n" + RECORD,
        b"one line of text\n",
        b"{prompt: a, completion: b}\n{prompt: c, completion: d}\n",
        b'"prompt": "a"\n"prompt": "b"\n',
        b'"a text"\n"a text"\n',
        b"null\nnull\n",
        b"1\n2\n",
        b"one two\n" * 3 + b"{'prompt': 'a'}\n",
        b'the rest of a record", "completion": "b"}\n' + RECORD,
    ],
)
def test_what_may_be_a_dataset_is_left_to_the_record_rules(data: bytes) -> None:
    assert "SYN017" not in findings(data)


@pytest.mark.parametrize(
    ("data", "at"),
    [
        (b'[{"prompt": "a"}]\n', 0),
        (b'\xef\xbb\xbf\n [\n  {"prompt": "a"},\n  {"prompt": "b"}\n]\n', 5),
        (b'[{"prompt": "a"},\n{"prompt": "b"}]\n', 0),
        (b"[]\n", 0),
        (b'[{"prompt": "' + b"x" * 70_000 + b'"},\n', 0),
        (b'[{"prompt": "a"}]\n\n', 0),
    ],
)
def test_one_array_of_objects(data: bytes, at: int) -> None:
    finding = findings(data)["SYN008"]
    assert finding.span == (at, at + 1)
    assert [(fix.rewrite, fix.applicability) for fix in finding.fixes] == [
        (Rewrite.JSON_LINES, Applicability.SAFE)
    ]


@pytest.mark.parametrize(
    "data",
    [
        b'[{"role": "user"}]\n[{"role": "user"}]\n',  # every record is of the wrong type
        b'["a", "b"]\n',
        b"[1, 2]\n",
        RECORD,
    ],
)
def test_other_arrays(data: bytes) -> None:
    assert "SYN008" not in findings(data)


def test_the_byte_order_mark() -> None:
    finding = findings(b"\xef\xbb\xbf" + RECORD)["SYN004"]
    assert finding.span == (0, 3)
    assert finding.fixes[0].rewrite is Rewrite.STRIP_BOM
    assert "SYN004" not in findings(RECORD + b"\xef\xbb\xbf" + RECORD)


def test_a_missing_final_newline() -> None:
    finding = findings(RECORD + RECORD.rstrip())["SYN014"]
    assert finding.span == (len(RECORD) * 2 - 1,) * 2
    assert finding.fixes[0].rewrite is Rewrite.FINAL_NEWLINE
    assert all("SYN014" not in findings(RECORD.rstrip() + end) for end in (b"\n", b"\r\n", b"\r"))


@pytest.mark.parametrize(
    ("data", "counts"),
    [
        (RECORD.replace(b"\n", b"\r\n") * 1200, "1,200 x CRLF;"),
        (RECORD.replace(b"\n", b"\r\n") + RECORD, "1 x CRLF, 1 x LF;"),
        (RECORD.replace(b"\n", b"\r") * 2, "2 x CR;"),
    ],
)
def test_carriage_returns_are_counted(data: bytes, counts: str) -> None:
    finding = findings(data)["SYN015"]
    assert counts in finding.message
    assert finding.fixes[0].rewrite is Rewrite.LF_ENDINGS
