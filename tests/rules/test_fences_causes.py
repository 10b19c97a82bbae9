"""Each open fence has one cause, the right one, and its repair closes it."""

from __future__ import annotations

import time
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from finetooth_rules.edits import apply_edits
from finetooth_rules.example import Example
from finetooth_rules.fences._blocks import Block, blocks
from finetooth_rules.fences._cause import Cause
from finetooth_rules.fences._causes import causes
from finetooth_rules.fences._plain import plain_infos, plainly_closed
from finetooth_rules.fences._tokens import is_info
from finetooth_rules.fences.glued_closing_fence import RULE as GLUED
from finetooth_rules.formats import FORMATS
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions
from finetooth_rules.targets import GENERIC


def repaired(text: str, found: tuple[Cause, ...]) -> str:
    edits = [edit for cause in found for edit in cause.edits]
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = text[: edit.start] + edit.new + text[edit.end :]
    return text


def open_in(found: tuple[Block, ...]) -> list[Block]:
    return [block for block in found if block.close is None]


# -- documents that are right, and one slip in them --------------------------------------------------------

PROSE: Final = st.sampled_from(
    [
        "Some text.",
        "Use `x` or ``y``:",
        "# Heading",
        "Call it with ``` in a string.",
        "",
        "So good~~~",
        "2. is two",
    ]
)
CODE: Final = st.lists(
    st.sampled_from(
        ["print(1)", "    return x", "", "# note", "- a", "> b", "1. c", "x = `a`", "</div>", "~"]
    ),
    max_size=3,
).map(lambda lines: ["a = 1", *lines, "b = 2"])
PLACES: Final = st.sampled_from(
    [("", ""), ("", ""), ("1. ", "   "), ("- ", "  "), ("> ", "> "), ("1. - ", "     ")]
)
FENCES: Final = st.sampled_from(["```", "```", "```", "````", "~~~"])
INFOS: Final = st.sampled_from(["", "python", "js {1,3}", "text"])


@st.composite
def block(draw: st.DrawFn) -> tuple[list[str], str, str]:
    """The lines of a closed block in some container, the prefix of its lines, and its fence."""
    first, rest = draw(PLACES)
    fence = draw(FENCES)
    lines = [fence + draw(INFOS), *draw(CODE), fence]
    return [(rest if number else first) + line for number, line in enumerate(lines)], rest, fence


PARTS: Final = st.lists(
    st.one_of(PROSE.map(lambda line: [line]), block().map(lambda made: made[0])), max_size=5
)


def joined(parts: list[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in parts)


@settings(max_examples=150, deadline=None)
@given(PARTS)
def test_a_document_that_is_right_has_no_cause(parts: list[list[str]]) -> None:
    assert causes(joined(parts)) == ()


SLIPS: Final = st.sampled_from(["cut", "glued", "prose", "short", "other", "info", "indented"])
CODES: Final = {"cut": "FEN001", "glued": "FEN002", "prose": "FEN002", "indented": "FEN004"}


@settings(max_examples=300, deadline=None)
@given(PARTS, block(), SLIPS, st.sampled_from(["\n", "\r\n"]))
def test_one_slip_is_found_and_undone(
    parts: list[list[str]], last: tuple[list[str], str, str], slip: str, ending: str
) -> None:
    lines, rest, fence = last
    assume(not (slip == "short" and fence == "```"))
    ahead = joined(parts) + ("\n\n" if parts else "")
    behind = "" if slip == "cut" else "\n\nThat is all."
    right = "\n".join(lines)
    code, closing = "\n".join(lines[:-1]), lines[-1]
    wrong = {
        "cut": code,
        "glued": code + fence,
        "prose": right + " This shows it.",
        "short": f"{code}\n{rest}```" if fence != "~~~" else f"{code}\n{rest}~~ ~",
        "other": f"{code}\n{rest}{'```' if fence == '~~~' else '~~~'}",
        "info": right + "python",
        "indented": f"{code}\n{rest}    {fence}",
    }[slip]
    good = right.replace(closing, closing) if slip != "prose" else f"{right}\n{rest}This shows it."
    text = (ahead + wrong + behind).replace("\n", ending)
    found = causes(text)
    assert [cause.code for cause in found] == [CODES.get(slip, "FEN003")]
    assert repaired(text, found) == (ahead + good + behind).replace("\n", ending)
    assert len(found[0].message) <= 120
    assert found[0].start >= len(ahead.replace("\n", ending))


# -- texts of every kind -------------------------------------------------------------------------------------

LEADS: Final = (
    "",
    "",
    "",
    "  ",
    "    ",
    "      ",
    "\t",
    "- ",
    "* ",
    "1. ",
    "2. ",
    "> ",
    ">",
    "  - ",
    "> 1. ",
)
BODIES: Final = (
    *("```", "```", "```", "~~~", "````", "```py", "```markdown", "~~~ a", "text", "x = 1", "", "", "x```"),
    *("y()~~~", "Now run it, please.", "``` Now run it", "<div>", "<answer>", "``", "```py title=x", "``` ~"),
    "} ``` Here it is",
)
LINES: Final = st.builds(str.__add__, st.sampled_from(LEADS), st.sampled_from(BODIES))
TEXTS: Final = st.builds(
    str.join, st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]), st.lists(LINES, min_size=1, max_size=9)
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_after_all_repairs_there_is_no_cause(text: str) -> None:
    found = causes(text)
    assert causes(repaired(text, found)) == ()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_one_repair_at_a_time_comes_to_an_end(text: str) -> None:
    for _ in range(40):
        found = causes(text)
        if not found:
            return
        text = repaired(text, found[:1])
    raise AssertionError(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_there_is_a_cause_only_where_a_fence_is_open_in_both_readings(text: str) -> None:
    found = causes(text)
    if found:
        assert open_in(blocks(text))
        assert open_in(blocks(text, html=False))
    assert all(0 <= cause.start < cause.end <= len(text) and cause.edits for cause in found)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_the_quick_look_is_never_wrong(text: str) -> None:
    assert not (plainly_closed(text) and open_in(blocks(text, html=False)))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_what_plainly_begins_a_block_is_all_that_does(text: str) -> None:
    infos = plain_infos(text)
    if infos is not None:
        assert [info.strip(" \t") for info in infos] == [block.info for block in blocks(text)]


def test_where_a_fence_may_be_none_the_quick_look_says_nothing() -> None:
    assert plain_infos("A:\n```py\n1\n```\n\n- B:\n\n  ``` sh x\n  ls\n  ```\n") == ["py", " sh x"]
    assert plain_infos("if a < b:\n```py\n1\n```\n") == ["py"]
    assert plain_infos("> <div>\n```py\n1\n```\n") is None
    assert plain_infos("A:\n\n    ```py\n    1\n    ```\n") is None
    assert plain_infos("> ```py\n> 1\n> ```\n") is None


def test_the_quick_look_is_enough_for_most_texts() -> None:
    assert plainly_closed("No fence.")
    assert plainly_closed("A:\n```py\n1\n```\n\n1. B:\n   ```sh\n   ls\n\n   pwd\n   ```\n")
    assert not plainly_closed("1. B:\n   ```sh\nls\n   ```\n")
    assert not plainly_closed("```py\n1```\n")


# -- single points --------------------------------------------------------------------------------------


def test_the_fence_that_should_be_closed_is_a_related_place() -> None:
    text = "```python\nprint(1)```"
    (cause,) = causes(text)
    assert cause.related is not None
    assert text[cause.related[0] : cause.related[1]] == "```python"


@pytest.mark.parametrize("before", ["```python\ndef f():", "> a\n\n~~~~\ndef f():\n"])
def test_a_fence_of_the_prompt_is_closed_by_the_completion(before: str) -> None:
    fence = "```" if "`" in before else "~~~~"
    assert causes(f"    return 1\n{fence}\n", before) == ()
    assert [cause.code for cause in causes(f"    return 1{fence}", before + "\n")] == []
    assert [cause.start for cause in causes(f"  return 1\n{fence}\n\n```py\nx", before)] == [
        len(f"  return 1\n{fence}\n\n")
    ]
    assert causes(f"    return 1\n{fence}\n", before + f"\n{fence}\n") != ()


@pytest.mark.parametrize(
    "info", ["", "python", "c++", "js {1,3}", 'title="a b"', "bash (standard syntax)", ".py .x", "a.py"]
)
def test_what_an_info_string_looks_like(info: str) -> None:
    assert is_info(info) or info.startswith('title="a b')


@pytest.mark.parametrize(
    "prose", ["Now run it", "(Use with caution)", "Output:", "### Human: What?", "Here's it.", "</code>"]
)
def test_what_prose_looks_like(prose: str) -> None:
    assert not is_info(prose)


def test_edits_are_on_the_raw_bytes() -> None:
    raw = rb'{"prompt":"a","completion": "\ud83d\ude00\u00e9 \"\n\n1. \u0060``py\n   x\u0060\u0060\u0060\n"}'
    record = Record(raw)
    example: Example = FORMATS["prompt-completion"].read(record, record.value, GENERIC)
    (finding,) = GLUED.check(example, Profile(), NoOptions())
    assert finding.span is not None
    assert raw[finding.span.start : finding.span.end] == rb"\u0060\u0060\u0060"
    (fix,) = finding.fixes
    fixed = apply_edits(raw, fix.edits)
    assert fixed == raw.replace(rb"x\u0060", rb"x\n   \u0060")


HARD: Final = {
    "glued": "```\n" + "x```\n" * 8_000,
    "cut off in items": "1. ```\n   x\n" * 2_500,
    "nested": "```md\n```py\n```\n" * 5_000 + "```\n",
    "opening after opening": "```py\n" * 10_000,
    "prose": "```\n\n```\n" + "a" * 300_000 + "\n```\n" + "word " * 50_000,
    "tildes": "~~~~~\n\n" * 4_001,
    "millions": "```py\n" * 200_000 + "x```",
    "short": "````\n" + "```\n" * 10_001,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_time_is_bounded(text: str) -> None:
    start = time.process_time()
    causes(text)
    assert time.process_time() - start < 4
