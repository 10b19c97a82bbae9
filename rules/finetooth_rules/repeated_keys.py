"""Duplicate keys hide in a decoded value: a count tells in a microsecond whether one may be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from finetooth_rules.patterns import lazy
from finetooth_rules.screen import ESCAPED_ASCII

_COLON: Final = lazy(rb'"\s*:')


def repeats_key(raw: bytes, value: Mapping[str, Any], keys: int, *, spaced: bool = False) -> bool:
    """Whether a key may stand twice in an object: False is sure. `keys` is the number of keys that are left.

    Without white space before a colon (`spaced`) every key as written adds one to the count of `":`, so an
    equal count proves that none was lost; in texts the quote stands behind a backslash. Where that does not
    settle it, they count the same in what orjson writes back, unless a quote in them is written as an
    escape.
    """
    count = raw.count(b'":')
    if not spaced and (count == keys or (count - raw.count(b'\\":') == keys and b'\\\\":' not in raw)):
        return False
    if b"\\u00" in raw and ESCAPED_ASCII.search(raw):
        return True
    written = orjson.dumps(value)
    if spaced:
        return len(_COLON.findall(raw)) != len(_COLON.findall(written))
    return count != written.count(b'":')
