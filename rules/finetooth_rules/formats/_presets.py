"""Mappings that have a name of their own: the dataset types of Axolotl and what others publish, as data.

Sources: Axolotl 067b021, docs/dataset-formats/inst_tune.qmd, prompt_tokenizers.py and prompt_strategies/
(alpaca_chat, alpaca_w_system, context_qa, creative_acr, metharme, dpo/chatml, dpo/llama3, kto/chatml);
docs/rlhf.qmd for the `argilla` fields. What those add around the texts (templates, fixed answers) is not part
of the data. Not here: `chatml.argilla_chat` and `ultra` are read as any answer that is a list of messages;
`zephyr.nectar` ranks a list of answers, and the scores of `creative_acr` may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.formats._field_map import FieldMap, Fields, undotted


def _fields(names: str | tuple[str, ...]) -> Fields:
    return tuple(undotted(name) for name in ((names,) if isinstance(names, str) else names))


def _map(
    prompt: str | tuple[str, ...] = (),
    completion: str | tuple[str, ...] = (),
    *,
    about: str | tuple[str, ...] = (),
    **others: Any,
) -> FieldMap:
    paths: dict[str, Any] = {
        key: undotted(value) if isinstance(value, str) and key not in ("role", "content", "calls") else value
        for key, value in others.items()
    }
    return FieldMap(prompt=_fields(prompt), completion=_fields(completion), input=_fields(about), **paths)


def _pair(prompt: str, chosen: str = "chosen", rejected: str = "rejected") -> FieldMap:
    return _map(prompt, system="system", chosen=chosen, rejected=rejected)


def _unpaired(prompt: str) -> FieldMap:
    return _map(prompt, "completion", system="system", label="label")


_CHOICES: Final[Fields] = (("choices",),)
_GIVEN: Final[Path] = ("messages",)

INSTRUCTION: Final[Mapping[str, FieldMap]] = {
    "jeopardy": _map(("question", "category"), "answer"),
    "oasst": _map("INSTRUCTION", "RESPONSE"),
    "gpteacher": _map("instruction", "response", about="input"),
    "gpt4all": _map("prompt", "response"),
    "reflection": _map("instruction", ("output", "reflection", "corrected"), about="input"),
    "explainchoice": _map(("question", "choices"), "solution", lists=_CHOICES),
    "explainchoice-explanation": _map(("question", "choices"), "explanation", lists=_CHOICES),
    "summarizetldr": _map("article", "summary"),
    "alpaca_chat.load_camel_ai": _map("message_1", "message_2"),
    "alpaca_w_system": _map("instruction", "output", about="input", system="system"),
    "alpaca_w_system.load_open_orca": _map("question", "response", system="system_prompt"),
    "context_qa": _map(("article", "question"), "answer"),
    "context_qa.load_v2": _map(("context", "question"), "answer"),
    "context_qa.load_404": _map(("article", "unanswerable_question")),
    "creative_acr.load_revise": _map(("instruction", "answer"), "revision"),
    "creative_acr.load_answer": _map("instruction", "revision"),
    "metharme": _map("prompt", "generation"),
    "alpaca_chat.load_qa": _map("question", "answer"),
}
"""In the order of `auto`: what asks for more fields stands before what asks for less."""

PREFERENCE: Final[Mapping[str, FieldMap]] = {
    "chatml.argilla": _pair("instruction", "chosen_response", "rejected_response"),
    "chatml.icr": _pair("input"),
    "chatml.intel": _pair("question"),
    "chatml.prompt_pairs": _pair("prompt"),
    "chat_template.default": _map(messages=_GIVEN, chosen="chosen", rejected="rejected", loose=True),
}

UNPAIRED: Final[Mapping[str, FieldMap]] = {
    "kto.argilla": _unpaired("instruction"),
    "kto.intel": _unpaired("question"),
    "kto.prompt_pairs": _unpaired("prompt"),
}

BASES: Final[Mapping[str, FieldMap]] = {
    "alpaca": _map("instruction", "output", about="input", system="system", history="history"),
    "sharegpt": _map(messages="conversations", role="from", content="value", tools="tools", system="system"),
    "openai": _map(messages="messages", calls="tool_calls", tools="tools"),
}
"""What a `[format]` of one's own may start from."""

PRESETS: Final[Mapping[str, FieldMap]] = {**BASES, **INSTRUCTION, **PREFERENCE, **UNPAIRED}

_SAME: Final[Mapping[str, str]] = {
    "alpaca_chat": "gpteacher",  # docs/dataset-formats/inst_tune.qmd
    "alpaca_chat.load_concise": "gpteacher",
    "alpaca_w_system.load_open_orca_chatml": "alpaca_w_system.load_open_orca",
    "alpaca_w_system.load_chat": "alpaca_w_system",
    "alpaca_w_system.load_instruct": "alpaca_w_system",
    "concisechoice": "explainchoice",
    "context_qa.load": "context_qa",
    "chatml.ultra": "chatml.prompt_pairs",
}


def axolotl_preset(name: str, *, unpaired: bool = False) -> FieldMap | None:
    """The mapping of an Axolotl `type`, or of its KTO form; None where its fields are not known."""
    name = name.partition(":")[0].replace("llama3.", "chatml.")
    name = _SAME.get(name, name)
    if unpaired:
        return UNPAIRED.get(f"kto.{name.rpartition('.')[2]}")
    return {**INSTRUCTION, **PREFERENCE}.get(name)


def recognised(keys: Mapping[str, Any]) -> str | None:
    """For `auto`: the first preset whose required fields are all among a record's keys, and that leaves out
    none that surely is to be read.
    """
    for name, (needed, left_out) in _AUTO.items():
        if needed <= keys.keys() and left_out.isdisjoint(keys):
            return name
    return None


_TELLING: Final = frozenset(
    {"instruction", "INSTRUCTION", "prompt", "question", "messages", "conversations", "chosen", "rejected"}
)
"""Keys that are surely meant to be read."""

_UNSURE: Final = frozenset(
    {"chatml.prompt_pairs", "kto.prompt_pairs", "alpaca_w_system"}  # known formats read these
)


def _needs(mapping: FieldMap) -> tuple[frozenset[Any], frozenset[Any]]:
    needed = frozenset(path[0] for _, path in mapping.required())
    return needed, _TELLING - needed


_AUTO: Final[Mapping[str, tuple[frozenset[Any], frozenset[Any]]]] = {
    name: _needs(mapping)
    for name, mapping in {**PREFERENCE, **UNPAIRED, **INSTRUCTION}.items()
    if name not in _UNSURE
}
