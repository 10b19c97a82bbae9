"""What code shows, by language: a snippet that shows each skill, and one that only mentions it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from finetooth.engine.features import code as code_module
from finetooth.engine.features.code import TreeSitterParser
from finetooth_rules.code.blocks import Code
from finetooth_rules.code.languages import PARSED, PYTHON
from finetooth_rules.code.reading import Shown, read_code, shown_by
from finetooth_rules.features import Parsed
from finetooth_rules.skills import CODE_SKILLS

PARSER: Final = TreeSitterParser()
ALL: Final = frozenset(CODE_SKILLS)

SHOWN: Final[dict[str, dict[str, str]]] = {
    "python": {
        "loop": "while x:\n    x -= 1",
        "conditional": "y = 1 if x else 2",
        "recursion": "def fact(n):\n    return 1 if n < 2 else n * fact(n - 1)",
        "error-handling": "try:\n    f()\nexcept ValueError:\n    pass",
        "function": "def f(): ...",
        "class": "class A:\n    x = 1",
    },
    "javascript": {
        "loop": "for (const x of xs) console.log(x);",
        "conditional": "const y = x ? 1 : 2;",
        "recursion": "const fact = n => n < 2 ? 1 : n * fact(n - 1);",
        "error-handling": "fetch(url).then(show).catch(report);",
        "function": "const f = () => 1;",
        "class": "class A { x = 1; }",
    },
    "typescript": {
        "loop": "let i: number = 0; do { i++; } while (i < 3);",
        "conditional": "switch (x as string) { case 'a': break; }",
        "recursion": "class T { size(): number { return 1 + this.left.size(); } }",
        "error-handling": "try { f(); } catch (e: unknown) { report(e); }",
        "function": "function f(x: string): void {}",
        "class": "class A<T> { x: T; }",
    },
    "java": {
        "loop": "for (int x : xs) { System.out.println(x); }",
        "conditional": "if (x > 1) { f(); }",
        "recursion": "int fact(int n) { return n < 2 ? 1 : n * fact(n - 1); }",
        "error-handling": "try { f(); } catch (IOException e) { g(); }",
        "function": "public static int f() { return 1; }",
        "class": "public class A { int x; }",
    },
    "c": {
        "loop": "int main(void) { for (int i = 0; i < 3; i++) f(i); }",
        "conditional": "int f(int x) { switch (x) { case 1: return 2; } return 0; }",
        "recursion": "int fact(int n) { return n * fact(n - 1); }",
        "error-handling": 'int f(void) { perror("open"); return -1; }',
        "function": "int *f(void) { return 0; }",
        "class": "struct point { int x; };",
    },
    "cpp": {
        "loop": "void f() { for (auto x : xs) g(x); }",
        "conditional": "int f(int x) { if (x) return 1; return 2; }",
        "recursion": "int Tree::depth(int n) { return 1 + depth(n - 1); }",
        "error-handling": "void f() { try { g(); } catch (const std::exception& e) { h(); } }",
        "function": "auto f = [](int x) { return x; };",
        "class": "class A { int x; };",
    },
    "csharp": {
        "loop": "foreach (var x in xs) { Console.WriteLine(x); }",
        "conditional": "var y = x switch { 1 => 2, _ => 3 };",
        "recursion": "class A { int Fact(int n) { return n * this.Fact(n - 1); } }",
        "error-handling": "try { F(); } catch (Exception e) { G(); }",
        "function": "int F() { return 1; }",
        "class": "public record A { }",
    },
    "go": {
        "loop": "package main\nfunc f() { for _, x := range xs { g(x) } }",
        "conditional": "package main\nfunc f(x int) { switch x { case 1: g() } }",
        "recursion": "package main\nfunc (t *Tree) Size() int { return 1 + t.Left.Size() }",
        "error-handling": "package main\nfunc f() error { if err := g(); err != nil { return err }; g() }",
        "function": "package main\nfunc f() {}",
        "class": "package main\ntype A struct { x int }",
    },
    "rust": {
        "loop": "fn f() { loop { break; } }",
        "conditional": "fn f(x: u8) { match x { 1 => g(), _ => h() } }",
        "recursion": "fn fact(n: u64) -> u64 { n * fact(n - 1) }",
        "error-handling": "fn f() -> Result<u8, E> { let x = g()?; Ok(x) }",
        "function": "fn f() {}",
        "class": "struct A { x: u8 }",
    },
    "ruby": {
        "loop": "3.times do |i|\n  puts i\nend",
        "conditional": "puts x unless x.nil?",
        "recursion": "def fact(n)\n  n * fact(n - 1)\nend",
        "error-handling": "begin\n  f\nrescue => e\n  g\nend",
        "function": "def f\n  1\nend",
        "class": "class A\nend",
    },
    "php": {
        "loop": "<?php foreach ($xs as $x) { echo $x; }",
        "conditional": "$y = $x ? 1 : 2;",
        "recursion": "function fact($n) { return $n * fact($n - 1); }",
        "error-handling": "try { f(); } catch (Exception $e) { g(); }",
        "function": "<?php function f() { return 1; } ?>",
        "class": "class A { public $x; }",
    },
    "bash": {
        "loop": 'for f in *.txt; do echo "$f"; done',
        "conditional": "[ -f x ] && rm x",
        "recursion": 'walk() { for d in "$1"/*; do walk "$d"; done; }',
        "error-handling": "cd build || exit 1",
        "function": "f() { echo 1; }",
    },
    "sql": {
        "conditional": "SELECT CASE WHEN x > 1 THEN 'a' ELSE 'b' END FROM t;",
        "recursion": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t;",
    },
}

_WORDS: Final = (
    "for (x of xs) { if (y) try { f(f(1)); } catch (e) {} } while def class A: function f() { f() } || exit ?"
)
MENTIONED: Final[dict[str, str]] = {
    "python": f"# {_WORDS}\nx = 'for i in range(3): if a: try: def f(): f() except: class A:'\n",
    "javascript": f"// {_WORDS}\nconst x = '{_WORDS}';",
    "typescript": f"/* {_WORDS} */ const x: string = '{_WORDS}';",
    "java": f'// {_WORDS}\nString x = "{_WORDS}";',
    "c": f'/* {_WORDS} */ char *x = "{_WORDS}";',
    "cpp": f'// {_WORDS}\nstd::string x = "{_WORDS}";',
    "csharp": f'// {_WORDS}\nvar x = "{_WORDS}";',
    "go": f'package main\n// {_WORDS}\nvar x = "{_WORDS}"',
    "rust": f'// {_WORDS}\nconst X: &str = "{_WORDS}";',
    "ruby": f"# {_WORDS}\nx = '{_WORDS} rescue end'",
    "php": f"<?php // {_WORDS}\n$x = '{_WORDS}';",
    "bash": f"# {_WORDS}\nx='{_WORDS}'",
    "sql": f"-- CASE WHEN RECURSIVE {_WORDS}\nSELECT 'CASE WHEN x THEN y END RECURSIVE' FROM t;",
}


def read(text: str, language: str, wanted: frozenset[str] = ALL) -> Parsed:
    return read_code(Code(text, (language,)), wanted, PARSER)[1]


def cells() -> Iterator[tuple[str, str, str]]:
    for language, skills in SHOWN.items():
        for skill, text in skills.items():
            yield language, skill, text


def test_the_table_has_every_language_and_skill() -> None:
    assert set(SHOWN) == set(MENTIONED) == set(PARSED) == PARSER.languages | {PYTHON}
    missing = {(name, skill) for name, skills in SHOWN.items() for skill in ALL - skills.keys()}
    assert missing == {
        ("bash", "class"),  # there are none
        *(("sql", skill) for skill in ("loop", "error-handling", "function", "class")),
    }


@pytest.mark.parametrize(("language", "skill", "text"), list(cells()))
def test_a_snippet_shows_its_skill(language: str, skill: str, text: str) -> None:
    parsed = read(text, language, frozenset((skill,)))
    assert parsed == Parsed(frozenset((skill,)), True)


@pytest.mark.parametrize("language", PARSED)
def test_words_in_comments_and_strings_show_nothing(language: str) -> None:
    assert read(MENTIONED[language], language) == Parsed(frozenset(), True)


@pytest.mark.parametrize(
    ("language", "skill", "text"),
    [
        ("javascript", "loop", "xs.forEach(f)"),
        ("javascript", "error-handling", "load().catch(f)"),
        ("java", "loop", "class A { void f() { xs.forEach(g); } }"),
        ("cpp", "loop", "void f() { std::for_each(a, b, g); }"),
        ("csharp", "loop", "xs.ForEach(F);"),
        ("csharp", "conditional", "var y = x ? 1 : 2;"),
        ("rust", "loop", "fn f() { xs.iter().for_each(g); }"),
        ("rust", "error-handling", "fn f() -> R { x.ok_or(E) }"),
        ("rust", "error-handling", "fn f() { match x { Ok(y) => g(y), Err(e) => h(e) } }"),
        ("rust", "recursion", "impl A { fn f(&self) { Self::f(self) } }"),
        ("go", "error-handling", "package main\nfunc f() { defer func() { recover() }() }"),
        ("go", "recursion", "package main\nfunc (t *T) F() { t.F() }"),
        ("go", "recursion", "package main\nfunc f() { var g func(); g = func() { g() } }"),
        ("ruby", "loop", "loop do\n  break\nend"),
        ("ruby", "loop", "xs.each { |x| puts x }"),
        ("ruby", "loop", "x += 1 while x < 3"),
        ("ruby", "conditional", "x = y ? 1 : 2"),
        ("bash", "conditional", 'case "$x" in a) f ;; esac'),
        ("bash", "loop", "until f; do g; done"),
        ("bash", "error-handling", "trap cleanup EXIT"),
        ("bash", "error-handling", "set -euo pipefail"),
        ("php", "recursion", "class A { function f() { return self::f(); } }"),
        ("csharp", "recursion", "class A { void F() { Left.F(); } }"),
        ("java", "recursion", "class A { int f(int n) { return this.f(n); } }"),
    ],
)
def test_other_ways_to_write_it(language: str, skill: str, text: str) -> None:
    assert read(text, language, frozenset((skill,))) == Parsed(frozenset((skill,)), True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "class A { render() { render(); } }"),  # a free function of the same name
        ("javascript", "class A extends B { f() { super.f(); } }"),
        ("javascript", "function f() { return g(); } function g() { return f; }"),
        ("rust", "impl A { fn new() -> A { A { xs: Vec::new() } } }"),
        ("rust", "impl Drop for A { fn drop(&mut self) { drop(self.x) } }"),
        ("php", "class A extends B { function __construct() { parent::__construct(); } }"),
        ("csharp", "class A { void F() { base.F(); } }"),
        ("java", "class A { int f(int a) { return f(a, 1); } int f(int a, int b) { return a; } }"),
        ("java", "class A { void add(int x) { items.add(x); } }"),
        ("cpp", "int f(int a) { return f(a, 1); } int f(int a, int b) { return a; }"),
        ("go", "package main\nfunc Println(x string) { fmt.Println(x) }"),
        ("ruby", "def add(x)\n  @items.add(x)\nend"),
        ("bash", "f() { echo f; }\nf"),
        ("python", "class A:\n    def add(self, x):\n        self.items.add(x)"),
        ("python", "class A(B):\n    def f(self):\n        super().f()"),
        ("python", "class A:\n    def sorted(self):\n        return sorted(self.x)"),
        ("python", "def f():\n    pass\nf()"),
    ],
)
def test_a_call_of_another_function_is_no_recursion(language: str, text: str) -> None:
    assert read(text, language, frozenset(("recursion",))) == Parsed(frozenset(), True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "const App = () => <ul>{xs.map(x => <li key={x}>{x}</li>)}</ul>;"),
        ("javascript", "import x from 'y';\nexport default async function f() { await x?.y ?? 1; }"),
        ("javascript", "function f(x: string): void { }"),  # called JavaScript, and is TypeScript
        ("typescript", "const App: React.FC<Props> = ({ x }) => <div>{x}</div>;"),
        ("typescript", "const x = <string>y;"),
        ("c", "#include <iostream>\nint main() { std::cout << 1; }"),
    ],
)
def test_code_parses_in_a_near_dialect(language: str, text: str) -> None:
    assert read(text, language).whole


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("javascript", "for (const x of xs) { f(x); }\nfunction cut("),
        ("java", "for (int x : xs) { f(x); }\n...\nint y ="),
        ("python", "for x in xs:\n    f(x)\ndef cut("),
        ("go", "for _, x := range xs {\n\tf(x)\n}\n\n... and so on ..."),
    ],
)
def test_what_stands_whole_in_broken_code_counts_and_the_rest_is_unread(language: str, text: str) -> None:
    assert read(text, language, frozenset(("loop",))) == Parsed(frozenset(("loop",)), False)


@pytest.mark.parametrize(
    "prose",
    [
        "For each of them, if you try, the while is worth it (and if not, try again).",
        "if you like, use:\n  - a loop\n  - a class:\n    with methods",
        "Select the best one from the list where it fits.\nUpdate the plan; then\nreturn it;",
        "Steps:\n1. import the data;\n2. for each row: check it;\n3. done",
        "We try:\n    this\nexcept when it rains:\n    that",
    ],
)
def test_prose_shows_nothing(prose: str) -> None:
    assert shown_by(prose, ALL, PARSER) == Shown(frozenset())


def test_code_of_no_known_language_is_not_read() -> None:
    assert read("fun main() { for (i in 1..3) println(i) }", "kotlin") == Parsed(frozenset(), False)


def test_without_the_grammars_nothing_but_python_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_module, "find_spec", lambda name: None)
    assert TreeSitterParser().languages == frozenset()


def test_deep_and_long_code_is_no_trouble() -> None:
    for language in PARSED:
        read("(" * 20_000, language)
        read("if (x) {" * 5_000, language)
    assert not read("while x: y()\n" * 50_000, "python").whole
    assert not read("while (x) y();\n" * 50_000, "java").whole


def test_the_parser_needs_no_network_and_no_file_of_its_own() -> None:
    """The grammars are compiled into the packages."""
    for package, _ in code_module._GRAMMARS.values():
        __import__(package)
        folder = Path(str(sys.modules[package].__file__)).parent
        assert any(path.suffix in (".so", ".pyd") for path in folder.iterdir())
