"""An address is exactly what a reader would click on, and a file's name is the whole string."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth.engine.cursor.links import existing, links


def found(text: str) -> list[tuple[str, str]]:
    """What is underlined in a record with this text, and where it leads."""
    raw = json.dumps({"content": text}, ensure_ascii=False).encode()
    return [(raw[span.start : span.end].decode(), target) for span, target, _ in links(raw)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("See https://example.com/a?b=c&d=1#e.", "https://example.com/a?b=c&d=1#e"),
        ("(https://en.wikipedia.org/wiki/Fence_(finance))", "https://en.wikipedia.org/wiki/Fence_(finance)"),
        ("[text](http://a.org/x_y)\nmore", "http://a.org/x_y"),
        ("**https://a.org/**", "https://a.org/"),
        ("请看https://example.com/路。", "https://example.com/"),
        ("x = 'https://a.org'\n", "https://a.org"),
        ("`https://a.org/x`", "https://a.org/x"),
        ("<https://a.org>", "https://a.org"),
        ('"https://a.org/q"', "https://a.org/q"),
        ("https://[::1]:8000/x", "https://[::1]:8000/x"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    assert found(text) == [(address, address)]


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "http://{host}/x",
        "https://api.{domain}/v1",
        "https:// x",
        "httpsx://a.org",
        "https://$HOST/",
    ],
)
def test_no_addresses(text: str) -> None:
    assert found(text) == []


def test_escapes_are_part_of_an_address() -> None:
    raw = rb'{"a": "https:\/\/a.org\/x?y=1\u0026z=2\n, https://b.org/\"q\""}'
    assert [(raw[s.start : s.end], target) for s, target, _ in links(raw)] == [
        (rb"https:\/\/a.org\/x?y=1\u0026z=2", "https://a.org/x?y=1&z=2"),
        (rb"https://b.org/", "https://b.org/"),
    ]
    inner = json.dumps({"tools": json.dumps({"url": "https://a.org/x"})}).encode()
    assert [target for _, target, _ in links(inner)] == ["https://a.org/x"]


def test_files() -> None:
    raw = b'{"images": ["a/b.png", "c.JPG", "http://x.org/d.png"], "text": "a.png?", "v": "d\\u00e9.mp4"}'
    assert [(raw[s.start : s.end].decode(), target) for s, target, is_file in links(raw) if is_file] == [
        ("a/b.png", "a/b.png"),
        ("c.JPG", "c.JPG"),
        ("d\\u00e9.mp4", "dé.mp4"),
    ]


def test_only_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.png").write_bytes(b"")
    names = ["x.png", "b/x.png", "b", "no\0name.png", "/" + "x" * 5000 + ".png"]
    assert existing(names, [tmp_path]) == {"b/x.png": tmp_path / "b" / "x.png"}
    assert existing(names, [tmp_path, tmp_path / "b"])["x.png"] == tmp_path / "b" / "x.png"


@given(st.binary(max_size=60), st.sampled_from([b"https://a.b/", b'.png"', b'"x.jpg"', b"http:\\/\\/a"]))
def test_any_bytes(raw: bytes, piece: bytes) -> None:
    for part in (raw + piece, piece + raw):
        for span, _, _ in links(part):
            assert 0 <= span.start < span.end <= len(part)


def test_linear() -> None:
    for raw in (
        b"https://a" + b"\\/" * 500_000,
        b"https:" + b"\\" * 1_000_000,
        b'"' * 1_000_000,
        b'.png"' * 200_000,
    ):
        began = time.process_time()
        for _ in links(raw):
            pass
        assert time.process_time() - began < 2
