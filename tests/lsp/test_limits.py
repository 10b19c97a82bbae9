"""At most `maxDiagnostics` for a file: errors first, then what is nearest to the last edit, and told once."""

from __future__ import annotations

from finetooth.engine.live.document import Change
from lsp.harness import editor

GOOD = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}\n'
ERROR = GOOD.replace('"assistant"', '"asistant"')
WARNING = GOOD.replace("Hello", "```python\\nx = 1")
OPTIONS = {"select": ["FMT006", "FEN001"]}


async def test_a_thousand_and_no_more_with_a_line_on_the_rest() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", (ERROR + GOOD) * 1000)
        await ed.until(lambda: len(ed.client.diagnostics.get(uri, ())) == 1000)
        assert {d.code for d in ed.client.diagnostics[uri]} == {"FMT006"}
        assert not ed.client.messages
        ed.edit(uri, Change(ERROR, (0, 0), (0, 0)))
        shown = await ed.until(
            lambda: [d for d in ed.client.diagnostics[uri] if d.code is None] and ed.client.diagnostics[uri]
        )
        assert len(shown) == 1000
        (rest,) = [d for d in shown if d.code is None]
        assert rest.message == "2 more findings; run `finetooth check` to see them all"
        assert rest.source == "finetooth"
        ed.edit(uri, Change(ERROR, (0, 0), (0, 0)))
        await ed.until(lambda: any(d.message.startswith("3 more") for d in ed.client.diagnostics[uri]))
        (told,) = ed.client.messages
        assert "`finetooth.maxDiagnostics`" in told.message


async def test_errors_come_first_and_then_the_nearest_warnings() -> None:
    async with editor(options=OPTIONS | {"maxDiagnostics": 12}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", WARNING * 50 + ERROR * 3 + WARNING * 50)
        ed.edit(uri, Change(" ", (90, 1), (90, 1)))
        shown = await ed.until(
            lambda: ed.client.diagnostics.get(uri) if len(ed.client.diagnostics.get(uri, ())) == 12 else None
        )
        await ed.until(lambda: 90 in {d.range.start.line for d in ed.client.diagnostics[uri]})
        shown = ed.client.diagnostics[uri]
        assert [d.range.start.line for d in shown if d.code == "FMT006"] == [50, 51, 52]
        near = sorted(d.range.start.line for d in shown if d.code == "FEN001")
        assert len(near) == 8
        assert all(abs(line - 90) <= 4 for line in near)
        assert [d.message.split()[0] for d in shown if d.code is None] == ["92"]


async def test_a_limit_of_one_leaves_the_line_on_the_rest() -> None:
    async with editor(options=OPTIONS | {"maxDiagnostics": 1}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", ERROR * 3)
        (only,) = await ed.until(lambda: ed.client.diagnostics.get(uri))
        assert only.message.startswith("3 more findings")
