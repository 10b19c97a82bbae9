r"""The texts do not have as many placeholders as the record has images, videos or audios.

## What it does
Counts `<image>`, `<video>` and `<audio>` in the texts of a record that lists media beside its turns
(`images`, `videos`, `audios`), system turns aside. Where the target asks for exactly as many as are listed
(LLaMA-Factory), any difference is an error; elsewhere one is reported where a text has such a token at all.
In a record without such a list a token is reported only where it stands at the very beginning or end of a
user's text, and only under a target that reads it; elsewhere it is a word, or HTML.

Under TRL it is the content parts `{"type": "image"}` that must be as many as the images listed.

## Why it matters
LLaMA-Factory stops: `The number of images does not match the number of <image> tokens in …`. TRL:
`Number of images provided (1) does not match number of image placeholders (2).`

## Example
```jsonl
{"messages": [{"role": "user", "content": "<image><image>Which is larger?"}, {"role": "assistant", "content": "The left one."}], "images": ["left.png"]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "<image><image>Which is larger?"}, {"role": "assistant", "content": "The left one."}], "images": ["left.png", "right.png"]}
```

## Fix
None: whether an image is missing or a token too many is not known.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from finetooth_rules.example import Example, Kind, Media, Text, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.turns._turns import is_system

CODE: Final = "SIZ006"

USUAL: Final[Mapping[str, str]] = {"image": "<image>", "video": "<video>", "audio": "<audio>"}
"""The tokens where the target names none: those of LLaVA, LLaMA-Factory, ms-swift and others."""

_LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "image": ("images", "image"),
    "video": ("videos",),
    "audio": ("audios",),
}
_KINDS: Final = frozenset({Kind.PRETRAINING, Kind.TOKENIZED})
_OTHER_PARTS: Final = frozenset({"image_url", "input_image"})
_MOST_MARKS: Final = 50


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each kind of media whose numbers differ."""
    if example.kind in _KINDS or not example.turns:
        return
    target = profile.target
    if target.counts_image_parts:
        yield from _parts(example)
    elif not any(turn.media for turn in example.turns):
        for kind, token in (target.placeholders or USUAL).items():
            yield from _tokens(example, kind, token, named=bool(target.placeholders))


# -- tokens in the texts ------------------------------------------------------------------------------------


def _tokens(example: Example, kind: str, token: str, *, named: bool) -> Iterator[Finding]:
    """Tokens against the list; `named` says that the target itself counts them."""
    listed = [media for media in example.media if media.kind == kind]
    found = [
        (text, match.start())
        for turn in example.turns
        if not is_system(turn)
        for text in turn.texts
        if token in text.text
        for match in re.finditer(re.escape(token), text.text)
    ]
    if len(found) == len(listed):
        return
    has_list = any(isinstance(example.record.value.get(key), list | str) for key in _LISTS[kind])
    consequence = Consequence.REJECTED if named else Consequence.DEGRADED
    if has_list and (found or named):
        yield _mismatch(example, kind, token, listed, found, consequence)
    elif named and not has_list and any(_is_outermost(turn, token) for turn in example.turns):
        yield _mismatch(example, kind, token, listed, found, Consequence.DEGRADED)


def _is_outermost(turn: Turn, token: str) -> bool:
    """Whether a user's text begins or ends with the token, and is not HTML (`<video>…</video>`)."""
    closing = token.replace("<", "</", 1)
    return turn.role == "user" and any(
        (text.text.startswith(token) or text.text.endswith(token)) and closing not in text.text
        for text in turn.texts
    )


def _mismatch(
    example: Example,
    kind: str,
    token: str,
    listed: Sequence[Media],
    found: Sequence[tuple[Text, int]],
    consequence: Consequence,
) -> Finding:
    """On the tokens that are too many, or on the first of the media that no token stands for."""
    message = f"{_count(len(found), f'`{token}` token')} in the texts, {_count(len(listed), kind)} listed"
    if len(found) > len(listed):
        surplus = found[len(listed) :][:_MOST_MARKS]
        first, *others = (example.span_of(text, at, at + len(token)) for text, at in surplus)
        return Finding(
            CODE, message, consequence, span=first, path=surplus[0][0].path, more_spans=tuple(others)
        )
    return Finding(CODE, message, consequence, path=listed[len(found)].path)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


# -- content parts ------------------------------------------------------------------------------------------


def _parts(example: Example) -> Iterator[Finding]:
    """TRL: parts of type `image` against the list. Where the first user turn's content is a string, TRL puts
    a part for each image listed before it.
    """
    if not isinstance(example.record.value.get("images"), list):
        return
    listed = [media for media in example.media if media.kind == "image"]
    parts = [
        media for turn in example.turns if turn.role != "tool" for media in turn.media if _is_part(media)
    ]
    first = next((turn for turn in example.turns if turn.role == "user"), None)
    put = len(listed) if any(_is_plain(turn) for turn in example.turns) else 0
    if first is None or not example.conversation or len(parts) + put == len(listed):
        return
    there = _count(len(parts) + put, "part")
    message = f"{there} of type `image` in the turns, {_count(len(listed), 'image')} listed"
    surplus = parts[max(len(listed) - put, 0) :]
    place = surplus[0].path if surplus else listed[len(parts)].path
    yield Finding(CODE, message, Consequence.REJECTED, path=place)


def _is_part(media: Media) -> bool:
    """Whether it is written `{"type": "image"}`, with the image in it or not."""
    return media.kind == "image" and _OTHER_PARTS.isdisjoint(media.path)


def _is_plain(turn: Turn) -> bool:
    """Whether a user turn's content is a string."""
    return turn.role == "user" and len(turn.texts) == 1 and turn.texts[0].path == turn.content_path


RULE = RecordRule(
    code=CODE,
    name="placeholder-mismatch",
    summary="The texts do not have as many placeholders as the record has images, videos or audios.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    triggers=("image", "video", "audio"),  # in the tokens, and in the names of the lists
)
