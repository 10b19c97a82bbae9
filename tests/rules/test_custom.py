"""The format `custom`: mapped fields and presets; and Axolotl's segments."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth_rules.example import Kind
from finetooth_rules.finding import Severity
from finetooth_rules.formats import FORMATS
from finetooth_rules.formats._field_map import undotted
from finetooth_rules.formats._presets import PRESETS, recognised
from finetooth_rules.formats.custom import custom_format, mapping_of, settled
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.targets import GENERIC
from finetooth_rules.testing import lint
from mapped import read, said

# -- [format] -----------------------------------------------------------------------------------------------


def test_prompt_and_completion_of_several_fields_in_lists_and_objects() -> None:
    table = {
        "prompt": ["task.name", "task.text"],
        "input": "instances.0.input",
        "completion": "instances.0.output",
        "system": "persona",
    }
    value = {
        "task": {"name": "Add", "text": "2 + 2"},
        "instances": [{"input": "", "output": "4"}],
        "persona": "Be brief.",
    }
    assert said(read(mapping_of(table), value)) == [
        ("system", "Be brief.", False),
        ("user", "Add\n2 + 2", False),
        ("assistant", "4", True),
    ]
    read(mapping_of(table), {**value, "instances": []}, valid=False)


def test_messages_with_names_of_their_own() -> None:
    table = {
        "messages": "talk.turns",
        "role": "who",
        "content": "what",
        "roles": {"user": ["Customer"], "assistant": ["Agent"]},
        "calls": "acts",
        "tools": "api",
        "reasoning": "why",
        "training": "learn",
    }
    value = {
        "talk": {
            "turns": [
                {"who": "Customer", "what": "Weather?"},
                {
                    "who": "Agent",
                    "what": None,
                    "acts": [{"id": "1", "function": {"name": "w", "arguments": "{}"}}],
                },
                {"who": "tool", "what": "Sun", "tool_call_id": "1"},
                {"who": "Agent", "what": "Sunny.", "why": "It said so.", "learn": False},
            ]
        },
        "api": [{"name": "w"}],
    }
    example = read(mapping_of(table), value)
    assert [turn.role for turn in example.turns] == ["user", "assistant", "tool", "assistant"]
    assert [turn.trained for turn in example.turns] == [False, True, False, False]
    assert [turn.written for turn in example.turns] == ["Customer", "Agent", "", "Agent"]
    assert (example.turns[1].calls[0].name, example.turns[2].answers) == ("w", "1")
    assert example.turns[3].reasoning[0].text == "It said so."
    assert example.turns_path == ("talk", "turns")
    assert [tool.name for tool in example.tools] == ["w"]


def test_a_call_written_as_the_content() -> None:
    mapping = mapping_of({"type": "sharegpt"})
    call = '{"name": "w", "arguments": {"city": "Rome"}}'
    value = {"conversations": [{"from": "human", "value": "?"}, {"from": "function_call", "value": call}]}
    turn = read(mapping, value).turns[1]
    assert (turn.role, turn.texts, turn.calls[0].name) == ("assistant", (), "w")
    record = Record(orjson.dumps(value))
    span = record.locate(turn.calls[0].name_path)
    assert record.raw[span.start : span.end] == b'\\"w\\"'


def test_preference_label_text_and_media() -> None:
    pair = read(
        mapping_of({"prompt": "q", "chosen": "good", "rejected": "bad"}), {"q": "?", "good": "4", "bad": "5"}
    )
    assert (pair.kind, pair.answer_from, pair.rejected[0].text) == (Kind.PREFERENCE, 1, "5")
    assert said(pair) == [("user", "?", False), ("assistant", "4", True)]
    talk = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "4"}]
    other = [talk[0], {"role": "assistant", "content": "5"}]
    whole = read(mapping_of({"chosen": "good", "rejected": "bad"}), {"good": talk, "bad": other})
    assert (whole.answer_from, whole.rejected_from, len(whole.turns)) == (1, 1, 2)
    again = read(
        mapping_of({"prompt": "q", "chosen": "good", "rejected": "bad"}),
        {"q": "?", "good": talk, "bad": other},
    )
    assert said(again) == said(whole)
    for good in (True, False):
        one = read(
            mapping_of({"prompt": "q", "completion": "a", "label": "ok"}), {"q": "?", "a": "4", "ok": good}
        )
        assert (one.kind, one.label, one.turns[1].trained) == (Kind.UNPAIRED, good, good)
    plain = read(mapping_of({"text": "doc"}), {"doc": "Once."})
    assert (plain.kind, [text.text for text in plain.trained_texts()]) == (Kind.PRETRAINING, ["Once."])
    seen = read(mapping_of({"type": "openai", "images": "pics"}), {"messages": talk, "pics": ["a.png"]})
    assert [(media.kind, media.source, media.path) for media in seen.media] == [
        ("image", "a.png", ("pics", 0))
    ]


def test_a_mask_under_a_key_of_its_own() -> None:
    table = '[format]\nmessages = "m"\ntraining = "learn"\n'
    row = b'{"m": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "learn": 0}]}\n'
    found = [placed.finding for placed in lint(row, table)]
    assert ("TRN008", ("m", 1, "learn")) in [(finding.code, finding.path) for finding in found]


def test_a_prompt_beside_what_a_grader_compares_with() -> None:
    row = b'{"q": [[{"role": "user", "content": "x"}]], "ground_truth": "y"}\n'
    found = {placed.finding.code for placed in lint(row, '[format]\nmessages = "q.0"\n')}
    assert found <= {"SIZ001"}


def test_a_number_is_a_place_in_a_list_but_not_at_the_start() -> None:
    assert undotted("a.0.b") == ("a", 0, "b")
    assert undotted("0.b") == ("0", "b")


def test_the_schema_speaks_of_the_mapped_fields() -> None:
    table = '[format]\nprompt = "q"\ncompletion = "a"\n'
    found = {
        p.finding.code: p.finding
        for p in lint(b'{"q": "x", "a": "y"}\n{"q": 1, "a": "y"}\n{"q": "z"}\n', table)
    }
    assert found["FMT004"].path == ("q",)
    assert "`a`" in found["FMT003"].message


def test_a_role_that_is_not_mapped_is_found() -> None:
    table = '[format]\nmessages = "m"\nroles = {user = ["U"], assistant = ["A"]}\n'
    good = b'{"m": [{"role": "U", "content": "x"}, {"role": "A", "content": "y"}]}\n'
    codes = [p.finding.code for p in lint(good + good.replace(b'"A"', b'"B"').replace(b"x", b"z"), table)]
    assert "FMT006" in codes
    assert "LOD006" not in codes


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 1)
    | st.sampled_from(["", "user", "gpt", "[]", '{"name": "f"}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "from", "value", "a", "tool_calls"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
KEYS = sorted({str(step) for m in PRESETS.values() for _, path in m.required() for step in path})


@given(
    st.sampled_from(sorted(PRESETS)),
    st.dictionaries(st.sampled_from([*KEYS, "system", "history", "tools"]), ANY),
)
@settings(deadline=None)
def test_reading_never_raises_and_its_paths_lead_to_its_texts(name: str, value: dict[str, Any]) -> None:
    mapping = settled(PRESETS[name], [value])
    fmt = custom_format(mapping)
    assert fmt.recognise(value) in (True, False)
    assert fmt.validator.is_valid(value) in (True, False)
    example = fmt.read(Record(b"{}"), value, GENERIC)
    for text in example.all_texts():
        found: Any = value
        for step in text.path:
            found = orjson.loads(found) if step == "\0inside" else found[step]
        assert found == text.text


VALID = [
    ('type = "jeopardy"', {"question": "Capital of Peru", "category": "Towns", "answer": "Lima"}),
    ('type = "explainchoice"', {"question": "2 + 2?", "choices": ["3", "4"], "solution": "4"}),
    (
        'prompt = "q"\ncompletion = "a"\nsystem = "s"\ninput = "i"',
        {"q": "2 + 2?", "a": "4", "s": None, "i": ""},
    ),
    ('type = "alpaca"', {"instruction": "2 + 2?", "input": "", "output": "4", "history": [["Hi", "Hello"]]}),
    (
        'type = "sharegpt"',
        {
            "conversations": [
                {"from": "human", "value": "Weather in Rome?"},
                {"from": "function_call", "value": '{"name": "weather", "arguments": {"city": "Rome"}}'},
                {"from": "observation", "value": '{"sky": "clear"}'},
                {"from": "gpt", "value": "It is clear."},
            ],
            "system": "Be brief.",
            "tools": '[{"name": "weather", "parameters": {"type": "object", "properties": {}}}]',
        },
    ),
    (
        'type = "openai"',
        {
            "messages": [
                {"role": "developer", "content": "Be brief."},
                {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
                {
                    "role": "assistant",
                    "tool_calls": [
                        {"id": "1", "type": "function", "function": {"name": "w", "arguments": "{}"}}
                    ],
                },
                {"role": "tool", "tool_call_id": "1", "content": ""},
                {"role": "assistant", "content": "Fine.", "reasoning_content": "It is."},
            ],
            "tools": [{"type": "function", "function": {"name": "w", "parameters": {"type": "object"}}}],
        },
    ),
    ('type = "chatml.intel"', {"system": "", "question": "2 + 2?", "chosen": "4", "rejected": "5"}),
    ('type = "kto.intel"', {"question": "2 + 2?", "completion": "5", "label": False}),
    ('text = "doc.body"', {"doc": {"body": "Once upon a time."}, "id": 7}),
]


@pytest.mark.parametrize(("table", "row"), VALID, ids=lambda given: str(given)[:30])
def test_valid_records_of_a_mapping_give_no_warning(table: str, row: dict[str, Any]) -> None:
    data = orjson.dumps(row) + b"\n"
    settings = f'ignore = ["SIZ001"]\n[format]\n{table}\n'
    profile = build_profile({})
    grave = [
        (placed.finding.code, placed.finding.message)
        for placed in lint(data, settings)
        if profile.severity(placed.finding.code, placed.finding.consequence) is not Severity.INFO
    ]
    assert grave == []


# -- auto ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "preset"),
    [
        ({"question": "a", "answer": "b"}, "alpaca_chat.load_qa"),
        ({"question": "a", "category": "c", "answer": "b"}, "jeopardy"),
        ({"question": "a", "context": "c", "answer": "b"}, "context_qa.load_v2"),
        ({"prompt": "a", "response": "b"}, "gpt4all"),
        ({"system": "s", "question": "a", "chosen": "b", "rejected": "c"}, "chatml.intel"),
        ({"input": "a", "chosen": "b", "rejected": "c"}, "chatml.icr"),
        ({"question": "a", "completion": "b", "label": True}, "kto.intel"),
        ({"instruction": "a", "input": "i", "chosen": "b", "rejected": "c"}, None),
        ({"question": "a", "prompt": "b", "answer": "c"}, None),
        ({"query": "a", "reply": "b"}, None),
    ],
)
def test_a_preset_is_recognised_by_all_its_fields(value: dict[str, Any], preset: str | None) -> None:
    assert recognised(value) == preset


def test_every_preset_has_fields_and_a_schema() -> None:
    for mapping in PRESETS.values():
        assert list(mapping.required())
        assert custom_format(mapping).hint


def test_auto_says_why_and_yields_to_a_target() -> None:
    rows = [{"prompt": "a", "response": "b"}] * 98 + [{"prompt": "a"}, {"x": 1}]
    profile = build_profile({}, rows)
    assert (profile.format, profile.format_source) == ("custom", "98 of its first 100 records: gpt4all")
    assert not profile.configured_format
    strict = build_profile({"target": "openai"}, rows)
    assert (strict.format, strict.format_source) == ("prompt-completion", "98 of its first 100 records")
    assert build_profile({"format": "openai-chat"}, rows).format_source == "configured"


def test_a_known_format_stays_known_where_a_record_is_odd() -> None:
    rows = [{"prompt": "a", "completion": "b"}] * 5 + [{"prompt": "a", "response": "b"}] * 4
    assert build_profile({}, rows).format == "prompt-completion"


# -- axolotl-segments ---------------------------------------------------------------------------------------


def test_segments_are_read_and_a_valid_file_gives_no_warning() -> None:
    row = {
        "segments": [{"label": False, "text": "<s>[INST] 2 + 2? [/INST]"}, {"label": True, "text": " 4</s>"}]
    }
    fmt = FORMATS["axolotl-segments"]
    assert fmt.recognise(row)
    assert said(fmt.read(Record(b"{}"), row, GENERIC))[1] == ("assistant", " 4</s>", True)
    profile = build_profile({})
    grave = [
        placed.finding
        for placed in lint(orjson.dumps(row) + b"\n", 'ignore = ["SIZ001"]')
        if profile.severity(placed.finding.code, placed.finding.consequence) is not Severity.INFO
    ]
    assert grave == []
    codes = {p.finding.code for p in lint(b'{"segments": [{"label": 1, "text": "a"}, {"text": "b"}]}\n')}
    assert {"FMT003", "FMT004"} <= codes
