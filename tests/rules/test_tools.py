"""JSON in a string is judged and repaired as the same text would be by itself; arguments change their form
without loss; schemas out of files are bounded.
"""

from __future__ import annotations

import json
import time
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.finding import Finding
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.scan import FlawKind, scan
from finetooth_rules.settings import build_profile
from finetooth_rules.tools._definitions import faults
from finetooth_rules.tools._json_schema import meant_type, validator
from finetooth_rules.tools._violations import violations

TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\/{}[],:\n\té中😀'), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=4)


@st.composite
def broken_texts(draw: st.DrawFn) -> str:
    """JSON of an object with a few characters taken out, put in or doubled; Python's own notation."""
    value = draw(OBJECTS)
    text = draw(st.sampled_from([json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value)]))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = (
            text[:at]
            + draw(st.sampled_from(["", ",", "'", '"', "}", "]", "é", " "]))
            + text[at + draw(st.integers(0, 1)) :]
        )
    return text


def record_with(arguments: Any, tools: Any = None) -> Record:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    messages = [{"role": "user", "content": "é?"}, {"role": "assistant", "tool_calls": [call]}]
    row = {"messages": messages} | ({} if tools is None else {"tools": tools})
    return Record(json.dumps(row).encode())


def findings(record: Record, code: str, target: str = "generic") -> list[Finding]:
    linter = Linter(build_profile({"select": [code], "target": target}, [record.value]))
    found = linter.check([record])[0]
    assert not linter.broken
    return [finding for finding in found if finding.code == code]


def fixed(record: Record, finding: Finding) -> Any:
    """The arguments of the record after the finding's first fix."""
    raw = record.raw
    for edit in reversed(finding.fixes[0].edits):
        raw = raw[: edit.span.start] + edit.content + raw[edit.span.end :]
    return orjson.loads(raw)["messages"][1]["tool_calls"][0]["function"]["arguments"]


def is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


@given(broken_texts())
def test_a_string_of_json_is_judged_as_the_text_by_itself(text: str) -> None:
    record = record_with(text)
    found = findings(record, "TOL002")
    assert bool(found) != is_object(text)
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    else:
        return
    if not text.strip():
        return
    passed = (FlawKind.DUPLICATE_KEY, FlawKind.LINE_SEPARATOR, FlawKind.LOSES_PRECISION)
    flaws = [flaw for flaw in scan(text.encode(), 512).flaws if flaw.kind not in passed]
    if not flaws:
        return
    place = found[0].span
    assert place is not None
    meant = json.loads(b'"' + record.raw[slice(*place)] + b'"')
    named = text.encode()[slice(*flaws[0].span)]
    try:
        assert meant == named.decode()
    except UnicodeDecodeError:  # the first byte of a character stands for all of it
        assert len(meant) == len(named.decode(errors="replace"))
    if found[0].fixes:
        repaired = text.encode()
        edits = sorted(dict.fromkeys(e for flaw in flaws for e in flaw.edits), key=lambda edit: edit.span)
        for edit in reversed(edits):
            repaired = repaired[: edit.span.start] + edit.content + repaired[edit.span.end :]
        assert fixed(record, found[0]) == repaired.decode()


@given(OBJECTS, st.booleans(), st.sampled_from([None, 2]))
def test_arguments_change_their_form_and_back_without_loss(
    value: Any, ascii_only: bool, indent: int | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    as_string = record_with(text)
    (finding,) = findings(as_string, "TOL010", "trl")
    assert fixed(as_string, finding) == value
    as_object = record_with(value)
    (finding,) = findings(as_object, "TOL010", "openai")
    assert json.loads(fixed(as_object, finding)) == value


SCHEMA = {
    "type": "object",
    "properties": {
        "a": {"type": "integer"},
        "b": {"enum": ["x", "y", 1]},
        "c": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "number"}}]},
        "d": {"type": "object", "properties": {"e": {"type": ["boolean", "null"]}}, "required": ["e"]},
    },
    "required": ["a"],
    "additionalProperties": False,
}
ARGUMENTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "z"]),
    st.sampled_from([None, True, 1, 1.5, "x", "1", [], [1, "x"], {"e": None}, {"e": 1}, {}]),
)


@given(ARGUMENTS, st.booleans())
def test_what_is_reported_is_what_the_schema_refuses(arguments: Any, in_string: bool) -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]
    record = record_with(json.dumps(arguments) if in_string else arguments, tools)
    errors = list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(arguments))
    found = findings(record, "TOL003")
    assert bool(found) == bool(errors)
    for finding in found:
        if finding.path and not finding.on_key:
            value = arguments
            for step in finding.path[finding.path.index("arguments") + 1 + in_string :]:
                value = value[step]
            text = record.raw[slice(*record.locate(finding.path))].decode()
            assert json.loads(json.loads(f'"{text}"') if in_string else text) == value


def test_schemas_out_of_files_are_bounded() -> None:
    """No network, no regular expression that runs away, no recursion."""
    start = time.process_time()
    assert validator({"$ref": "https://example.com/schema.json"}) is None
    assert validator({"properties": {"a": {"$ref": "file:///etc/passwd"}}}) is None
    slow = validator({"properties": {"a": {"pattern": "^(a+)+$"}}})
    assert slow is not None
    assert not slow[0].is_valid({"a": "a" * 50_000 + "!"})
    deep: Any = {"type": "integer"}
    for _ in range(200):
        deep = {"type": "object", "properties": {"x": deep}}
    faults(deep)
    validator(deep)
    many = validator({"properties": {f"k{i}": {"type": "integer"} for i in range(1000)}})
    assert many is not None
    assert len(violations(*many, {f"k{i}": "x" for i in range(1000)})) == 10
    assert time.process_time() - start < 2


def test_a_schema_that_refers_to_itself_is_followed() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}, "value": {"type": "integer"}}}
    compiled = validator(tree)
    assert compiled is not None
    (one,) = violations(*compiled, {"next": {"next": {"value": "x"}}})
    assert (one.path, one.keyword, one.expected) == (("next", "next", "value"), "type", ["integer"])


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("dict", "object"),
            ("Float", "number"),
            ("str, optional", "string"),
            ("List[Dict[str, int]]", "array"),
        ),
        *(("Optional[int]", "integer"), ("typing.List", "array"), ("STRING", "string"), ("any", None)),
        *(("Union[int, str]", None), ("List[int", None), ("", None), ("tuple", "array"), ("date", None)),
    ],
)
def test_what_a_word_for_a_type_stands_for(word: str, meant: str | None) -> None:
    assert meant_type(word) == meant


def test_a_call_that_breaks_is_not_also_of_the_wrong_form() -> None:
    record = record_with("{'a': 1}")
    linter = Linter(build_profile({"select": ["TOL"], "target": "trl"}, [record.value]))
    assert [finding.code for finding in linter.check([record])[0]] == ["TOL002"]


@pytest.mark.parametrize(
    ("arguments", "severity"),
    [("{'a': 1}", "error"), ("[1]", "warning"), ('"{}"', "warning"), ("", "warning"), ("null", "warning")],
)
def test_what_parses_and_is_no_object_is_a_warning(arguments: str, severity: str) -> None:
    """OpenAI trains on arguments written twice: its own example of fine-tuning for calls has them."""
    profile = build_profile({})
    (finding,) = findings(record_with(arguments), "TOL002")
    assert profile.severity("TOL002", finding.consequence) == severity


def test_records_of_one_shape_are_judged_one_by_one() -> None:
    """Names and arguments are no part of a record's shape."""
    tools = [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]
    rows = [record_with('{"a": 1}', tools), record_with('{"a": "1"}', tools), record_with("{'a': 1}", tools)]
    linter = Linter(build_profile({"select": ["TOL"]}, [row.value for row in rows]))
    assert [[f.code for f in found] for found in linter.check(rows)] == [[], ["TOL003"], ["TOL002"]]
