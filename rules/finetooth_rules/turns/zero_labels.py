r"""After the chat template and the cut, no trained token is left.

## What it does
Renders each record by the model's chat template, finds what the loss is computed on – with
`tokens.assistant-only-loss`, or `assistant_only_loss` in a file of TRL's, what the template marks by `{% generation %}`, else the answers – and reports a
record of which nothing is left: the template marks none of it, or all of it lies behind the token limit. The
squiggle covers what is cut. Shown in place of `answer-truncated`. Needs `tokens.template`, or a
`tokens.tokenizer` whose folder has a template.

Silent where every token is trained (TRL on conversations, unless `assistant_only_loss` is set).

## Why it matters
The record is paid for and teaches nothing. TRL filters it out, or stops with "You're using
`assistant_only_loss=True`, but at least one example has no assistant tokens."; Axolotl prints "Dropped N
samples with no trainable tokens from train dataset"; Unsloth, where no record has anything left, "Unsloth: All
labels in your dataset are -100. Training losses will be all 0."

## Example
```toml
[tokens]
template = "chatml.jinja"
limit = 36
```
```jsonl
{"messages": [{"role": "user", "content": "Name the longest river of Europe, and then name every country that it flows through."}, {"role": "assistant", "content": "The Volga: Russia."}]}
```

## Use instead
```jsonl
{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi!"}]}
```

## Fix
None.

## Options
None.
"""  # noqa: E501 - a record is one line

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule, NoOptions
from finetooth_rules.targets import Overlong, Trains
from finetooth_rules.template._render import has_template, render
from finetooth_rules.tokens._measure import Counted, Limit, cut_places, limit_of, reaching

CODE: Final = "TRN015"


def screen(record: Record, profile: Profile, options: NoOptions) -> bool:
    """Whether a template is there, and some tokens are not trained."""
    return has_template(record, profile, options) and (
        profile.assistant_only_loss or profile.target.trains is not Trains.ALL
    )


def check(
    examples: Sequence[Example], features: Features, profile: Profile, options: NoOptions
) -> Iterator[tuple[int, Finding]]:
    """One finding for each record that nothing of is trained."""
    renderer, counter = features.template, features.tokens
    assert renderer is not None
    assert counter is not None
    masked = profile.assistant_only_loss
    if masked and not renderer.marks_generation:
        return  # said once for the file
    limit = _cutting(profile)
    there = [
        (index, example, rendered)
        for index, example in enumerate(examples)
        if _is_trained(example)
        and (rendered := render(example, features, profile)) is not None
        and rendered.error is None
    ]
    long: dict[int, Counted] = {}
    if limit is not None:
        asked = [example for _, example, _ in there]
        long = dict(reaching(asked, features, profile, limit.tokens + 1))
    for number, (index, example, rendered) in enumerate(there):
        counted = long.get(number)
        marked = [start for start, end in rendered.generated if end > start]
        if masked and not marked:
            message = (
                "the chat template marks nothing of this record by {% generation %}: no token is trained"
            )
            yield index, Finding(CODE, message, Consequence.DROPPED, path=example.turns_path, on_key=True)
        elif limit is not None and counted is not None and counted.total > limit.tokens:
            starts = marked if masked else _answers(counted)
            if not starts or min(starts) < counter.cut(rendered.text, limit.tokens):
                continue
            path, spans = cut_places(example, counted, limit.tokens, counter)
            message = f"no trained token is left: {limit.noun} cuts them all"
            yield (
                index,
                Finding(
                    CODE,
                    message,
                    Consequence.DROPPED,
                    span=spans[0] if spans else None,
                    path=path,
                    more_spans=tuple(spans[1:]),
                ),
            )


def _cutting(profile: Profile) -> Limit | None:
    """The limit where it is known, and the end of a longer record is cut."""
    if profile.over_limit is not Consequence.TRUNCATED or profile.overlong is not Overlong.END:
        return None
    limit = limit_of(profile)
    return None if limit is None or limit.assumed else limit


def _is_trained(example: Example) -> bool:
    return example.conversation and any(turn.trained for turn in example.turns)


def _answers(counted: Counted) -> list[int]:
    """Where in the rendering each trained text begins."""
    return [
        place[0]
        for piece, place in zip(counted.pieces, counted.places, strict=False)
        if piece.trained and place is not None
    ]


RULE = MeasuredRule(
    code=CODE,
    name="zero-labels",
    summary="After the chat template and the cut, no trained token is left.",
    consequence=Consequence.DROPPED,
    of_form=True,
    supersedes=("TOK001", "TOK002"),
    screen=screen,
    check=check,
    needs=("template", "tokens"),
)
