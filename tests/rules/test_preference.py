"""The rules on preference data, on Examples built by hand: they hold for every format with two answers."""

from __future__ import annotations

import pytest

from finetooth_rules.example import Example, Kind, Text, ToolCall, Turn
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.preference import chosen_equals_rejected, different_prompts, refusal_chosen
from finetooth_rules.record import Record
from finetooth_rules.rule import NoOptions, RecordRule
from finetooth_rules.settings import build_profile

Said = tuple[str, str]


def turns(key: str, said: list[Said]) -> tuple[Turn, ...]:
    return tuple(
        Turn(role, (Text(text, (key, i)),), (key, i), (key, i), trained=False)
        for i, (role, text) in enumerate(said)
    )


def pair(
    chosen: list[Said],
    rejected: list[Said],
    prompt: list[Said] | None = None,
    answer_from: int | None = None,
) -> Example:
    """Two answers, with a prompt beside them or their own in front. By default the last turn is it."""
    beside = turns("prompt", prompt or [])
    ours, theirs = turns("chosen", chosen), turns("rejected", rejected)
    own = len(ours) - 1 if answer_from is None else answer_from
    return Example(
        record=Record(b'{"chosen": "I cannot help with that.", "rejected": "4"}'),
        format="",
        turns=(*beside, *ours),
        kind=Kind.PREFERENCE,
        rejected=theirs,
        answer_from=len(beside) + own,
        rejected_from=len(theirs) - 1 if answer_from is None else answer_from,
        rejected_path=("rejected",),
    )


def found(rule: RecordRule, example: Example) -> list[Finding]:
    assert rule.applies is None or rule.applies(example)
    return list(rule.check(example, build_profile({}), NoOptions()))


SAME, PROMPTS, REFUSAL = chosen_equals_rejected.RULE, different_prompts.RULE, refusal_chosen.RULE
U, A, S = "user", "assistant", "system"


@pytest.mark.parametrize(
    ("chosen", "rejected", "consequence"),
    [
        ("4", "4", Consequence.DROPPED),
        ("4", "4\n", Consequence.DEGRADED),
        ("4", "5", None),
        ("Four", "four", None),
        ("", "", None),
    ],
)
def test_equal_answers(chosen: str, rejected: str, consequence: Consequence | None) -> None:
    (beside,) = [found(SAME, pair([(A, chosen)], [(A, rejected)], [(U, "2 + 2?")]))]
    (own,) = [found(SAME, pair([(U, "2 + 2?"), (A, chosen)], [(U, "2 + 2?"), (A, rejected)]))]
    for several in (beside, own):
        assert [finding.consequence for finding in several] == ([] if consequence is None else [consequence])
    assert [finding.path for finding in own] == ([] if consequence is None else [("rejected", 1)])


def test_answers_that_differ_in_their_calls_alone() -> None:
    example = pair([(A, "Look:")], [(A, "Look:")], [(U, "Weather?")])
    called = [
        (turn._replace(calls=(ToolCall(None, "weather", arguments, turn.path),)),)
        for turn, arguments in (
            (example.turns[-1], '{"city": "Rome"}'),
            (example.rejected[0], {"city": "Oslo"}),
        )
    ]
    other = Example(
        record=example.record, format="", turns=(*example.turns[:-1], *called[0]), kind=Kind.PREFERENCE,
        rejected=called[1], answer_from=1,
    )  # fmt: skip
    assert found(SAME, other) == []
    # The form of the arguments is no difference.
    equal = called[1][0]._replace(calls=(called[1][0].calls[0]._replace(arguments={"city": "Rome"}),))
    same = Example(
        record=example.record, format="", turns=other.turns, kind=Kind.PREFERENCE, rejected=(equal,),
        answer_from=1,
    )  # fmt: skip
    assert len(found(SAME, same)) == 1


@pytest.mark.parametrize("answer_from", [None, 0])
def test_different_prompts(answer_from: int | None) -> None:
    """Also where the reader takes the common beginning for the prompt, and finds none."""
    example = pair([(U, "2 + 2?"), (A, "4")], [(U, "2 + 3?"), (A, "6")], answer_from=answer_from)
    (finding,) = found(PROMPTS, example)
    assert finding.path == ("rejected", 0)
    assert finding.consequence is Consequence.DROPPED
    assert finding.related[0].path == ("chosen", 0)


def test_the_same_prompts() -> None:
    assert found(PROMPTS, pair([(U, "2 + 2?"), (A, "4")], [(U, "2 + 2?"), (A, "5")])) == []
    assert found(PROMPTS, pair([(A, "4")], [(A, "5")], [(U, "2 + 2?")])) == []
    # A system text beside both answers, which have the question written out.
    assert found(PROMPTS, pair([(U, "2 + 2?"), (A, "4")], [(U, "2 + 2?"), (A, "5")], [(S, "Be kind.")])) == []
    # Two ways to go on.
    one, other = [(U, "a"), (A, "b"), (U, "c"), (A, "d")], [(U, "a"), (A, "x"), (U, "y"), (A, "z")]
    assert found(PROMPTS, pair(one, other, answer_from=1)) == []


@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("I cannot help with that.", True),
        ("I'm sorry, but I can't assist with that request.", True),
        ("I’m sorry, I can’t help.", True),
        ("Sorry, I won't answer that.", True),
        ("I apologize, but I am not able to provide it.", True),
        ("As an AI language model, I cannot give advice.", True),
        ("I can't help but smile.", False),
        ("I cannot help wondering.", False),
        ("I'm sorry to hear that.", False),
        ("You cannot help it.", False),
        ("I can help with that.", False),
    ],
)
def test_refusals(text: str, refuses: bool) -> None:
    assert bool(found(REFUSAL, pair([(A, text)], [(A, "4")], [(U, "2 + 2?")]))) == refuses
    assert found(REFUSAL, pair([(A, "4")], [(A, text)], [(U, "2 + 2?")])) == []
    assert found(REFUSAL, pair([(A, text)], [(A, text + " No.")], [(U, "2 + 2?")])) == []
