"""Reads the user's own JSON Schema, and the documents beside it that it refers to. Nothing is fetched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

import orjson

from finetooth.engine.settings.config import ConfigError
from finetooth_rules.own_schema import OwnSchema

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_DOCUMENTS: Final = 64


def load(path: Path) -> OwnSchema:
    """The schema in a file, ready for use. Raises ConfigError, which names the file and what is wrong."""
    path = path.resolve()
    text = _read(path)
    schema = OwnSchema(path.name, text, path.as_uri(), tuple(sorted(_documents(path, text).items())))
    from finetooth_rules.schema._own import problem  # with what it needs only where there is a schema

    if why := problem(schema):
        raise ConfigError(path, why)
    return schema


def _documents(path: Path, text: str) -> dict[str, str]:
    """URI → text of every file that the schema refers to, directly or not."""
    from finetooth_rules.schema._own_validator import references

    found: dict[str, str] = {}
    waiting = [(path.as_uri(), text)]
    while waiting:
        base, body = waiting.pop()
        for reference in references(_parsed(path, body)):
            uri, file = _file(base, reference)
            if file is None or uri in found or uri == path.as_uri() or not file.is_file():
                continue  # an `$id` may give it another meaning; if not, it is reported as unresolvable
            if len(found) == MOST_DOCUMENTS:
                raise ConfigError(path, f"refers to more than {MOST_DOCUMENTS} other files")
            found[uri] = _read(file)
            waiting.append((uri, found[uri]))
    return found


def _file(base: str, reference: str) -> tuple[str, Path | None]:
    """The document that a reference names, and the file that it is; None where it is none of this machine."""
    try:
        uri = urldefrag(urljoin(base, reference)).url
        parts = urlsplit(uri)
        name = url2pathname(unquote(parts.path))
        # A host, or a second slash before the path, is a share: asking for it would go over the network.
        here = parts.scheme == "file" and not parts.netloc and not re.match(r"[/\\]{2}", name)
        return uri, Path(name) if here and "\0" not in name else None
    except ValueError:  # no address at all
        return reference, None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 (byte {error.start})") from error
    if len(data) > MOST_BYTES:
        raise ConfigError(path, f"is larger than {MOST_BYTES:,} bytes; expected a JSON Schema")
    _parsed(path, text)
    return text


def _parsed(path: Path, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ConfigError(path, f"is not JSON: {error.msg}", error.lineno, error.colno) from error
