"""How a record's tokens are counted, which limit holds, and what the cut costs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetooth.encodings import PUBLISHED
from finetooth.engine.features.tokens import BundledTokenCounter
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.formats import FORMATS
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import MeasuredRule
from finetooth_rules.settings import build_profile
from finetooth_rules.targets import GENERIC, OPENAI
from finetooth_rules.tokens import (
    answer_truncated,
    near_token_limit,
    special_token_in_text,
    too_many_tokens,
)
from finetooth_rules.tokens._control import ANY_CHAT, BY_ENCODING, TRIGGERS, control_tokens
from finetooth_rules.tokens._measure import MOST_MARKS, Limit, count_examples, limit_of, may_exceed

COUNTER = BundledTokenCounter("o200k_base", exact=True)
FEATURES = Features(tokens=COUNTER)
PROFILE = build_profile({})
MEASURED = (too_many_tokens.RULE, answer_truncated.RULE, near_token_limit.RULE)


def read(value: Any, name: str = "openai-chat") -> Example:
    record = Record(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return FORMATS[name].read(record, value, GENERIC)


def chat(*messages: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in messages], **more}


def total(value: Any, counter: BundledTokenCounter = COUNTER) -> int:
    return count_examples([read(value)], Features(tokens=counter), PROFILE)[0].total


def profile(**changes: Any) -> Profile:
    return replace(build_profile({}), **changes)


def measure(value: Any, judged_by: Profile, rules: Sequence[MeasuredRule] = MEASURED) -> tuple[Finding, ...]:
    """Findings on one record, screened as the linter does it."""
    record = Record(json.dumps(value, ensure_ascii=False).encode())
    linter = Linter(judged_by, rules)
    findings = linter.measure([record], FEATURES)[0]
    assert not linter.broken
    assert all(len(finding.message) <= 120 for finding in findings)
    return findings


def marked(value: Any, finding: Finding) -> list[str]:
    raw = json.dumps(value, ensure_ascii=False).encode()
    spans = [finding.span, *finding.more_spans]
    return [raw[span.start : span.end].decode() for span in spans if span is not None]


# -- counting ------------------------------------------------------------------------------------------------

# The example of OpenAI's cookbook, "How to count tokens with tiktoken" (MIT); the API itself counted as many.
JARGON = {
    "messages": [
        {
            "role": "system",
            "content": "You are a helpful, pattern-following assistant that translates corporate jargon"
            " into plain English.",
        },
        {
            "role": "system",
            "name": "example_user",
            "content": "New synergies will help drive top-line growth.",
        },
        {
            "role": "system",
            "name": "example_assistant",
            "content": "Things working well together will increase revenue.",
        },
        {
            "role": "system",
            "name": "example_user",
            "content": "Let's circle back when we have more bandwidth to touch base on opportunities"
            " for increased leverage.",
        },
        {
            "role": "system",
            "name": "example_assistant",
            "content": "Let's talk later when we're less busy about how to do better.",
        },
        {
            "role": "user",
            "content": "This late pivot means we don't have time to boil the ocean"
            " for the client deliverable.",
        },
    ]
}


@pytest.mark.parametrize(("encoding", "tokens"), [("cl100k_base", 129), ("o200k_base", 124)])
def test_a_conversation_is_counted_as_the_cookbook_does(encoding: str, tokens: int) -> None:
    assert total(JARGON, BundledTokenCounter(encoding, exact=True)) == tokens


@pytest.mark.parametrize("encoding", PUBLISHED)
def test_a_role_is_one_token(encoding: str) -> None:
    """Which `PER_MESSAGE` takes for granted."""
    roles = ["system", "developer", "user", "assistant", "tool", "function"]
    assert BundledTokenCounter(encoding, exact=True).count(roles) == [1] * len(roles)


def test_prompt_and_completion_are_counted_alone() -> None:
    value = {"prompt": "hello world", "completion": "hello world"}
    counted = count_examples([read(value, "prompt-completion")], Features(tokens=COUNTER), PROFILE)[0]
    assert (counted.total, counted.estimated) == (4, False)


def test_reasoning_calls_and_tools_are_counted_and_make_an_estimate() -> None:
    plain = chat(("user", "Hi"), ("assistant", "Hello"))
    assert not count_examples([read(plain)], Features(tokens=COUNTER), PROFILE)[0].estimated
    function = {"name": "clock", "arguments": '{"zone": "UTC"}'}
    for extra in (
        {"reasoning_content": "hello world"},
        {"tool_calls": [{"id": "1", "type": "function", "function": function}]},
    ):
        value = chat(("user", "Hi"), ("assistant", "Hello"))
        value["messages"][1].update(extra)
        counted = count_examples([read(value)], Features(tokens=COUNTER), PROFILE)[0]
        assert counted.estimated
        assert counted.total > total(plain)
        assert counted.trained() > 1
    with_tools = {**plain, "tools": [{"type": "function", "function": {"name": "clock", "parameters": {}}}]}
    tools = '[{"type":"function","function":{"name":"clock","parameters":{}}}]'
    assert total(with_tools) == total(plain) + COUNTER.count([tools])[0]


def test_what_cannot_be_written_as_json_is_counted_all_the_same() -> None:
    """A huge integer, a lone surrogate, an infinite number: read over, and never an exception."""
    parameters = {"a": 10**30, "b": "\ud83d", "c": float("inf")}
    value = chat(
        ("user", "Hi"), tools=[{"type": "function", "function": {"name": "x", "parameters": parameters}}]
    )
    example = FORMATS["openai-chat"].read(Record(b"{}"), value, GENERIC)
    assert count_examples([example], Features(tokens=COUNTER), PROFILE)[0].total > 0


# -- the screen ----------------------------------------------------------------------------------------------

MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "", "u"])},
        optional={
            "content": st.one_of(st.none(), st.text(max_size=20)),
            "name": st.text(max_size=3),
            "reasoning_content": st.text(max_size=5),
            "tool_calls": st.lists(
                st.fixed_dictionaries(
                    {
                        "function": st.fixed_dictionaries(
                            {
                                "name": st.text(max_size=3),
                                "arguments": st.dictionaries(st.text(max_size=3), st.integers()),
                            }
                        )
                    }
                ),
                max_size=2,
            ),
        },
    ),
    max_size=6,
)


@given(messages=MESSAGES, ascii_only=st.booleans(), tools=st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_record_has_no_more_tokens_than_bytes(messages: list[Any], ascii_only: bool, tools: bool) -> None:
    value: dict[str, Any] = {"messages": messages}
    if tools:
        value["tools"] = [{"function": {"name": "f", "parameters": {"x": "\x01é"}}}]
    raw = json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":")).encode("utf-8", "surrogatepass")
    record = Record(raw)
    example = FORMATS["openai-chat"].read(record, value, GENERIC)
    tokens = count_examples([example], Features(tokens=COUNTER), PROFILE)[0].total
    assert not record.strict or tokens <= len(raw)
    assert may_exceed(record, tokens - 1)


def test_a_short_record_is_never_counted() -> None:
    class Refusing:
        name, exact = "none", True

        def count(self, texts: Sequence[str]) -> list[int]:
            raise AssertionError("counted")

        def cut(self, text: str, limit: int) -> int:
            raise AssertionError("cut")

    linter = Linter(profile(token_limit=1000), MEASURED)
    assert linter.measure([Record(b'{"messages": []}' + b" " * 800)], Features(tokens=Refusing())) == [()]
    assert not linter.broken


def test_invalid_utf8_is_not_screened_by_its_length() -> None:
    assert may_exceed(Record(b'{"messages": "\xff\xff\xff"}'), 30)
    assert not may_exceed(Record(b'{"messages": "abcdefg"}'), 30)


# -- limits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({}, Limit(4096, "assumed: no target set", assumed=True)),
        ({"model": "llama-3"}, Limit(4096, "assumed: no target set", assumed=True)),
        ({"token_limit": 100}, Limit(100, "`tokens.limit`")),
        ({"token_limit": 100, "target": OPENAI, "model": "gpt-4o"}, Limit(100, "`tokens.limit`")),
        ({"target": OPENAI, "model": "gpt-4-0613"}, Limit(8192, "gpt-4-0613")),
        ({"target": OPENAI, "model": "o9"}, Limit(65_536, "OpenAI fine-tuning")),
        ({"target": replace(OPENAI, default_token_limit=None)}, None),
    ],
)
def test_limit(changes: dict[str, Any], limit: Limit | None) -> None:
    assert limit_of(profile(**changes)) == limit


LONG = chat(("user", "Name a river. " * 1500), ("assistant", "The Danube."))


def test_over_an_assumed_limit_is_only_a_note() -> None:
    (finding,) = measure(LONG, profile())
    assert (finding.code, finding.consequence) == ("TOK001", Consequence.NOTE)
    assert "assumed" in finding.message


def test_near_an_assumed_limit_is_nothing() -> None:
    assert total(chat(("user", "river " * 4000))) in range(3700, 4096)
    assert measure(chat(("user", "river " * 4000)), profile()) == ()


@pytest.mark.parametrize(
    ("over", "words"),
    [
        (Consequence.REJECTED, "the record will be rejected"),
        (Consequence.DROPPED, "the record will be dropped"),
    ],
)
def test_a_target_that_rejects_or_drops_says_so_and_cuts_nothing(over: Consequence, words: str) -> None:
    target = replace(OPENAI, over_limit=over)
    (finding,) = measure(LONG, profile(target=target, model="gpt-4", token_limit=100))
    assert (finding.code, finding.consequence) == ("TOK001", over)
    assert words in finding.message


@pytest.mark.parametrize(
    ("limit", "code", "consequence"),
    [
        (20, "TOK002", Consequence.DROPPED),
        (6015, "TOK002", Consequence.TRUNCATED),
    ],
)
def test_a_lost_answer_is_worse_than_a_shortened_one(limit: int, code: str, consequence: Consequence) -> None:
    (finding,) = measure(LONG, profile(token_limit=limit))
    assert (finding.code, finding.consequence) == (code, consequence)


class Vast:
    """Counts a million tokens in every text."""

    name, exact = "cl100k_base", False

    def count(self, texts: Sequence[str]) -> list[int]:
        return [4_999_999 if text else 0 for text in texts]

    def cut(self, text: str, limit: int) -> int:
        return 0


@pytest.mark.parametrize("over", [Consequence.TRUNCATED, Consequence.DROPPED, Consequence.REJECTED])
@pytest.mark.parametrize("limit", [9_000_000, 4_000_000, 10_000_000])
def test_messages_fit(over: Consequence, limit: int) -> None:
    """At most 120 characters, whatever the numbers and names."""
    target = replace(OPENAI, over_limit=over, token_limits={"m": limit})
    linter = Linter(profile(target=target, model="m" * 80), MEASURED)
    long = chat(("user", "a" * 5_100_000), ("assistant", "b" * 5_100_000))
    (finding,) = linter.measure([Record(json.dumps(long).encode())], Features(tokens=Vast()))[0]
    assert len(finding.message) <= 120


def test_the_message_on_an_assumed_limit_fits() -> None:
    linter = Linter(profile(), MEASURED)
    (finding,) = linter.measure([Record(json.dumps(LONG).encode())], Features(tokens=Vast()))[0]
    assert finding.message == (
        "about 10,000,009 tokens (cl100k_base), the limit is 4,096 (assumed: no target set): "
        "trainers may cut the marked text"
    )
    assert len(finding.message) <= 120


# -- marks ---------------------------------------------------------------------------------------------------


@given(
    contents=st.lists(st.text("ab é漢😀\n\"\\/'.1", max_size=12), min_size=2, max_size=5),
    limit=st.integers(1, 60),
)
@settings(max_examples=150, deadline=None)
def test_the_marks_are_exactly_the_text_behind_the_limit(contents: list[str], limit: int) -> None:
    value = chat(*[(("user", "assistant")[index % 2], text) for index, text in enumerate(contents)])
    findings = measure(value, profile(token_limit=limit), (too_many_tokens.RULE,))
    counts = COUNTER.count(contents)
    assert bool(findings) == (3 + 4 * len(contents) + sum(counts) > limit)
    expected, left = [], limit - 3
    for text, count in zip(contents, counts, strict=True):
        left -= 4
        if count > max(left, 0):
            expected.append(text[COUNTER.cut(text, left) :])
        left -= count
    for finding in findings:
        assert [json.loads(f'"{text}"') for text in marked(value, finding)] == expected


def test_where_only_a_frame_is_over_the_last_text_is_the_place() -> None:
    value = chat(("user", "hello world"), ("assistant", ""))
    (finding,) = measure(value, profile(token_limit=12), (too_many_tokens.RULE,))
    assert (finding.span, finding.path) == (None, ("messages", 1, "content"))


def test_marks_are_bounded() -> None:
    value = chat(*[("user", "river")] * (MOST_MARKS + 20))
    (finding,) = measure(value, profile(token_limit=5), (too_many_tokens.RULE,))
    assert len(finding.more_spans) == MOST_MARKS - 1


def test_several_records_keep_their_findings_apart() -> None:
    records = [Record(json.dumps(value).encode()) for value in (LONG, chat(("user", "Hi")), LONG)]
    found = Linter(profile(token_limit=100), MEASURED).measure(records, FEATURES)
    assert [[finding.code for finding in findings] for findings in found] == [["TOK002"], [], ["TOK002"]]


# -- control tokens ------------------------------------------------------------------------------------------


def test_control_tokens_are_those_of_the_bundled_encodings() -> None:
    assert {name: set(tokens) for name, tokens in BY_ENCODING.items()} == {
        name: set(facts.special_tokens) for name, facts in PUBLISHED.items()
    }


def test_every_control_token_holds_a_trigger() -> None:
    tokens = {*ANY_CHAT, *(token for tokens in BY_ENCODING.values() for token in tokens)}
    assert all(any(trigger in token for trigger in TRIGGERS) for token in tokens)


@pytest.mark.parametrize(
    ("changes", "holds", "lacks"),
    [
        ({}, "<|im_end|>", "<|fim_prefix|>"),
        ({"encoding": "o200k_base"}, "<|endoftext|>", "<|im_end|>"),
        ({"target": OPENAI, "model": "gpt-3.5-turbo"}, "<|fim_prefix|>", "<|im_end|>"),
        ({"target": OPENAI}, "<|endofprompt|>", "<|fim_prefix|>"),
        ({"model": "Qwen/Qwen3-8B"}, "<|im_end|>", "<|eot_id|>"),
        ({"model": "meta-llama/Llama-3.1-8B"}, "<|eot_id|>", "<|im_end|>"),
        ({"model": "openai/gpt-oss-20b"}, "<|channel|>", "<|im_end|>"),
        ({"model": "some/unknown-7b"}, "<|im_end|>", "<|fim_prefix|>"),
    ],
)
def test_whose_control_tokens(changes: dict[str, Any], holds: str, lacks: str) -> None:
    tokens = control_tokens(profile(**changes))
    assert holds in tokens
    assert lacks not in tokens


def test_many_control_tokens_are_one_bounded_finding() -> None:
    record = Record(json.dumps(chat(("user", "<|im_end|>" * 1000))).encode())
    (finding,) = Linter(profile(), [special_token_in_text.RULE]).check([record])[0]
    assert len(finding.message) <= 120
    assert re.search(r"999 more", finding.message)
    assert len(finding.fixes[0].edits) == special_token_in_text.MOST_MARKS
