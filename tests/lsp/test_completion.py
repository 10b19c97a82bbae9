"""What is proposed at the cursor, and what choosing it makes of the text. `|` is the cursor."""

# ruff: noqa: E501 - a record is one line

from __future__ import annotations

import json
import re

import pytest
from lsprotocol import types

from finetooth.engine.live.document import Change, Encoding
from lsp.harness import PROFILES, Editor, editor

GOOD = (
    '{"messages": [{"role": "user", "content": "é漢😀"}, {"role": "assistant", "content": "Hello there"}]}\n'
)
OPTIONS = {"select": ["SYN", "FMT"], "format": "openai-chat"}
TOOLS = json.dumps(
    [
        {"type": "function", "function": {"name": name, "description": about, "parameters": schema}}
        for name, about, schema in (
            (
                "weather",
                "How warm it is.",
                {
                    "type": "object",
                    "properties": {
                        "city": {"type": "string", "description": "Where."},
                        "unit": {"enum": ["celsius", "kelvin"]},
                    },
                    "required": ["city"],
                },
            ),
            ("clock", "What time it is.", {"type": "object", "properties": {}}),
        )
    ]
)


class At:
    """A document with a cursor, opened in an editor."""

    def __init__(self, ed: Editor, text: str, *, name: str = "a.jsonl", language: str = "jsonl") -> None:
        before, behind = text.split("|", 1)
        self.ed = ed
        self.uri = ed.open(f"file:///nowhere/{name}", before + behind, language)
        *lines, last = before.split("\n")
        self.line, self.column = len(lines), width(ed, last)

    async def items(self) -> list[types.CompletionItem]:
        params = types.CompletionParams(
            types.TextDocumentIdentifier(self.uri), types.Position(self.line, self.column)
        )
        answer = await self.ed.client.text_document_completion_async(params)
        items = list(answer.items if isinstance(answer, types.CompletionList) else answer or ())
        return sorted(items, key=lambda item: item.sort_text or item.label)

    async def labels(self) -> list[str]:
        return [item.label for item in await self.items()]

    async def chosen(self, label: str) -> str:
        """The document after an item was chosen; a snippet with its places as they come."""
        (item,) = (item for item in await self.items() if item.label == label)
        edit = item.text_edit
        assert isinstance(edit, types.TextEdit)
        assert edit.range.start.line == edit.range.end.line == self.line
        assert edit.range.start.character <= self.column <= edit.range.end.character
        text = edit.new_text
        if item.insert_text_format == types.InsertTextFormat.Snippet:
            text = expanded(text)
        edits = [types.TextEdit(edit.range, text), *(item.additional_text_edits or ())]
        edits.sort(key=lambda one: (one.range.start.line, one.range.start.character), reverse=True)
        self.ed.edit(
            self.uri,
            *(
                Change(
                    one.new_text,
                    (one.range.start.line, one.range.start.character),
                    (one.range.end.line, one.range.end.character),
                )
                for one in edits
            ),
        )
        return self.ed.text(self.uri)


def width(ed: Editor, text: str) -> int:
    if ed.encoding is Encoding.UTF16:
        return len(text.encode("utf-16-le")) // 2
    return len(text.encode()) if ed.encoding is Encoding.UTF8 else len(text)


def expanded(snippet: str) -> str:
    """A snippet's text with what stands in its places."""
    text = re.sub(r"\$\{\d+\|((?:\\.|[^,|\\])*)(?:,(?:\\.|[^|\\])*)?\|\}", r"\1", snippet)
    text = re.sub(r"\$\{\d+:((?:\\.|[^}\\])*)\}", r"\1", text)
    text = re.sub(r"(?<!\\)\$\d+", "", text)
    return re.sub(r"\\([\\$},|])", r"\1", text)


CASES = [
    # where, what is chosen, what it makes of the text; @ are the tools
    ("{|", "messages", '{"messages": []'),
    ("{|}", "messages", '{"messages": []}'),
    ('{"|', "messages", '{"messages": []'),
    ('{"mes|"}', "messages", '{"messages": []}'),
    ("{mes|}", "messages", '{"messages": []}'),
    ('{"|": []}', "messages", '{"messages": []}'),
    ('{"messages": [{|}]}', "role", '{"messages": [{"role": "system"}]}'),
    ('{"messages": [{"role": "|"}]}', '"system"', '{"messages": [{"role": "system"}]}'),
    ('{"messages": [{"role": "sys|tem"}]}', '"user"', '{"messages": [{"role": "user"}]}'),
    ('{"messages": [{"role": |}]}', '"user"', '{"messages": [{"role": "user"}]}'),
    ('{"messages": [{"role":|}]}', '"user"', '{"messages": [{"role": "user"}]}'),
    ('{"messages":[{"role":|}]}', '"user"', '{"messages":[{"role":"user"}]}'),
    (
        '{"messages": [{"role": us|, "content": "a"}]}',
        '"user"',
        '{"messages": [{"role": "user", "content": "a"}]}',
    ),
    (
        '{"messages": [{"role": "|, "content": "a"}]}',
        '"user"',
        '{"messages": [{"role": "user", "content": "a"}]}',
    ),
    (
        '{"messages": [{"role": |"content": "a"}]}',
        '"user"',
        '{"messages": [{"role": "user", "content": "a"}]}',
    ),
    (
        '{"messages": [{"role": "user", |"content": "a"}]}',
        "name",
        '{"messages": [{"role": "user", "name": "", "content": "a"}]}',
    ),
    ('{"messages": [{"role": "user" |}]}', "content", '{"messages": [{"role": "user", "content": ""}]}'),
    ('{"messages": [{"role": "user", |}]}', "content", '{"messages": [{"role": "user", "content": ""}]}'),
    ('{"messages": [{"role": "user",|}]}', "content", '{"messages": [{"role": "user", "content": ""}]}'),
    ('{"messages":[{"role":"user",|}]}', "content", '{"messages":[{"role":"user","content":""}]}'),
    (
        '{"messages": [{"role": "assistant", "content": "a", "weight": |}]}',
        "0",
        '{"messages": [{"role": "assistant", "content": "a", "weight": 0}]}',
    ),
    (
        '{"messages": [{"content": "é漢😀", "ro|',
        "role",
        '{"messages": [{"content": "é漢😀", "role": "system"',
    ),
    ('{"messages": [{"content": "é漢😀" "ro|', "role", '{"messages": [{"content": "é漢😀", "role": "system"'),
    ('{"messages": [|]}', "{user, content}", '{"messages": [{"role": "user", "content": ""}]}'),
    (
        '{"messages": [{"role": "user", "content": "a"}, |]}',
        "{assistant, content}",
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}',
    ),
    (
        '{"messages": [{"role": "user", "content": "a"},|]}',
        "{assistant, content}",
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}',
    ),
    (
        '{"messages": [{"role": "user", "content": "a"} |]}',
        "{assistant, content}",
        '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}',
    ),
    ('{"messages": [], "parallel_tool_calls": |}', "true", '{"messages": [], "parallel_tool_calls": true}'),
    (
        '{"tools": @, "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "|"}}]}]}',
        '"weather"',
        '{"tools": @, "messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather"}}]}]}',
    ),
    (
        '{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": {|}}}]}], "tools": @}',
        "city",
        '{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": {"city": ""}}}]}], "tools": @}',
    ),
    (
        '{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{|}"}}]}], "tools": @}',
        "city",
        '{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{\\"city\\": \\"\\"}"}}]}], "tools": @}',
    ),
    (
        r'{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{\"un|\"}"}}]}], "tools": @}',
        "unit",
        r'{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{\"unit\": \"celsius\"}"}}]}], "tools": @}',
    ),
    (
        r'{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{\"city\": \"é漢😀\", \"unit\": \"k|"}}]}], "tools": @}',
        '"kelvin"',
        r'{"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "weather", "arguments": "{\"city\": \"é漢😀\", \"unit\": \"kelvin\""}}]}], "tools": @}',
    ),
    (
        '{"messages": [{"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "weather"}}]}, {"role": "tool", "tool_call_id": "|"}]}',
        '"c1"',
        '{"messages": [{"role": "assistant", "tool_calls": [{"id": "c1", "function": {"name": "weather"}}]}, {"role": "tool", "tool_call_id": "c1"}]}',
    ),
    (
        '{"messages": [{"role": "user", "content": "é漢😀\\n```|"}]}',
        "python",
        '{"messages": [{"role": "user", "content": "é漢😀\\n```python"}]}',
    ),
    (
        '{"messages": [{"role": "user", "content": "```py|thon\\nx\\n```"}]}',
        "sql",
        '{"messages": [{"role": "user", "content": "```sql\\nx\\n```"}]}',
    ),
]


async def test_what_choosing_makes_of_the_text() -> None:
    """All in one session, as starting a server takes longer than all the rest."""
    async with editor("visual_studio_code", options=OPTIONS) as ed:
        for number, case in enumerate(CASES):
            text, label, result = (part.replace("@", TOOLS) for part in case)
            at = At(ed, GOOD + text + "\n" + GOOD, name=f"{number}.jsonl")
            assert await at.chosen(label) == GOOD + result + "\n" + GOOD, case


@pytest.mark.parametrize("profile", PROFILES)
async def test_in_every_editor(profile: str) -> None:
    """Without snippets the same text, without places to fill in."""
    async with editor(profile, options=OPTIONS) as ed:
        text = GOOD + '{"messages": [{"content": "é漢😀", "ro|", "name": "a"}]}\n'
        at = At(ed, text)
        items = await at.items()
        assert items[0].label == "role"
        assert items[0].detail == "required"
        takes = profile != "emacs"
        assert (items[0].insert_text_format == types.InsertTextFormat.Snippet) == takes
        assert (await at.chosen("role")).endswith(
            '{"messages": [{"content": "é漢😀", "role": "system", "name": "a"}]}\n'
        )
        other = At(ed, GOOD + '{"messages": [{"role": "user", "content": "é漢😀\\n```|"}]}\n', name="b.jsonl")
        assert (await other.chosen("python")).endswith('"é漢😀\\n```python"}]}\n')


FIRST: list[tuple[str, list[str]]] = [
    ('{"messages": [{"role": "user", |}]}', ["content", "name"]),
    ('{"messages": [{"role": "tool", |}]}', ["content", "name", "tool_call_id"]),
    ('{"messages": [{"role": "user", "content": "a"}, {"role": "|"}]}', ['"assistant"']),
    ('{"messages": [{"role": "user", "content": "a, b: {|"}]}', []),
    ('{"messages": [{"role": "user", "content": "a \\"|"}]}', []),
    ('{"messages": [{"role": "user", "content": "```\\nx\\n```|"}]}', []),
    ('{"messages": [{"role": "user", "content": "a ```|"}]}', []),
    ('{"messages": [{"role": "user"|}]}', []),
    ('{"messages"|}', []),
    ('{"messages": []}|', []),
    ("nonsense: |", []),
    ('{"messages": [{"role": "user", "content": "~~~|"}]}', ["python", "javascript"]),
    ("{'messages': [{'role': 'user', |", []),
]


async def test_first_come_these() -> None:
    async with editor(options=OPTIONS) as ed:
        for number, (text, expected) in enumerate(FIRST):
            labels = await At(ed, GOOD + text + "\n", name=f"{number}.jsonl").labels()
            assert labels[: len(expected)] == expected, text
            assert bool(labels) == bool(expected), text


async def test_languages_of_the_file_come_first() -> None:
    async with editor(options=OPTIONS) as ed:
        used = GOOD.replace("Hello there", "```cobol\\nx\\n```")
        at = At(ed, used + '{"messages": [{"role": "user", "content": "```|"}]}\n' + used)
        items = await at.items()
        assert items[0].label == "cobol"
        assert items[0].detail == "used in this file"


async def test_ids_of_calls_that_have_no_result_yet() -> None:
    calls = ", ".join(
        f'{{"id": "c{n}", "function": {{"name": "weather", "arguments": "{{}}"}}}}' for n in (1, 2, 3)
    )
    text = (
        '{"messages": [{"role": "assistant", "tool_calls": [@]}, '
        '{"role": "tool", "tool_call_id": "c2", "content": "7"}, {"role": "tool", "tool_call_id": "|"}]}\n'
    ).replace("@", calls)
    async with editor(options=OPTIONS) as ed:
        items = await At(ed, text).items()
        assert [item.label for item in items] == ['"c1"', '"c3"']
        assert items[0].detail == "call of weather"


@pytest.mark.parametrize("text", ["|", GOOD + "|\n" + GOOD, GOOD + "rec|\n"])
async def test_whole_records_on_an_empty_line(text: str) -> None:
    async with editor(options=OPTIONS | {"select": ["ALL"], "ignore": ["SIZ", "DUP"]}) as ed:
        at = At(ed, text)
        labels = await at.labels()
        assert labels == [
            "record: a question and its answer",
            "record: with a system text",
            "record: several turns",
            "record: with a tool call",
        ]
        shown = await at.chosen("record: with a tool call")
        line = shown.split("\n")[at.line]
        assert json.loads(line)["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"city": "Oslo"}'
        await ed.shown(at.uri)


@pytest.mark.parametrize("profile", PROFILES)
async def test_in_a_new_file_records_of_the_well_known_formats(profile: str) -> None:
    async with editor(profile, options={"select": ["SYN", "FMT"]}) as ed:
        at = At(ed, "|")
        labels = await at.labels()
        assert "chat messages: a question and its answer" in labels
        assert "instruction, input and output: an instruction" in labels
        shown = await at.chosen("instruction, input and output: an instruction")
        assert set(json.loads(shown)) == {"instruction", "input", "output"}


async def test_in_an_array_with_its_commas() -> None:
    one = GOOD.strip()
    async with editor(options=OPTIONS) as ed:
        at = At(ed, f"[\n  {one}\n  |\n  {one}\n]\n", name="a.json", language="json")
        shown = await at.chosen("record: a question and its answer")
        assert len(json.loads(shown)) == 3
        inside = At(
            ed,
            f'[\n  {one},\n  {{\n    "messages": [\n      {{"role": "|"\n    ]\n  }},\n  {one}\n]\n',
            name="b.json",
            language="json",
        )
        assert '"user"' in await inside.labels()


async def test_in_a_record_of_several_lines() -> None:
    async with editor(options=OPTIONS) as ed:
        at = At(ed, GOOD + '{\n  "messages": [\n    {\n      "role": "user",\n      |\n' + GOOD)
        assert (await at.labels())[0] == "content"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("sharegpt", '{"conversations": [{"from": "|"}]}', '"human"'),
        ("sharegpt", '{"conversations": [{"from": "function_call", "value": "{|', "name"),
        ("alpaca", "{|}", "instruction"),
        ("gemini", '{"contents": [{"role": "user", "parts": [{"|', "text"),
        ("trl-stepwise", '{"prompt": "a", "completions": ["b"], "labels": [|]}', "true"),
        ("bedrock-nova", "{|}", "schemaVersion"),
    ],
)
async def test_of_other_formats(name: str, text: str, expected: str) -> None:
    async with editor(options={"format": name}) as ed:
        assert expected in (await At(ed, text).labels())


async def test_nothing_where_nothing_is_known_and_never_an_error() -> None:
    async with editor(options={"select": ["SYN"]}) as ed:
        pieces = [
            '{"a": [1, {"b": "|c',
            "|",
            "[|",
            "{'x': |",
            '{"messages": "|',
            "]|",
            "\\|",
            '{"é漢😀": "😀|😀"}',
        ]
        for number, text in enumerate(pieces):
            await At(ed, text, name=f"{number}.jsonl").items()
        text = '{"messages": [{"role": "user", "content": "é\\u00e9 {\\"a\\": 😀"}], "tools": "[{\\"type\\": 1}]"}'
        for at in range(len(text)):
            await At(ed, text[:at] + "|" + text[at:], name="all.jsonl").items()
            await At(ed, text[:at] + "|", name="all.jsonl").items()


def test_a_snippet_is_expanded_as_editors_do() -> None:
    assert expanded(r'"a": "${1|x,y|}", $2 ${3:b\}c} \$1 \\') == r'"a": "x",  b}c $1 ' + "\\"
