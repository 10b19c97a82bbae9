"""Code in texts: found, told by its language, and read where it is Python."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetooth_rules.code.blocks import Code, codes_of
from finetooth_rules.code.languages import PARSED, language_named, sure_language
from finetooth_rules.code.python import node_names, read_python
from finetooth_rules.code.reading import Shown, shown_by
from finetooth_rules.features import Parsed
from finetooth_rules.skills import CODE_SKILLS, problem

ALL = frozenset(CODE_SKILLS)


def python(code: str, *wanted: str) -> Parsed:
    return read_python(code, frozenset(wanted) or ALL)


@pytest.mark.parametrize(
    "code",
    [
        ">>> for x in [1]:\n...     print(x)\n...\n1\n>>> f(\n...   2)\n",
        "    for x in xs:\n        f(x)\n",
        "  for x in xs:\n    f(x)\n  g()",
        "for x in xs:\n\tf(x)",
        "%matplotlib inline\n!pip install numpy\nfor x in xs:\n    %time f(x)",
        "for x in xs:\n    print x, y\n    print 'a %s' % x",
        "for x in xs:\n    print(x)\nprint (1), 2",
        "In [1]: for x in xs:\n   ...:     f(x)\n",
        "async def f():\n    async for x in xs:\n        ...",
        "for x in xs: f(x)",
        "for x in xs:\r\n    f(x)\r\n",
        "for x in ...:\n    ...",
        "while x: y = '\\d'",
    ],
)
def test_code_as_it_stands_in_answers_is_read(code: str) -> None:
    assert python(code, "loop") == Parsed(frozenset({"loop"}), True)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("if __name__ == '__main__':\n    main()", set()),
        ("xs = [x for x in y if x]", set()),
        ("x = lambda: 1 if y else 2", {"conditional"}),
        ("match x:\n    case 1:\n        pass", {"conditional"}),
        ("try:\n    f()\nfinally:\n    g()", set()),
        ("try:\n    f()\nexcept* ValueError:\n    g()", {"error-handling"}),
        ("with contextlib.suppress(OSError):\n    f()", {"error-handling"}),
        ("with open(x) as f:\n    pass", set()),
        ("raise ValueError", set()),
        ("fact = lambda n: n * fact(n - 1)", {"recursion"}),
        ("class A:\n    def f(self):\n        return self.left.f()", {"recursion", "class", "function"}),
        ("class A:\n    @classmethod\n    def f(cls):\n        cls.f()", {"recursion", "class", "function"}),
        ("class A:\n    def f(self):\n        A.f(self)", {"recursion", "class", "function"}),
        (
            "class A:\n    def f(self):\n        def g(n):\n            g(n)",
            {"recursion", "class", "function"},
        ),
        ("class A:\n    def f(self):\n        self.children[0].f()", {"recursion", "class", "function"}),
        ("class A:\n    def append(self, x):\n        self.xs.append(x)", {"class", "function"}),
        ("class A:\n    def open(self):\n        open(self.x)", {"class", "function"}),
        ("def f():\n    pass\ndef g():\n    f()", {"function"}),
        ("def f():\n    return f", {"function"}),
    ],
)
def test_what_counts_as_which_skill(code: str, shown: set[str]) -> None:
    assert python(code) == Parsed(frozenset(shown), True)


def test_nodes_of_the_syntax_tree_are_told_by_name() -> None:
    code = "def f(*args):\n    return [x for x in args if x > 1]"
    wanted = [f"python:{name}" for name in ("ListComp", "Gt", "arguments", "Return", "Lambda")]
    assert python(code, *wanted).skills == frozenset(wanted[:-1])


def test_every_node_that_code_has_can_be_named() -> None:
    code = (
        "async def f(x: int = 1, *a, **k):\n    async with a as b: yield b\n@d\nclass A(B, m=1): x: int = 3\n"
    )
    code += "for i in [*a]:\n    del x[1:2]; global y; assert i, f'{i!r:>{3}}'\nelse: print(not -i is None)\n"
    code += "match x:\n    case {'a': [1, *_], **r} | A(b=2) as c if c: pass\n"
    names = {type(node).__name__ for node in ast.walk(ast.parse(code))} - {"Module", "Load", "Store", "Del"}
    assert names <= node_names()
    assert all(problem(f"python:{name}") is None for name in names)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("No code here: for, if, while.", []),
        ("```python\nx\n```", [Code("x\n", ("python",))]),
        ("```Py {1}\nx\n```", [Code("x\n", ("python",))]),
        ("> ```js\n> x\n> ```", [Code("x\n", ("javascript",))]),
        ("```python\nx```", [Code("x\n", ("python",))]),
        ("```python\nx", [Code("x\n", ("python",))]),
        ("```json\n{}\n```\n```text\nfor x\n```\n```\n3\n```", []),
        ("```html\n<script>f()</script><script type='application/json'>{}</script>\n```",
         [Code("f()", ("javascript",))]),
        ("```kotlin\nx\n```", [Code("x\n", ("kotlin",))]),
        ("<p>a</p>\n<script>f();</script>", [Code("f();", ("javascript",))]),
    ],
)  # fmt: skip
def test_pieces_of_code(text: str, pieces: list[Code]) -> None:
    assert list(codes_of(text)) == pieces


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("python", "python"),
        ("Python3", "python"),
        ("{.python .numberLines}", "python"),
        ("js {1,3}", "javascript"),
        ("python:main.py", "python"),
        ("language-C++", "cpp"),
        ("c#", "csharp"),
        ("T-SQL", "sql"),
        ("{r}", "r"),
        ("", ""),
        ("1", ""),
    ],
)
def test_info_strings_name_languages(info: str, name: str) -> None:
    assert language_named(info) == name


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("def f(x):\n    return x\n\nprint(f(1))", "python"),
        ("SELECT a FROM b WHERE c = 1\nGROUP BY a", "sql"),
        ("public class A {\n  public static void main(String[] args) { System.out.println(1); }\n}", "java"),
        ("3\n4", ""),
        ("Select one from the list.", ""),
        ("x = 1", ""),
        ("<div>\n<script>const f = () => { console.log(1) };</script>", ""),
    ],
)
def test_a_language_is_said_only_where_it_is_sure(code: str, language: str) -> None:
    assert sure_language(code) == language


def test_without_a_parser_only_python_is_read_and_the_rest_named() -> None:
    text = "```js\nfor (;;) f();\n```\n```python\nfor x in y: f()\n```"
    loop = frozenset({"loop"})
    assert shown_by(text, loop, None) == Shown(loop, ("python",), ("javascript",))
    assert shown_by(text[:25], loop, None) == Shown(frozenset(), (), ("javascript",), loop)


def test_code_that_cannot_show_what_is_wanted_is_not_parsed() -> None:
    assert shown_by("```js\nf(;\n```", frozenset({"loop"}), None) == Shown(frozenset())
    assert shown_by("```js\nfor (;;) f(;\n```", frozenset({"python:For"}), None).unread == ()


@given(st.text(alphabet="`~ \n\t:;(){}[]<>=#'\"\\.defifoprwhnlasctuy0\r", max_size=120))
def test_any_text_can_be_read(text: str) -> None:
    found = shown_by(text, ALL, None)
    assert found.skills <= ALL
    assert not found.skills & found.unsure
    assert set(found.languages) <= set(PARSED)
    read_python(text, ALL)


@pytest.mark.parametrize(
    "code",
    [
        "@d\nclass A:\n    def f(self):\n        with suppress(E):\n            for x in y: g(x)",
        "match x:\n    case 1:\n        while y:\n            pass",
        "try:\n    pass\nexcept E:\n    for x in y: 1\nelse:\n    def f(): 1\nfinally:\n    class A: 1",
        "async def f():\n    async with a as b:\n        return [x if x else y for x in z]",
        "f(lambda: (1 if a else b))",
        "f = lambda n: f(n - 1)",
    ],
)
def test_a_search_for_one_skill_finds_what_the_search_for_all_does(code: str) -> None:
    together = python(code)
    assert together.whole
    for skill in ALL:
        assert python(code, skill).skills == together.skills & {skill}
        assert (
            shown_by(f"```python\n{code}\n```\n", frozenset({skill}), None).skills
            == python(code, skill).skills
        )
