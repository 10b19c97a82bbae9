"""Fenced code blocks are found as CommonMark finds them.

The oracles: the examples of the specification, and markdown-it-py on generated texts. Where markdown-it-py
is known to differ the generated texts do not go; the reference implementation, commonmark.js 0.31.2, agrees
with us there (150,000 texts like these, and with those in them, gave no difference from it):

- a quote mark four or more columns in does not continue a block quote;
- a tab behind a quote mark counts as the columns that are left of it;
- a line indented by four columns or more that a list item does not reach goes on with the item's paragraph;
- a list marker that cannot interrupt a paragraph (`2.`, or an empty one) does so where the paragraph would
  go on outside its container.
"""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from finetooth_rules.fences._blocks import Block, blocks
from finetooth_rules.fences._content import content, content_lines

SPEC: Final = Path(__file__).parents[1] / "data" / "commonmark" / "fenced_code_blocks.json"
EXAMPLES: Final = json.loads(SPEC.read_text(encoding="utf-8"))["examples"]
INDENTED_CODE: Final = "134"  # "Four spaces of indentation is too many": its code block is not a fenced one
CODE: Final = re.compile(r'<pre><code(?: class="language-([^"]*)")?>(.*?)</code></pre>', re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["example"])
def test_example_of_the_specification(example: dict[str, str]) -> None:
    expected = [] if str(example["example"]) == INDENTED_CODE else CODE.findall(example["html"])
    text = example["markdown"]
    found = [(block.info.split()[:1], content(text, block)) for block in blocks(text)]
    assert found == [([language] if language else [], html.unescape(code)) for language, code in expected]


def test_all_examples_are_there() -> None:
    assert [example["example"] for example in EXAMPLES] == list(range(119, 148))


MARKDOWN: Final = MarkdownIt("commonmark")
PREFIXES: Final = [
    *("", "", " ", "  ", "   ", "    ", "     ", "      ", "       ", "\t", "  \t"),
    *("- ", "* ", "-   ", "1. ", "1) ", " 1. ", " - ", "  - ", "- - ", "* - ", "-\t"),
    *(
        indent + mark
        for indent in ("", " ", "   ")
        for mark in ("> ", ">", "> > ", ">> ", "> - ", "> 1. ", "- > ")
    ),
]
BODIES: Final = [
    *(
        "```",
        "```",
        "~~~",
        "````",
        "```py",
        "~~~ a",
        "``` `",
        "text",
        "text",
        "two words",
        "",
        "",
        "",
        "# h",
        "---",
    ),
    *(
        "===",
        "<div>",
        "</div>",
        "<b>",
        "<!-- x",
        "-->",
        "<pre>",
        "</pre>",
        "    code",
        "***",
        "  ```",
        "   ~~~",
    ),
]
TEXTS: Final = st.lists(
    st.builds(str.__add__, st.sampled_from(PREFIXES), st.sampled_from(BODIES)), max_size=8
).map("\n".join)


def from_markdown_it(text: str) -> list[tuple[int, str, str]]:
    # It fails on some texts without a line break at the end.
    tokens = [token for token in MARKDOWN.parse(text + "\n") if token.type == "fence"]
    return [
        (token.map[0] if token.map else -1, token.info.strip(), token.content.rstrip()) for token in tokens
    ]


def from_us(text: str) -> list[tuple[int, str, str]]:
    return [(text.count("\n", 0, b.line), b.info, content(text, b).rstrip()) for b in blocks(text)]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_as_markdown_it_finds_them(text: str) -> None:
    assert from_us(text) == from_markdown_it(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(["\r\n", "\r"]))
def test_line_endings_change_only_the_offsets(text: str, ending: str) -> None:
    other = text.replace("\n", ending)
    there = [(b.info, b.containers, b.close is None, content(other, b)) for b in blocks(other)]
    assert there == [(b.info, b.containers, b.close is None, content(text, b)) for b in blocks(text)]


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_offsets_lie_where_they_say(text: str) -> None:
    end = 0
    for block in blocks(text):
        assert end <= block.line <= block.start < block.end <= block.body <= block.body_end <= len(text)
        assert text[block.start : block.start + block.length] == block.char * block.length
        assert text[block.start : block.end].endswith(block.info)
        assert block.line == 0 or text[block.line - 1] == "\n"
        end = block.body_end
        if block.close is not None:
            assert block.close.line == block.body_end
            assert set(text[block.close.start : block.close.end]) == {block.char}
            assert block.close.end - block.close.start >= block.length


def only(text: str) -> Block:
    (block,) = blocks(text)
    return block


def test_the_fields_of_a_block() -> None:
    text = "1. Do:\n    ```python x\n    a\n      b\n   ```  \nEnd"
    block = only(text)
    assert (block.info, block.indent, block.containers) == ("python x", 1, (3,))
    assert text[block.start : block.end] == "```python x"
    assert [text[at.start : at.end] for at in content_lines(text, block)] == ["a", "  b"]
    assert block.close is not None
    assert text[block.close.start : block.close.end] == "```"


def test_a_tab_of_which_the_container_takes_a_part_leaves_columns() -> None:
    text = "- ```\n\tfoo\n"
    assert content(text, only(text)) == "  foo\n"


def test_html_may_be_read_as_text() -> None:
    text = "<answer>\n```\na\n```\n"
    assert blocks(text) == ()
    assert only_open(blocks(text, html=False)) == []


def only_open(found: tuple[Block, ...]) -> list[Block]:
    return [block for block in found if block.close is None]


def test_only_the_line_endings_of_markdown_end_a_line() -> None:
    assert (
        content("```\na\u2028b\x85c\x0bd\n```", only("```\na\u2028b\x85c\x0bd\n```"))
        == "a\u2028b\x85c\x0bd\n"
    )


HARD: Final = {
    "items in items": "- " * 20_000 + "a\n" + "\n" * 40_000 + "```",
    "quotes in quotes": "> " * 10_000 + "- " * 10_000 + "a\n" + ">\n" * 20_000 + "```",
    "staircase": "\n".join("  " * depth + "- a" for depth in range(400)) + "\n```",
    "paragraphs and numbers": ("a\n" * 50 + "2. b\n") * 1_000 + "```",
    "attributes": "<b " + "a " * 60_000 + "\n```",
    "lazy lines": "- - - - a\n" + "b\n" * 40_000 + "```",
    "inline code": "```a`\n" * 30_000,
    "runs": "```\n" + ("`" * 50_000 + "x\n") * 4,
    "many widths": "".join("- " * (depth % 40 + 1) + "```\n" for depth in range(4_000)),
    "rules that are none": "- " * 20_000 + "* " * 20_000 + "\n```",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_time_is_linear(text: str) -> None:
    start = time.process_time()
    blocks(text)
    assert time.process_time() - start < 2.5  # a fraction of a second; minutes if it were quadratic
