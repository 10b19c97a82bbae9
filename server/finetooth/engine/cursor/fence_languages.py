"""Languages behind a fence that is being written, and those that a file has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from finetooth_rules.patterns import lazy

_FENCE: Final = lazy(r"[ \t]{0,3}(`{3,}|~{3,})([^`]*)")
_INFO: Final = lazy(r"[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*([\w+#.-]*)\Z")
_WRITTEN_FENCE: Final = lazy(rb'(?:\\n|")[ \t]{0,3}(?:`{3,}|~{3,})[ \t]*([A-Za-z0-9_+#.-]+)')
LANGUAGES: Final = (
    *("python", "javascript", "typescript", "json", "bash", "sql", "html", "css", "java", "c", "cpp"),
    *("csharp", "go", "rust", "php", "ruby", "kotlin", "swift", "r", "yaml", "toml", "xml", "markdown"),
    *("diff", "text"),
)


def opened_fence(text: str) -> str | None:
    """What is written of the language behind a fence that ends a text; None where no fence opens there."""
    if "```" not in text and "~~~" not in text:
        return None
    *before, last = text.split("\n")
    found = _INFO.match(last)
    if found is None:
        return None
    fence = ""
    for line in before:
        match = _FENCE.match(line)
        if match is None:
            continue
        if not fence:
            fence = match[1]
        elif match[1].startswith(fence) and not match[2].strip():
            fence = ""
    return None if fence else found[1]


def languages_in(lines: Iterable[bytes]) -> list[str]:
    """The languages of fences in records, the commonest first."""
    counts: Counter[bytes] = Counter()
    for line in lines:
        if b"```" in line or b"~~~" in line:
            counts.update(_WRITTEN_FENCE.findall(line))
    return [name.decode() for name, _ in counts.most_common()]
