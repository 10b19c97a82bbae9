"""The bundled encodings, and the counter that works with them."""

from __future__ import annotations

import base64
import hashlib
import importlib
import importlib.util
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import tiktoken
from hypothesis import example, given, settings
from hypothesis import strategies as st

from finetooth.encodings import PUBLISHED, load_encoding, pack, read_ranks, unpack
from finetooth.engine.features import tokens
from finetooth.engine.features.numbers import ENTRY_BYTES
from finetooth.engine.features.tokens import BundledTokenCounter

NAMES = tuple(PUBLISHED)
both = pytest.mark.parametrize("name", NAMES)

# Characters at which the encodings' patterns decide something: letters of each kind, marks, digits,
# contractions, white space of each kind, punctuation that takes line breaks along, CJK, emoji with joiners.
TRICKY = st.text(
    st.sampled_from("aZsSé1239'’\u0301ǅʰ \t\n\r\u00a0\u2003/!.,-_(漢か。・，한😀\u200d\ufe0f"), max_size=60
)
TEXTS = st.one_of(TRICKY, st.text(st.characters(exclude_categories=["Cs"]), max_size=60))


def counter(name: str = "o200k_base") -> BundledTokenCounter:
    return BundledTokenCounter(name, exact=True)


# -- the encodings -------------------------------------------------------------------------------------------


@both
def test_the_ranks_are_the_published_ones(name: str) -> None:
    """The `.tiktoken` file made again from the packed ranks has the published digest."""
    lines = [b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in read_ranks(name).items()]
    assert hashlib.sha256(b"".join(lines)).hexdigest() == PUBLISHED[name].sha256


@both
def test_patterns_and_special_tokens_are_tiktokens(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    openai_public = importlib.import_module("tiktoken_ext.openai_public")

    asked: dict[str, Any] = {}
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", lambda url, **kwargs: asked.update(kwargs) or {})
    facts = openai_public.ENCODING_CONSTRUCTORS[name]()
    assert facts["pat_str"] == PUBLISHED[name].pattern
    assert facts["special_tokens"] == PUBLISHED[name].special_tokens
    assert asked["expected_hash"] == PUBLISHED[name].sha256


@pytest.mark.parametrize(
    ("name", "text", "ids"),
    [
        ("o200k_base", "hello world", [24912, 2375]),
        ("cl100k_base", "hello world", [15339, 1917]),
        ("cl100k_base", "rer", [38149]),
        ("cl100k_base", "'rer", [2351, 81]),
        ("cl100k_base", "today\n ", [31213, 198, 220]),
        ("cl100k_base", "today\n \n", [31213, 27907]),
        ("cl100k_base", "today\n  \n", [31213, 14211]),
        ("cl100k_base", " \x850", [220, 126, 227, 15]),
        ("cl100k_base", "👍", [9468, 239, 235]),
    ],
)
def test_published_vectors(name: str, text: str, ids: list[int]) -> None:
    """From tiktoken's own tests."""
    assert load_encoding(name).encode_ordinary(text) == ids


@both
def test_special_tokens_have_their_ids(name: str) -> None:
    encoding = load_encoding(name)
    for token, number in PUBLISHED[name].special_tokens.items():
        assert encoding.encode(token, allowed_special="all") == [number]


@both
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_round_trip(name: str, text: str) -> None:
    encoding = load_encoding(name)
    assert encoding.decode(encoding.encode_ordinary(text)) == text


def test_loading_never_touches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("tiktoken.load.read_file", refuse)
    for name in NAMES:
        load = load_encoding.__wrapped__
        assert load(name).decode(load_encoding(name).encode_ordinary("a river")) == "a river"


def test_an_unknown_name_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="o200k_base, cl100k_base"):
        BundledTokenCounter("p50k_base", exact=True)
    with pytest.raises(ValueError, match="p50k_base"):
        read_ranks("p50k_base")


@given(st.lists(st.binary(min_size=1, max_size=255), unique=True, max_size=30))
def test_packing_round_trip(entries: list[bytes]) -> None:
    assert list(unpack(pack(entries)).items()) == [(token, rank) for rank, token in enumerate(entries)]


@pytest.mark.parametrize("entries", [[b"a", b""], [b"a" * 256]])
def test_tokens_that_cannot_be_packed(entries: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"empty|range"):
        pack(entries)


def pack_tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "pack_encodings.py"
    spec = importlib.util.spec_from_file_location("pack_encodings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tool_makes_the_bundled_files_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "cl100k_base.tiktoken"
    ranks = read_ranks("cl100k_base").items()
    source.write_bytes(b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in ranks))
    tool = pack_tool()
    assert tool.main([str(source), "--output", str(tmp_path)]) == 0
    assert unpack((tmp_path / "cl100k_base.ranks").read_bytes()) == dict(ranks)
    source.write_bytes(source.read_bytes()[:-1])
    assert tool.main([str(source), "--output", str(tmp_path)]) == 1
    assert "sha256" in capsys.readouterr().err


# -- counting ------------------------------------------------------------------------------------------------


@both
@given(batch=st.lists(TEXTS, max_size=5))
@settings(max_examples=100, deadline=None)
def test_counts_are_tiktokens(name: str, batch: list[str]) -> None:
    encode = load_encoding(name).encode_ordinary
    assert counter(name).count(batch) == [len(encode(text)) for text in batch]


@both
@given(text=TRICKY)
@example("a\n/b")
@example("it's a.b's")
@example("字。か・한")
@settings(max_examples=250, deadline=None)
def test_a_text_cut_at_its_seams_has_the_same_tokens(name: str, text: str) -> None:
    """Every seam is tried: parts of one character or more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "_PART", 1)
        parts = [*tokens._parts(text)]
    encode = load_encoding(name).encode_ordinary
    assert "".join(parts) == text
    assert [token for part in parts for token in encode(part)] == encode(text)


def test_there_are_seams_in_ordinary_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_PART", 10)
    assert [*tokens._parts("one two three\nfour, five")] == ["one two three", "\nfour, five"]
    assert [*tokens._parts("今日はよい天気です。明日も。")] == ["今日はよい天気です。明日も", "。"]
    monkeypatch.setattr(tokens, "_LONGEST_PART", 20)
    assert [*tokens._parts("!" * 50)] == ["!" * 20, "!" * 20, "!" * 10]


@both
@pytest.mark.parametrize(
    ("text", "reference"),
    [
        # What tiktoken itself gives where it does not panic (a BaseException).
        (" " * 1_000_000, {"o200k_base": 7813, "cl100k_base": 7813}),
        (" " * 1_000_000 + "x", {"o200k_base": 7814, "cl100k_base": 7814}),
        ("a" * 1_000_000, {"o200k_base": 125_000, "cl100k_base": 125_000}),
        ("😀" * 1_000_000, {"o200k_base": 1_000_000, "cl100k_base": 2_000_000}),
        ("\n" * (1 << 20), {"o200k_base": 65_536, "cl100k_base": 32_768}),
        ("\ud83d" * 100_000, {"o200k_base": 12_500, "cl100k_base": 25_000}),
    ],
    ids=["spaces", "spaces and a letter", "letters", "emoji", "newlines", "lone surrogates"],
)
def test_long_runs(name: str, text: str, reference: dict[str, int]) -> None:
    assert counter(name).count([text]) == [reference[name]]


def test_control_tokens_are_plain_text() -> None:
    assert counter().count(["<|endoftext|>"])[0] > 1


def test_a_lone_surrogate_counts_as_a_replacement_character() -> None:
    assert counter().count(["a\ud83d b"]) == counter().count(["a\ufffd b"])


def test_counts_are_remembered_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    real = load_encoding("o200k_base")

    class Spy:
        def encode_ordinary(self, text: str) -> list[int]:
            encoded.append(text)
            return real.encode_ordinary(text)

    monkeypatch.setattr(tokens, "load_encoding", lambda name: Spy())
    small = BundledTokenCounter("o200k_base", exact=False, cache_bytes=2 * ENTRY_BYTES)
    assert small.count(["one", "two", "one"]) == [1, 1, 1]
    assert encoded == ["one", "two"]
    small.count(["three", "one", "two"])
    assert encoded == ["one", "two", "three", "two"]
    assert len(small._numbers) == 2


def test_a_remembered_count_is_not_taken_for_a_cut() -> None:
    shared = counter()
    assert [shared.count(["hello world"])[0], shared.cut("hello world", 1), shared.cut("hello world", 2)] == [
        2,
        5,
        11,
    ]
    assert [shared.count(["hello world"])[0], shared.cut("hello world", 1), shared.cut("hello world", 2)] == [
        2,
        5,
        11,
    ]


def test_loaded_on_first_use_only(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(name: str) -> tiktoken.Encoding:
        loaded.append(name)
        return load_encoding(name)

    monkeypatch.setattr(tokens, "load_encoding", load)
    lazy = BundledTokenCounter("cl100k_base", exact=False)
    assert (lazy.name, lazy.exact, loaded) == ("cl100k_base", False, [])
    lazy.count(["a"])
    lazy.cut("a", 1)
    assert loaded == ["cl100k_base"]


def test_shared_between_threads() -> None:
    shared = BundledTokenCounter("o200k_base", exact=True, cache_bytes=20 * ENTRY_BYTES)
    batch = [f"river {number} " * 20 for number in range(200)]
    expected = counter().count(batch)
    with ThreadPoolExecutor(4) as pool:
        assert all(counts == expected for counts in pool.map(shared.count, [batch] * 8))


# -- cutting -------------------------------------------------------------------------------------------------


@both
@given(text=TEXTS, limit=st.integers(-1, 70))
@settings(max_examples=200, deadline=None)
def test_a_cut_is_behind_the_last_character_that_is_held_whole(name: str, text: str, limit: int) -> None:
    """Of the bytes of the first `limit` tokens, no other cut leaves more whole characters.

    That the text before the cut has at most `limit` tokens by itself is nearly always so, and not promised:
    where a token that ends inside a character is cut off, its whole characters may be several tokens.
    """
    encoding = load_encoding(name)
    cut = counter(name).cut(text, limit)
    held = encoding.decode_bytes(encoding.encode_ordinary(text)[: max(limit, 0)])
    assert held.startswith(text[:cut].encode())
    assert cut == len(text) or not held.startswith(text[: cut + 1].encode())


@both
@given(
    words=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=20),
    limit=st.integers(0, 60),
)
@settings(max_examples=60, deadline=None)
def test_what_is_left_of_plain_words_has_no_more_tokens_than_the_limit(
    name: str, words: list[str], limit: int
) -> None:
    text = " ".join(words)
    count: Callable[[str], int] = lambda part: counter(name).count([part])[0]  # noqa: E731
    cut = counter(name).cut(text, limit)
    assert count(text[:cut]) <= limit
    assert cut == len(text) or count(text) > limit


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("hello world", 0, 0),
        ("hello world", 1, 5),
        ("hello world", 2, 11),
        ("hello world", 9, 11),
        ("hello world", 10**30, 11),
        ("", 5, 0),
        ("👩‍👧", 1, 0),  # both tokens of the first emoji are needed
        ("👩‍👧", 2, 1),
        ("👩‍👧", 3, 2),
        ("a\ud83db", 1, 1),
    ],
)
def test_cut(text: str, limit: int, cut: int) -> None:
    assert counter().cut(text, limit) == cut


def test_a_cut_far_into_a_long_text() -> None:
    text = "river bank, " * 60_000
    assert counter().cut(text, 90_000) == 30_000 * len("river bank, ") - 1
