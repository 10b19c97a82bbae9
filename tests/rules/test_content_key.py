"""A record's key is that of its value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.content_key import content_key

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any) -> Any:
    """The same value, the keys of its objects in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES))
def test_form_makes_no_difference(value: dict[str, Any]) -> None:
    key = content_key(json.dumps(value, ensure_ascii=False).encode())
    assert key is not None
    assert len(key) == 24
    for text in (
        json.dumps(value),
        json.dumps(value, indent=2),
        json.dumps(value, separators=(",", ":")),
        "\ufeff " + json.dumps(shuffled(value)) + " \t",
    ):
        assert content_key(text.encode()) == key


@given(VALUES, VALUES)
def test_another_value_has_another_key(one: Any, other: Any) -> None:
    keys = [content_key(json.dumps({"a": value}).encode()) for value in (one, other)]
    texts = [json.dumps(value, sort_keys=True) for value in (one, other)]
    assert (keys[0] == keys[1]) == (texts[0] == texts[1])


@pytest.mark.parametrize("raw", [b"", b" \t", b"\r\n", b"\xef\xbb\xbf"])
def test_what_says_nothing_has_none(raw: bytes) -> None:
    assert content_key(raw) is None


@pytest.mark.parametrize(
    "raw", [b'{"a": 1,}', b'{"a": "\xff"}', b'{"a": "\\ud800"}', b"{'a': 1}", b"[" * 300 + b"]" * 300, b"NaN"]
)
def test_what_is_no_json_has_the_key_of_its_bytes(raw: bytes) -> None:
    assert content_key(raw) == content_key(b" " + raw + b"\n") != content_key(raw + b".")
