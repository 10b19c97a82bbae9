"""From a place in a record outwards: word, line of the text, text, value, member, turn, list, record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finetooth.engine.cursor.literal import Literal
from finetooth.engine.cursor.spot import Spot, spot_at
from finetooth_rules.finding import Span
from finetooth_rules.framing import whole
from finetooth_rules.patterns import lazy
from finetooth_rules.record import Record

_WORD: Final = lazy(r"\w+")
_REACH: Final = 200
"""A longer word is cut."""
_LONG: Final = 256 * 1024
"""Bytes of a text that is not decoded as a whole: its lines are not found."""


def selections(record: Record, offset: int) -> tuple[Span, ...]:
    """Spans around a byte, each within the next, the last one being the record."""
    found: list[Span] = []
    for span in _spans(record, spot_at(record, offset)):
        if not found or (span != found[-1] and span.start <= found[-1].start and found[-1].end <= span.end):
            found.append(span)
    return tuple(found)


def _spans(record: Record, spot: Spot) -> Iterator[Span]:
    layers = [spot]
    while layers[-1].within is not None:
        layers.append(layers[-1].within)
    for layer, outer in zip(layers, [*layers[1:], None], strict=True):
        # `around` has the values of all layers: here those that the layer outside has not.
        above = len(outer.around) if outer is not None else 0
        yield from _in_string(record, layer, inside=layer is not spot)
        for around in reversed(layer.around[above:]):
            yield around.span
            if around.key is not None:
                yield Span(around.key.start, max(around.key.end, around.span.end))
    yield whole(record)


def _in_string(record: Record, spot: Spot, *, inside: bool) -> Iterator[Span]:
    """In the text of a string: the word, the line and all of it. Of JSON in a string only all of it."""
    if spot.string is None:
        return
    if spot.within is None:
        literal = Literal(record.raw, spot.string)
        if not inside:
            yield from _of_text(literal, spot.char)
        yield literal.body
    else:
        # A string in JSON in a string: its quotes are escaped, so its text is found through both layers.
        chain: list[Spot] = [spot]
        while chain[-1].within is not None:
            chain.append(chain[-1].within)
        yield from _of_nested(record, chain, inside)
    yield spot.string


def _of_nested(record: Record, chain: list[Spot], inside: bool) -> Iterator[Span]:
    outermost = chain[-1]
    assert outermost.string is not None
    literals = [Literal(record.raw, outermost.string)]
    for spot in reversed(chain[:-1]):
        assert spot.string is not None
        literals.append(Literal(literals[-1].encoded, _inward(literals, spot.string)))
    last = literals.pop()
    spans = [last.body] if inside else [*_of_text(last, chain[0].char), last.body]
    for span in spans:
        for literal in reversed(literals):
            span = literal.outward(span)
        yield span


def _inward(literals: list[Literal], span: Span) -> Span:
    """Bytes of the record as bytes of the text of the innermost of these strings."""
    for literal in literals:
        start, end = literal.char(span.start), literal.char(span.end)
        span = Span(
            len(literal.text[:start].encode("utf-8", "surrogatepass")),
            len(literal.text[:end].encode("utf-8", "surrogatepass")),
        )
    return span


def _of_text(literal: Literal, char: int) -> Iterator[Span]:
    long = literal.body.end - literal.body.start > _LONG
    before, text = literal.part(char) if long else (0, literal.text)
    char -= before
    first = max(char - _REACH, 0)
    for match in _WORD.finditer(text, first, char + _REACH):
        if match.start() <= char <= match.end():
            yield Span(literal.offset(before + match.start()), literal.offset(before + match.end()))
            break
        if match.start() > char:
            break
    if long:
        return
    start = text.rfind("\n", 0, char) + 1
    end = text.find("\n", char)
    end = len(text) if end < 0 else end
    if start < end:
        yield Span(literal.offset(start), literal.offset(end))
