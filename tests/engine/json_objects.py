"""Objects, and all the ways to write them as JSON, for tests that are given any."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

CHARACTERS = st.sampled_from(
    ["a", " ", '"', "\\", "/", "\n", "\x01", "é", "漢", "😀", "\u2028", "{", ":", "'"]
)
TEXTS = st.lists(CHARACTERS, max_size=6).map("".join)
SCALARS = st.one_of(TEXTS, st.integers(-99, 999), st.floats(-9, 9), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4), inner.map(json.dumps)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)


@st.composite
def written(draw: st.DrawFn) -> tuple[Any, bytes]:
    """An object, and one of the ways to write it."""
    value = draw(OBJECTS)
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 2, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    )
    return value, text.encode()
