"""Rendering is transformers' own, and no template holds a run up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "linux":
    import resource

from environments import python_with
from finetooth.engine.features._bounds import TooMuch
from finetooth.engine.features.template import JinjaRenderer
from finetooth_rules.model_files import ChatTemplate

TEMPLATES = Path(__file__).parent.parent / "data" / "templates"
NAMES = sorted(path.name for path in TEMPLATES.glob("*.jinja"))
RENDER = Path(__file__).with_name("render_with_transformers.py")
TRANSFORMERS = ("transformers==5.24.0", "transformers==4.57.3")
"""The library itself; without a framework, which rendering does not need."""
TOKENS = (("bos_token", "<bos>"), ("eos_token", "<|im_end|>"))
CALL = {
    "id": "a",
    "type": "function",
    "function": {"name": "rain", "arguments": {"city": "Zürich <&>", "n": 1}},
}
CONVERSATIONS: tuple[tuple[list[dict[str, Any]], list[Any] | None], ...] = (
    ([{"role": "user", "content": " Hi \n"}, {"role": "assistant", "content": "Héllo {{ x }} <b>"}], None),
    (
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "A\n\nB"},
        ],
        None,
    ),
    (
        [
            {"role": "user", "content": "Rain?"},
            {"role": "assistant", "content": "<think>a</think>b", "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "a", "content": '"dry"\n'},
            {"role": "assistant", "content": "No."},
            {"role": "user", "content": "Thanks"},
        ],
        [{"type": "function", "function": {"name": "rain", "parameters": {"type": "object"}}}],
    ),
    ([{"role": "assistant", "content": "Hello"}], None),
)


def rendered(text: str, *messages: dict[str, Any]) -> Any:
    return JinjaRenderer(ChatTemplate("t", text, tokens=TOKENS)).render(messages)


@pytest.mark.xdist_group("transformers")
@pytest.mark.parametrize("requirement", TRANSFORMERS)
def test_a_rendering_is_that_of_transformers(requirement: str) -> None:
    """Text, exception, and what is marked as generated; the real library, in an environment of its own."""
    python = python_with(requirement.replace("==", "-"), requirement, "jinja2==3.1.6")
    wanted = [(name, *conversation) for name in NAMES for conversation in CONVERSATIONS]
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in NAMES}
    asked = [[(texts[name], messages, tools) for name, messages, tools in wanted], dict(TOKENS)]
    done = subprocess.run([python, RENDER], input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    theirs = json.loads(done.stdout)
    assert len(theirs) == len(wanted)
    assert any("error" in one for one in theirs)
    assert any(one.get("generated") for one in theirs)
    for (name, messages, tools), their in zip(wanted, theirs, strict=True):
        ours = JinjaRenderer(ChatTemplate(name, texts[name], tokens=TOKENS)).render(messages, tools)
        if ours.error is not None:
            assert their == {"error": ours.error}, name
            continue
        generated = [ours.text[slice(*place)] for place in ours.generated]
        assert their == {"text": ours.text, "generated": generated}, name


def test_generated_text_is_exactly_the_answers() -> None:
    text = (TEMPLATES / "generation.jinja").read_text(encoding="utf-8")
    found = rendered(text, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"})
    assert [found.text[slice(*place)] for place in found.generated] == ["Hello<|im_end|>"]
    assert "\ue0f0" not in found.text


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}"
        "{% endfor %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{{ 'a' * 99999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ 'a\\nb' | indent(999999999) }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 'a' | wordwrap(1, wrapstring='b' * 60000000) }}",
        "{{ messages | tojson(indent=999999999) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 999999999) }}",
        "{% set x = 'a' * 60000 %}{{ x | replace('a', x) }}",
        "{% set x = 'a' * 60000 %}{{ x.replace('a', x) }}",
        "{% set x = 'a' * 60000 %}{{ ([x] * 60000) | join }}",
        "{% set x = 'a' * 60000 %}{{ ','.join([x] * 60000) }}",
        "{% set x = 'a' * 60000 %}{{ '%s%s' % ([x] * 60000, 1) }}",
        "{{ [1] * 999999999 }}",
        "{% set ns = namespace(x=99) %}{% for a in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    ],
)
def test_a_template_without_end_is_stopped(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finetooth.engine.features.template.MOST_SECONDS", 0.1)
    with pytest.raises(TooMuch):
        rendered(text)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process so")
def test_memory_is_bounded_where_no_bound_was_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finetooth.engine.features._bounds.MOST_MEMORY", 1 << 27)
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(TooMuch, match="memory"):
        rendered(
            "{% set ns = namespace(x=[]) %}{% set y = [1] * 999999 %}"
            "{% for a in range(9999) %}{% set ns.x = ns.x + [y + [2]] %}{% endfor %}"
        )
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_templates_do_use_is_left_alone() -> None:
    text = (
        "{{ 'a\\nb' | indent(4) }}{{ [1, 2] | join(', ') }}{{ '%s-%05.1f' | format('x', 2) }}"
        "{{ '{:>3}'.format(7) }}"
        "{{ {'a': [1]} | tojson(indent=4) }}{{ ['x', 'y'] | map('upper') | join }}{{ 2 * 3 }}"
        "{{ 'ab' | replace('a', 'c') }}"
        "{{ messages | map(attribute='role') | list }}{{ 'a b' | wordwrap(2) }}{{ 'a' | default('b') }}"
    )
    expected = "a\n    b1, 2x-002.0  7{\n    \"a\": [\n        1\n    ]\n}XY6cb['user']a\nba"
    assert rendered(text, {"role": "user", "content": "x"}).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.append(1) }}",
        "{{ 'a'.center(99999999999) }}",
        "{{ lipsum(9) }}",
    ],
)
def test_a_template_reaches_nothing_but_its_data(text: str) -> None:
    found = rendered(text)
    assert found.error is not None
    assert found.text == ""


def test_a_template_for_tools_is_used_where_there_are_tools() -> None:
    renderer = JinjaRenderer(ChatTemplate("t", "plain", with_tools="tools"))
    assert renderer.render([]).text == "plain"
    assert renderer.render([], [{"name": "x"}]).text == "tools"
