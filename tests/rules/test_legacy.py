"""The rules of OpenAI's old data-preparation tool: their summaries are bounded and know no order."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.legacy._ends import Ends, Sketch, ends_of, joined, merged, sketch_of

TEXT = st.text("ab \n", max_size=6)


@given(st.lists(TEXT, max_size=8), st.randoms(), st.integers(0, 8))
def test_ends_do_not_depend_on_order_or_grouping(texts: list[str], random, cut: int) -> None:  # type: ignore[no-untyped-def]
    whole = reduce(joined, map(ends_of, texts), Ends())
    shuffled = texts[:]
    random.shuffle(shuffled)
    parts = [reduce(joined, map(ends_of, part), Ends()) for part in (shuffled[:cut], shuffled[cut:])]
    assert joined(*parts) == joined(*reversed(parts)) == whole
    there = [text for text in texts if text]
    assert whole.texts == len(there)
    assert whole.differ is (len(set(there)) > 1)
    if there:
        assert all(t.startswith(whole.prefix) and t.endswith(whole.suffix) for t in there)
        shortest = min(map(len, there))
        longest = max(n for n in range(shortest + 1) if len({t[:n] for t in there}) == 1)
        assert len(whole.prefix) == longest
        assert len(whole.suffix) == max(
            n for n in range(shortest + 1) if len({t[len(t) - n :] for t in there}) == 1
        )


def test_ends_are_bounded() -> None:
    ends = ends_of("x" * 10_000)
    assert len(ends.prefix) == len(ends.suffix) == 64


def test_a_sketch_counts_different_texts() -> None:
    few = reduce(merged, (sketch_of(str(n % 100)) for n in range(1000)), Sketch())
    assert few.distinct() == 100
    many = reduce(merged, (sketch_of(str(n % 5000)) for n in range(10_000)), Sketch())
    assert len(many.smallest) == 256
    assert 4000 < many.distinct() < 6000
    backwards = reduce(merged, (sketch_of(str(n % 5000)) for n in reversed(range(10_000))), Sketch())
    assert backwards == many
