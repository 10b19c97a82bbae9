"""A dataset's entry in an Axolotl config (`datasets:`), as a mapping.

Source: Axolotl 067b021, src/axolotl/utils/schemas/datasets.py, prompt_strategies/chat_template.py,
user_defined.py, completion.py, dpo/, kto/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.formats._field_map import FieldMap, Roles
from finetooth_rules.formats._presets import BASES, axolotl_preset

_ROLES: Final[Roles] = (
    ("user", ("human", "user")),
    ("assistant", ("gpt", "assistant")),
    ("system", ("system",)),
    ("tool", ("tool",)),
)
_UNPAIRED: Final = ("kto", "bco")
_PAIRED: Final = ("dpo", "ipo", "orpo", "simpo")
_BUILT_IN: Final[Mapping[str, str]] = {"input_output": "axolotl-segments", "alpaca": "alpaca"}

Found = tuple[str, FieldMap | None]
"""The name of a known format (`""`: none), and the mapping."""


def mapped(entry: Mapping[str, Any], rl: Any, source: str) -> Found | None:
    """The format that an entry means; None where its type is none that has fields one could know."""
    kind = entry.get("type")
    if isinstance(kind, Mapping):
        return "", replace(_user_defined(kind, rl), source=source)
    if not isinstance(kind, str):
        return None
    name = kind.partition(":")[0]
    mapping = _named(name, entry, rl)
    known = "openai-chat" if mapping == _PLAIN else _BUILT_IN.get(name, "")
    if mapping is None and not known:
        return None
    return known, None if mapping is None else replace(mapping, source=source)


def _named(name: str, entry: Mapping[str, Any], rl: Any) -> FieldMap | None:
    if name.startswith("chat_template"):
        return _conversation(entry, name, rl)
    if name == "alpaca":
        return BASES["alpaca"]
    if name in ("completion", "pretrain"):
        return FieldMap(text=_path(entry.get("field")) or _path(entry.get("text_column")) or ("text",))
    return axolotl_preset(name, unpaired=rl in _UNPAIRED)


def _conversation(entry: Mapping[str, Any], name: str, rl: Any) -> FieldMap:
    given = entry.get("message_property_mappings")
    keys: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    mapping = FieldMap(
        messages=_path(entry.get("field_messages")) or ("messages",),
        role=_name(keys.get("role")) or _name(entry.get("message_field_role")) or "role",
        content=_name(keys.get("content")) or _name(entry.get("message_field_content")) or "content",
        roles=_roles(entry.get("roles")),
        open_roles=True,
        learnt=_learnt(entry),
        calls=_name(keys.get("tool_calls")) or "tool_calls",
        reasoning=_path(entry.get("field_thinking")),
        training=_name(entry.get("message_field_training")),
        tools=_path(entry.get("field_tools")) or ("tools",),
        system=_path(entry.get("field_system")) or ("system",),
        images=("images",),
        loose=True,
    )
    if rl not in _PAIRED:
        return mapping
    chosen = _path(entry.get("field_chosen")) or ("chosen",)
    rejected = _path(entry.get("field_rejected")) or ("rejected",)
    messages: Path = () if ".argilla" in name else mapping.messages
    # An unknown role is a KeyError there: `role_map[…]` in dpo/chat_template.py.
    return replace(mapping, chosen=chosen, rejected=rejected, messages=messages)


def _roles(given: Any) -> Roles:
    if not isinstance(given, Mapping) or not given:
        return _ROLES
    return tuple(
        (str(role), tuple(str(name) for name in names))
        for role, names in given.items()
        if isinstance(names, list)
    )


def _learnt(entry: Mapping[str, Any]) -> tuple[str, ...]:
    given = entry.get("roles_to_train")
    if not isinstance(given, list) or not given:
        return ("assistant",)
    known = {name: ours for ours, names in _roles(entry.get("roles")) for name in names}
    return tuple(known.get(str(role), str(role)) for role in given)


def _user_defined(kind: Mapping[str, Any], rl: Any) -> FieldMap:
    """A `type` that is a table of fields."""

    def field(name: str, default: str) -> Path:
        return _path(kind.get(name)) or (default,)

    system = field("field_system", "system")
    prompt = (field("field_prompt", "prompt"),)
    if rl in _UNPAIRED:
        completion, label = field("field_completion", "completion"), field("field_label", "label")
        return FieldMap(prompt=prompt, completion=(completion,), label=label, system=system)
    if rl in _PAIRED:
        chosen, rejected = field("field_chosen", "chosen"), field("field_rejected", "rejected")
        return FieldMap(prompt=prompt, chosen=chosen, rejected=rejected, system=system)
    return FieldMap(
        prompt=(field("field_instruction", "instruction"),),
        input=(field("field_input", "input"),),
        completion=(field("field_output", "output"),),
        system=system,
    )


def _path(name: Any) -> Path:
    return (name,) if isinstance(name, str) and name else ()


def _name(value: Any) -> str:
    return value if isinstance(value, str) else ""


_PLAIN: Final = _conversation({}, "chat_template", None)
"""What an entry means that maps nothing: plain chat messages."""
