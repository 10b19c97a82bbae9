r"""An image is not as the target takes it.

## What it does
Checks the images of a record against what the target takes: how many in a record, how many bytes (of images
written into the file as `data:` URLs), of which type (by the `data:` URL, or by the ending of the address),
in the turns of which roles, and from where (in the file, by web address, from a bucket); whether videos may
stand beside them, and how many; and whether a message with an image may have a weight.

## Why it matters
The file is refused, or the record is left out of the training without a word. Azure takes 64 images of 10 MiB
in a record, Together 10, and only as `data:` URLs; both in user turns, as JPEG, PNG or WebP. Amazon Nova takes
one video or any number of images.

## Example
```toml
target = "azure"
```
```jsonl
{"messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.com/cat.gif"}}]}, {"role": "assistant", "content": "A cat."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}}]}, {"role": "assistant", "content": "A cat."}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example, Media
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.patterns import lazy
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._words import quoted
from finetooth_rules.size.file_too_large import in_units
from finetooth_rules.targets import ImageLimits, Target

CODE: Final = "SIZ005"

_DATA: Final = lazy(r"data:image/([a-z0-9.+-]+)((?:;[^,;]*)*),", re.IGNORECASE)
_ENDING: Final = lazy(r"\.(jpe?g|png|webp|gif|bmp|tiff?|svg|heic|avif|ico)(?:[?#].*)?\Z", re.IGNORECASE)
_SAME: Final = {"jpg": "jpeg", "tif": "tiff", "svg+xml": "svg", "x-icon": "ico"}
_SCHEMES: Final = {"data:": "data", "http://": "http", "https://": "http", "s3://": "s3", "gs://": "gs"}
_WORDS: Final = {
    "data": "as a `data:` URL",
    "http": "by a web address",
    "s3": "from S3",
    "gs": "from Cloud Storage",
    "path": "by a path",
}
_LONGEST_PATH: Final = 1024


def applies(example: Example) -> bool:
    """Whether there is an image or a video."""
    return any(media.kind in ("image", "video") for media in _all(example))


def _all(example: Example) -> Iterator[Media]:
    """The media of the turns: the APIs with such limits read no list beside them."""
    for turn in example.turns:
        yield from turn.media


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """One finding for each image that is not taken, and one where there are too many."""
    limits, formats = profile.target.images, profile.target.formats
    if limits == ImageLimits() or (formats is not None and example.format not in formats):
        return  # a record that has to be converted first is told nothing of its images
    images = [media for media in _all(example) if media.kind == "image"]
    if limits.per_example is not None and len(images) > limits.per_example:
        message = (
            f"{len(images)} images; {profile.target.title} takes at most {limits.per_example} in a record"
        )
        yield Finding(CODE, message, Consequence.REJECTED, path=images[limits.per_example].path)
    yield from _videos(example, images, profile.target)
    for turn in example.turns:
        if (
            not limits.weighted
            and turn.weight not in (None, 0)
            and any(m.kind == "image" for m in turn.media)
        ):
            message = f"a weight on a message with an image; {profile.target.title} takes 0 or none"
            yield Finding(CODE, message, Consequence.REJECTED, path=turn.weight_path)
        if limits.roles is not None and turn.role not in limits.roles:
            for media in turn.media:
                if media.kind == "image":
                    roles = " or ".join(f"`{role}`" for role in sorted(limits.roles))
                    message = (
                        f"an image in a turn of {quoted(turn.role)}; expected images in turns of {roles}"
                    )
                    yield Finding(CODE, message, Consequence.REJECTED, path=media.path)
    for media in images:
        problem = _problem(media.source, profile.target)
        if problem:
            yield Finding(CODE, problem, Consequence.REJECTED, path=media.path)


def _videos(example: Example, images: Sequence[Media], target: Target) -> Iterator[Finding]:
    """Too many videos, or videos beside images."""
    videos = [media for media in _all(example) if media.kind == "video"]
    most = target.images.videos_per_example
    if most is not None and len(videos) > most:
        message = f"{len(videos)} videos; {target.title} takes at most {most} in a record"
        yield Finding(CODE, message, Consequence.REJECTED, path=videos[most].path)
    if images and videos and not target.images.with_videos:
        message = f"a video beside images; {target.title} takes the one or the other in a record"
        yield Finding(CODE, message, Consequence.REJECTED, path=videos[0].path)


def _problem(source: object, target: Target) -> str | None:
    """What is wrong with an image by what is written for it; None where nothing is, or nothing is known."""
    limits = target.images
    if not isinstance(source, str) or (kind := _source(source)) is None:
        return None
    if limits.sources is not None and kind not in limits.sources:
        taken = " or ".join(_WORDS[name] for name in sorted(limits.sources))
        return f"an image given {_WORDS[kind]}; {target.title} takes it {taken}"
    found = _type(source, kind)
    if limits.types and found is not None and found not in limits.types:
        return f"an image of type {found}; {target.title} takes {', '.join(sorted(limits.types))}"
    if kind == "data" and limits.max_bytes is not None and (size := decoded_size(source)) > limits.max_bytes:
        return f"an image of {in_units(size)}; {target.title} takes at most {in_units(limits.max_bytes)}"
    return None


def _source(source: str) -> str | None:
    start = source[:8].lower()
    for scheme, name in _SCHEMES.items():
        if start.startswith(scheme):
            return name
    return "path" if 0 < len(source) <= _LONGEST_PATH and "://" not in source else None


def _type(source: str, kind: str) -> str | None:
    match = _DATA.match(source) if kind == "data" else _ENDING.search(source)
    if match is None:
        return None
    name = match[1].lower()
    return _SAME.get(name, name)


def decoded_size(url: str) -> int:
    """Bytes that a `data:` URL stands for: three for four characters of base64, less its padding."""
    match = _DATA.match(url)
    if match is None:
        return 0
    length = len(url) - match.end()
    if not match[2].lower().endswith(";base64"):
        return length
    return length * 3 // 4 - (len(url) - len(url.rstrip("=")))


RULE = RecordRule(
    code=CODE,
    name="image-limits",
    summary="An image is not as the target takes it.",
    consequence=Consequence.REJECTED,
    of_form=True,
    check=check,
    applies=applies,
)
