"""A model's chat template and tokenizer beside an open document: what they say, when they change, and what is
told when they are of no use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lsp.harness import Editor, editor

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
DEVELOPER = GOOD.replace(
    '[{"role": "user"', '[{"role": "developer", "content": "Be brief."}, {"role": "user"'
)
EVERY_ROLE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
NO_DEVELOPER = (
    "{% for m in messages %}{% if m.role == 'developer' %}{{ raise_exception('Unknown role.') }}{% endif %}"
    "{% endfor %}" + EVERY_ROLE
)
WORDS = {"[UNK]": 0, "Hi": 1, "Hello": 2}


def tokenizer(**model: Any) -> str:
    """A tokenizer.json of words."""
    parts: dict[str, Any] = {
        "version": "1.0",
        "added_tokens": [],
        "normalizer": None,
        "post_processor": None,
        "decoder": None,
    }
    words = {"type": "WordLevel", "vocab": WORDS, "unk_token": "[UNK]", **model}
    return json.dumps(parts | {"pre_tokenizer": {"type": "Whitespace"}, "model": words})


def write(ed: Editor, path: Path, text: str) -> None:
    path.write_text(text)
    ed.files_changed(path)


def template_in(folder: Path, text: str) -> Path:
    (folder / "finetooth.toml").write_text(
        'select = ["TPL", "TOK", "FMT"]\n[tokens]\ntemplate = "chat.jinja"\n'
    )
    path = folder / "chat.jinja"
    path.write_text(text)
    return path


async def test_what_a_template_says_comes_in_the_background_and_changes_with_its_file(tmp_path: Path) -> None:
    path = template_in(tmp_path, NO_DEVELOPER)
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD + DEVELOPER)
        (found,) = await ed.shown(uri, "TPL001")
        assert "Unknown role." in found.message
        assert (found.range.start.line, found.range.start.character) == (1, 14)
        write(ed, path, EVERY_ROLE)
        await ed.until(lambda: ed.codes(uri) == [])
        write(ed, path, EVERY_ROLE.replace("<|im_end|>", ""))
        await ed.shown(uri, "TPL005", "TPL005")


async def test_a_template_that_cannot_be_read_is_told_at_its_place_and_the_last_one_holds(
    tmp_path: Path,
) -> None:
    path = template_in(tmp_path, NO_DEVELOPER)
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", DEVELOPER)
        await ed.shown(uri, "TPL001")
        write(ed, path, "{% for m in messages %}\n{{ m.content\n{% endfor %}")
        (told,) = await ed.until(lambda: ed.client.diagnostics.get(path.as_uri()))
        assert "is no valid chat template" in told.message
        assert told.range.start.line > 0
        ed.files_changed(path)
        assert ed.codes(uri) == ["TPL001"]
        write(ed, path, EVERY_ROLE)
        await ed.until(lambda: ed.codes(uri) == [])
        assert not ed.client.diagnostics[path.as_uri()]
        assert len(ed.client.messages) == 1


async def test_with_a_bad_template_the_other_settings_hold_from_the_opening(tmp_path: Path) -> None:
    path = template_in(tmp_path, "{% for %}")
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD.replace("assistant", "asistant"))
        await ed.shown(uri, "FMT006")  # SIZ001 is not selected
        write(ed, path, EVERY_ROLE)
        await ed.until(lambda: not ed.client.diagnostics[path.as_uri()])


@pytest.mark.parametrize(
    "text", ["{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"]
)
async def test_a_template_without_end_is_one_message(tmp_path: Path, text: str) -> None:
    path = template_in(tmp_path, text)
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", DEVELOPER * 20 + GOOD.replace("assistant", "asistant"))
        await ed.shown(uri, "FMT006")
        (told,) = await ed.until(lambda: ed.client.diagnostics.get(path.as_uri()))
        assert told.message == "the chat template takes longer than 2 s on a record"
        await ed.until(lambda: ["longer than" in message.message for message in ed.client.messages] == [True])
        ed.files_changed(tmp_path / "finetooth.toml")
        write(ed, path, NO_DEVELOPER)
        await ed.until(lambda: ed.codes(uri).count("TPL001") == 20)
        assert not ed.client.diagnostics[path.as_uri()]
        assert len(ed.client.messages) == 1


async def test_a_tokenizer_that_does_not_load_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "finetooth.toml").write_text('[tokens]\nlimit = 3\ntokenizer = "tokenizer.json"\n')
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer(vocab={"[UNK]": "no number"}))
    async with editor("visual_studio_code", folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD * 3)
        (told,) = await ed.until(lambda: ed.client.diagnostics.get(path.as_uri()))
        assert "is no tokenizer" in told.message
        await ed.until(lambda: len(ed.client.messages) == 1)
        write(ed, path, tokenizer())
        found = await ed.until(lambda: [item for item in ed.client.diagnostics[uri] if item.code == "TOK002"])
        assert found[0].message.endswith(f"{tmp_path.name[-8:]})")
        assert not ed.client.diagnostics[path.as_uri()]
        assert len(ed.client.messages) == 1


async def test_hover_says_the_tokens_of_what_the_template_writes(tmp_path: Path) -> None:
    template_in(tmp_path, "{% for m in messages %}{{ m.content }} {% endfor %}Hello")
    (tmp_path / "tokenizer.json").write_text(tokenizer())
    settings = (tmp_path / "finetooth.toml").read_text()
    (tmp_path / "finetooth.toml").write_text(settings + 'tokenizer = "tokenizer.json"\n')
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD)
        for _ in range(20):  # a busy machine starts the worker slowly; until then texts are counted
            found = await ed.hover(uri, 0, 40)
            if "written by" in str(found):
                break
        assert found is not None
        assert "3 tokens (" in str(found.contents)
        assert "written by chat.jinja" in str(found.contents)
