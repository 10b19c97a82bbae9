"""A name for what a record says, whatever it looks like: for a baseline, which remembers records it must not
hold.

Two records have the same key where they decode to the same value: white space, line breaks, escapes, and the
order of keys make no difference, moving a record makes none either, and any change of its value does. What
is no JSON has the key of its bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import Final

import orjson

KEY_BYTES: Final = 12
_BOM: Final = b"\xef\xbb\xbf"
_WHITE: Final = b" \t\r\n"


def content_key(raw: bytes) -> str | None:
    """The key of a record's slice, 24 hexadecimal digits; None for one that says nothing (a blank line)."""
    text = raw.removeprefix(_BOM).strip(_WHITE)
    if not text:
        return None
    # What is no JSON, or nested deeper than it is written, stays as it is.
    with contextlib.suppress(orjson.JSONDecodeError, orjson.JSONEncodeError):
        text = orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=KEY_BYTES, person=b"finetooth").hexdigest()
