"""What somebody is about to write at a place of a record. `|` is the place."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth.engine.cursor.fence_languages import languages_in, opened_fence
from finetooth.engine.cursor.schema_views import choices, value_at, views_at
from finetooth.engine.cursor.slots import HERE, MOST_READ, Slot, Wanted, escaped, slot_at
from finetooth_rules.finding import INSIDE
from finetooth_rules.formats import FORMATS
from finetooth_rules.scan import MISSING

RECORD = (
    '{"messages": [{"role": "user", "content": "é漢😀 \\"a\\": {"}, {"role": "assistant", '
    '"tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": "{\\"city\\": [\\"Paris\\", 1]}"}}], '
    '"weight": 0}], "tools": "[]"}'
)


def at(text: str) -> Slot | None:
    before, behind = text.encode().split(b"|")
    return slot_at(before + behind, len(before))


@pytest.mark.parametrize(
    ("text", "wanted", "path", "typed", "before", "behind"),
    [
        ("|", Wanted.RECORD, (), "", 0, 0),
        ("  |  ", Wanted.RECORD, (), "", 0, 0),
        ("{|", Wanted.KEY, (), "", 0, 0),
        ('{"a|b": 1}', Wanted.KEY, (), "a", 2, 2),
        ('{"a": {"b": 1, "c|', Wanted.KEY, ("a",), "c", 2, 0),
        ('{"a": |}', Wanted.VALUE, ("a",), "", 0, 0),
        ('{"a": tr|ue}', Wanted.VALUE, ("a",), "tr", 2, 2),
        ('{"a": [1, |]}', Wanted.VALUE, ("a", 1), "", 0, 0),
        ('{"a": [1, 2|]}', Wanted.VALUE, ("a", 1), "2", 1, 0),
        ('{"a": "é|漢"}', Wanted.TEXT, ("a",), "é", 3, 4),
        ('{"a": "x|, "b": 1}', Wanted.TEXT, ("a",), "x", 2, 0),
        ('{"arguments": "{\\"c|\\": 1}"}', Wanted.KEY, ("arguments", INSIDE), "c", 3, 2),
        ('{"arguments": "{\\"é\\": \\"x|', Wanted.TEXT, ("arguments", INSIDE, "é"), "x", 3, 0),
    ],
)
def test_what_is_written(
    text: str, wanted: Wanted, path: tuple[str | int, ...], typed: str, before: int, behind: int
) -> None:
    slot = at(text)
    assert slot is not None
    assert (slot.wanted, slot.path, slot.typed) == (wanted, path, typed)
    assert (slot.before, slot.behind) == (before, behind)


@pytest.mark.parametrize(
    "text", ['{"a"|: 1}', '{"a": "b"|}', '{"a": [1]|}', '{"a": 1}|', "[1] {|", "prose |"]
)
def test_behind_something_whole_nothing_is(text: str) -> None:
    assert at(text) is None


def test_of_a_huge_record_nothing_is_read() -> None:
    assert slot_at(b'{"a": "' + b"x" * MOST_READ + b'", ', MOST_READ + 10) is None


@given(st.integers(0, len(RECORD.encode())), st.booleans(), st.binary(max_size=3))
def test_never_an_error_and_always_in_the_text(offset: int, cut: bool, noise: bytes) -> None:
    raw = RECORD.encode()
    raw = raw[:offset] + noise + (b"" if cut else raw[offset:])
    slot = slot_at(raw, offset + len(noise))
    if slot is not None:
        assert 0 <= slot.before <= offset + len(noise)
        assert 0 <= slot.behind <= len(raw) - offset - len(noise)


@given(st.integers(0, len(RECORD.encode())))
def test_a_good_record_stays_readable_with_something_to_write(offset: int) -> None:
    """Wherever the place is, the rest of the record is still known."""
    raw = RECORD.encode()
    while 0x80 <= raw[offset : offset + 1].ljust(1)[0] < 0xC0:
        offset -= 1
    slot = slot_at(raw, offset)
    if slot is None or slot.wanted is Wanted.RECORD or offset == 0:
        return
    assert slot.value is not MISSING
    if slot.wanted is Wanted.KEY:
        assert HERE in value_at(slot.value, slot.path)
    else:
        assert value_at(slot.value, slot.path) == ""
    if "tools" not in slot.path:
        assert "[]" in slot.value.values()  # under its key, or the one that is written anew


def test_what_goes_into_a_string_is_escaped_for_it() -> None:
    assert escaped('"a"', 0) == '"a"'
    assert escaped('"a\\n"', 1) == '\\"a\\\\n\\"'
    assert orjson.loads('"' + escaped('"é\n"', 1) + '"') == '"é\n"'


def test_a_message_is_read_by_its_role() -> None:
    schema = FORMATS["openai-chat"].schema
    value = {"messages": [{"role": "tool"}, {"role": ""}]}
    (tool,) = views_at(schema, ("messages", 0), value)
    assert "tool_call_id" in tool.properties
    open_ = views_at(schema, ("messages", 1), value)
    assert len(open_) > 5
    roles = list(choices(views_at(schema, ("messages", 1, "role"), value)))
    assert roles == ["system", "user", "assistant", "tool", "developer", "function"]


def test_json_in_a_string_is_read_by_the_schema_of_the_value() -> None:
    schema = FORMATS["openai-chat"].schema
    (tool,) = views_at(schema, ("tools", INSIDE, 0), {"tools": '[{"type": "function"}]'})
    assert "function" in tool.properties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```", ""),
        ("a\n```py", "py"),
        ("~~~", ""),
        ("```\nx\n```", None),
        ("```\nx\n```\n```", ""),
        ("````\n```", None),
        ("a ```", None),
        ("``` py x", None),
        ("", None),
    ],
)
def test_a_fence_that_opens(text: str, expected: str | None) -> None:
    assert opened_fence(text) == expected


def test_languages_by_how_often_they_are_used() -> None:
    lines = [b'{"a": "```sql\\nx\\n```\\n```c++\\ny\\n```"}', b'{"a": "\\n~~~c++\\nz\\n~~~"}']
    assert languages_in(lines) == ["c++", "sql"]
