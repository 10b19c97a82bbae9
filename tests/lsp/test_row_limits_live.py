"""The context length of a trainer's file beside an open document: what it says, and when it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lsp.harness import editor

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
