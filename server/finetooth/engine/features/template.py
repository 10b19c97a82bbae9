"""Chat templates, rendered as transformers renders them, in Jinja's sandbox, with bounds on time and size.

The environment is that of `apply_chat_template` (transformers, utils/chat_template_utils.py): blocks trimmed,
`break` and `continue`, `tojson` without HTML escapes, `raise_exception`, `strftime_now` (of a fixed day, so
that results stay the same), and `{% generation %}`. A template is a stranger's program: every loop, call and
look-up is a point at which it is stopped when its time is over, and what makes texts longer is measured.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any, Final

import orjson
from jinja2 import Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from finetooth.engine.features._bounds import (
    MOST_CHARACTERS,
    Memory,
    TooMuch,
    before_call,
    formatted,
    guarded,
    measured,
    product,
)
from finetooth_rules.features import Rendered
from finetooth_rules.model_files import ChatTemplate

MOST_SECONDS: Final = 2.0
"""Processor time for one record; a usual one takes less than a millisecond."""
DEFAULT_CACHE_BYTES: Final = 32 * 1024 * 1024
TODAY: Final = datetime(2024, 7, 26)
"""The day that Llama 3's template takes where it is told none."""

_MARK: Final = "\ue0f0"
"""Private-use characters that stand around what is generated until the text is whole."""
_END: Final = "\ue0f1"
_PROBE: Final = "8253719046"
_WIDENING: Final = frozenset({"center", "ljust", "rjust", "zfill", "expandtabs"})


class _Generation(Extension):
    """`{% generation %} … {% endgeneration %}`: marks what stands inside."""

    tags = {"generation"}  # noqa: RUF012 - Jinja's own declaration

    def parse(self, parser: Parser) -> nodes.Node:
        """The block as a call that marks its text."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_marked"), [], [], body).set_lineno(line)

    def _marked(self, caller: Callable[[], str]) -> str:
        return f"{_MARK}{caller()}{_END}"


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, with a clock in it."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols])
        self.deadline = 0.0
        self.filters["tojson"] = _to_json
        self.filters.update({name: guarded(name, self.filters[name]) for name in self.filters})
        self.filters["_ticked"] = self.ticked
        self.filters["_joined"] = self.joined
        self.globals.pop("lipsum")
        self.globals["raise_exception"] = _raise
        self.globals["strftime_now"] = TODAY.strftime

    def tick(self) -> None:
        """Raises TooMuch when the time is over."""
        if time.process_time() > self.deadline:
            raise TooMuch(f"takes longer than {MOST_SECONDS:g} s on a record")

    def ticked(self, items: Iterable[Any]) -> Iterator[Any]:
        """What a loop runs over, looking at the clock."""
        for item in items:
            self.tick()
            yield item

    def joined(self, parts: Sequence[Any]) -> str:
        """`a ~ b`, as long as a text may be."""
        text: str = measured("".join(map(str, parts)))
        return text

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.tick()
        args = tuple(before_call(obj, args, kwargs))
        return measured(super().call(context, obj, *args, **kwargs))

    def getitem(self, obj: Any, argument: Any) -> Any:
        self.tick()
        return super().getitem(obj, argument)

    def getattr(self, obj: Any, attribute: str) -> Any:
        self.tick()
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return attr not in _WIDENING and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        self.tick()
        if operator == "**":
            raise TooMuch("computes what no chat template needs")
        if operator == "%" and isinstance(left, str):
            formatted(left, right if isinstance(right, tuple) else (right,))
        if operator == "*":
            product(left, right)
        return measured(super().call_binop(context, operator, left, right))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "_ticked", [], [], None, None, lineno=loop.lineno)
        joined = _Joins().visit(tree)
        assert isinstance(joined, nodes.Template)
        return joined.set_environment(self)  # type: ignore[return-value]


class _Joins(NodeTransformer):
    """Replaces every `a ~ b` by a filter that measures."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - Jinja's name
        """One concatenation."""
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "_joined", [], [], None, None, lineno=node.lineno)


def _raise(message: Any) -> None:
    raise TemplateError(str(message))


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def problem(template: ChatTemplate) -> tuple[str, int] | None:
    """What is wrong with the template as such, and in which line; None where nothing is."""
    for text in (template.text, template.with_tools):
        if text is not None:
            try:
                _Environment().from_string(text)
            except TemplateSyntaxError as error:
                return error.message or "a syntax error", error.lineno
            except (TemplateError, RecursionError, SyntaxError) as error:
                return str(error) or type(error).__name__, 0
    return None


class JinjaRenderer:
    """A `TemplateRenderer`; compiled at the first record. Renderings are remembered, since several rules ask
    for the same one, the least recently asked for forgotten first. Safe to share between threads.
    """

    def __init__(self, template: ChatTemplate, *, cache_bytes: int = DEFAULT_CACHE_BYTES) -> None:
        self.template = template
        self._lock = Lock()
        self._environment = _Environment()
        self._memory = Memory()
        self._compiled: dict[bool, Template] = {}
        self._kept: OrderedDict[bytes, Rendered] = OrderedDict()
        self._bytes = 0
        self._most_bytes = cache_bytes

    @property
    def name(self) -> str:
        """See `TemplateRenderer`."""
        return self.template.name

    @property
    def marks_generation(self) -> bool:
        """See `TemplateRenderer`."""
        return any(
            text is not None and any(token[1:] == ("name", "generation") for token in _tokens(text))
            for text in (self.template.text, self.template.with_tools)
        )

    @cached_property
    def wants_parts(self) -> bool:
        """See `TemplateRenderer`."""
        return _PROBE not in self.render([{"role": "user", "content": _PROBE}]).text and (
            _PROBE in self.render([{"role": "user", "content": [{"type": "text", "text": _PROBE}]}]).text
        )

    def render(
        self,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Any] | None = None,
        *,
        prompt: bool = False,
    ) -> Rendered:
        """See `TemplateRenderer`."""
        key = _key((messages, tools, prompt))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
            with self._memory.bounded():
                rendered = self._render(messages, tools, prompt)
            self._kept[key] = rendered
            self._bytes += _size(rendered)
            while self._bytes > self._most_bytes and len(self._kept) > 1:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
            return rendered

    def _render(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any] | None, prompt: bool
    ) -> Rendered:
        template = self._template(bool(tools) and self.template.with_tools is not None)
        self._environment.deadline = time.process_time() + MOST_SECONDS
        written: list[str] = []
        size = 0
        try:
            for block in template.generate(
                messages=messages,
                tools=tools,
                documents=None,
                add_generation_prompt=prompt,
                **dict(self.template.tokens),
            ):
                size += len(block)
                if size > MOST_CHARACTERS:
                    raise TooMuch
                written.append(block)
        except TooMuch:
            raise
        except RecursionError as error:
            raise TooMuch("calls itself without end") from error
        except MemoryError as error:
            raise TooMuch("takes more memory than any chat template needs") from error
        except Exception as error:  # whatever a template's program comes to: the trainer stops with it
            return Rendered("", error=str(error) or type(error).__name__)
        return _unmarked("".join(written))

    def _template(self, with_tools: bool) -> Template:
        if with_tools not in self._compiled:
            text = self.template.with_tools if with_tools else self.template.text
            self._compiled[with_tools] = self._environment.from_string(text or "")
        return self._compiled[with_tools]


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    return iter(_Environment().lex(text))


def _key(asked: Any) -> bytes:
    """A digest of what is asked for."""
    try:
        data = orjson.dumps(asked)
    except TypeError:  # half a surrogate pair, or a number beyond 64 bits
        data = repr(asked).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16).digest()


def _size(rendered: Rendered) -> int:
    return 300 + 2 * len(rendered.text)


def _unmarked(text: str) -> Rendered:
    """The text without the marks of `{% generation %}`, and where they stood."""
    if _MARK not in text:
        return Rendered(text)
    parts: list[str] = []
    ranges: list[tuple[int, int]] = []
    starts: list[int] = []
    at = begin = 0
    for place, character in enumerate(text):
        if character not in (_MARK, _END):
            continue
        parts.append(text[begin:place])
        at += place - begin
        begin = place + 1
        if character == _MARK:
            starts.append(at)
        elif starts:
            ranges.append((starts.pop(), at))
    parts.append(text[begin:])
    return Rendered("".join(parts), tuple(ranges))
