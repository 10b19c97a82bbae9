"""A dataset's entry in LLaMA-Factory's `dataset_info.json`, as a mapping.

Source: LLaMA-Factory ff6d4d1, src/llamafactory/data/parser.py and converter.py. What `columns` or `tags`
leave out is not the default but nothing (`set_attr`), and most columns are looked up without asking whether
they are there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from finetooth_rules.finding import Path
from finetooth_rules.formats._field_map import CALL, FieldMap, Roles
from finetooth_rules.suggest import nearest

FILE: Final = "dataset_info.json"
DEFAULTS: Final = f"{FILE}, by default,"
"""Says whose names they are where an entry has no `columns`."""
_FORMATTINGS: Final = ("alpaca", "sharegpt", "openai")
_ENTRY: Final = (
    "file_name",
    "formatting",
    "ranking",
    "subset",
    "split",
    "folder",
    "num_samples",
    "columns",
    "tags",
)
_COLUMNS: Final[Mapping[str, str | None]] = {
    "prompt": "instruction",
    "query": "input",
    "response": "output",
    "history": None,
    "messages": "conversations",
    "system": None,
    "tools": None,
    "images": None,
    "videos": None,
    "audios": None,
    "chosen": None,
    "rejected": None,
    "kto_tag": None,
}
_TAGS: Final[Mapping[str, str | None]] = {
    "role_tag": "from",
    "content_tag": "value",
    "user_tag": "human",
    "assistant_tag": "gpt",
    "observation_tag": "observation",
    "function_tag": "function_call",
    "system_tag": "system",
}
_ROLES: Final[Mapping[str, str]] = {
    "system_tag": "system",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "tool",
    "function_tag": CALL,
}
Problem = tuple[str, str]
"""The key of the entry that is wrong, and what is wrong with it."""


def problems(entry: Any) -> Iterator[Problem]:
    """What would keep LLaMA-Factory from reading a dataset as its entry says, or would be ignored."""
    if not isinstance(entry, Mapping):
        yield "", "the entry of a dataset must be an object"
        return
    formatting = entry.get("formatting", "alpaca")
    if formatting not in _FORMATTINGS:
        near = nearest(str(formatting), _FORMATTINGS)
        hint = f"did you mean `{near}`?" if near else f"expected one of {', '.join(_FORMATTINGS)}"
        yield "formatting", f"`formatting` is `{str(formatting)[:40]}`; {hint}"
    yield from _misspelt(entry, _ENTRY)
    for key, known in (("columns", _COLUMNS), ("tags", _TAGS)):
        given = entry.get(key, {})
        if not isinstance(given, Mapping) or not all(isinstance(v, str | None) for v in given.values()):
            yield key, f"`{key}` must be an object of names"
        else:
            yield from _misspelt(given, known)
    if formatting != "alpaca":
        yield from _unnamed(entry, "columns", ("messages",))
        yield from _unnamed(entry, "tags", ("role_tag", "content_tag"))


def _misspelt(given: Mapping[str, Any], known: Mapping[str, Any] | tuple[str, ...]) -> Iterator[Problem]:
    """Unknown keys are ignored, which is meant only where they are not nearly a known one."""
    for key in given:
        if key not in known and (near := nearest(key, [name for name in known if name not in given])):
            yield key, f"unknown key `{key[:40]}`; did you mean `{near}`?"


def _unnamed(entry: Mapping[str, Any], table: str, needed: tuple[str, ...]) -> Iterator[Problem]:
    given = entry.get(table)
    if not isinstance(given, Mapping):
        return
    for key in needed:
        if not given.get(key):
            yield table, f"`{table}` names no `{key}`; where it is given, nothing has a default"


def mapped(entry: Mapping[str, Any]) -> tuple[str, FieldMap]:
    """The format that an entry without problems means where it leaves all names as they are (else `""`), and
    its mapping.
    """
    formatting = entry.get("formatting", "alpaca")
    columns = _given(entry, "columns", _COLUMNS)
    names = {key: _path(columns.get(key)) for key in _COLUMNS}
    ranking = bool(entry.get("ranking"))
    plain = "columns" not in entry and "tags" not in entry and not ranking
    shared: dict[str, Any] = {
        **{key: names[key] for key in ("system", "tools", "images", "videos", "audios")},
        "source": DEFAULTS if "columns" not in entry else FILE,
        "label": names["kto_tag"],
        "chosen": names["chosen"] if ranking else (),
        "rejected": names["rejected"] if ranking else (),
        "columns": tuple(_looked_up(columns, formatting, ranking=ranking)),
        "parts": False,
    }
    if formatting == "alpaca":
        return ("alpaca" if plain else ""), _alpaca(names, shared, ranking=ranking)
    tags = _given(entry, "tags", _TAGS)
    roles: Roles = tuple((ours, (name,)) for tag, ours in _ROLES.items() if (name := tags.get(tag)))
    mapping = FieldMap(
        **shared,
        messages=names["messages"],
        role=tags["role_tag"] or "",
        content=tags["content_tag"] or "",
        roles=roles,
        calls="tool_calls" if formatting == "openai" else "",
    )
    return ("sharegpt" if plain and formatting == "sharegpt" else ""), mapping


def _alpaca(names: Mapping[str, Path], shared: Mapping[str, Any], *, ranking: bool) -> FieldMap:
    if not (names["response"] or ranking or shared["label"]):
        return FieldMap(**shared, text=names["prompt"])  # a corpus for pretraining
    return FieldMap(
        **shared,
        prompt=(names["prompt"],) if names["prompt"] else (),
        input=(names["query"],) if names["query"] else (),
        completion=(names["response"],) if names["response"] and not ranking else (),
        history=names["history"],
    )


def _given(
    entry: Mapping[str, Any], key: str, defaults: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    found: Mapping[str, str | None] = entry.get(key, defaults)
    return found


def _path(name: str | None) -> Path:
    return (name,) if name else ()


def _looked_up(
    columns: Mapping[str, str | None], formatting: str, *, ranking: bool
) -> Iterator[tuple[str, str]]:
    """The columns without which there is a KeyError (`example[…]`, not `example.get(…)`)."""
    asking = {"messages"} if formatting == "alpaca" else {"prompt", "query", "response", "history"}
    if ranking or columns.get("kto_tag"):
        asking.add("response")  # only where the others hold nothing of use
    if not ranking:
        asking |= {"chosen", "rejected"}
    if formatting == "openai":
        asking |= {"system", "tools"}
    for key, name in columns.items():
        if name and key in _COLUMNS and key not in asking:
            yield key, name
