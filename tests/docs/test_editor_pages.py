"""docs/editors/ says of the server what its code says, and its examples can be read."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from finetooth.lsp import open_document, settings

PAGES = Path(__file__).parents[2] / "docs" / "editors"
INDEX = (PAGES / "README.md").read_text(encoding="utf-8")


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def test_every_setting_is_listed_with_its_default() -> None:
    table = INDEX.split("\n## Settings\n")[1].split("| name | default | |")[1].split("\n\n")[0]
    listed = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", table, re.MULTILINE))
    plain = settings.EditorSettings()
    own = {
        _camel(field.name): getattr(plain, field.name) for field in fields(plain) if field.name != "overrides"
    }
    assert set(listed) == set(own) | set(settings._JUDGING)
    for name, default in own.items():
        assert listed[name] == ("none" if default is None else f"`{json.dumps(default)}`"), name
    for name in settings._JUDGING:
        unset = {"finetooth": {name: json.loads(listed[name].strip("`"))}}
        assert settings.read_settings(unset) == (plain, []), name
    misspelt: dict[str, object] = {
        "finetooth": {name: {} for name in listed if name not in settings._JUDGING}
    }
    assert len(settings.read_settings(misspelt)[1]) == len(own)  # the server knows each by this name


def test_language_ids_are_those_of_the_code() -> None:
    table = INDEX.split("| language id | file | |")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert set(re.findall("`([^`]+)`", rows[0])) == open_document.LANGUAGES
    assert set(re.findall("`([^`]+)`", rows[1])) == open_document.JSON_LANGUAGES
    for language in open_document.LANGUAGES:
        assert open_document.is_ours("untitled:Untitled-1", language)
    assert not open_document.is_ours("file:///data/train.jsonl", "plaintext")


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_examples_and_links(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for indent, language, code in re.findall(r"^( *)```(\w+)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        lines = "\n".join(line.removeprefix(indent) for line in code.splitlines())
        if language == "json":
            json.loads(lines)
        if language == "toml":
            tomllib.loads(lines)
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
