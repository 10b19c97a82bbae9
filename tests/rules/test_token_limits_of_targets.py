"""Every limit on tokens that a target sets, from both sides: at it a record is near it, one token over it is
TOK001, or TOK002 where the answer is cut.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from finetooth.engine.providers import provide, spec_for
from finetooth_rules.finding import Severity
from finetooth_rules.lint import Linter
from finetooth_rules.record import Record
from finetooth_rules.settings import build_profile
from finetooth_rules.targets import TARGETS, Overlong

OVER = {"TOK001", "TOK002"}
WORD = " a"  # one token in both encodings, however often it comes


def limits() -> Iterator[tuple[str, str, int]]:
    """Target, model (or none), tokens."""
    for target in TARGETS.values():
        if target.default_token_limit is not None:
            yield target.name, "", target.default_token_limit
        for prefix, limit in target.token_limits.items():
            yield target.name, prefix, limit


def found(target: str, model: str, words: int) -> list[tuple[str, Severity | None]]:
    turns = [{"role": "user", "content": "Say it."}, {"role": "assistant", "content": "a" + WORD * words}]
    if "gemini" in (TARGETS[target].formats or ()):
        value: object = {
            "contents": [
                {"role": "user", "parts": [{"text": turns[0]["content"]}]},
                {"role": "model", "parts": [{"text": turns[1]["content"]}]},
            ]
        }
    else:
        value = {"messages": turns}
    profile = build_profile({"target": target, **({"model": model} if model else {})}, [value])
    linter = Linter(profile)
    (findings,) = linter.measure([Record(orjson.dumps(value))], provide(spec_for(profile)))
    assert not linter.broken
    return [(f.code, profile.severity(f.code, f.consequence)) for f in findings]


@pytest.mark.parametrize(("target", "model", "limit"), list(limits()))
def test_a_record_at_the_limit_and_one_over_it(target: str, model: str, limit: int) -> None:
    low, high = 0, limit  # the most words that the limit still takes
    while high - low > 1:
        middle = (low + high) // 2
        over = not OVER.isdisjoint(dict(found(target, model, middle)))
        low, high = (low, middle) if over else (middle, high)
    near = set() if TARGETS[target].assumed_token_limit else {"TOK003"}
    assert set(dict(found(target, model, low))) == near
    (severity,) = dict(found(target, model, high)).values()
    if TARGETS[target].overlong is Overlong.DROP:
        # By an estimate one token over the limit may be one below it; twice as many are not.
        assert severity is Severity.WARNING
        assert set(dict(found(target, model, 2 * limit)).values()) == {Severity.ERROR}
    elif TARGETS[target].assumed_token_limit:
        assert severity is Severity.INFO
    else:
        assert severity in (Severity.WARNING, Severity.ERROR)
    overhead = limit - (1 + low)
    assert 0 <= overhead < 30, "a word is a token: only the frame of the messages is between"
