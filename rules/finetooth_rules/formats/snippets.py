"""Whole records to begin with, some for each format: right as they stand, with places to write over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from finetooth_rules.formats._field_map import FieldMap
from finetooth_rules.targets import Arguments, Target

_ASKED: Final = "Which river runs through Vienna?"
_SAID: Final = "The Danube runs through Vienna."
_WORSE: Final = "Some river does."
_TOLD: Final = "You are a geographer who answers in one sentence."
_ASKED_MORE: Final = "And through Cairo?"
_SAID_MORE: Final = "The Nile runs through Cairo."
_WEATHER: Final = "How warm is it in Oslo?"
_RESULT: Final = "7 degrees"
_ANSWER: Final = "It is 7 degrees in Oslo."
_TOOL: Final = "get_temperature"
_ID: Final = "TjqS2wF4b"
"""Of nine letters and digits, as Mistral asks; others take any."""
_ABOUT_TOOL: Final = "The temperature in a city."


@dataclass(frozen=True, slots=True)
class Snippet:
    """A record to begin with. `fields` are the texts in it to write over, in order; each stands where it is
    found first behind the one before. `linked` are those that stand again further on, where the same is to be
    written."""

    label: str
    value: Mapping[str, Any]
    fields: tuple[str, ...]
    linked: tuple[str, ...] = ()

    def text(self) -> str:
        """The record as it stands."""
        return json.dumps(self.value, ensure_ascii=False)

    def pieces(self) -> Iterator[tuple[str, int]]:
        """The text in pieces, each with the number of its field, from 1; 0 for what stays."""
        text, at = self.text(), 0
        for number, field in enumerate(self.fields, 1):
            start = text.index(field, at)
            yield from self._again(text[at:start], number)
            yield field, number
            at = start + len(field)
        yield from self._again(text[at:], len(self.fields) + 1)

    def _again(self, text: str, number: int) -> Iterator[tuple[str, int]]:
        """A piece behind the fields before `number`, with the linked ones of them."""
        for field in self.linked:
            if field in self.fields[: number - 1] and field in text:
                before, behind = text.split(field, 1)
                yield before, 0
                yield field, self.fields.index(field) + 1
                yield from self._again(behind, number)
                return
        yield text, 0


def _chat(*turns: tuple[str, str], key: str = "messages", who: str = "role", what: str = "content") -> Any:
    return {key: [{who: role, what: text} for role, text in turns]}


def _schema(types: tuple[str, str] = ("object", "string")) -> Any:
    city = {"type": types[1], "description": "The city."}
    return {"type": types[0], "properties": {"city": city}, "required": ["city"]}


def _function() -> Any:
    return {"name": _TOOL, "description": _ABOUT_TOOL, "parameters": _schema()}


def _with_tools(arguments: Any) -> Any:
    function = {"name": _TOOL, "arguments": arguments}
    return {
        "messages": [
            {"role": "user", "content": _WEATHER},
            {"role": "assistant", "tool_calls": [{"id": _ID, "type": "function", "function": function}]},
            {"role": "tool", "tool_call_id": _ID, "content": _RESULT},
            {"role": "assistant", "content": _ANSWER},
        ],
        "tools": [{"type": "function", "function": _function()}],
    }


_PLAIN: Final = (("user", _ASKED), ("assistant", _SAID))
_TOLD_FIRST: Final = (("system", _TOLD), *_PLAIN)
_TURNS: Final = (*_PLAIN, ("user", _ASKED_MORE), ("assistant", _SAID_MORE))
_ONE: Final = (_ASKED, _SAID)
_ALL: Final = (_TOLD, *_ONE)
_FOUR: Final = (*_ONE, _ASKED_MORE, _SAID_MORE)
_WITH_TOOL: Final = (_WEATHER, _TOOL, "Oslo", _RESULT, _ANSWER)

_CHAT: Final = (
    Snippet("a question and its answer", _chat(*_PLAIN), _ONE),
    Snippet("with a system text", _chat(*_TOLD_FIRST), _ALL),
    Snippet("several turns", _chat(*_TURNS), _FOUR),
)
_CALLED: Final = Snippet("with a tool call", _with_tools('{"city": "Oslo"}'), _WITH_TOOL, (_TOOL,))
_CALLED_WITH_OBJECT: Final = Snippet(_CALLED.label, _with_tools({"city": "Oslo"}), _WITH_TOOL, (_TOOL,))
_PREFERENCE: Final = Snippet(
    "a better and a worse answer",
    {
        "input": {"messages": [{"role": "user", "content": _ASKED}]},
        "preferred_output": [{"role": "assistant", "content": _SAID}],
        "non_preferred_output": [{"role": "assistant", "content": _WORSE}],
    },
    (*_ONE, _WORSE),
)
_USER: Final = [{"role": "user", "content": _ASKED}]


def _answer(text: str) -> Any:
    return [{"role": "assistant", "content": text}]


def _parts(*turns: tuple[str, str]) -> Any:
    return [{"role": role, "content": [{"text": text}]} for role, text in turns]


SNIPPETS: Final[Mapping[str, tuple[Snippet, ...]]] = {
    "openai-chat": (
        *_CHAT,
        _CALLED,
    ),
    "openai-preference": (_PREFERENCE,),
    "openai-reinforcement": (
        Snippet(
            "a prompt and its reference",
            {"messages": _USER, "reference_answer": "The Danube"},
            (_ASKED, "The Danube"),
        ),
    ),
    "llama-factory-v1": (
        Snippet(
            "a question and its answer",
            {
                "messages": [
                    {"role": role, "content": [{"type": "text", "value": text}], "loss_weight": weight}
                    for (role, text), weight in zip(_PLAIN, (0.0, 1.0), strict=True)
                ]
            },
            _ONE,
        ),
    ),
    "nemo": (
        Snippet("an input and its output", {"input": _ASKED, "output": _SAID}, _ONE),
        Snippet(
            "a conversation",
            {
                "system": _TOLD,
                "mask": "User",
                "conversations": [{"from": "User", "value": _ASKED}, {"from": "Assistant", "value": _SAID}],
            },
            _ALL,
        ),
    ),
    "sharegpt": (
        Snippet(
            "a question and its answer",
            _chat(("human", _ASKED), ("gpt", _SAID), key="conversations", who="from", what="value"),
            _ONE,
        ),
        Snippet(
            "with a system text",
            _chat(("human", _ASKED), ("gpt", _SAID), key="conversations", who="from", what="value")
            | {"system": _TOLD},
            (*_ONE, _TOLD),
        ),
        Snippet(
            "with a tool call",
            _chat(
                ("human", _WEATHER),
                ("function_call", json.dumps({"name": _TOOL, "arguments": {"city": "Oslo"}})),
                ("observation", _RESULT),
                ("gpt", _ANSWER),
                key="conversations",
                who="from",
                what="value",
            )
            | {"tools": json.dumps([_function()])},
            _WITH_TOOL,
            (_TOOL,),
        ),
    ),
    "alpaca": (
        Snippet("an instruction", {"instruction": _ASKED, "input": "", "output": _SAID}, _ONE),
        Snippet(
            "an instruction with an input",
            {"instruction": "Translate into French.", "input": "Good evening", "output": "Bonsoir"},
            ("Translate into French.", "Good evening", "Bonsoir"),
        ),
    ),
    "trl-unpaired": (
        Snippet(
            "an answer, and whether it is good",
            {"prompt": _USER, "completion": _answer(_SAID), "label": True},
            _ONE,
        ),
    ),
    "trl-prompt-completion": (
        Snippet("a prompt and its completion", {"prompt": _USER, "completion": _answer(_SAID)}, _ONE),
    ),
    "trl-prompt-only": (Snippet("a prompt", {"prompt": _USER}, (_ASKED,)),),
    "prompt-completion": (
        Snippet("a prompt and its completion", {"prompt": _ASKED, "completion": " " + _SAID}, _ONE),
    ),
    "axolotl-segments": (
        Snippet(
            "a text that is read, and one that is trained",
            {"segments": [{"label": False, "text": _ASKED}, {"label": True, "text": " " + _SAID}]},
            _ONE,
        ),
    ),
    "trl-stepwise": (
        Snippet(
            "an answer in steps",
            {
                "prompt": "What is 3 * 7 + 4?",
                "completions": ["3 * 7 = 21", "21 + 4 = 24"],
                "labels": [True, False],
            },
            ("What is 3 * 7 + 4?", "3 * 7 = 21", "21 + 4 = 24"),
        ),
    ),
    "trl-preference": (
        Snippet(
            "a better and a worse answer",
            {"prompt": _USER, "chosen": _answer(_SAID), "rejected": _answer(_WORSE)},
            (*_ONE, _WORSE),
        ),
    ),
    "gemini": (
        Snippet(
            "a question and its answer",
            {
                "contents": [
                    {"role": "user", "parts": [{"text": _ASKED}]},
                    {"role": "model", "parts": [{"text": _SAID}]},
                ]
            },
            _ONE,
        ),
        Snippet(
            "with a system text",
            {
                "systemInstruction": {"role": "system", "parts": [{"text": _TOLD}]},
                "contents": [
                    {"role": "user", "parts": [{"text": _ASKED}]},
                    {"role": "model", "parts": [{"text": _SAID}]},
                ],
            },
            _ALL,
        ),
    ),
    "mistral": (
        *_CHAT,
        _CALLED,
    ),
    "cohere": (
        Snippet("a question and its answer", _chat(("User", _ASKED), ("Chatbot", _SAID)), _ONE),
        Snippet("with a system text", _chat(("System", _TOLD), ("User", _ASKED), ("Chatbot", _SAID)), _ALL),
    ),
    "bedrock-anthropic": (Snippet("a question and its answer", {"system": _TOLD, **_chat(*_PLAIN)}, _ALL),),
    "bedrock-nova": (
        Snippet(
            "a question and its answer",
            {
                "schemaVersion": "bedrock-conversation-2024",
                "system": [{"text": _TOLD}],
                "messages": _parts(*_PLAIN),
            },
            _ALL,
        ),
    ),
    "text": (Snippet("a text", {"text": _SAID}, (_SAID,)),),
    "together": (
        *_CHAT,
        Snippet("a prompt and its completion", {"prompt": _ASKED, "completion": " " + _SAID}, _ONE),
        _PREFERENCE,
    ),
    "fireworks": (*_CHAT, _PREFERENCE),
}
"""By the name of the format. Token ids (`tokenized`) are not written by hand."""


def snippets_of(
    format_name: str | None, mapping: FieldMap | None = None, target: Target | None = None
) -> tuple[Snippet, ...]:
    """The records to begin with in a format, with arguments as the target takes them; of a mapping of one's
    own a record with the fields it asks for."""
    if mapping is not None:
        return _mapped(mapping)
    found = SNIPPETS.get(format_name or "", ())
    if target is not None and target.keeps_from_roles and format_name == "sharegpt":
        return tuple(_with_roles(snippet) for snippet in found if _only_talks(snippet))
    if target is None or target.arguments is not Arguments.OBJECT:
        return found
    return tuple(_CALLED_WITH_OBJECT if snippet is _CALLED else snippet for snippet in found)


_ROLE_OF: Final = {"human": "user", "gpt": "assistant"}


def _only_talks(snippet: Snippet) -> bool:
    return all(turn["from"] in _ROLE_OF for turn in snippet.value["conversations"])


def _with_roles(snippet: Snippet) -> Snippet:
    """With the roles of chat templates as tags, for a target that hands these on as they are."""
    talk = [{**turn, "from": _ROLE_OF[turn["from"]]} for turn in snippet.value["conversations"]]
    return replace(snippet, value={**snippet.value, "conversations": talk})


def _mapped(mapping: FieldMap) -> tuple[Snippet, ...]:
    """A record with its columns, where all are at the top of the record; a nested one is nobody's guess."""
    texts = {"prompt": _ASKED, "completion": _SAID, "text": _SAID, "chosen": _SAID, "rejected": _WORSE}
    value: dict[str, Any] = {}
    fields: list[str] = []
    for attribute, path in mapping.required():
        if len(path) != 1 or not isinstance(path[0], str):
            return ()
        if attribute == "messages":
            roles = [mapping_name(mapping, role) for role in ("user", "assistant")]
            value[path[0]] = [
                {mapping.role: role, mapping.content: text}
                for role, text in zip(roles, (_ASKED, _SAID), strict=True)
            ]
            fields += [_ASKED, _SAID]
        elif attribute == "label":
            value[path[0]] = True
        else:
            value[path[0]] = texts.get(attribute, "")
            fields.append(texts.get(attribute, ""))
    return (Snippet("the mapped fields", value, tuple(fields)),) if value else ()


def mapping_name(mapping: FieldMap, role: str) -> str:
    """How the records of a mapping write a role."""
    return next((names[0] for ours, names in mapping.roles if ours == role and names), role)
