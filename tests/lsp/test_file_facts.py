"""What an editor hides: the bytes on disk, read when a document is opened, saved, or changed by another
hand."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import editor

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))
RULES = {"select": ["SYN004", "SYN008", "SYN014", "SYN015", "SYN017"]}


async def test_a_byte_order_mark_is_seen_though_the_editor_hides_it(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        path = tmp_path / "a.jsonl"
        uri = ed.open_file(path, "\ufeff" + GOOD)
        (found,) = await ed.shown(uri, "SYN004")
        assert found.range == types.Range(types.Position(0, 0), types.Position(0, 1))
        action, *ignoring = await ed.actions(uri, WHOLE, only=["quickfix"])
        assert action.disabled is not None  # there is nothing in the text to delete
        assert all(one.title.startswith("Ignore ") for one in ignoring)
        ed.edit(uri, Change("x", (0, 44), (0, 44)))
        assert await ed.shown(uri, "SYN004")
        ed.save(uri, path)  # by an editor that writes none
        await ed.shown(uri)


async def test_a_byte_order_mark_in_the_text_can_be_deleted(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        uri = ed.open("untitled:Untitled-1", "\ufeff" + GOOD)
        (found,) = await ed.shown(uri, "SYN004")
        (action,) = await ed.actions(uri, found.range, on=[found], only=["quickfix"])
        await ed.run(uri, action)
        assert ed.text(uri) == GOOD
        await ed.shown(uri)


async def test_mixed_endings_are_those_on_disk(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        path = tmp_path / "a.jsonl"
        path.write_bytes((GOOD.replace("\n", "\r\n") + GOOD).encode())
        uri = ed.open(path.as_uri(), GOOD * 2)  # VS Code opens it like this
        await ed.shown(uri, "SYN015")
        path.write_bytes((GOOD * 2).encode())
        ed.files_changed(path)
        await ed.shown(uri)


async def test_a_final_newline_comes_and_goes_while_it_is_typed(tmp_path: Path) -> None:
    async with editor(options=RULES) as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", GOOD)
        await ed.until(lambda: uri in ed.client.diagnostics)
        ed.edit(uri, Change("", (0, len(GOOD) - 1), (1, 0)))
        await ed.shown(uri, "SYN014")
        ed.edit(uri, Change("\n", (0, len(GOOD)), (0, len(GOOD))))
        await ed.shown(uri)


async def test_a_json_array_is_one_finding_and_not_one_for_each_line(tmp_path: Path) -> None:
    async with editor() as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", f"[\n{GOOD.strip()},\n{GOOD.strip()}\n]\n")
        await ed.shown(uri, "SYN008")
        hover = await ed.hover(uri, 0, 0)
        assert hover is not None
        assert "json-array-file" in str(hover.contents)


async def test_an_empty_file_is_told_of_and_an_empty_new_document_is_not(tmp_path: Path) -> None:
    async with editor() as ed:
        uri = ed.open_file(tmp_path / "a.jsonl", "")
        await ed.shown(uri, "SYN017")
        ed.edit(uri, Change(GOOD, (0, 0), (0, 0)))
        await ed.until(lambda: "SYN017" not in ed.codes(uri))
        new = ed.open("untitled:Untitled-1", "")
        await ed.shown(new)
