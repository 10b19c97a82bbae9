"""What a record says, taken apart: the frame it is said in, what is asked, what is answered."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from finetooth_rules.example import SYSTEM_ROLES, Example, Kind, Turn


class Said(NamedTuple):
    """The texts of a record. `frame` are its system turns, `prompt` everything else the model is given,
    `answer` everything that it, or another in its place, writes. `beside` is what is no text and yet tells
    records apart: media, names of tools, labels.
    """

    frame: str
    prompt: str
    answer: str
    beside: str = ""


def said(example: Example) -> Said:
    """Take a record apart."""
    turns = example.turns
    if _is_plain(example):
        frame = turns[0].text if len(turns) == 3 else ""
        label = "" if example.label is None else f"label={example.label}"
        return Said(frame, turns[-2].text, turns[-1].text, label)
    frames: list[str] = []
    prompt: list[str] = []
    answer: list[str] = []
    for turn in turns:
        text = _written(turn)
        if turn.role in SYSTEM_ROLES:
            frames.append(text)
        elif turn.role == "assistant" or turn.calls:
            answer.append(text)
        else:
            prompt.append(text)
    if example.kind is Kind.PREFERENCE:
        answer += ["\x02", *(_written(turn) for turn in example.rejected if turn.role == "assistant")]
    return Said("\n".join(frames), "\n".join(prompt), "\n".join(answer), _beside(example))


def spoken(example: Example) -> list[tuple[bool, str]]:
    """What is said in turn, system turns aside: whether it is an answer, and its text."""
    turns = [
        (turn.role == "assistant" or bool(turn.calls), _written(turn))
        for turn in example.turns
        if turn.role not in SYSTEM_ROLES
    ]
    if example.kind is Kind.PREFERENCE:
        turns += [(True, _written(turn)) for turn in example.rejected if turn.role == "assistant"]
    return turns


def _is_plain(example: Example) -> bool:
    """Whether it is a system turn or none, one question and one answer, all of them texts."""
    turns = example.turns
    count = len(turns)
    if not 2 <= count <= 3 or example.tools or example.media or example.rejected:
        return False
    for turn in turns:
        if turn.media or turn.calls:
            return False
    return (
        turns[-1].role == "assistant"
        and turns[-2].role == "user"
        and (count == 2 or turns[0].role in SYSTEM_ROLES)
    )


def context(example: Example, apart: Said) -> str | None:
    """All that stands before the last answer, to the letter but for outer white space; None where there is no
    one answer to be learnt.
    """
    turns = example.turns
    if len(turns) < 2 or turns[-1].role != "assistant" or example.kind is not Kind.SUPERVISED:
        return None
    if _is_plain(example):
        return "\x01".join((apart.frame.strip(), apart.prompt.strip(), apart.beside))
    texts = [f"{turn.role}\x00{_written(turn).strip()}" for turn in turns[:-1]]
    return "\x01".join((*texts, _beside(example), _dumped([tool.definition for tool in example.tools])))


def same_question(one: Example, other: Example) -> bool:
    """Whether all before the last answer is the same."""
    before = context(one, said(one))
    return before is not None and before == context(other, said(other))


def _written(turn: Turn) -> str:
    """The text of a turn, with its calls."""
    if not turn.calls:
        return turn.text
    calls = [f"{call.name} {_dumped(call.arguments)}" for call in turn.calls]
    return "\n".join((turn.text, *calls))


def _beside(example: Example) -> str:
    media = [item for turn in example.turns for item in turn.media] + list(example.media)
    parts = [f"{item.kind}={_dumped(item.source)}" for item in media]
    parts += sorted(f"tool={tool.name}" for tool in example.tools)
    if example.label is not None:
        parts.append(f"label={example.label}")
    return "\x01".join(parts)


def _dumped(value: object) -> str:
    """A value as text, the same for equal values."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except (orjson.JSONEncodeError, UnicodeError):
        return repr(value)
