"""What stands at a place of a record, in words: a key, a role, a text with its tokens, a weight."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final, NamedTuple

from finetooth.engine.cursor.place import Place, place_at
from finetooth.engine.cursor.schema_views import View, value_at, views, views_at
from finetooth.engine.cursor.spot import Spot, Where, spot_at, text_at
from finetooth.engine.live.worker import Worker, count_tokens
from finetooth.engine.providers import spec_for
from finetooth.lsp.open_document import OpenDocument
from finetooth.lsp.rendered_text import shown
from finetooth.lsp.token_counts import BYTES_A_TOKEN, MOST_COUNTED
from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.finding import INSIDE, Path, Span
from finetooth_rules.formats.words import about_key, about_role
from finetooth_rules.profile import Profile
from finetooth_rules.scan import MISSING
from finetooth_rules.targets import Trains
from finetooth_rules.tokens._measure import limit_of

_PATIENCE: Final = 1.0
_MOST_READ: Final = 8 * 1024 * 1024
_TOKEN_LISTS: Final = frozenset({"input_ids", "attention_mask", "labels", "position_ids"})


class About(NamedTuple):
    """A text, and the range it is about."""

    text: str
    range: dict[str, Any]


async def about_place(
    worker: Worker, document: OpenDocument, line: int, column: int, *, markdown: bool
) -> About | None:
    """What stands at a position; None where nothing is to be said of it."""
    encoding = document.renderer.facts.encoding
    place = place_at(document.index, line, column, encoding)
    if place is None or place.record.oversize or len(place.record.raw) > _MOST_READ:
        return None
    spot = spot_at(place.record, place.offset(line, column))
    writer = _Writer(document, place, spot, markdown=markdown)
    if spot.where is Where.KEY and spot.key is not None:
        return writer.about(writer.key(), spot.key)
    if spot.where is not Where.VALUE:
        return None
    value = text_at(place.record, spot) if place.value is MISSING else value_at(place.value, spot.path)
    if isinstance(value, str) and spot.string is not None:
        facts = [writer.turn()]
        if not writer.is_name:
            facts.insert(0, await _tokens(worker, document.profile, value))
        text = writer.role(value) or shown(value, spot.char, markdown=markdown)
        parts = (text, "\n\n".join(fact for fact in facts if fact))
        return writer.about("\n\n---\n\n".join(part for part in parts if part), spot.string)
    if isinstance(value, (int, float)):
        return writer.about(writer.number(), spot.span)
    return None


class _Writer:
    """Says what there is to say of one place."""

    def __init__(self, document: OpenDocument, place: Place, spot: Spot, *, markdown: bool) -> None:
        self._profile = document.profile
        self._place = place
        self._path: Path = spot.path
        self._markdown = markdown
        self._example: Example | None = place.example

    def about(self, text: str, span: Span) -> About | None:
        """The text with its range; None for an empty one."""
        if not text:
            return None
        start, end = ({"line": line, "character": character} for line, character in self._place.range(span))
        return About(text, {"start": start, "end": end})

    @property
    def _turn(self) -> Turn | None:
        """The innermost turn that the place is in."""
        if self._example is None:
            return None
        turns = (*self._example.turns, *self._example.rejected)
        around = [turn for turn in turns if turn.path == self._path[: len(turn.path)]]
        return max(around, key=lambda turn: len(turn.path), default=None)

    @property
    def is_name(self) -> bool:
        """Whether the string is a word of the format: a role, a type, an id."""
        key = self._path[-1] if self._path else ""
        return key in ("role", "from", "type", "id", "tool_call_id", "name")

    def key(self) -> str:
        """What a key means, its type, and whether it has to be there."""
        key = str(self._path[-1])
        fmt = self._format()
        readings = self._readings(self._path[:-1])
        schemas = [view.properties[key] for view in readings if key in view.properties]
        if INSIDE in self._path:
            text = ""
        else:
            text = about_key(self._path, fmt.name if fmt is not None else None)
        types = dict.fromkeys(name for one in schemas for view in views(one) for name in view.types)
        needed = bool(readings) and all(key in view.required for view in readings if view.properties)
        facts = [" or ".join(types), "required" if needed else ""]
        detail = ", ".join(fact for fact in facts if fact)
        if not text and not detail:
            return ""
        head = f"{self._code(key)} ({detail})" if detail else self._code(key)
        parts = [head, text]
        if key in ("weight", "loss_weight", "training", "train", "label", "mask", "role", "from"):
            parts.append(self.turn())
        return "\n\n".join(part for part in parts if part)

    def _format(self) -> Any:
        name = self._example.format if self._example is not None else ""
        return self._profile.format_named(name or self._profile.format)

    def _readings(self, path: Path) -> list[View]:
        fmt = self._format()
        value = self._place.value
        return [] if fmt is None or value is MISSING else views_at(fmt.schema, path, value)

    def role(self, written: str) -> str:
        """What a role means; empty where the string is none."""
        turn = self._turn
        if turn is None or self._path != turn.role_path or self._path == turn.path:
            return ""
        text = about_role(turn.role)
        named = "" if written == turn.role else f" (read as {self._code(turn.role)})"
        return f"{self._code(written)}{named}: {text}" if text else ""

    def turn(self) -> str:
        """What the target does with the turn at the place."""
        turn = self._turn
        if turn is None or self._example is None:
            return ""
        return trained_words(self._example, turn, self._profile)

    def number(self) -> str:
        """What a weight does; of a list of tokens how many they are."""
        key = self._path[-1] if self._path else ""
        if key in ("weight", "loss_weight"):
            return self.turn()
        top = self._path[0] if self._path else ""
        if top not in _TOKEN_LISTS or len(self._path) != 2:
            return ""
        listed = value_at(self._place.value, self._path[:1])
        index = self._path[1]
        assert isinstance(index, int)
        limit = limit_of(self._profile)
        of_limit = "" if limit is None else f"; the limit is {limit.tokens:,} ({self._plain(limit.source)})"
        return f"token {index + 1:,} of {len(listed):,}{of_limit}"

    def _code(self, word: str) -> str:
        word = word.replace("`", "'")[:80]
        return f"`{word}`" if self._markdown else word

    def _plain(self, text: str) -> str:
        return text if self._markdown else text.replace("`", "")


def trained_words(example: Example, turn: Turn, profile: Profile) -> str:
    """Whether a turn is learnt, and why: by the format's rules and what the target says of itself."""
    target = profile.target
    if example.kind is Kind.PREFERENCE:
        if turn in example.rejected:
            return "The worse answer: the model learns to prefer the other one."
        if turn in example.turns[example.answer_from :]:
            return "The better answer: the model learns to prefer it."
        return "Read, not trained: both answers answer it."
    if example.kind is Kind.PROMPT_ONLY:
        return "Read, not trained: the model answers it, and a grader judges."
    if turn.weight is not None and not target.reads_weight and turn.role == "assistant":
        return f"{target.title} does not read the weight: {_by_target(example, turn, profile.trains)}"
    if turn.weight == 0 and turn.role == "assistant":
        return "Read, not trained: its weight is 0."
    return _by_target(example, turn, profile.trains).capitalize()


def _by_target(example: Example, turn: Turn, trains: Trains) -> str:
    if trains is Trains.ALL and example.conversation and example.kind is Kind.SUPERVISED:
        return "trained, as every token is."
    if not turn.trained:
        return "read, not trained."
    last = next((one for one in reversed(example.turns) if one.trained), None)
    if trains is Trains.LAST and turn is not last:
        return "read, not trained: only the last answer is."
    return "trained."


async def _tokens(worker: Worker, profile: Profile, text: str) -> str:
    """The tokens of a text, in words."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size <= MOST_COUNTED:
        asked = asyncio.wrap_future(worker.submit(count_tokens, spec_for(profile), [text]))
        with contextlib.suppress(TimeoutError):
            counted = await asyncio.wait_for(asked, _PATIENCE)
            if counted is not None:
                encoding, exact, count = counted
                return f"{'' if exact else 'about '}{count:,} token{'s' * (count != 1)} ({encoding})"
    return f"about {size // BYTES_A_TOKEN:,} tokens, by its size"
