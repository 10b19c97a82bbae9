"""Records to begin with, and the words on keys: each format has them, and they are right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from finetooth_rules.example import SYSTEM_ROLES
from finetooth_rules.formats import FORMATS
from finetooth_rules.formats._field_map import FieldMap
from finetooth_rules.formats.custom import custom_format
from finetooth_rules.formats.snippets import SNIPPETS, Snippet, snippets_of
from finetooth_rules.formats.words import KEYS, ROLES, about_key
from finetooth_rules.targets import TARGETS
from finetooth_rules.testing import lint
from providers import host

EVERY = [
    pytest.param(name, snippet, id=f"{name}: {snippet.label}")
    for name, several in SNIPPETS.items()
    for snippet in several
]


TOO_FEW = {"SIZ001"}
"""A file of one record is small."""


def found(text: str, settings: str) -> list[str]:
    placed = [one.finding for one in lint(text.encode(), settings, host)]
    return [f"{finding.code} {finding.message}" for finding in placed if finding.code not in TOO_FEW]


@pytest.mark.parametrize(("name", "snippet"), EVERY)
def test_no_rule_has_anything_to_say(name: str, snippet: Snippet) -> None:
    """Under every target that reads the format as its own."""
    for target in TARGETS.values():
        if (target.formats is not None and name in target.formats) or target.name == "generic":
            settings = f'format = "{name}"\ntarget = "{target.name}"\nselect = ["ALL"]\n'
            taken = [one for one in snippets_of(name, None, target) if one.label == snippet.label]
            assert taken or target.keeps_from_roles  # it has no tags for calls
            assert not any(found(one.text() + "\n", settings) for one in taken), target.name


@pytest.mark.parametrize(("name", "snippet"), EVERY)
def test_it_is_of_its_format_and_its_fields_are_found(name: str, snippet: Snippet) -> None:
    assert FORMATS[name].holds(snippet.value)
    assert "".join(text for text, _ in snippet.pieces()) == snippet.text()
    written = {number: text for text, number in snippet.pieces() if number}
    assert tuple(written[number] for number in sorted(written)) == snippet.fields


def test_a_tool_s_name_is_written_once() -> None:
    (snippet,) = (one for one in SNIPPETS["openai-chat"] if one.linked)
    again = [number for text, number in snippet.pieces() if text == "get_temperature"]
    assert again == [2, 2]


def test_every_format_that_is_written_by_hand_has_one() -> None:
    assert set(SNIPPETS) == set(FORMATS) - {"tokenized"}


def test_of_a_mapping_with_the_fields_it_asks_for() -> None:
    mapping = FieldMap(prompt=(("question",),), completion=(("answer",),))
    (snippet,) = snippets_of("custom", mapping)
    assert list(snippet.value) == ["question", "answer"]
    assert custom_format(mapping).holds(snippet.value)
    turns = FieldMap(messages=("dialog",), role="who", content="said")
    (of_turns,) = snippets_of("custom", turns)
    assert of_turns.value["dialog"][0]["who"] == "user"
    assert custom_format(turns).holds(of_turns.value)
    assert snippets_of("custom", FieldMap(prompt=(("data", "question"),))) == ()


def keys_of(schema: Mapping[str, Any]) -> Iterator[str]:
    yield from schema.get("properties", {})
    inner = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for name in ("anyOf", "oneOf", "allOf", "prefixItems"):
        inner += schema.get(name, ())
    for one in inner:
        if isinstance(one, Mapping):
            yield from keys_of(one)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
def test_every_key_of_a_schema_is_explained(fmt: Any) -> None:
    assert {key for key in keys_of(fmt.schema) if not about_key((key,), fmt.name)} == set()


def test_words_are_sentences() -> None:
    for text in (*KEYS.values(), *ROLES.values()):
        assert text.endswith(".")
        assert len(text) <= 120
    assert set(ROLES) >= SYSTEM_ROLES
    assert about_key(("messages", 0), "openai-chat") == ""
