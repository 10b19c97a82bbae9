"""Names of programming languages, and what a piece of code looks like it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from finetooth_rules.patterns import lazy

PYTHON: Final = "python"
PARSED: Final = (
    "bash",
    "c",
    "cpp",
    "csharp",
    "go",
    "java",
    "javascript",
    "php",
    "python",
    "ruby",
    "rust",
    "sql",
    "typescript",
)
"""The languages whose code can be parsed: Python here, the others by a host's `CodeParser`."""

_ALIASES: Final[Mapping[str, str]] = {
    "py": "python",
    "py3": "python",
    "python3": "python",
    "python2": "python",
    "pycon": "python",
    "ipython": "python",
    "ipython3": "python",
    "jupyter": "python",
    "doctest": "python",
    "py2": "python",
    "js": "javascript",
    "jsx": "javascript",
    "mjs": "javascript",
    "node": "javascript",
    "nodejs": "javascript",
    "ecmascript": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "c++": "cpp",
    "cc": "cpp",
    "cxx": "cpp",
    "hpp": "cpp",
    "h": "c",
    "c#": "csharp",
    "cs": "csharp",
    "golang": "go",
    "rs": "rust",
    "rb": "ruby",
    "php5": "php",
    "php7": "php",
    "sh": "bash",
    "zsh": "bash",
    "ksh": "bash",
    "shell": "bash",
    "shellscript": "bash",
    "sqlite": "sql",
    "sqlite3": "sql",
    "mysql": "sql",
    "psql": "sql",
    "pgsql": "sql",
    "postgres": "sql",
    "postgresql": "sql",
    "plsql": "sql",
    "plpgsql": "sql",
    "tsql": "sql",
    "t-sql": "sql",
    "mssql": "sql",
    "bigquery": "sql",
}

SPELLINGS: Final = frozenset((*PARSED, *_ALIASES))
"""Every way to write the names of `PARSED`, in small letters."""

_NO_PROGRAM: Final = (
    "ascii bibtex cfg conf config console css csv data diff dockerfile dot dotenv env gitignore graphql "
    "graphviz hcl http ini jinja jinja2 json json5 jsonc jsonl latex less log make makefile markdown math "
    "md mdx mermaid ndjson nginx none out output patch plain plaintext plantuml properties proto protobuf "
    "regex requirements rst sass scss svg terminal terraform tex text toml tree tsv txt xml yaml yml"
)
NO_PROGRAM: Final = frozenset(_NO_PROGRAM.split())
"""What a fence may name that holds no statements: data, markup, settings, what a program printed."""

HOSTS_SCRIPT: Final = frozenset({"html", "htm", "xhtml", "vue", "svelte", "html+js"})
"""Markup in which scripts stand."""

_NAME: Final = lazy(r"(?:lang(?:uage)?-)?([A-Za-z][\w+#-]*)")
_LEAD: Final = "{. ="


def language_named(info: str) -> str:
    """The language that an info string names (`python`, `{.python}`, `js {1,3}`, `python:main.py`), by one
    name for all its spellings; as written, in small letters, where it is not known; empty where there is
    none.
    """
    match = _NAME.match(info.lstrip(_LEAD))
    if match is None:
        return ""
    name = match[1].lower()
    return _ALIASES.get(name, name)


_SIGNS: Final[Mapping[str, tuple[str, ...]]] = {
    "python": (
        r"^[ \t]*(?:async )?def \w+\(.*\).*:",
        r"^[ \t]*class \w+(?:\(.*\))?:",
        r"^[ \t]*(?:from [\w.]+ )?import [\w.]+(?: as \w+)?(?:, *\w+)*[ \t]*$",
        r"^[ \t]*(?:for .+ in .+|while .+|if .+|elif .+|else|try|except.*|with .+):[ \t]*(?:#.*)?$",
        r"^[ \t]*(?:print\(|self\.|raise \w|lambda )",
        r"^>>> ",
    ),
    "javascript": (
        r"\bfunction\s*\*?\s*\w*\s*\(",
        r"^\s*(?:export )?(?:const|let) [\w{\[]",
        r"^\s*var \w+(?:\s*=|;)",
        r"\)\s*=>|\b\w+\s*=>",
        r"\bconsole\.\w+\(|\bdocument\.\w+|\bwindow\.\w+",
        r"\brequire\(['\"]|^import .*from ['\"]|\bmodule\.exports\b",
        r"===|!==",
    ),
    "typescript": (
        r"[\w\])]\??:\s*(?:string|number|boolean|void|any|unknown|never)\b",
        r"^\s*(?:export )?interface \w+",
        r"^\s*(?:export )?type \w+ =",
        r"^\s*(?:private|public|readonly) \w+:",
        r": Promise<|: Array<",
    ),
    "java": (
        r"\bpublic (?:static |final |abstract )*(?:class|interface|enum|void|int|boolean|double|String)\b",
        r"\bSystem\.out\.print|\bSystem\.in\b",
        r"^import (?:static )?java",
        r"\bString\[\] args\b|\bpublic static void main\b",
        r"@Override\b|\bthrows \w+Exception|\bnew (?:ArrayList|HashMap|Scanner)\b",
    ),
    "csharp": (
        r"^\s*using (?:System|Microsoft|Unity)",
        r"\bConsole\.(?:Write|Read)",
        r"^\s*namespace [\w.]+\s*[{;]?\s*$",
        r"\bstatic (?:void|int|async Task) Main\(",
        r"\bstring\[\] args\b|\{ get; (?:private )?set; \}|\bforeach\s*\(",
    ),
    "cpp": (
        r"^\s*#include\s*<\w+>",
        r"\bstd::\w",
        r"\b(?:cout|cerr)\s*<<|\bcin\s*>>",
        r"\busing namespace \w",
        r"\btemplate\s*<|\bvector<|\bnullptr\b",
    ),
    "c": (
        r"^\s*#include\s*[<\"][\w/]+\.h[>\"]",
        r"\bint main\s*\((?:void|int argc.*)?\)",
        r"\b(?:f?printf|scanf|malloc|sizeof)\s*\(",
        r"^\s*(?:int|char|float|double|void|struct \w+)\s*\*?\w+\s*[=;(\[]",
        r"^\s*#define \w",
    ),
    "go": (
        r"^package \w+\s*$",
        r"^func (?:\(\w+ \*?\w+\) )?\w+\(",
        r"\bfmt\.\w+\(",
        r"\w\s*:=\s*\S",
        r"^import (?:\"|\()",
    ),
    "rust": (
        r"\bfn \w+\s*(?:<[^>]*>)?\(",
        r"\blet mut \w",
        r"\b(?:println|format|vec|panic)!",
        r"^\s*(?:pub )?(?:impl|struct|enum|trait|mod) \w|^use \w+::",
        r"&(?:mut|str)\b|\bOption<|\bResult<",
    ),
    "ruby": (
        r"^\s*def (?:self\.)?\w+[?!]?(?:\(.*\))?\s*$",
        r"^\s*end\s*$",
        r"^\s*puts\b|\battr_(?:accessor|reader)\b",
        r"\bdo \|[\w, ]+\|",
        r"^\s*require(?:_relative)? ['\"]",
        r"^\s*(?:unless|elsif) .+",
    ),
    "php": (r"<\?(?:php|=)", r"^\s*\$\w+\s*=[^=]", r"\becho\b[^\n]*;", r"\$this->", r"foreach\s*\(\$"),
    "bash": (
        r"^#!.*\b(?:ba|z)?sh\b",
        r"^\s*(?:fi|done|esac)\s*;?\s*$",
        r"^\s*(?:if \[|while \[|for \w+ in [^:\n]*$)",
        r"^\s*(?:\$ )?(?:sudo|apt(?:-get)?|pip3?|npm|npx|yarn|git|docker|kubectl|curl|wget|chmod|mkdir|cd|"
        r"brew|conda|export) \S",
        r"^\s*echo [\"'$]",
    ),
    "sql": (
        r"(?is)\A\s*(?:--[^\n]*\n\s*)*select\b.+\bfrom\b",
        r"(?i)^\s*(?:insert\s+into|delete\s+from)\s+[\w.\"`\[]+",
        r"(?i)^\s*create\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?"
        r"(?:table|view|(?:unique\s+)?index|database|schema|procedure|function|trigger)\b",
        r"(?i)^\s*update\s+[\w.\"`\[\]]+\s+set\b|^\s*alter\s+table\b|^\s*drop\s+table\b",
        r"(?i)^\s*with\s+(?:recursive\s+)?\w+(?:\s*\([\w, ]+\))?\s+as\s*\(",
        r"(?i)^\s*(?:from|where|inner join|left join|join|group by|order by|having)\s+[\w.\"`\[(]+",
    ),
}
"""Words and marks that other languages and prose do not have, most of them; a language is a guess by how
many of its own are met."""


@lru_cache(maxsize=1)
def _all_signs() -> tuple[tuple[str, ...], Any]:
    """All signs, compiled into one automaton, and the language of each by its number."""
    import re2

    signs = re2.Set.SearchSet()
    names = []
    for name, patterns in _SIGNS.items():
        for pattern in patterns:
            signs.Add(f"(?m){pattern}")
            names.append(name)
    signs.Compile()
    return tuple(names), signs


def signs_of(text: str) -> dict[str, int]:
    """How many of its signs each language has in a text; those with none are left out, the most first."""
    found: dict[str, int] = {}
    names, signs = _all_signs()
    for index in sorted(signs.Match(text) or ()):
        found[names[index]] = found.get(names[index], 0) + 1
    if "typescript" in found:
        found["typescript"] += found.get("javascript", 0)  # it is JavaScript, and more
    return dict(sorted(found.items(), key=lambda item: -item[1]))


_SURE_SIGNS: Final = 2
_INCLUDES: Final[Mapping[str, frozenset[str]]] = {
    "typescript": frozenset({"javascript"}),
    "cpp": frozenset({"c"}),
    "csharp": frozenset({"java"}),
}
"""Languages whose code has the signs of another too."""


def sure_language(text: str) -> str:
    """The language of code that has at least two signs of it more than of any other; empty where it is not
    that sure. Of 3,500 answers in a dozen languages three were taken for a wrong one.
    """
    if text.lstrip()[:1] in ("<", "") and "<?php" not in text[:200]:
        return ""
    signs = signs_of(text)
    name, count = next(iter(signs.items()), ("", 0))
    if name == "typescript":
        count -= signs.get("javascript", 0)
    included = _INCLUDES.get(name, frozenset())
    others = max((n for other, n in signs.items() if other != name and other not in included), default=0)
    return name if count >= _SURE_SIGNS + others else ""
