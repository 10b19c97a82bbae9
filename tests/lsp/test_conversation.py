"""A record as a chat, and the way from record to record, as an editor's extension asks for them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from lsp.harness import Editor, editor

OPTIONS = {"select": ["SYN"]}
CHAT = json.dumps(
    {
        "messages": [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "é漢😀 Weather?"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "c1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
            {"role": "assistant", "content": "Sunny."},
        ],
        "tools": [{"type": "function", "function": {"name": "weather", "description": "Tells the weather."}}],
    },
    ensure_ascii=False,
)
PREFERENCE = json.dumps({"prompt": "Hi", "chosen": "Hello", "rejected": "Go away"})


async def ask(ed: Editor, method: str, uri: str, line: int, character: int = 0, **more: Any) -> Any:
    params = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}
    return await send(ed, method, params)


async def send(ed: Editor, method: str, params: Any) -> Any:
    protocol: Any = ed.client.protocol
    return plain(await protocol.send_request_async(method, params))


def plain(value: Any) -> Any:
    """What pygls made of an answer that it does not know, as JSON again."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def line_of(answer: Any) -> int | None:
    return None if answer is None else int(answer["range"]["start"]["line"])


async def test_a_chat_with_a_call() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"\n{CHAT}\n")
        await ed.until(lambda: uri in ed.client.diagnostics)
        shown = await ask(ed, "finetooth/conversation", uri, 1, 40)
        assert shown["format"] == "openai-chat"
        assert [turn["role"] for turn in shown["turns"]] == [
            "system",
            "user",
            "assistant",
            "tool",
            "assistant",
        ]
        assert shown["turns"][1]["texts"] == ["é漢😀 Weather?"]
        (call,) = shown["turns"][2]["calls"]
        assert (call["name"], call["id"], json.loads(call["arguments"])) == (
            "weather",
            "c1",
            {"city": "Rome"},
        )
        assert shown["turns"][3]["answers"] == "c1"
        assert [turn["trained"] for turn in shown["turns"]] == [False, False, True, False, True]
        assert shown["tools"] == [{"name": "weather", "description": "Tells the weather."}]
        where = shown["turns"][4]["range"]  # in UTF-16, behind an emoji
        units = CHAT.encode("utf-16-le")[2 * where["start"]["character"] : 2 * where["end"]["character"]]
        assert units.decode("utf-16-le") == '"Sunny."'
        assert where["start"]["line"] == 1
        assert await ask(ed, "finetooth/conversation", uri, 99) is None


async def test_long_conversations_cost_little() -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": "word " * 60} for n in range(2000)]
    chat = json.dumps({"messages": turns})
    larger = json.dumps({"messages": turns * 2})
    async with editor(options={"select": ["SYN"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{chat}\n{larger}\n")
        while await ask(ed, "finetooth/record", uri, 1) is None:  # so long a record is read beside the server
            await asyncio.sleep(0.05)
        began = time.perf_counter()
        shown = await ask(ed, "finetooth/conversation", uri, 0)
        assert time.perf_counter() - began < 5
        assert (len(shown["turns"]), shown["left"]) == (1000, 1000)
        assert shown["turns"][7]["range"] == shown["range"]
        assert await ask(ed, "finetooth/conversation", uri, 1) is None


async def test_a_preference_has_both_answers() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{PREFERENCE}\n")
        await ed.until(lambda: uri in ed.client.diagnostics)
        shown = await ask(ed, "finetooth/conversation", uri, 0)
        assert [turn["texts"] for turn in shown["turns"][shown["answerFrom"] :]] == [["Hello"]]
        assert [turn["texts"] for turn in shown["rejected"][shown["rejectedFrom"] :]] == [["Go away"]]


async def test_a_broken_record_is_shown_as_far_as_it_can_be_read() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{CHAT}\n{CHAT[:-1]},}}\n[1]\n")
        await ed.until(lambda: uri in ed.client.diagnostics)
        assert len((await ask(ed, "finetooth/conversation", uri, 1))["turns"]) == 5
        assert await ask(ed, "finetooth/conversation", uri, 2) is None


async def test_from_record_to_record_over_blank_lines() -> None:
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{CHAT}\n\n\n{CHAT}\n{CHAT}")
        await ed.until(lambda: uri in ed.client.diagnostics)
        assert line_of(await ask(ed, "finetooth/record", uri, 0, step=1)) == 3
        assert line_of(await ask(ed, "finetooth/record", uri, 1, step=1)) == 3
        assert line_of(await ask(ed, "finetooth/record", uri, 3, step=-1)) == 0
        assert line_of(await ask(ed, "finetooth/record", uri, 4, step=0)) == 4
        assert await ask(ed, "finetooth/record", uri, 1, step=0) is None
        assert await ask(ed, "finetooth/record", uri, 4, step=1) is None
        assert await ask(ed, "finetooth/record", uri, 0, step=-1) is None


async def test_from_element_to_element_of_an_array() -> None:
    text = json.dumps([json.loads(CHAT)] * 3, indent=1, ensure_ascii=False)
    async with editor(options=OPTIONS) as ed:
        uri = ed.open("file:///nowhere/a.json", text, "json")
        await ed.until(lambda: uri in ed.client.diagnostics)
        at = line_of(await ask(ed, "finetooth/record", uri, 2, step=0))
        assert at == 1
        following = [at]
        while (answer := await ask(ed, "finetooth/record", uri, following[-1], 5, step=1)) is not None:
            following.append(answer["range"]["start"]["line"])
        assert following == [number for number, line in enumerate(text.split("\n")) if line == " {"]
        shown = await ask(ed, "finetooth/conversation", uri, following[1] + 3, 2)
        assert shown["range"]["start"]["line"] == following[1]
        # All on one line: the element under the position.
        one = ed.open("file:///nowhere/b.json", f"[{PREFERENCE}, {CHAT}]", "json")
        await ed.until(lambda: one in ed.client.diagnostics)
        assert (await ask(ed, "finetooth/conversation", one, 0, 5))["kind"] == "preference"
        assert (await ask(ed, "finetooth/conversation", one, 0, len(PREFERENCE) + 9))["kind"] == "supervised"


@pytest.mark.parametrize(
    "params", [None, {}, {"textDocument": 1}, {"textDocument": {"uri": 1}, "position": []}]
)
async def test_nonsense_is_answered_with_nothing(params: Any) -> None:
    async with editor(options=OPTIONS) as ed:
        for method in ("finetooth/conversation", "finetooth/record"):
            assert await send(ed, method, params) is None


async def test_a_file_in_numbers() -> None:
    async with editor(options={"select": ["SYN", "FMT"], "target": "trl"}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", f"{CHAT}\n\n{CHAT.replace('assistant', 'asistant')}\n")
        await ed.until(lambda: len(ed.codes(uri)) == 3)
        ask_of = {"textDocument": {"uri": uri}}
        facts = await send(ed, "finetooth/fileFacts", ask_of)
        shown = ed.client.diagnostics[uri]
        assert (facts["rows"], facts["format"], facts["target"]) == (2, "openai-chat", "trl")
        assert facts["errors"] + facts["warnings"] + facts["notes"] == len(shown)
        assert facts["errors"] == sum(item.severity == 1 for item in shown)
        assert (
            await send(ed, "finetooth/fileFacts", {"textDocument": {"uri": "file:///nowhere/b.jsonl"}})
            is None
        )
        assert await send(ed, "finetooth/fileFacts", None) is None


async def test_what_is_told_once_is_counted_once() -> None:
    async with editor(options={"select": ["FMT"]}) as ed:
        uri = ed.open("file:///nowhere/a.jsonl", (CHAT.replace('"tool"', '"tol"') + "\n") * 30)
        await ed.until(lambda: ed.client.diagnostics.get(uri))
        facts = await send(ed, "finetooth/fileFacts", {"textDocument": {"uri": uri}})
        assert facts["rows"] == 30
        assert facts["errors"] + facts["warnings"] + facts["notes"] == len(ed.client.diagnostics[uri])
