"""The trigger scan misses nothing that a substring search would find."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.screen import Screen

TRIGGERS = {"AAA001": ("```", "~~~"), "BBB001": ("<|",), "CCC001": ("a b",)}
RAW = {"DDD001": (r"\xe2\x80[\xa8\xa9]",), "EEE001": (r"[0-9]{16}",)}
SCREEN = Screen(TRIGGERS, RAW)


@given(st.lists(st.text(alphabet="`~<|ab \u2028é", max_size=12), min_size=1, max_size=6), st.booleans())
def test_a_decoded_trigger_is_never_missed(texts: list[str], ascii_only: bool) -> None:
    lines = [json.dumps(text, ensure_ascii=ascii_only).encode() for text in texts]
    hits = SCREEN.hits(b"\n".join(lines))
    for text, line in zip(texts, lines, strict=True):
        wanted = {code for code, words in TRIGGERS.items() if any(word in text for word in words)}
        assert wanted <= SCREEN.codes(line, hits)


def test_an_escaped_trigger_passes_the_screen() -> None:
    line = rb'"\u0060\u0060\u0060"'
    assert SCREEN.codes(line, SCREEN.hits(line)) == set(TRIGGERS)


def test_raw_patterns_look_at_raw_bytes() -> None:
    line = '"a\u2028b", 1234567890123456'.encode()
    assert SCREEN.codes(line, SCREEN.hits(line)) == {"DDD001", "EEE001"}


def test_a_clean_block_has_no_hits() -> None:
    assert SCREEN.hits(b'{"a": "plain text"}\n' * 5000) == []


def test_one_trigger_in_a_large_block_is_found() -> None:
    block = bytes(range(32, 127)) * 50_000 + b"<|" + bytes(range(32, 60)) * 1000
    assert SCREEN.hits(block)


@pytest.mark.parametrize("word", ['say "x"', "a/b", "a\\b", "é", "a\nb"])
def test_a_trigger_that_has_several_spellings_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="trigger"):
        Screen({"AAA001": (word,)}, {})
