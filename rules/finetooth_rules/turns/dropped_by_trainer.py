r"""The trainer empties or drops this record, and only its log says so.

## What it does
Reports what LLaMA-Factory does without stopping and what no other rule reports:

- a user's turn right after a tool's result, or a result right after a user's turn: both must be answered;
- in `sharegpt` records, a second `observation` in a row (in `openai` formatting they are merged);
- a role that its `openai` formatting does not know (`developer`, `function`);
- tool results that end a record: they are left out, or, in `sharegpt` records, the record is emptied;
- a `kto_tag` that is not true or false;
- in `sharegpt` records, a tag such as `chatgpt` that is none of its own: a warning, as `tags` in a
  `dataset_info.json` elsewhere may name it. An error where the file's own leaves the tags as they are, and
  where a record has two tags for one role: `tags` name one of each.

Of TRL it reports tags of `conversations` that are no roles of chat templates (`human`, `gpt`), where no
template is set: it renames the keys and not the roles. Of 28 templates 7 stop then and 11 leave all turns out;
the others write `human` where the model knows `user`.

Turns that do not alternate otherwise are `consecutive-same-role`, `last-turn-not-assistant`,
`system-not-first`, `several-system-turns` and `first-turn-not-user`: under this target they are errors too.

## Why it matters
The run goes on with fewer records than the file has. The log says `Invalid role tag in …` or
`Invalid message count in …`, and `Skipping this abnormal example.`; of a wrong `kto_tag` it says `Dropped
invalid example: …` in the KTO stage. Only when nothing is left does it stop:
``Cannot find valid samples, check `data/README.md` for the data format.``

## Example
```toml
target = "llama-factory"
```
```jsonl
{"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]}
```

## Fix
A `kto_tag` of 0, 1, `"true"` or `"false"` becomes true or false. Else none.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Any, Final

from finetooth_rules.example import Example, Kind, Turn
from finetooth_rules.finding import Applicability, Consequence, Finding, Fix
from finetooth_rules.formats.sharegpt import KEY as CONVERSATIONS
from finetooth_rules.formats.sharegpt import NAME as SHAREGPT
from finetooth_rules.profile import Profile
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.schema._edits import replace_value
from finetooth_rules.targets import Target
from finetooth_rules.turns._turns import ROLES, in_order, is_result, named

CODE: Final = "TRN013"
_MAYBE_A_CALL: Final = frozenset({"tool_call"})
"""May be what `function_tag` names, beside the tag of an assistant's text."""
_TRUTH: Final = {"true": True, "false": False}


def check(example: Example, profile: Profile, options: NoOptions) -> Iterator[Finding]:
    """Findings on the flags, and one on the first turn that makes the trainer give up the record."""
    drops = profile.target.drops
    for flag in sorted(drops.flags):
        yield from _flag(example, flag)
    if profile.target.keeps_from_roles and profile.template is None and example.kind is Kind.SUPERVISED:
        yield from _kept_tag(example)
    if example.format in drops.formats and in_order(example):
        tags = _unknown_tags(example, profile)
        found = next(chain(tags, _defects(example, profile.target)), None)
        if found is not None:
            turn, message, consequence = found
            yield Finding(
                CODE, message, consequence, span=example.record.locate(turn.role_path), path=turn.role_path
            )


def _kept_tag(example: Example) -> Iterator[Finding]:
    """The first turn of `conversations` whose tag the chat template will not know."""
    for turn in example.turns if example.format == SHAREGPT else ():
        if turn.role_path[-1:] == ("from",) and turn.path[0] == CONVERSATIONS and named(turn) not in ROLES:
            if turn.role in ROLES:
                message = (
                    f"`{named(turn)}` reaches the chat template as it is, which most leave out or refuse; "
                    f"expected `{turn.role}`"
                )
                path = turn.role_path
                yield Finding(
                    CODE, message, Consequence.DEGRADED, span=example.record.locate(path), path=path
                )
            return


def _flag(example: Example, flag: str) -> Iterator[Finding]:
    value = example.record.value.get(flag)
    if value is None or isinstance(value, bool):
        return
    message = f"`{flag}` is {_called(value)}; expected true or false, or KTO training drops the record"
    yield Finding(
        CODE,
        message,
        Consequence.DROPPED,
        span=example.record.locate((flag,)),
        path=(flag,),
        fixes=tuple(_repair(example, flag, value)),
    )


def _called(value: Any) -> str:
    if isinstance(value, str):
        return "a string"
    return "a number" if isinstance(value, int | float) else "a list or an object"


def _repair(example: Example, flag: str, value: Any) -> Iterator[Fix]:
    meant = _TRUTH.get(value.strip().lower()) if isinstance(value, str) else None
    if isinstance(value, int) and value in (0, 1):
        meant = bool(value)
    if meant is not None:
        text = b"true" if meant else b"false"
        yield replace_value(example.record, (flag,), text, f"Write `{text.decode()}`", Applicability.SAFE)


def _unknown_tags(example: Example, profile: Profile) -> Iterator[tuple[Turn, str, Consequence]]:
    """A turn whose tag the trainer does not know, unless it is told of it."""
    target = profile.target
    known = target.drops.tags
    tagged = [turn for turn in example.turns if turn.role_path[-1:] == ("from",)] if known else []
    of_its_own = {turn.role for turn in tagged if named(turn) in known}
    for turn in tagged:
        tag = named(turn)
        if tag in known or turn.role in target.drops.unread_roles:
            continue
        if profile.mapping is not None:
            message = f"`{tag}` is no tag that {target.title} knows: it empties the record"
            yield turn, message, Consequence.DROPPED
        elif turn.role in of_its_own and not (turn.calls or tag in _MAYBE_A_CALL):
            message = (
                f"`{tag}` is a second tag for one role: {target.title} knows one, and empties the record"
            )
            yield turn, message, Consequence.DROPPED
        elif tag not in ROLES:
            message = f"`{tag}` is a tag that {target.title} knows only by `tags`; else it empties the record"
            yield turn, message, Consequence.DEGRADED


def _defects(example: Example, target: Target) -> Iterator[tuple[Turn, str, Consequence]]:
    """What makes the trainer give up the record, the first thing first."""
    drops = target.drops
    for turn in example.turns:
        if turn.role in drops.unread_roles:
            message = (
                f"the role `{turn.role}` is not known to {target.title}: it stops, or empties the record"
            )
            yield turn, message, Consequence.REJECTED
    for before, turn in pairwise(example.turns):
        if is_result(before) and turn.role == "user":
            what = f"a `{named(turn)}` turn right after a tool's result"
            message = f"{what}; with no answer between, the record is emptied"
            yield turn, message, Consequence.DROPPED
        elif before.role == "user" and is_result(turn):
            what = f"a tool's result right after a `{named(before)}` turn"
            message = f"{what}; with no call between, the record is emptied"
            yield turn, message, Consequence.DROPPED
        elif is_result(before) and is_result(turn) and example.format in drops.results_apart:
            message = "a second tool result in a row; the record is emptied, as roles must take turns"
            yield turn, message, Consequence.DROPPED
    last = example.turns[-1]
    if is_result(last):
        lost = example.format in drops.results_lost
        message = (
            "tool results that end a record are left out; expected an answer after them"
            if lost
            else "a tool's result ends the record, which is emptied; expected an answer after it"
        )
        yield last, message, Consequence.DROPPED


RULE = RecordRule(
    code=CODE,
    name="dropped-by-trainer",
    summary="The trainer empties or drops this record, and only its log says so.",
    consequence=Consequence.DROPPED,
    of_form=True,
    check=check,
    reads_shape=True,
    supersedes=("TRN001", "FMT004"),
)
