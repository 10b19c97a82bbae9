"""What the keys and roles of records mean, in a sentence each: for people who write a dataset by hand.

The documents that each format names as its `sources` say it at length. A key that means something else in one
format has a sentence of that format; spellings with capitals (`toolConfig`) share those with underscores.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finetooth_rules.finding import Path
from finetooth_rules.patterns import lazy

KEYS: Final[Mapping[str, str]] = {
    "args": "The arguments of the call, as an object.",
    "arguments": "The arguments of the call: an object written as JSON in a string, or an object.",
    "attention_mask": "1 for each token that the model sees, 0 for padding; as long as `input_ids`.",
    "audio": "Audio that belongs to the message.",
    "audios": "Audio files, one for each placeholder in the text.",
    "available_tools": "The tools that the model may call, as Mistral's newer releases name them.",
    "canonical_form": "What the turn means, in a fixed form.",
    "chosen": "The better answer; it is preferred over `rejected`.",
    "chosen_messages": "The conversation with the better answer.",
    "code_execution_result": "What running the code gave.",
    "completion": "The text that the model learns to write.",
    "completions": "Answers to the prompt.",
    "content": "What is said: a text, or a list of parts.",
    "contents": "The turns of the conversation, in order.",
    "conversations": "The turns of the conversation, in order.",
    "dataset": "The name of the dataset that the record is from.",
    "description": "What the function does; the model decides by it when to call it.",
    "detail": "How closely the image is looked at: `low`, `high` or `auto`.",
    "document": "A document that belongs to the message.",
    "executable_code": "Code that the model wrote to be run.",
    "extra_info": "Whatever else is known of the record; it is not trained.",
    "file": "A file that belongs to the message.",
    "file_data": "A file at an address, with its type.",
    "format": "The type of the file: `png`, `pdf`.",
    "from": "Who speaks.",
    "function": "The function: its name, and its arguments or what it takes.",
    "function_call": "A call of one function, in the older form; `tool_calls` is today's.",
    "function_declarations": "The functions that the model may call.",
    "function_response": "The result of a call.",
    "functions": "The functions that the model may call, in the older form; `tools` is today's.",
    "generation_config": "Settings of the answer, such as its schema.",
    "history": "Earlier turns, each a pair of what was asked and what was answered.",
    "id": "The id of the call; the result names it in `tool_call_id`.",
    "image": "An image that belongs to the message.",
    "image_url": "The image: an address, or its data as a `data:` URL.",
    "images": "Image files, one for each placeholder in the text.",
    "inline_data": "A file's data in Base64, with its type.",
    "input": "What the model is given.",
    "input_audio": "Audio in Base64, with its format.",
    "input_ids": "The tokens of the text, as numbers.",
    "instruction": "What the model is asked to do.",
    "interactions": "The turns of the conversation, in order.",
    "kto_tag": "Whether the answer is a good one.",
    "label": "Whether it is good, or trained.",
    "labels": "The tokens that a loss is computed on; -100 for those that are only read.",
    "loss_weight": "How much the turn counts in the loss; 0 leaves it out.",
    "mask": "Whose turns are not trained.",
    "messages": "The turns of the conversation, in order.",
    "name": "A name: of the function that is called, or of who speaks.",
    "non_preferred_completion": "The worse answer.",
    "non_preferred_output": "The worse answer, as messages.",
    "output": "The answer that the model learns.",
    "parallel_tool_calls": "Whether one answer may hold several calls.",
    "parameters": "JSON Schema of the arguments.",
    "parts": "What is said, in parts: texts, calls, results, files.",
    "position_ids": "The place of each token; as long as `input_ids`.",
    "preferred_completion": "The better answer.",
    "preferred_output": "The better answer, as messages.",
    "prefix": "Whether the answer is the beginning of one that the model goes on with.",
    "prompt": "What the model is given; it answers it.",
    "reasoning_content": "What the model thinks before it answers.",
    "refusal": "The answer of a model that refuses.",
    "rejected": "The worse answer; `chosen` is preferred over it.",
    "rejected_messages": "The conversation with the worse answer.",
    "response": "The answer that the model learns, or the result of a call.",
    "role": "Who speaks.",
    "schema_version": "The version of the format: `bedrock-conversation-2024`.",
    "score": "How good the answer is.",
    "segments": "Pieces of text, each trained or not.",
    "source": "Where the file is: its data, or its place in S3.",
    "status": "Whether the call succeeded.",
    "strict": "Whether the arguments must follow `parameters` to the letter.",
    "system": "What the model is told before the conversation.",
    "system_instruction": "What the model is told before the conversation.",
    "text": "The text itself.",
    "thought": "Whether the part is what the model thinks, and no answer.",
    "tool_call_id": "The id of the call that this is the result of.",
    "tool_calls": "The calls that the assistant makes.",
    "tool_config": "The tools that the model may call, and whether it must.",
    "tool_result": "The result of a call.",
    "tool_use": "A call.",
    "tool_use_id": "The id of the call.",
    "tools": "The tools that the model may call.",
    "type": "What kind of thing this is.",
    "url": "An address, or the data as a `data:` URL.",
    "value": "What is said.",
    "video": "A video that belongs to the message.",
    "videos": "Video files, one for each placeholder in the text.",
    "weight": "1: the turn is trained. 0: it is only read.",
}

_OF_FORMAT: Final[Mapping[tuple[str, str], str]] = {
    ("alpaca", "input"): "What the instruction is about; may be empty.",
    ("alpaca", "system"): "What the model is told before the instruction.",
    ("nemo", "input"): "What the model is given.",
    ("nemo", "type"): "How the turns are to be written out.",
    ("openai-preference", "input"): "The conversation up to the answer.",
    ("together", "input"): "The conversation up to the answer.",
    ("fireworks", "input"): "The conversation up to the answer.",
    ("axolotl-segments", "label"): "Whether the segment is trained.",
    ("trl-unpaired", "label"): "Whether the answer is a good one.",
    ("trl-stepwise", "completions"): "The steps of the answer, in order.",
    ("trl-stepwise", "labels"): "Of each step whether it is right.",
    ("trl-preference", "prompt"): "What both answers answer; may stand in each of them instead.",
    ("trl-prompt-only", "prompt"): "What the model is given; it answers, and a grader judges.",
    ("openai-reinforcement", "messages"): "The prompt: the model answers, and a grader judges.",
    ("gemini", "completions"): "Two answers with their scores.",
    ("gemini", "labels"): "Labels of the record, for the person who tunes.",
}

ROLES: Final[Mapping[str, str]] = {
    "system": "What the model is told before the conversation: who it is, and how it answers.",
    "developer": "What the model is told by who builds with it; the newer word for `system`.",
    "user": "What a person asks. It is read, and not learnt.",
    "assistant": "What the model answers. This is what it learns to write.",
    "tool": "The result of a tool's call, which the model reads.",
    "function": "The result of a function's call, in the older form.",
}
"""By the role in OpenAI's words."""

_CAPITAL: Final = lazy(r"(?<=[a-z])(?=[A-Z])")


def about_key(path: Path, format_name: str | None) -> str:
    """What the key at the end of a path means; empty where nothing is known of it."""
    key = path[-1] if path else ""
    if not isinstance(key, str):
        return ""
    snake = _CAPITAL.sub("_", key).lower()
    return _OF_FORMAT.get((format_name or "", key)) or KEYS.get(snake, "")


def about_role(role: str) -> str:
    """What a role means; empty for one that nobody knows."""
    return ROLES.get(role, "")
