"""What the mappings in a `dataset_info.json` and in an Axolotl config mean."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from finetooth_rules.example import Kind
from finetooth_rules.formats import _axolotl, _llama_factory
from finetooth_rules.formats._presets import PRESETS, axolotl_preset
from mapped import read


def test_what_dataset_info_leaves_out_is_nothing() -> None:
    name, mapping = _llama_factory.mapped({"file_name": "a", "columns": {"prompt": "q", "response": "a"}})
    assert name == ""
    assert (mapping.prompt, mapping.input, mapping.completion) == ((("q",),), (), (("a",),))
    assert _llama_factory.mapped({"file_name": "a"})[0] == "alpaca"
    assert _llama_factory.mapped({"formatting": "sharegpt"})[0] == "sharegpt"
    assert _llama_factory.mapped({"columns": {"prompt": "text"}})[1].text == ("text",)


def test_dataset_info_of_the_kto_demo() -> None:
    entry = {
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "kto_tag": "label"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
        },
    }
    assert list(_llama_factory.problems(entry)) == []
    _, mapping = _llama_factory.mapped(entry)
    value = {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "4"}],
        "label": False,
    }
    example = read(mapping, value)
    assert (example.kind, example.label, example.label_path) == (Kind.UNPAIRED, False, ("label",))
    # Its tags name no system role, so LLaMA-Factory skips a row that has one.
    value["messages"] = [{"role": "system", "content": "x"}, *value["messages"]]  # type: ignore[misc]
    read(mapping, value, valid=False)


@pytest.mark.parametrize(
    ("entry", "key", "words"),
    [
        ({"formatting": "sharegtp"}, "formatting", "did you mean `sharegpt`?"),
        ({"columns": {"promt": "q", "response": "a"}}, "promt", "did you mean `prompt`?"),
        ({"colums": {}}, "colums", "did you mean `columns`?"),
        ({"formatting": "sharegpt", "columns": {"tools": "t"}}, "columns", "names no `messages`"),
        ({"formatting": "sharegpt", "tags": {"role_tag": "role"}}, "tags", "names no `content_tag`"),
        ({"columns": ["q"]}, "columns", "must be an object"),
    ],
)
def test_a_mistake_in_dataset_info_is_told(entry: dict[str, Any], key: str, words: str) -> None:
    (problem,) = _llama_factory.problems(entry)
    assert problem[0] == key
    assert words in problem[1]


def test_a_chat_template_entry_of_axolotl() -> None:
    entry = {
        "type": "chat_template",
        "field_messages": "conversations",
        "message_property_mappings": {"role": "from", "content": "value"},
        "roles": {"user": ["human"], "assistant": ["gpt"]},
        "roles_to_train": ["gpt"],
        "message_field_training": "train",
    }
    found = _axolotl.mapped(entry, None, "axolotl.yaml")
    assert found is not None
    assert found[1] is not None
    talk = [
        {"from": "human", "value": "?"},
        {"from": "gpt", "value": "4"},
        {"from": "judge", "value": "Good."},
    ]
    example = read(found[1], {"conversations": talk, "system": "Be brief."})
    assert [(turn.role, turn.trained) for turn in example.turns] == [
        ("system", False),
        ("user", False),
        ("assistant", True),
        ("judge", False),
    ]
    example = read(found[1], {"conversations": orjson.dumps(talk).decode()})
    assert [turn.role for turn in example.turns] == ["user", "assistant", "judge"]


@pytest.mark.parametrize(
    ("entry", "rl", "required"),
    [
        ({"type": "jeopardy"}, None, ["question", "category", "answer"]),
        ({"type": "gpteacher:roleplay"}, None, ["instruction", "response"]),
        ({"type": "llama3.intel"}, "dpo", ["question", "chosen", "rejected"]),
        ({"type": "llama3.intel"}, "kto", ["question", "completion", "label"]),
        ({"type": "chat_template.argilla_chat"}, "dpo", ["chosen", "rejected"]),
        ({"type": "chat_template.argilla"}, "orpo", ["chosen", "rejected"]),
        ({"type": "pretrain", "text_column": "body"}, None, ["body"]),
        ({"type": "completion", "field": "body"}, None, ["body"]),
        ({"type": {"field_instruction": "q", "field_output": "a"}}, None, ["q", "a"]),
        ({"type": {"field_prompt": "q"}}, "dpo", ["q", "chosen", "rejected"]),
        ({"message_field_role": "r", "type": "chat_template"}, None, ["messages"]),
    ],
)
def test_the_types_of_axolotl(entry: dict[str, Any], rl: str | None, required: list[str]) -> None:
    found = _axolotl.mapped(entry, rl, "a.yml")
    assert found is not None
    assert found[1] is not None
    assert [path[0] for _, path in found[1].required()] == required


def test_plain_chat_of_axolotl_is_plain_chat() -> None:
    for entry in (
        {},
        {"field_messages": "messages", "chat_template": "chatml"},
        {"roles_to_train": ["assistant"]},
    ):
        found = _axolotl.mapped({"type": "chat_template", **entry}, None, "a.yml")
        assert found is not None
        assert found[0] == "openai-chat"
    found = _axolotl.mapped({"type": "chat_template", "field_messages": "talk"}, None, "a.yml")
    assert found is not None
    assert found[0] == ""


def test_types_of_axolotl_whose_fields_are_not_known() -> None:
    assert _axolotl.mapped({"type": "my_own.module"}, None, "a.yml") is None
    assert _axolotl.mapped({}, None, "a.yml") is None
    assert _axolotl.mapped({"type": "input_output"}, None, "a.yml") == ("axolotl-segments", None)
    assert axolotl_preset("concisechoice") == PRESETS["explainchoice"]
