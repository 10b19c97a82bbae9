"""The documentation of rules as HTML. It may be that of a plugin: no HTML, no image, no odd link passes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markupsafe import Markup


def to_html(text: str, below: int = 3) -> Markup:
    """Markdown as HTML; its largest headings become `<h{below + 1}>`."""
    from markupsafe import Markup

    from finetooth.output.html._text import clean

    tokens = _parser().parse(clean(text))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, below + max(1, int(token.tag[1]) - 1))}"
    parser = _parser()
    return Markup(parser.renderer.render(tokens, parser.options, {}))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("js-default", {"html": False, "linkify": False, "typographer": False}).disable("image")
