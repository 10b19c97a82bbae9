"""Reading a file in blocks loses no byte, whatever the endings and the block size."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from finetooth.engine.files.source import EndingCounts, Skipped, Source, file_facts, line_size, read_lines
from finetooth_rules.framing import split_lines

DATA = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"ab", b"{}", b"xyz"]), max_size=30).map(b"".join)


@given(DATA, st.integers(1, 9))
def test_lines_are_those_of_the_whole(data: bytes, block: int) -> None:
    lines = [line for some in read_lines(io.BytesIO(data), 1 << 20, block) for line in some]
    assert lines == split_lines(data)


@given(DATA, st.integers(1, 9), st.integers(1, 6))
def test_skipping_long_lines_keeps_every_offset(data: bytes, block: int, limit: int) -> None:
    lines = [line for some in read_lines(io.BytesIO(data), limit, block) for line in some]
    assert sum(map(line_size, lines)) == len(data)
    assert [line_size(line) for line in lines] == [len(line) for line in split_lines(data)]
    for line, whole in zip(lines, split_lines(data), strict=True):
        assert isinstance(line, Skipped) or line == whole


def test_a_line_over_the_limit_is_not_held() -> None:
    data = b"short\n" + b"x" * 5_000_000 + b"\r\nlast"
    lines = [line for some in read_lines(io.BytesIO(data), 100_000, 65_536) for line in some]
    assert [line_size(line) for line in lines] == [6, 5_000_002, 4]
    assert isinstance(lines[1], Skipped)
    assert len(lines[1]) == 1024


@given(DATA, st.integers(1, 5))
def test_endings_are_counted_over_chunks(data: bytes, size: int) -> None:
    counts = EndingCounts()
    for start in range(0, len(data), size):
        counts.add(data[start : start + size])
    pairs = data.count(b"\r\n")
    assert (counts.lf, counts.crlf, counts.cr) == (
        data.count(b"\n") - pairs,
        pairs,
        data.count(b"\r") - pairs,
    )


def test_facts_of_a_file() -> None:
    facts = file_facts(Source("x", data=b"\xef\xbb\xbf{}\r\n{}\n{}"))
    assert (facts.size, facts.bom, facts.lf, facts.crlf, facts.cr, facts.tail) == (
        12,
        True,
        1,
        1,
        0,
        b"}\n{}",
    )
