"""What nearly every record has in common is one diagnostic, and can be mended in one record or in all."""

from __future__ import annotations

from lsprotocol import types

from finetooth.engine.live.document import Change
from lsp.harness import Editor, editor

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
MISSPELT = GOOD.replace('"assistant"', '"asistant"')
LABELLED = GOOD.replace("]}", '], "label": true}')
OPTIONS = {"select": ["FMT005", "FMT006"], "target": "openai", "ignoreActions": False}


async def common(ed: Editor, uri: str, others: int) -> types.Diagnostic:
    """The one diagnostic that is shown, once it speaks of so many others."""

    def found() -> list[types.Diagnostic]:
        shown = ed.client.diagnostics.get(uri, ())
        return [d for d in shown if len(shown) == 1 and f"(and in {others} more record" in d.message]

    (only,) = await ed.until(found)
    assert isinstance(only, types.Diagnostic)
    return only


async def test_one_diagnostic_that_goes_where_the_first_is() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT * 12)
        assert (await common(ed, uri, 11)).range.start.line == 0
        ed.edit(uri, Change(GOOD, (0, 0), (1, 0)))
        assert (await common(ed, uri, 10)).range.start.line == 1
        ed.edit(uri, Change(GOOD, (5, 0), (6, 0)))
        await ed.shown(uri, *["FMT006"] * 10)  # no longer nearly all of them: each is named


async def test_few_records_are_each_named() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT * 9)
        await ed.shown(uri, *["FMT006"] * 9)


async def test_its_fix_is_offered_for_one_record_and_for_all() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", LABELLED * 12)
        only = await common(ed, uri, 11)
        one, everywhere = await ed.actions(uri, only.range, on=[only])
        assert one.title == "Remove `label` (changes what is learnt)"
        assert everywhere.title == "Remove `label` in all 12 records (changes what is learnt)"
        assert [*(one.diagnostics or ())] == [*(everywhere.diagnostics or ())] == [only]
        await ed.run(uri, one)
        assert ed.text(uri) == GOOD + LABELLED * 11
        await common(ed, uri, 10)
        at = types.Range(types.Position(6, len(LABELLED) - 10), types.Position(6, len(LABELLED) - 10))
        _, everywhere = await ed.actions(uri, at)  # in a record whose own finding is not shown
        await ed.run(uri, everywhere)
        assert ed.text(uri) == GOOD * 12
        await ed.shown(uri)


async def test_all_safe_repairs_reach_every_record() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT * 12)
        only = await common(ed, uri, 11)
        (action,) = await ed.actions(uri, only.range, only=["source.fixAll"])
        await ed.run(uri, action)
        assert ed.text(uri) == GOOD * 12


async def test_in_a_menu_without_lazy_edits() -> None:
    async with editor("emacs", options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", MISSPELT * 12)
        only = await common(ed, uri, 11)
        _, everywhere, *_ = await ed.actions(uri, only.range, on=[only])
        await ed.run(uri, everywhere)
        assert ed.text(uri) == GOOD * 12
