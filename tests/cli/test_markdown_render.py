"""Markdown as a terminal shows it."""

from __future__ import annotations

import textwrap

from finetooth.cli._markdown import render
from finetooth.output._style import Style

TEXT = """\
First sentence with `code` and **weight**, see [the page](https://e.example/x).

## What it does
A paragraph
over two lines.

- one
- two, which is long enough that it has to be wrapped somewhere
1. first

````jsonl
{"a": "```python"}

{"b": 1}
````

| a | b |
Text with ``a `tick` in it`` at the end.
"""


def test_plain() -> None:
    assert render(TEXT, Style(), 40) == textwrap.dedent("""\
        First sentence with `code` and weight,
        see the page (https://e.example/x).

        What it does
        A paragraph over two lines.

        • one
        • two, which is long enough that it has
          to be wrapped somewhere
        1. first

            {"a": "```python"}

            {"b": 1}

        | a | b |
        Text with ``a `tick` in it`` at the end.
        """)


def test_colours() -> None:
    out = render("Use `x y`.\n\n## Fix\n", Style(color=True), 40)
    assert out == "Use \x1b[36mx y\x1b[0m.\n\n\x1b[1;32mFix\x1b[0m\n"


def test_code_is_not_broken_over_lines() -> None:
    out = render("word word word `a b c d` end", Style(), 20)
    assert out == "word word word\n`a b c d` end\n"


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert render("```\ncode", Style(), 40) == "    code\n"
