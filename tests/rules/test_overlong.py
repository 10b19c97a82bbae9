"""What each trainer does with a record that is too long, by its own defaults."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.tokens._measure import shortened
from providers import FEATURES


def found(target: str, *texts: tuple[str, int], **tokens: Any) -> tuple[bytes, list[Finding]]:
    messages = [{"role": role, "content": "river" + " river" * (words - 1)} for role, words in texts]
    record = Record(orjson.dumps({"messages": messages}))
    profile = build_profile({"target": target, "tokens": tokens}, [record.value])
    findings = Linter(profile).measure([record], FEATURES)[0]
    return record.raw, [finding for finding in findings if finding.code in ("TOK001", "TOK002")]


@pytest.mark.parametrize(("target", "limit"), [("trl", 1024), ("axolotl", 512), ("llama-factory", 2048)])
def test_the_default_limit_from_both_sides(target: str, limit: int) -> None:
    frames = 3 + 2 * 4
    assert found(target, ("user", limit - frames - 5), ("assistant", 5))[1] == []
    _, findings = found(target, ("user", limit - frames - 4), ("assistant", 5))
    assert len(findings) == 1
    assert f"{limit:,}" in findings[0].message


def test_axolotl_leaves_the_record_out() -> None:
    _, (finding,) = found("axolotl", ("user", 800), ("assistant", 5))
    assert (finding.code, finding.consequence) == ("TOK001", Consequence.DROPPED)
    assert finding.message.endswith("the record will be dropped")


def test_by_an_estimate_that_is_not_far_over_the_limit_it_may_be_left_out() -> None:
    _, (finding,) = found("axolotl", ("user", 600), ("assistant", 5))
    assert (finding.code, finding.consequence) == ("TOK001", Consequence.DEGRADED)
    assert finding.message.endswith("the record may be dropped")


def test_trl_cuts_the_end() -> None:
    raw, (finding,) = found("trl", ("user", 1000), ("assistant", 100))
    assert finding.code == "TOK002"
    assert finding.span is not None
    # 3 + 4 + 1,000 + 4 tokens stand before the answer; 13 of its 100 fit.
    assert raw[slice(*finding.span)] == b" river" * 87


def test_llama_factory_shortens_prompt_and_answer() -> None:
    raw, (finding,) = found("llama-factory", ("user", 153), ("assistant", 96), limit=100)
    # Prompt 3 + 4 + 153, answer 4 + 96: of 100 the answer gets int(100 * 100 / 260) = 38, the prompt 62.
    assert finding.code == "TOK002"
    assert finding.span is not None
    assert raw[slice(*finding.span)] == b" river" * (153 - 55)
    assert [raw[slice(*span)] for span in finding.more_spans] == [b" river" * (96 - 34)]


def test_llama_factory_cuts_only_a_long_prompt_and_keeps_the_answer() -> None:
    raw, (finding,) = found("llama-factory", ("user", 200), ("assistant", 10), limit=100)
    assert finding.code == "TOK001"  # nothing of the answer is lost
    assert finding.span is not None
    assert raw[slice(*finding.span)] == b" river" * (200 - (100 - 14 - 7))
    assert finding.more_spans == ()


def test_in_llama_factory_later_turns_vanish() -> None:
    raw, (finding,) = found(
        "llama-factory", ("user", 60), ("assistant", 90), ("user", 5), ("assistant", 5), limit=100
    )
    spans = [raw[slice(*span)].strip() for span in (finding.span or (0, 0), *finding.more_spans)]
    assert finding.code == "TOK002"
    assert spans[-2:] == [b"river" + b" river" * 4] * 2
    assert len(spans) == 4


@pytest.mark.parametrize(
    ("source", "target", "cutoff", "expected"),
    [
        (10, 10, 100, (10, 10)),
        (200, 10, 100, (90, 10)),
        (10, 200, 100, (10, 90)),
        (100, 100, 100, (50, 50)),
        (160, 100, 100, (62, 38)),
        (0, 200, 100, (0, 100)),
        (200, 0, 100, (100, 0)),
    ],
)
def test_the_arithmetic_of_infer_seqlen(
    source: int, target: int, cutoff: int, expected: tuple[int, int]
) -> None:
    assert shortened(source, target, cutoff) == expected
