"""The context length of a trainer's file beside an open document: what it says, and when it changes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from pytest_lsp import client_capabilities

from lsp.harness import Editor, editor

ROW = {"messages": [{"role": "user", "content": "word " * 80}, {"role": "assistant", "content": "Yes."}]}
AXOLOTL = (
    "base_model: a/b\ndatasets:\n  - path: rows.jsonl\n    type: chat_template\nlearning_rate: 0.00002\n"
)


@pytest.mark.parametrize("profile", ["visual_studio_code", "neovim"])
async def test_a_trainers_file_is_the_limit_and_may_change(profile: str, tmp_path: Path) -> None:
    (tmp_path / "run.yml").write_text(AXOLOTL + "sequence_len: 64\n")
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    async with editor(profile, folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "rows.jsonl", json.dumps(ROW) + "\n")
        _, found = await ed.shown(uri, "SIZ001", "TOK001")
        assert "run.yml sets sequence_len 64: the record may be dropped" in found.message
        (tmp_path / "run.yml").write_text(AXOLOTL + "sequence_len: 70\n")
        ed.files_changed(tmp_path / "run.yml")
        await ed.until(
            lambda: any("sequence_len 70" in one.message for one in ed.client.diagnostics[uri]), "the new one"
        )


def _says(ed: Editor, uri: str, words: str) -> bool:
    return any(words in one.message for one in ed.client.diagnostics.get(uri, ()))


@pytest.mark.parametrize("profile", ["visual_studio_code", "neovim"])
async def test_a_trainers_file_in_json_is_watched(profile: str, tmp_path: Path) -> None:
    """It may come while the data is open; other JSON beside it concerns nobody."""
    run = tmp_path / "run.json"
    mapping = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
        },
    }
    info = {"mine": {"file_name": "rows.jsonl"} | mapping}
    (tmp_path / "dataset_info.json").write_text(json.dumps(info))
    capabilities = client_capabilities(profile)
    if profile == "visual_studio_code":  # the profile is of an old version
        assert capabilities.workspace is not None
        assert capabilities.workspace.did_change_watched_files is not None
        capabilities.workspace.did_change_watched_files.relative_pattern_support = True
    async with editor(capabilities, folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "rows.jsonl", json.dumps(ROW) + "\n")
        await ed.until(lambda: "SIZ001" in ed.codes(uri))
        for context in (64, 70):
            settings = {"stage": "sft", "model_name_or_path": "a/b", "dataset": "mine", "cutoff_len": context}
            run.write_text(json.dumps(settings | {"learning_rate": 1e-5, "output_dir": "o"}))
            ed.files_changed(run)
            said = f"run.json sets cutoff_len {context}"
            await ed.until(partial(_says, ed, uri, said), said)
        run.unlink()
        ed.files_changed(run)
        await ed.until(lambda: "TOK001" not in ed.codes(uri))
        if profile == "visual_studio_code":
            patterns = [
                watcher
                for one in ed.registered
                if one.id == "finetooth-single-files"
                for watcher in cast(Any, one.register_options)["watchers"]
            ]
            of_folder = {"baseUri": tmp_path.as_uri(), "pattern": "*.json"}
            assert any(watcher["globPattern"] == of_folder for watcher in patterns), patterns


async def test_the_prompt_of_serving_is_read_again(tmp_path: Path) -> None:
    row = {"messages": [{"role": "system", "content": "Be brief."}, *ROW["messages"]]}
    (tmp_path / "finetooth.toml").write_text(
        'select = ["TSK010"]\n[task]\nserving-system-prompt-file = "prompt.txt"\n'
    )
    (tmp_path / "prompt.txt").write_text("Be brief.\n")
    async with editor(folders=[tmp_path]) as ed:
        uri = ed.open_file(tmp_path / "rows.jsonl", (json.dumps(row) + "\n") * 3)
        await ed.shown(uri)
        assert any("prompt.txt" in str(one.register_options) for one in ed.registered)
        (tmp_path / "prompt.txt").write_text("Answer in French, at length.\n")
        ed.files_changed(tmp_path / "prompt.txt")
        await ed.until(lambda: "TSK010" in ed.codes(uri))
