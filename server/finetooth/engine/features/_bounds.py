"""What a chat template may not do in one step: one call into C, that no clock can stop.

Each function looks at what a step is given and raises TooMuch before it is taken. They bound what is written;
`Memory` is the net under them, for what is not foreseen.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from finetooth_rules.features import FeatureError
from finetooth_rules.patterns import lazy

MOST_CHARACTERS: Final = 1 << 26
MOST_ITEMS: Final = 1 << 20
MOST_WIDTH: Final = 10_000
MOST_INDENT: Final = 16
MOST_MEMORY: Final = 1 << 30
"""Bytes that the process may grow by during one record."""
_ASKED_EVERY: Final = 200
_MOST_BITS: Final = 4096
_WIDE: Final = lazy(r"\d{5}|\*|\{[^{}]*\{")
"""A width of five digits, or one that is given as an argument."""


class TooMuch(FeatureError):
    """The template takes too long, or writes too much."""

    def __init__(self, what: str = f"writes more than {MOST_CHARACTERS:,} characters") -> None:
        super().__init__("template", f"the chat template {what}")

    def __reduce__(self) -> tuple[type[FeatureError], tuple[str, str]]:
        return FeatureError, (self.feature, self.message)


def measured(value: Any) -> Any:
    """The value, if it is not too large."""
    if isinstance(value, str):
        if len(value) > MOST_CHARACTERS:
            raise TooMuch
    elif isinstance(value, (list, tuple)):
        if len(value) > MOST_ITEMS:
            raise TooMuch(f"makes a list of more than {MOST_ITEMS:,} items")
    elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise TooMuch("computes what no chat template needs")
    return value


def product(left: Any, right: Any) -> None:
    """`left * right`."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, list, tuple)) and isinstance(other, int) and len(one) * other > MOST_ITEMS:
            if not isinstance(one, str):
                raise TooMuch(f"makes a list of more than {MOST_ITEMS:,} items")
            if len(one) * other > MOST_CHARACTERS:
                raise TooMuch


def formatted(text: str, arguments: Iterable[Any]) -> None:
    """`text % arguments`, `text.format(*arguments)`."""
    places = text.count("%") + text.count("{")
    longest = max((_size(argument) for argument in arguments), default=0)
    if _WIDE.search(text) or len(text) + places * longest > MOST_CHARACTERS:
        raise TooMuch


def _size(value: Any) -> int:
    """About how long a value is when it is written."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_size(item) for item in value.values())
    return sum(_size(item) for item in value) if isinstance(value, (list, tuple)) else 32


def replaced(text: Any, old: Any, new: Any, *_: Any) -> None:
    """`text.replace(old, new)`."""
    if (
        isinstance(text, str)
        and isinstance(old, str)
        and len(text) + text.count(old) * len(str(new)) > MOST_CHARACTERS
    ):
        raise TooMuch


def joined(separator: str, parts: Iterable[Any]) -> list[Any]:
    """`separator.join(parts)`; what is to be joined, as a list."""
    held = list(parts)
    if sum(_size(part) + len(separator) for part in held) > MOST_CHARACTERS:
        raise TooMuch
    return held


def _before_filter(name: str, value: Any, arguments: Sequence[Any]) -> None:
    numbers = [item for item in arguments if isinstance(item, int)]
    texts = [item for item in arguments if isinstance(item, str)]
    if name == "format":
        formatted(str(value), arguments)
    elif name == "replace" and len(texts) >= 2:
        replaced(str(value), texts[0], texts[1])
    elif name == "tojson":
        if max((*numbers, *map(len, texts[:1])), default=0) > MOST_INDENT:
            raise TooMuch
    elif name in ("indent", "wordwrap", "batch", "slice", "center", "urlize"):
        width = max((*numbers, *map(len, texts)), default=0)
        lines = 1 + (value.count("\n") if isinstance(value, str) and name == "indent" else _size(value))
        if width > MOST_WIDTH or (name in ("indent", "wordwrap") and lines * width > MOST_CHARACTERS):
            raise TooMuch


def guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that looks at what it is given first, and at what it made."""
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    def guard(*arguments: Any, **named: Any) -> Any:
        value, *others = arguments[skipped:] or (None,)
        _before_filter(name, value, (*others, *named.values()))
        return measured(function(*arguments, **named))

    for attribute in ("jinja_pass_arg", "jinja_async_variant"):
        if hasattr(function, attribute):
            setattr(guard, attribute, getattr(function, attribute))
    return guard


def before_call(function: Any, arguments: Sequence[Any], named: Mapping[str, Any]) -> Sequence[Any]:
    """A method of a text that is about to be called; its arguments, as they are to be given."""
    function = getattr(function, "__wrapped__", function)  # the sandbox puts a formatter of its own around it
    text, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if isinstance(text, str):
        if name in ("format", "format_map"):
            formatted(text, (*arguments, *named.values()))
        elif name == "replace" and len(arguments) >= 2:
            replaced(text, *arguments)
        elif name == "join" and arguments:
            return (joined(text, arguments[0]),)
    return arguments


class Memory:
    """Bounds what the process may grow by, where the system can see to that (Linux). How large it is is asked
    for every so often: that takes longer than to write a short record.
    """

    def __init__(self) -> None:
        self._left = 0
        self._limit = 0

    @contextlib.contextmanager
    def bounded(self) -> Iterator[None]:
        """While this lasts the process cannot grow without end."""
        if sys.platform != "linux":
            yield
            return
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        if self._left == 0:
            self._left, self._limit = _ASKED_EVERY, _held_bytes() + MOST_MEMORY
        self._left -= 1
        if soft != resource.RLIM_INFINITY and soft <= self._limit:
            yield
            return
        resource.setrlimit(resource.RLIMIT_AS, (self._limit, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _held_bytes() -> int:
    import resource

    with open("/proc/self/statm", "rb", buffering=0) as stream:
        return int(stream.read(32).split()[0]) * resource.getpagesize()
