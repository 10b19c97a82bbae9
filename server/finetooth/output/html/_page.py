"""The page put together."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.output.html import _charts, _content, _duplicates, _findings, _markdown, _overview, _points
from finetooth.output.html._text import clean, common_folder, count_of, file_size, ticks

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from finetooth.engine.overview.report_data import ReportData

TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Made:
    """How a page came to be: its title, when it was made, by which version, and by which command."""

    title: str
    time: str
    version: str
    command: str


def page(data: ReportData, made: Made, *, nonce: str | None = None) -> str:
    """The whole page. Its policy allows exactly its own style and script, by their digests; with `nonce` by
    that, as a host that shows the page in a view of its own may want it.
    """
    folder = common_folder(file.name for file in data.files)
    if data.with_text and len(data.files) == 1:
        folder = ""  # one name does not get long
    style, script = _asset("report.css"), _asset("report.js")
    shown = _points.shown(data.map, folder) if data.map is not None else None
    return (
        _environment()
        .get_template("page.html")
        .render(
            data=data,
            known={rule.code for rule in data.rules},
            made=made,
            nonce=nonce,
            policy=_policy(style, script, nonce),
            style=_raw(style),
            script=_raw(script),
            folder=folder,
            overview=_overview.overview(data),
            files=_overview.files(data),
            targets=_overview.targets(data),
            findings=_findings.findings(data),
            duplicates=_duplicates.duplicates(data),
            lengths=_charts.lengths(data),
            contents=_content.contents(data),
            requires=_content.requires(data),
            map=shown,
        )
    )


def _policy(style: str, script: str, nonce: str | None) -> str:
    """Nothing but what stands in the page itself."""

    def source(text: str) -> str:
        if nonce is not None:
            return f"'nonce-{nonce}'"
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    return (
        f"default-src 'none'; style-src {source(style)}; script-src {source(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    """A style or script. It must end no element that it stands in."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert "</" not in text, name
    return "\n" + text


def _raw(text: str) -> Markup:
    """Text of ours that is put in as it is."""
    from markupsafe import Markup

    return Markup(text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalize,
    )
    made.filters |= {
        "inside": lambda name, folder: name.removeprefix(folder),
        "number": lambda value: f"{value:,}",
        "size": file_size,
        "count": count_of,
        "ticks": ticks,
    }
    made.globals |= {"markdown": _markdown.to_html}
    return made


def _finalize(value: Any) -> Any:
    """Every value on its way into the page."""
    return clean(value) if type(value) is str else value
