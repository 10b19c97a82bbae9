"""How many tokens a record has, which limit holds for it, and which of its text lies behind the limit.

A conversation is counted as OpenAI's cookbook counts it ("How to count tokens with tiktoken"): 3 tokens a
message, those of its values (a role is one), 1 more for a name, and 3 for the whole. Tool definitions and
calls are counted as their JSON text, reasoning as text: an estimate, since a chat template writes them in
its own way. Formats without roles: their texts alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from finetooth_rules.example import SYSTEM_ROLES, Example, Turn
from finetooth_rules.features import TokenCounter
from finetooth_rules.finding import Path, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record

PER_CONVERSATION: Final = 3
PER_MESSAGE: Final = 3 + 1  # the role's own token is the fourth
PER_NAME: Final = 1

MOST_MARKS: Final = 50
"""Texts marked at most: each has to be looked up in the record."""

_PLAIN_ROLES: Final = SYSTEM_ROLES | {"user", "assistant"}
_LONGEST_SOURCE: Final = 24


@dataclass(frozen=True, slots=True)
class Limit:
    """The most tokens a record may have; `source` says in a few words who says so. `assumed`: nobody does."""

    tokens: int
    source: str
    assumed: bool = False


def limit_of(profile: Profile) -> Limit | None:
    """The limit that holds: the one in the settings, the model's, else the target's default; None where
    there is none."""
    tokens, target, model = profile.tokens_allowed, profile.target, profile.model
    if tokens is None:
        return None
    if profile.token_limit is not None:
        return Limit(tokens, "`tokens.limit`")
    if model and any(model.startswith(prefix) for prefix in target.token_limits):
        return Limit(tokens, model[:_LONGEST_SOURCE])
    if target.assumed_token_limit:
        return Limit(tokens, "assumed: no target set", assumed=True)
    return Limit(tokens, target.title[:_LONGEST_SOURCE])


def may_exceed(record: Record, tokens: float) -> bool:
    """Whether a record can have more than `tokens` tokens, by its length alone.

    A token holds at least one byte of text; no character has more bytes decoded than in the record's slice;
    and what a message adds (5 tokens) takes less than its `{"role":"",` does. So a strict record has no more
    tokens than bytes – but for numbers with an exponent in tool definitions, which may be counted written
    out. In a record that is not strict, one invalid byte may be read as U+FFFD, which has three."""
    return len(record.raw) * (1 if record.strict else 3) > tokens


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in the order in which it is trained on, behind `frame` tokens of its own that are no text.

    `path` is empty for what cannot be shown. A `closed` piece is not one string of the record (a call), so
    it is marked whole."""

    text: str = ""
    path: Path = ()
    trained: bool = False
    frame: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The pieces of an example and the tokens of each. `estimated`: the target may count otherwise."""

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    estimated: bool

    @property
    def total(self) -> int:
        """Tokens of the whole example."""
        return sum(self.counts) + sum(piece.frame for piece in self.pieces)

    def trained(self) -> int:
        """Tokens of the trained text."""
        return sum(count for piece, count in zip(self.pieces, self.counts, strict=True) if piece.trained)

    def trained_within(self, limit: int) -> int:
        """Tokens of the trained text that the first `limit` tokens hold."""
        return sum(min(count, room) for piece, count, room in self.rooms(limit) if piece.trained)

    def rooms(self, limit: int) -> Iterator[tuple[Piece, int, int]]:
        """Each piece, its tokens, and how many tokens are left for it of `limit` (at least 0)."""
        left = limit
        for piece, count in zip(self.pieces, self.counts, strict=True):
            left -= piece.frame
            yield piece, count, max(left, 0)
            left -= count


def count_examples(examples: Sequence[Example], counter: TokenCounter) -> list[Counted]:
    """The tokens of each example, all texts counted in one batch."""
    plans = [tuple(_pieces(example)) for example in examples]
    counts = iter(counter.count([piece.text for plan in plans for piece in plan]))
    return [
        Counted(plan, tuple(islice(counts, len(plan))), not counter.exact or _only_estimated(example, plan))
        for example, plan in zip(examples, plans, strict=True)
    ]


def _only_estimated(example: Example, plan: Sequence[Piece]) -> bool:
    return (
        bool(example.tools)
        or any(turn.media or turn.role not in _PLAIN_ROLES for turn in example.turns)
        or any(piece.closed for piece in plan)
        or any(turn.reasoning for turn in example.turns)
    )


def _pieces(example: Example) -> Iterator[Piece]:
    if example.conversation:
        tools = _json_text([tool.definition for tool in example.tools]) if example.tools else ""
        yield Piece(tools, frame=PER_CONVERSATION)
    for turn in example.turns:
        yield from _turn_pieces(example, turn)


def _turn_pieces(example: Example, turn: Turn) -> Iterator[Piece]:
    if example.conversation and turn.role:
        if turn.name is not None:
            yield Piece(turn.name, frame=PER_MESSAGE + PER_NAME)
        else:
            yield Piece(frame=PER_MESSAGE)
    for thought in turn.reasoning:
        yield Piece(thought.text, thought.path, turn.trained)
    for part in turn.texts:
        yield Piece(part.text, part.path, turn.trained)
    for call in turn.calls:
        arguments = call.arguments if isinstance(call.arguments, str) else _json_text(call.arguments)
        yield Piece(f"{call.name or ''} {arguments}", call.path, turn.trained, closed=True)


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def cut_places(
    example: Example, counted: Counted, limit: int, counter: TokenCounter
) -> tuple[Path, list[Span]]:
    """What lies behind the limit: the spans of the text, in order and at most `MOST_MARKS`.

    The first begins behind the last character that still fits. There is none where only the frame of a
    message is over; the path, of the last text there is, then tells the place."""
    spans: list[Span] = []
    last: Path = ()
    for piece, count, room in counted.rooms(limit):
        last = piece.path or last
        if count <= room or not piece.path or len(spans) == MOST_MARKS:
            continue
        if piece.closed:
            spans.append(example.record.locate(piece.path))
            continue
        start = counter.cut(piece.text, room)
        spans.append(example.record.locate_text(piece.path, start, len(piece.text)))
    return last, spans


def amount(tokens: int, estimated: bool) -> str:
    """`5,812`, or `about 5,812`."""
    return f"about {tokens:,}" if estimated else f"{tokens:,}"
