"""Every limit that a target sets on size and media, from both sides: silent at it, a finding one over it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Consequence, Severity
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.settings import build_profile
from finetooth_rules.size import file_too_large, too_many_examples
from finetooth_rules.size.image_limits import decoded_size
from finetooth_rules.targets import TARGETS, Target
from finetooth_rules.testing import lint


def having(field: str) -> list[Any]:
    return [pytest.param(t, id=t.name) for t in TARGETS.values() if getattr(t, field) is not None]


def with_images(field: str) -> list[Any]:
    return [pytest.param(t, id=t.name) for t in TARGETS.values() if getattr(t.images, field) is not None]


# -- SIZ002: a file of ten million records is not built; its summary is ---------------------------------


def too_many(target: Target, records: int, media: int) -> list[str]:
    profile, options = Profile(target=target), too_many_examples.Options()
    count = too_many_examples.Count(records, media)
    verdict = too_many_examples.fit(count, Features(), profile, options)
    return [finding.message for finding in too_many_examples.conclude(verdict, profile, options)]


@pytest.mark.parametrize("target", having("max_examples"))
def test_examples(target: Target) -> None:
    most = target.max_examples
    assert most is not None
    assert too_many(target, most, 0) == []
    (message,) = too_many(target, most + 1, 0)
    assert f"{most + 1:,} examples" in message
    assert len(message) <= 120


@pytest.mark.parametrize("target", with_images("most_examples"))
def test_examples_with_media(target: Target) -> None:
    most = target.images.most_examples
    assert most is not None
    assert too_many(target, most, most) == []
    (message,) = too_many(target, most + 1, most + 1)
    assert "with media" in message


def test_records_with_images_are_counted_apart() -> None:
    small = replace(TARGETS["openai"], images=replace(TARGETS["openai"].images, most_examples=1))
    profile = Profile(format="openai-chat", target=small)
    linter = Linter(build_profile({"target": "openai", "format": "openai-chat"}))
    examples = [linter.example(record) for record in map(_record, (picture(), picture(), "text"))]
    counts = too_many_examples.gather(
        [example for example in examples if example], Features(), profile, too_many_examples.Options()
    )
    assert list(counts) == [(1, 1), (1, 1), (1, 0)]


def _record(content: object) -> Any:
    from finetooth_rules.record import Record

    return Record(chat(content))


# -- SIZ003 ---------------------------------------------------------------------------------------------


def too_large(target: Target, size: int, **options: int) -> list[tuple[str, Consequence]]:
    found = file_too_large.check(
        FileFacts(size, b"", b""), Profile(target=target), file_too_large.Options(**options)
    )
    return [(finding.message, finding.consequence) for finding in found]


@pytest.mark.parametrize("target", having("max_file_bytes"))
def test_bytes_of_the_file(target: Target) -> None:
    most = target.max_file_bytes
    assert most is not None
    assert all(consequence is Consequence.NOTE for _, consequence in too_large(target, most))
    ((message, consequence),) = too_large(target, most + 1)
    assert consequence is Consequence.REJECTED
    assert len(message) <= 120


def test_the_plain_upload_of_azure() -> None:
    plain = TARGETS["azure"].plain_upload_bytes
    assert plain is not None
    assert too_large(TARGETS["azure"], plain) == []
    assert [c for _, c in too_large(TARGETS["azure"], plain + 1)] == [Consequence.NOTE]


def test_without_a_limit_any_size_is_right() -> None:
    assert too_large(TARGETS["generic"], 1 << 50) == []
    assert too_large(TARGETS["generic"], 101, max_bytes=100) != []
    assert too_large(TARGETS["openai"], 100, max_bytes=100) == []


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KiB"),
        (1 << 20, "1 MiB"),
        (3 << 29, "1.5 GiB"),
        (1 << 45, "32,768 GiB"),
    ],
)
def test_sizes_in_words(size: int, text: str) -> None:
    assert file_too_large.in_units(size) == text


# -- SIZ005 ---------------------------------------------------------------------------------------------


def chat(content: object) -> bytes:
    return orjson.dumps(
        {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": "A cat."}]}
    )


def url(payload: str = "iVBORw0KGgo=") -> str:
    return f"data:image/png;base64,{payload}"


def picture(*addresses: str) -> list[dict[str, Any]]:
    images = [{"type": "image_url", "image_url": {"url": address}} for address in addresses or (url(),)]
    return [{"type": "text", "text": "What is this?"}, *images]


def image_findings(target: Target, content: object) -> list[str]:
    found = lint(chat(content), f'target = "{target.name}"')
    return [placed.finding.message for placed in found if placed.finding.code == "SIZ005"]


@pytest.mark.parametrize("target", with_images("per_example"))
def test_images_of_a_record(target: Target) -> None:
    most = target.images.per_example
    assert most is not None
    assert image_findings(target, picture(*[url()] * most)) == []
    (message,) = image_findings(target, picture(*[url()] * (most + 1)))
    assert f"{most + 1} images" in message


@pytest.mark.parametrize("target", with_images("max_bytes"))
def test_bytes_of_an_image(target: Target) -> None:
    most = target.images.max_bytes
    assert most is not None
    groups, rest = divmod(most, 3)
    exact = "AAAA" * groups + ("", "AA==", "AAA=")[rest]
    assert decoded_size(url(exact)) == most
    assert image_findings(target, picture(url(exact))) == []
    over = "AAAA" * groups + ("AA==", "AAA=", "AAAA")[rest]
    assert decoded_size(url(over)) == most + 1
    (message,) = image_findings(target, picture(url(over)))
    assert "at most 10 MiB" in message


@pytest.mark.parametrize("target", with_images("sources"))
def test_sources_of_an_image(target: Target) -> None:
    written = {
        "data": url(),
        "http": "https://example.com/a.png",
        "s3": "s3://bucket/a.png",
        "gs": "gs://bucket/a.png",
        "path": "a.png",
    }
    taken = target.images.sources
    assert taken is not None
    if "openai-chat" not in (target.formats or {"openai-chat"}):
        target = replace(target, formats=None)
    for kind, address in written.items():
        linter = Linter(replace(build_profile({"format": "openai-chat"}), target=target))
        (found,) = linter.check([_record(picture(address))])
        codes = {finding.code for finding in found}
        assert ("SIZ005" not in codes) is (kind in taken), kind


@pytest.mark.parametrize("target", with_images("roles"))
def test_an_image_in_an_answer(target: Target) -> None:
    data = orjson.dumps(
        {"messages": [{"role": "user", "content": "Draw."}, {"role": "assistant", "content": picture()}]}
    )
    found = [p.finding for p in lint(data, f'target = "{target.name}"') if p.finding.code == "SIZ005"]
    assert [finding.path for finding in found] == [("messages", 1, "content", 1, "image_url", "url")]
    assert build_profile({"target": target.name}).severity("SIZ005", found[0].consequence) is Severity.ERROR
