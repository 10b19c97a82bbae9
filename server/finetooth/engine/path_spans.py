"""From many paths of a record to where their values stand, also of those in strings of JSON."""

from __future__ import annotations

from collections.abc import Iterable

from finetooth.engine.cursor.json_walk import locate_all
from finetooth.engine.cursor.literal import DEEPEST, Literal
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.record import Record
from finetooth_rules.spans import is_json, string_body


def spans_of(record: Record, paths: Iterable[Path], *, text: bool = False) -> dict[Path, Span]:
    """The spans of the values at many paths of a record that is JSON, in one walk for the record and one for
    each string of JSON in it; with `text` those of strings without their quotes. What is not there is left
    out.
    """
    return _spans_in(record.raw, {*paths}, text, DEEPEST) if record.strict else {}


def _spans_in(raw: bytes, paths: set[Path], text: bool, deep: int) -> dict[Path, Span]:
    own = {path for path in paths if INSIDE not in path}
    strings: dict[Path, set[Path]] = {}
    for path in paths - own:
        at = path.index(INSIDE)
        strings.setdefault(path[:at], set()).add(path[at + 1 :])
    found = locate_all(raw, own | strings.keys())
    for base, rests in strings.items():
        string = found.get(base)
        if string is None or not deep or raw[string.start : string.start + 1] != b'"':
            continue
        literal = Literal(raw, string)
        if not is_json(literal.encoded):
            continue
        for rest, span in _spans_in(literal.encoded, rests, text, deep - 1).items():
            found[(*base, INSIDE, *rest)] = literal.outward(span)
    if text:
        quoted = (path for path in own & found.keys() if raw[found[path].start] == 0x22)
        found |= {path: Span(*string_body(raw, found[path])) for path in quoted}
    return {path: span for path, span in found.items() if path in paths}
