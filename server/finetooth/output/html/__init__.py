"""The page of `finetooth report`: one HTML file that loads nothing.

Templates (one a section) say how it looks, the modules here what goes into them. A record's text is data
everywhere: Jinja escapes every value, `_text.clean` takes out what no HTML may hold, and the page's own
policy lets no other script run and nothing be fetched.
"""

from __future__ import annotations

from finetooth.output.html._page import Made, page

__all__ = ["Made", "page"]
