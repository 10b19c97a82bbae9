"""Regular expressions that are compiled when they are first used.

The rules have some three hundred; a run needs a part of them, and compiling them all takes longer than
checking a small file.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


class _Lazy(Generic[AnyStr]):
    """Stands for a pattern. What is asked of it is kept, so that later uses cost no more than a pattern's."""

    def __init__(self, source: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return lazy, (self.pattern, self._flags)


def lazy(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`; a mistake in the expression shows when it is first used (a test compiles them all)."""
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))
