"""Reading a record by a mapping. Nothing here raises: what has the wrong type is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from finetooth_rules.example import Example, Kind, Media, Text, ToolCall, Turn, parsed
from finetooth_rules.finding import INSIDE, Path
from finetooth_rules.formats._chat import (
    is_zero,
    read_call,
    read_function,
    read_parts,
    read_reasoning,
    read_tools,
)
from finetooth_rules.formats._field_map import FieldMap, Fields, at, there
from finetooth_rules.formats.openai_reinforcement import REFERENCE_KEYS

if TYPE_CHECKING:
    from finetooth_rules.record import Record

NAME: Final = "custom"
Turns = tuple[Turn, ...]


def read(mapping: FieldMap, record: Record, value: Mapping[str, Any]) -> Example:
    """What a record means under a mapping."""
    label = at(value, mapping.label)
    label = label if isinstance(label, bool) else None
    learnt = label is not False
    prompt = (*_opening(mapping, value, learnt=learnt), *_messages(mapping, value, learnt=learnt))
    media = tuple(_media(mapping, value))
    tools = tuple(read_tools(at(value, mapping.tools), mapping.tools)) if mapping.tools else ()
    turns: Turns = (*prompt, *_answer(mapping, value, learnt=learnt))
    rejected: Turns = ()
    answer_from = rejected_from = 0
    kind = Kind.SUPERVISED
    if mapping.chosen or mapping.rejected:
        kind = Kind.PREFERENCE
        turns, answer_from, rejected, rejected_from = _preference(mapping, value, prompt)
    elif mapping.label:
        kind = Kind.UNPAIRED
    elif mapping.text:
        kind = Kind.PRETRAINING
    reference = None
    if mapping.messages and kind is Kind.SUPERVISED and not mapping.completion:
        reference = next((key for key in value if key in REFERENCE_KEYS), None)
    if reference is not None and not any(turn.role == "assistant" for turn in turns):
        kind = Kind.PROMPT_ONLY
    return Example(
        record=record,
        format=NAME,
        turns=turns,
        tools=tools,
        conversation=bool(mapping.messages),
        turns_path=mapping.messages if there(value, mapping.messages) else (),
        kind=kind,
        rejected=rejected,
        answer_from=answer_from,
        rejected_from=rejected_from,
        rejected_path=mapping.rejected if there(value, mapping.rejected) else (),
        media=media,
        label=label,
        label_path=mapping.label if label is not None else (),
        tools_path=mapping.tools if mapping.tools and there(value, mapping.tools) else (),
        extra={} if reference is None else {"reference": reference},
    )


def _opening(mapping: FieldMap, value: Mapping[str, Any], *, learnt: bool) -> Iterator[Turn]:
    """The turns before the answer: system, history, prompt; those of plain text."""
    system = at(value, mapping.system)
    if isinstance(system, str) and system:
        yield _plain("system", (Text(system, mapping.system),), mapping.system)
    history = at(value, mapping.history)
    for index, pair in enumerate(history if isinstance(history, list) else ()):
        for number, text in enumerate(pair[:2] if isinstance(pair, list) else ()):
            if isinstance(text, str):
                path = (*mapping.history, index, number)
                # Earlier answers are trained too: LLaMA-Factory, data/README.md.
                role, trained = ("assistant", learnt) if number else ("user", False)
                yield _plain(role, (Text(text, path),), path, trained=trained)
    asked = tuple(_texts(value, (*mapping.prompt, *mapping.input)))
    if asked:
        yield _plain("user", tuple(text for text in asked if text.text) or asked[:1], asked[0].path)
    plain = at(value, mapping.text)
    if isinstance(plain, str):
        yield _plain("", (Text(plain, mapping.text),), mapping.text, trained=True)


def _answer(mapping: FieldMap, value: Mapping[str, Any], *, learnt: bool) -> Iterator[Turn]:
    first = next((path for path in mapping.completion if there(value, path)), None)
    if first is None:
        return
    texts = tuple(_texts(value, mapping.completion))
    turn = _plain("assistant", texts, first, trained=learnt)
    if mapping.reasoning and not mapping.messages:
        turn = turn._replace(reasoning=tuple(_texts(value, (mapping.reasoning,))))
    yield turn._replace(has_content=at(value, first) is not None)


def _texts(value: Mapping[str, Any], fields: Fields) -> Iterator[Text]:
    for path in fields:
        found = at(value, path)
        if isinstance(found, str):
            yield Text(found, path)
        elif isinstance(found, list):
            for index, item in enumerate(found):
                if isinstance(item, str):
                    yield Text(item, (*path, index))


def _plain(role: str, texts: tuple[Text, ...], path: Path, *, trained: bool = False) -> Turn:
    return Turn(role, texts, path, path, trained=trained, role_path=path)


# -- messages -----------------------------------------------------------------------------------------------


def _messages(mapping: FieldMap, value: Mapping[str, Any], *, learnt: bool) -> Turns:
    if not mapping.messages:
        return ()
    return _conversation(mapping, at(value, mapping.messages), mapping.messages, "user", learnt=learnt)


def _conversation(mapping: FieldMap, found: Any, path: Path, role: str, *, learnt: bool) -> Turns:
    """The turns of a list of messages, of one message, or of a text that `role` says."""
    if isinstance(found, str) and mapping.loose:
        inner = parsed(found, path)
        if inner is not None and isinstance(inner[0], list):
            found, path = inner
    if isinstance(found, str):
        return (_plain(role, (Text(found, path),), path, trained=learnt and role in mapping.learnt),)
    if isinstance(found, dict):
        return (_message(mapping, found, path, learnt=learnt),)
    return tuple(
        _message(mapping, message, (*path, index), learnt=learnt)
        for index, message in enumerate(found if isinstance(found, list) else ())
        if isinstance(message, dict)
    )


def _message(mapping: FieldMap, message: Mapping[str, Any], path: Path, *, learnt: bool) -> Turn:
    written, content = message.get(mapping.role), message.get(mapping.content)
    content_path = (*path, mapping.content) if mapping.content in message else path
    role = mapping.role_of(written)
    texts: tuple[Text, ...] = ()
    media: tuple[Media, ...] = ()
    refused = False
    if isinstance(content, str):
        texts = (Text(content, content_path),)
    elif isinstance(content, list):
        texts, media, refused = read_parts(content, content_path)
    calls = tuple(_calls(mapping, message, path))
    if not calls and isinstance(content, str) and mapping.is_call(written):
        calls = tuple(_written_calls(content, content_path))
        texts = () if calls else texts
    weight = message.get(mapping.training) if mapping.training else None
    answers, name = message.get("tool_call_id"), message.get("name")
    return Turn(
        role=role,
        texts=texts,
        path=path,
        content_path=content_path,
        trained=role in mapping.learnt and learnt and weight is not False and not is_zero(weight),
        has_content=content is not None,
        role_path=(*path, mapping.role) if mapping.role in message else path,
        weight=weight,
        media=media,
        calls=calls,
        refusal=refused,
        written=written if isinstance(written, str) and written != role else "",
        reasoning=tuple(_reasoning(mapping, message, path)),
        answers=answers if isinstance(answers, str) else None,
        answers_path=(*path, "tool_call_id") if "tool_call_id" in message else path,
        name=name if isinstance(name, str) else None,
        weight_path=(*path, mapping.training) if mapping.training and mapping.training in message else path,
    )


def _calls(mapping: FieldMap, message: Mapping[str, Any], path: Path) -> Iterator[ToolCall]:
    found = parsed(message.get(mapping.calls), (*path, mapping.calls)) if mapping.calls else None
    if found is not None and isinstance(found[0], list):
        for index, call in enumerate(found[0]):
            if isinstance(call, dict):
                yield read_call(call, (*found[1], index))


def _written_calls(content: str, path: Path) -> Iterator[ToolCall]:
    """The calls that a content is, as JSON: `{"name", "arguments"}`, or a list of them."""
    found = parsed(content, path)
    if found is None:
        return
    several = found[0] if isinstance(found[0], list) else [found[0]]
    for index, call in enumerate(several):
        if isinstance(call, dict):
            place = (*path, INSIDE, index) if isinstance(found[0], list) else (*path, INSIDE)
            yield read_function(call, place, place)


def _reasoning(mapping: FieldMap, message: Mapping[str, Any], path: Path) -> Iterator[Text]:
    if mapping.reasoning and mapping.messages:
        key = str(mapping.reasoning[-1])
        if isinstance(text := message.get(key), str):
            yield Text(text, (*path, key))
    else:
        yield from read_reasoning(message, path)


# -- preference, media --------------------------------------------------------------------------------------


def _preference(mapping: FieldMap, value: Mapping[str, Any], prompt: Turns) -> tuple[Turns, int, Turns, int]:
    """All turns with the better answer, where it begins; those of the worse one, where its answer begins."""
    prompt = tuple(turn._replace(trained=False) for turn in prompt)
    better = _conversation(mapping, at(value, mapping.chosen), mapping.chosen, "assistant", learnt=True)
    worse = _conversation(mapping, at(value, mapping.rejected), mapping.rejected, "assistant", learnt=False)
    shared = _shared(better, worse)
    if shared:
        # The prompt is written out in both answers; where it stands beside them too, once is enough.
        prompt = tuple(turn for turn in prompt if turn.role == "system" and better[0].role != "system")
        better = (*(turn._replace(trained=False) for turn in better[:shared]), *better[shared:])
    return (*prompt, *better), len(prompt) + shared, worse, shared


def _shared(better: Sequence[Turn], worse: Sequence[Turn]) -> int:
    """How many turns both answers begin with; at least one of each is the answer."""
    count = 0
    while (
        count < min(len(better), len(worse)) - 1
        and better[count].role == worse[count].role
        and better[count].text == worse[count].text
    ):
        count += 1
    return count


def _media(mapping: FieldMap, value: Mapping[str, Any]) -> Iterator[Media]:
    for kind, path in (("image", mapping.images), ("video", mapping.videos), ("audio", mapping.audios)):
        found = at(value, path)
        if isinstance(found, list):
            for index, item in enumerate(found):
                yield Media(kind, item, (*path, index))
        elif found is not None:
            yield Media(kind, found, path)
