"""A `.json` document: linted where it is an array of records, left in peace where it is anything else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import editor

GOOD = '{"messages": [{"role": "user", "content": "Hi %d"}, {"role": "assistant", "content": "Hello"}]}'
RULES = {"select": ["SYN001", "DUP001"]}


def array(*records: str) -> str:
    return "[\n  " + ",\n  ".join(records) + "\n]\n"


async def test_a_flaw_of_an_element_is_shown_and_repaired_in_place(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        broken = (GOOD % 2)[:-1] + ",}"
        path = tmp_path / "a.json"
        text = array(GOOD % 1, broken, GOOD % 3)
        path.write_text(text)
        uri = ed.open(path.as_uri(), text, language="json")
        (found,) = await ed.shown(uri, "SYN001")
        assert found.range.start == types.Position(2, 2 + len(broken) - 2)
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, action)
        assert ed.text(uri) == array(GOOD % 1, GOOD % 2, GOOD % 3)
        await ed.shown(uri)


async def test_a_copy_is_deleted_with_its_comma(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        path = tmp_path / "a.json"
        text = array(GOOD % 1, GOOD % 2, GOOD % 1)
        path.write_text(text)
        uri = ed.open(path.as_uri(), text, language="json")
        (found,) = await ed.shown(uri, "DUP001")
        actions = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, actions[0])
        assert ed.text(uri) == array(GOOD % 1, GOOD % 2)


async def test_other_json_is_left_in_peace_until_it_is_a_dataset(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        path = tmp_path / "package.json"
        text = '{\n  "name": "x",\n}\n'
        path.write_text(text)
        uri = ed.open(path.as_uri(), text, language="json")
        ed.edit(uri, Change(" ", (1, 0), (1, 0)))
        other = ed.open("file:///nowhere/a.jsonl", GOOD % 1 + "\n")
        await ed.shown(other)
        ed.save(uri, path)
        assert await ed.hover(uri, 1, 4) is None
        await asyncio.sleep(0.6)  # longer than the pause after which a document is judged
        assert uri not in ed.client.diagnostics
        ed.edit(uri, Change(array(GOOD % 1, (GOOD % 2)[:-1]), (0, 0), (9, 0)))
        await ed.shown(uri, "SYN001")
        ed.edit(uri, Change(text, (0, 0), (9, 0)))
        await ed.shown(uri)
        told = len([p for p in ed.published if p.uri == uri])
        ed.edit(uri, Change(" ", (1, 0), (1, 0)))
        await ed.hover(uri, 1, 4)
        assert len([p for p in ed.published if p.uri == uri]) == told
