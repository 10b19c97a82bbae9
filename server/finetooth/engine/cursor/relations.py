"""What in a record belongs together: a call, the tool it calls, its result; the two ends of a code fence."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Final, NamedTuple

from finetooth.engine.cursor.spot import Spot, Where
from finetooth_rules.example import Example, Tool, ToolCall, Turn
from finetooth_rules.fences._blocks import blocks
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.tools._calls import is_result

MOST_TEXT: Final = 256 * 1024
"""Bytes of a text in which fences are looked for."""


class Part(Enum):
    """What of a call, a result or a tool."""

    TOOL = auto()
    """The name in a tool's definition, or elsewhere in that definition."""
    CALL = auto()
    """The name in a call, or elsewhere in that call."""
    RESULT_NAME = auto()
    """The name of the tool that a result is from."""
    CALL_ID = auto()
    RESULT_ID = auto()


class Place(NamedTuple):
    """Where something of the tools stands. `word` is the name or the id there, if the value is one."""

    part: Part
    path: Path
    word: str | None


def under(example: Example, spot: Spot) -> tuple[Place, bool] | None:
    """What of the tools is at a spot, and whether exactly its name or id is."""
    for place in _places(example):
        if place.word is not None and spot.path == place.path and spot.where is Where.VALUE:
            return place, True
    for turn in _turns(example):
        for call in turn.calls:
            if _within(spot.path, call.path):
                return Place(Part.CALL, call.name_path, call.name), False
        if is_result(turn) and _within(spot.path, turn.path):
            return Place(Part.RESULT_ID, turn.answers_path, turn.answers), False
    for tool in example.tools:
        if _within(spot.path, tool.path):
            return Place(Part.TOOL, _name_path(tool), tool.name), False
    return None


def alike(example: Example, place: Place) -> list[Place]:
    """All places of the same name, or of the same id, in order of reading; the tools' definitions first."""
    ids = (Part.CALL_ID, Part.RESULT_ID)
    return [
        other
        for other in _places(example)
        if other.word == place.word and (other.part in ids) == (place.part in ids) and place.word is not None
    ]


def definition(example: Example, spot: Spot) -> list[tuple[Path, bool]]:
    """Where what is at a spot comes from, as paths and whether the key is meant: of a call the tool, of an
    argument its description, of a result the call; of a call's id the result."""
    found = under(example, spot)
    if found is None:
        return []
    place, exact = found
    if place.part is Part.CALL and not exact:
        parameter = _parameter(example, spot)
        if parameter is not None:
            return [(parameter, True)]
    if place.part is Part.RESULT_ID:
        return [(path, False) for path in _call_of(example, place, spot)]
    if place.part is Part.CALL_ID:
        return [(other.path, False) for other in alike(example, place) if other.part is Part.RESULT_ID]
    return [(other.path, False) for other in alike(example, place) if other.part is Part.TOOL]


def references(example: Example, spot: Spot, *, declaration: bool) -> list[Path]:
    """The calls of the tool, or the places of the id, that is at a spot."""
    found = under(example, spot)
    if found is None:
        return []
    place, _ = found
    declared = (Part.TOOL, Part.CALL_ID) if not declaration else ()
    return [other.path for other in alike(example, place) if other.part not in declared]


def fence(text: str, char: int) -> list[tuple[int, int]]:
    """The opening and the closing fence of the block on one of whose fences a character is."""
    for block in blocks(text):
        if block.line > char:
            break
        close = block.close
        end = block.end if close is None else close.end
        on_opening = block.line <= char <= block.end
        if on_opening or (close is not None and close.line <= char <= end):
            return [(block.start, block.end), *([(close.start, close.end)] if close is not None else [])]
    return []


def _turns(example: Example) -> Iterator[Turn]:
    yield from example.turns
    yield from example.rejected


def _places(example: Example) -> Iterator[Place]:
    for tool in example.tools:
        yield Place(Part.TOOL, _name_path(tool), tool.name)
    for turn in _turns(example):
        for call in turn.calls:
            yield Place(Part.CALL_ID, call.id_path, call.id)
            yield Place(Part.CALL, call.name_path, call.name)
        if is_result(turn):
            yield Place(Part.RESULT_ID, turn.answers_path, turn.answers)
            if turn.name is not None:
                yield Place(Part.RESULT_NAME, (*turn.path, "name"), turn.name)


def _name_path(tool: Tool) -> Path:
    return (*tool.function_path, "name")


def _within(path: Path, outer: Path) -> bool:
    return bool(outer) and path[: len(outer)] == outer


def _parameter(example: Example, spot: Spot) -> Path | None:
    """Where the argument under the cursor is described."""
    for call in (call for turn in _turns(example) for call in turn.calls):
        if not _within(spot.path, call.arguments_path) or call.arguments_path == call.path:
            continue
        rest = [step for step in spot.path[len(call.arguments_path) :] if step is not INSIDE]
        tool = next((tool for tool in example.tools if tool.name == call.name), None)
        schema = tool.parameters() if tool is not None else None
        if not rest or schema is None or not isinstance(schema[0], dict):
            return None
        properties = schema[0].get("properties")
        if isinstance(properties, dict) and rest[0] in properties:
            return (*schema[1], "properties", rest[0])
    return None


def _call_of(example: Example, place: Place, spot: Spot) -> list[Path]:
    """The call that a result answers: the last before it with its id; without one, by their order."""
    before: list[ToolCall] = []
    number = 0
    for turns in (example.turns, example.rejected):
        for turn in turns:
            if turn.calls:
                before, number = (before if place.word is not None else []) + [*turn.calls], 0
            elif is_result(turn):
                if _within(spot.path, turn.path):
                    return _answered(before, place, number)
                number += 1
    return []


def _answered(calls: list[ToolCall], place: Place, number: int) -> list[Path]:
    if place.word is not None:
        named = [call for call in calls if call.id == place.word]
        return [named[-1].id_path] if named else []
    return [calls[number].name_path] if number < len(calls) else []
