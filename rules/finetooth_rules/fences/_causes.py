"""Exactly one cause for each fence that CommonMark leaves open.

The first open fence gets the likeliest cause, its repair is applied to a draft, the draft is read again,
and so on: so the causes together leave a text with no open fence, and one slip early in a text is not
reported again at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Final

from finetooth_rules.fences._blocks import Block, blocks
from finetooth_rules.fences._cause import Cause, TextEdit
from finetooth_rules.fences._closings import wrong_closings
from finetooth_rules.fences._containers import cut_off, nested
from finetooth_rules.fences._harmless import harmless
from finetooth_rules.fences._lines import normalised
from finetooth_rules.fences._plain import plainly_closed
from finetooth_rules.fences._repairs import Draft, applied
from finetooth_rules.fences._tokens import disorder
from finetooth_rules.fences._unclosed import unclosed

_MOST: Final = 100
_CANDIDATES: Final = 5
_EARLIER: Final = 20  # closed blocks before the open one that may be the ones at fault
_BUDGET: Final = 1_000_000  # characters: of a long text with many causes only the first are told
_KEPT_LENGTH: Final = 50_000


def causes(text: str, before: str = "") -> tuple[Cause, ...]:
    """Why fences of a text stay open, in order of place.

    `before` is the text that the reader sees right before (the prompt): a fence left open in it may be
    closed here. A fence is taken as open only if it is so also where HTML blocks are read as text, since a
    tag such as `<answer>` on its own line hides the fences under it.
    """
    found = _kept(text) if len(text) < _KEPT_LENGTH else _causes(text)
    opening = _left_open(before) if found and before else ""
    if opening and blocks(opening + text)[0].close is not None:
        behind = len(opening)
        return tuple(cause.moved(-behind) for cause in _causes(opening + text) if cause.start >= behind)
    return found


@lru_cache(maxsize=32)
def _kept(text: str) -> tuple[Cause, ...]:
    """Remembered for the few texts of the record at hand: several rules ask about each."""
    return _causes(text)


def _left_open(before: str) -> str:
    """The opening line of the fence in which a text ends; empty where it ends in none, or through a slip."""
    last = blocks(before)[-1:]
    if not last or last[0].close is not None or last[0].containers:
        return ""
    meant = any(cause.start == last[0].start for cause in causes(before))
    return last[0].char * last[0].length + "\n" if meant else ""


def _causes(text: str) -> tuple[Cause, ...]:
    if plainly_closed(text):
        return ()
    draft = Draft(normalised(text))
    found: list[Cause] = []
    spent = 0
    for _ in range(_MOST):
        read = blocks(draft.text)
        left = _open(read)
        if not left or not _open(blocks(draft.text, html=False)):
            break
        cause = _likeliest(draft.text, read, left)
        if cause.code:
            found.append(_in_original(text, draft, cause))
        draft.apply(cause.edits)
        spent += len(text) * _CANDIDATES
        if spent > _BUDGET:
            break
    return tuple(sorted(found, key=lambda cause: cause.start))


def _open(read: Sequence[Block]) -> list[Block]:
    return [block for block in read if block.close is None]


def _likeliest(text: str, read: Sequence[Block], left: Sequence[Block]) -> Cause:
    """The cause of the first open fence whose repair leaves the least disorder; of equals, the first named.

    A repair before the block may not leave more fences open; one in it must close it. Neither may add
    disorder. So there is an end to it.
    """
    block = left[0]
    excuse = harmless(text, block)
    if excuse is not None:
        return excuse
    last = unclosed(text, block)
    if len(text) > _BUDGET:
        return last
    best, least = last, disorder(applied(text, last.edits)) + 1
    now = disorder(text)
    for cause in _candidates(text, read, block):
        after = applied(text, cause.edits)
        disordered = disorder(after)
        if disordered < least and _helps(cause, block, left, blocks(after), now - disordered):
            best, least = cause, disordered
        if least == 0:
            break
    return best


def _helps(cause: Cause, block: Block, left: Sequence[Block], after: Sequence[Block], gain: int) -> bool:
    """Whether a repair gets nearer to the end; `gain` is the disorder that it takes away."""
    remaining = _open(after)
    if cause.edits[0].start > block.start:
        return gain >= 0 and (not remaining or remaining[0].start > block.start)
    if any(other.close is None for other in after if other.start <= cause.start):
        return False
    return len(remaining) < len(left) or (len(remaining) == len(left) and gain > 0)


def _candidates(text: str, read: Sequence[Block], block: Block) -> Iterator[Cause]:
    earlier = [other for other in read if other.close is not None and other.start < block.start][-_EARLIER:]
    yield from islice(wrong_closings(text, block), _CANDIDATES)
    yield from cut_off(text, block)
    yield from islice(nested(text, earlier, block), _CANDIDATES)
    yield from islice(chain.from_iterable(wrong_closings(text, other) for other in earlier), _CANDIDATES)


def _in_original(text: str, draft: Draft, cause: Cause) -> Cause:
    """The cause in offsets of the text as it was given, with its own line ending."""
    ending = "\r\n" if "\r\n" in text else "\n" if "\n" in text else "\r"
    related = cause.related
    return Cause(
        cause.code,
        draft.origin(cause.start),
        draft.origin(cause.end),
        cause.message,
        cause.title,
        tuple(
            _original_edit(text, draft, edit, ending)
            for edit in cause.edits
            if edit.new or edit.start < edit.end
        ),
        related and (draft.origin(related[0]), draft.origin(related[1]), related[2]),
    )


def _original_edit(text: str, draft: Draft, edit: TextEdit, ending: str) -> TextEdit:
    start, end = draft.origin(edit.start), draft.origin(edit.end)
    if text.startswith("\r\n", start - 1) and start:
        start, end = start - 1, end - (start == end)
    return TextEdit(start, end, edit.new.replace("\n", ending))
