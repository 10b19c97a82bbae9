"""How many tokens a record has, which limit holds for it, and which of its text lies behind the limit.

A conversation is counted as OpenAI's cookbook counts it ("How to count tokens with tiktoken"): 3 tokens a
message, those of its values (a role is one), 1 more for a name, and 3 for the whole. Tool definitions and
calls are counted as their JSON text, reasoning as text: an estimate, since a chat template writes them in
its own way. Formats without roles: their texts alone.

Where the profile has the model's chat template, the tokens are those of the text that it makes of the
record: exact, with the model's own tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from finetooth_rules.example import SYSTEM_ROLES, Example, Turn
from finetooth_rules.features import Features, TokenCounter
from finetooth_rules.finding import Path, Span
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.targets import Overlong
from finetooth_rules.template._render import render

PER_CONVERSATION: Final = 3
PER_MESSAGE: Final = 3 + 1  # the role's own token is the fourth
PER_NAME: Final = 1

MOST_MARKS: Final = 50
"""Texts marked at most: each has to be looked up in the record."""

_SLACK: Final = 16
"""Tokens that a tokenizer may put before a text or behind its own special tokens."""

_PLAIN_ROLES: Final = SYSTEM_ROLES | {"user", "assistant"}
_LONGEST_SOURCE: Final = 24
_LONGEST_FILE: Final = 20


class Limit(NamedTuple):
    """The most tokens a record may have; `source` says in a few words who says so. `assumed`: nobody does.
    `key` is the setting of the run that says so in the file `source`, or its default.
    """

    tokens: int
    source: str
    assumed: bool = False
    key: str = ""
    by_default: bool = False

    @property
    def sentence(self) -> str:
        """`the limit is 1,024 (TRL)`, `axolotl.yaml sets sequence_len 2,048`."""
        if not self.key:
            return f"the limit is {self.tokens:,} ({self.source})"
        if self.by_default:
            return f"{self.key} is {self.tokens:,} by default ({self.source})"
        return f"{self.source} sets {self.key} {self.tokens:,}"

    @property
    def noun(self) -> str:
        """`the limit of 1,024 tokens (TRL)`, `sequence_len 2,048 (axolotl.yaml)`."""
        if not self.key:
            return f"the limit of {self.tokens:,} tokens ({self.source})"
        return f"{self.key} {self.tokens:,} ({self.source}{', by default' if self.by_default else ''})"

    @property
    def said_by(self) -> str:
        """`TRL`, `axolotl.yaml: sequence_len`."""
        return f"{self.source}: {self.key}" if self.key else self.source


def limit_of(profile: Profile) -> Limit | None:
    """The limit that holds: the one in the settings, the run's, the model's, else the target's default; None
    where there is none."""
    tokens, target, model = profile.tokens_allowed, profile.target, profile.model
    if tokens is None:
        return None
    if profile.token_limit is not None:
        return Limit(tokens, "`tokens.limit`")
    if (run := profile.row_limit) is not None:
        return Limit(tokens, _shortened(run.file), key=run.key, by_default=run.by_default)
    if model and any(model.startswith(prefix) for prefix in target.token_limits):
        return Limit(tokens, model[:_LONGEST_SOURCE])
    if target.assumed_token_limit:
        return Limit(tokens, "assumed: no target set", assumed=True)
    return Limit(tokens, target.title[:_LONGEST_SOURCE])


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_FILE else f"{name[: _LONGEST_FILE - 1]}…"


def may_exceed(record: Record, tokens: float, profile: Profile | None = None) -> bool:
    """Whether a record can have more than `tokens` tokens, by its length alone.

    A token holds at least one byte of text; no character has more bytes decoded than in the record's slice;
    and what a message adds (5 tokens) takes less than its `{"role":"",` does. So a strict record has no more
    tokens than bytes – but for numbers with an exponent in tool definitions, which may be counted written
    out. In a record that is not strict, one invalid byte may be read as U+FFFD, which has three. What a
    chat template adds is not known, and a model's own tokenizer may make several characters of one."""
    if profile is not None and profile.template is not None:
        return True
    rate = 1 if profile is None else _per_byte(profile)
    return len(record.raw) * rate * (1 if record.strict else 3) > tokens


class Piece(NamedTuple):
    """A text in the order in which it is trained on, behind `frame` tokens of its own that are no text.

    `path` is empty for what cannot be shown. A `closed` piece is not one string of the record (a call), so
    it is marked whole. `answer` says that it is an assistant's."""

    text: str = ""
    path: Path = ()
    trained: bool = False
    frame: int = 0
    closed: bool = False
    answer: bool = False


class Held(NamedTuple):
    """A piece, its tokens, how many of them are within the limit, and how many of its characters (None: as
    many as these tokens hold)."""

    piece: Piece
    tokens: int
    kept: int
    characters: int | None = None


class Counted(NamedTuple):
    """The pieces of an example and the tokens of each. `estimated`: the target may count otherwise.

    Where a chat template was applied, `rendered` is the whole text, `rendered_total` its tokens, and
    `places` where each piece stands in it (None: nowhere). `both`: prompt and answer of each turn are
    shortened, not the end of the whole."""

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    estimated: bool
    rendered: str | None = None
    rendered_total: int = 0
    places: tuple[tuple[int, int] | None, ...] = ()
    both: bool = False

    @property
    def total(self) -> int:
        """Tokens of the whole example."""
        if self.rendered is not None:
            return self.rendered_total
        return sum(self.counts) + sum(piece.frame for piece in self.pieces)

    def trained(self) -> int:
        """Tokens of the trained text."""
        return sum(count for piece, count in zip(self.pieces, self.counts, strict=True) if piece.trained)

    def trained_within(self, limit: int, counter: TokenCounter) -> int:
        """Tokens of the trained text that are left within the limit."""
        return sum(held.kept for held in self.held(limit, counter) if held.piece.trained)

    def held(self, limit: int, counter: TokenCounter) -> Iterator[Held]:
        """What is left of each piece within `limit` tokens."""
        if self.rendered is not None:
            yield from self._held_of_rendered(self.rendered, limit, counter)
        elif self.both:
            for pieces, room in self._pairs(limit):
                yield from _within(pieces, room)
        else:
            yield from _within(zip(self.pieces, self.counts, strict=True), limit)

    def _held_of_rendered(self, text: str, limit: int, counter: TokenCounter) -> Iterator[Held]:
        end = len(text) if self.rendered_total <= limit else counter.cut(text, limit)
        for piece, count, place in zip(self.pieces, self.counts, self.places, strict=True):
            if place is None or place[1] <= end:
                yield Held(piece, count, count)
            elif place[0] >= end:
                yield Held(piece, count, 0, 0)
            else:
                # A template that trims the text has left out what stands before its first character.
                trimmed = place[1] - place[0] < len(piece.text)
                before = len(piece.text) - len(piece.text.lstrip()) if trimmed else 0
                characters = before + end - place[0]
                yield Held(piece, count, min(count, counter.count([text[place[0] : end]])[0]), characters)

    def _pairs(self, limit: int) -> Iterator[tuple[list[tuple[Piece, int]], int]]:
        """Prompt and answer of each turn by turn, and the tokens that LLaMA-Factory leaves of each (v0
        loader, data/processor/supervised.py); nothing of the turns behind the limit."""
        answers = [
            list(several)
            for _, several in groupby(
                zip(self.pieces, self.counts, strict=True), key=lambda pair: pair[0].answer
            )
        ]
        used = 0
        while answers:
            source = [] if answers[0][0][0].answer else answers.pop(0)
            target = answers.pop(0) if answers else []
            lengths = (0, 0) if used >= limit else shortened(_size(source), _size(target), limit - used)
            used += sum(lengths)
            yield source, lengths[0]
            yield target, lengths[1]


def shortened(source: int, target: int, cutoff: int) -> tuple[int, int]:
    """Tokens that are left of a prompt and its answer: LLaMA-Factory's `infer_seqlen`
    (data/processor/processor_utils.py). The shorter one is kept whole where it takes less than half."""
    if target * 2 < cutoff:
        most = cutoff
    elif source * 2 < cutoff:
        most = cutoff - source
    else:
        most = int(cutoff * (target / (source + target)))
    kept = min(most, target)
    return min(max(cutoff - kept, 0), source), kept


def _size(pieces: Iterable[tuple[Piece, int]]) -> int:
    return sum(piece.frame + count for piece, count in pieces)


def _within(pieces: Iterable[tuple[Piece, int]], limit: int) -> Iterator[Held]:
    """What the first `limit` tokens hold of these pieces."""
    left = limit
    for piece, count in pieces:
        left -= piece.frame
        yield Held(piece, count, min(count, max(left, 0)))
        left -= count


def count_examples(examples: Sequence[Example], features: Features, profile: Profile) -> list[Counted]:
    """The tokens of each example, all texts counted in one batch: of the text that the chat template makes,
    where there is one, else by the rules above."""
    counter = features.tokens
    assert counter is not None
    plans = [tuple(_pieces(example)) for example in examples]
    both = profile.overlong is Overlong.BOTH
    own = _writes_itself(profile)
    written = [None if own else written_text(example, features, profile) for example in examples]
    texts = [piece.text for plan in plans for piece in plan]
    counts = iter(counter.count([*texts, *(text for text in written if text is not None)]))
    numbers = [tuple(islice(counts, len(plan))) for plan in plans]
    result = []
    for example, plan, some, text in zip(examples, plans, numbers, written, strict=True):
        if text is not None:
            exact = counter.exact and not _has_media(example)
            places = tuple(_places(text, plan))
            result.append(Counted(plan, some, not exact, text, next(counts), places))
        else:
            guessed = not counter.exact or profile.tokenizer is not None or _only_estimated(example, plan)
            result.append(Counted(plan, some, guessed, both=both))
    return result


def reaching(
    examples: Sequence[Example], features: Features, profile: Profile, least: float
) -> Iterator[tuple[int, Counted]]:
    """The examples that have at least `least` tokens, by their index; of those that no chat template is
    applied to, all. Nothing of a text that is too short is counted, and of one that has fewer tokens no part.
    """
    if features.template is None or _writes_itself(profile):
        yield from enumerate(count_examples(examples, features, profile))
        return
    texts = [written_text(example, features, profile) for example in examples]
    long = [index for index, text in enumerate(texts) if text is None or _most(text, profile) >= least]
    totals = _totals(
        [(examples[index], text) for index in long if (text := texts[index]) is not None], features
    )
    full = [index for index in long if texts[index] is None or next(totals) >= least]
    counted = count_examples([examples[index] for index in full], features, profile)
    yield from zip(full, counted, strict=True)


def _writes_itself(profile: Profile) -> bool:
    """Whether conversations are written out by templates of the trainer's own: LLaMA-Factory."""
    return Overlong.BOTH in (profile.target.overlong, profile.overlong)


def _most(text: str, profile: Profile) -> int:
    """The most tokens that a text can have, by its size in UTF-8."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return size * _per_byte(profile) + _SLACK


def _per_byte(profile: Profile) -> int:
    """The most tokens of a byte: one in OpenAI's encodings."""
    return 1 if profile.tokenizer is None else profile.tokenizer.per_byte


def _totals(written: Sequence[tuple[Example, str]], features: Features) -> Iterator[int]:
    """The tokens of each text, counted once for all rules that ask."""
    counter, shared = features.tokens, features.shared
    assert counter is not None
    known = {} if shared is None else shared
    new = [(example, text) for example, text in written if ("total", id(example.record)) not in known]
    for (example, _), total in zip(new, counter.count([text for _, text in new]), strict=True):
        known["total", id(example.record)] = total
    for example, _ in written:
        yield known["total", id(example.record)]


def written_text(example: Example, features: Features, profile: Profile) -> str | None:
    """The text that the template makes of an example; None where it makes none."""
    rendered = render(example, features, profile)
    return None if rendered is None or rendered.error is not None else rendered.text


def _places(text: str, pieces: Sequence[Piece]) -> list[tuple[int, int] | None]:
    """Where each piece stands in the text, in order; what a template trims is left out.

    A call is written in the template's own way: it reaches from its name to whatever comes next."""
    places: list[tuple[int, int] | None] = []
    at = 0
    for piece in pieces:
        found = None
        texts = (piece.text.split(" ", 1)[0],) if piece.closed else (piece.text, piece.text.strip())
        for sought in texts if piece.path else ():
            start = text.find(sought, at) if sought else -1
            if start >= 0:
                found = (start, start + len(sought))
                at = found[1]
                break
        places.append(found)
    following = len(text)
    for index in range(len(pieces) - 1, -1, -1):
        place = places[index]
        if place is not None:
            if pieces[index].closed:
                places[index] = (place[0], following)
            following = place[0]
    return places


def _has_media(example: Example) -> bool:
    return bool(example.media) or any(turn.media for turn in example.turns)


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
    answer = turn.role == "assistant"
    if example.conversation and turn.role:
        if turn.name is not None:
            yield Piece(turn.name, frame=PER_MESSAGE + PER_NAME, answer=answer)
        else:
            yield Piece(frame=PER_MESSAGE, answer=answer)
    for thought in turn.reasoning:
        yield Piece(thought.text, thought.path, turn.trained, answer=answer)
    for part in turn.texts:
        yield Piece(part.text, part.path, turn.trained, answer=answer)
    for call in turn.calls:
        arguments = call.arguments if isinstance(call.arguments, str) else _json_text(call.arguments)
        text = f"{call.name or ''} {arguments}"
        yield Piece(text, call.path, turn.trained, closed=True, answer=answer)


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
    for piece, count, kept, characters in counted.held(limit, counter):
        last = piece.path or last
        if (count <= kept and characters is None) or not piece.path or len(spans) == MOST_MARKS:
            continue
        if piece.closed:
            spans.append(example.record.locate(piece.path))
            continue
        start = counter.cut(piece.text, kept) if characters is None else characters
        spans.append(example.record.locate_text(piece.path, start, len(piece.text)))
    return last, spans


def amount(tokens: int, estimated: bool) -> str:
    """`5,812`, or `about 5,812`."""
    return f"about {tokens:,}" if estimated else f"{tokens:,}"
