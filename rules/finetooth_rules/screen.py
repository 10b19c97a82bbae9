"""One linear scan over a block of raw lines for the triggers of all rules, so that a clean line costs
almost nothing.

A trigger is a decoded ASCII substring without which a rule cannot fire. In the raw text the same character
may be written as an escape; a line with an escaped ASCII character (`\\u0000`–`\\u007f`) therefore passes
for every trigger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import re2

from finetooth_rules.patterns import lazy

ESCAPED_ASCII: Final = lazy(rb"\\u00[0-7]")
Finder: TypeAlias = re.Pattern[bytes] | bytes
Look: TypeAlias = Callable[[bytes], bool]
_MAX_MEM: Final = 64 << 20


class Screen:
    """Compiled triggers: code → literal substrings, code → regular expressions on raw bytes."""

    def __init__(
        self,
        triggers: Mapping[str, Iterable[str]],
        raw_triggers: Mapping[str, Iterable[str]],
        looks: Mapping[str, Look] = MappingProxyType({}),
    ) -> None:
        self._literals: dict[bytes, set[str]] = {}
        self._patterns: dict[bytes, set[str]] = {}
        for code, words in triggers.items():
            for word in words:
                if not word.isascii() or any(char in '"\\/' or char < " " for char in word):
                    raise ValueError(
                        f"{code}: a trigger is printable ASCII without quote, slash, backslash: {word!r}"
                    )
                self._literals.setdefault(word.encode(), set()).add(code)
        for code, patterns in raw_triggers.items():
            for pattern in patterns:
                self._patterns.setdefault(pattern.encode("latin-1"), set()).add(code)
        self._all = frozenset(triggers)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = _MAX_MEM
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        self._finders: list[tuple[Finder, frozenset[str], Look | None]] = []
        self._add(ESCAPED_ASCII.pattern, ESCAPED_ASCII, self._all)
        for literal, codes in self._literals.items():
            self._add(re.escape(literal), literal, frozenset(codes), looks.get(literal.decode()))
        for raw, codes in self._patterns.items():
            self._add(raw, re.compile(raw), frozenset(codes))
        self._set.Compile()

    def _add(self, pattern: bytes, finder: Finder, codes: frozenset[str], look: Look | None = None) -> None:
        self._set.Add(pattern)
        self._finders.append((finder, codes, look))

    def hits(self, block: bytes) -> list[int]:
        """Which finders match anywhere in the block; usually none."""
        return self._set.Match(block) or []

    def codes(self, raw: bytes, hits: Iterable[int]) -> frozenset[str]:
        """The rules that may fire on this record, given the hits of its block.

        An escaped ASCII character, the first finder, lets every rule with a trigger pass, whatever a look
        would say.
        """
        found: frozenset[str] = frozenset()
        for hit in hits:
            finder, codes, look = self._finders[hit]
            there = finder in raw if isinstance(finder, bytes) else finder.search(raw) is not None
            if there and (look is None or look(raw)):
                found = found | codes if found else codes
        return found
