"""Reads a model's tokenizer and chat template, as settings name them. A file that cannot be used is one clear
problem. What is read is remembered until the file changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from finetooth.engine.settings.config import ConfigError
from finetooth_rules.model_files import MOST_PER_BYTE, ChatTemplate, TokenizerFile, short_name

TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "tokenizer_config.json"
TEMPLATE: Final = "chat_template.jinja"
WITH_TOOLS: Final = "tool_use"
MOST_BYTES: Final = 256 * 1024 * 1024
MOST_TEMPLATE_BYTES: Final = 128 * 1024
"""Several times the largest known; compiling one takes up to a second for each 50 KB."""
MODELS: Final = frozenset({"BPE", "WordPiece", "WordLevel", "Unigram"})
"""The kinds of model that the `tokenizers` library reads."""


def load(root: Path, tokens: Mapping[str, Any]) -> tuple[TokenizerFile | None, ChatTemplate | None]:
    """The tokenizer and the template that `[tokens]` names, relative to `root`; the template of the
    tokenizer's folder where it names none. Raises ConfigError.
    """
    folder: Path | None = None
    tokenizer: TokenizerFile | None = None
    if "tokenizer" in tokens:
        file = (root / tokens["tokenizer"]).resolve()
        file = file / TOKENIZER if file.is_dir() else file
        folder = file.parent
        tokenizer = _tokenizer(file, _stamp(file), _stamp(folder / CONFIG, needed=False))
    if "template" in tokens:
        given = (root / tokens["template"]).resolve()
        if given.is_dir():
            given = next((given / n for n in (TEMPLATE, CONFIG) if (given / n).is_file()), given / TEMPLATE)
        return tokenizer, _read_template(given, folder)
    if folder is not None:
        for name in (TEMPLATE, CONFIG):
            if (folder / name).is_file() and (name == TEMPLATE or _has_template(folder / name)):
                return tokenizer, _read_template(folder / name, folder)
    return tokenizer, None


def paths_of(tokenizer: TokenizerFile | None, template: ChatTemplate | None) -> Iterator[Path]:
    """The files that a change of would change the verdict."""
    if tokenizer is not None:
        yield Path(tokenizer.path)
        yield Path(tokenizer.path).parent / CONFIG
    if template is not None:
        yield Path(template.path)
        yield Path(template.path).parent / CONFIG


Stamp = tuple[int, int]


def _stamp(path: Path, *, needed: bool = True) -> Stamp:
    """What changes when a file does. Raises ConfigError where it must be there and is not."""
    try:
        status = path.stat()
    except OSError as error:
        if not needed:
            return (0, 0)
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=8)
def _tokenizer(path: Path, stamp: Stamp, config_stamp: Stamp) -> TokenizerFile:
    data = _bytes(path, MOST_BYTES)
    value = _json(path, data)
    model = value.get("model") if isinstance(value, dict) else None
    if not isinstance(model, dict) or not (model.get("type") in MODELS or "vocab" in model):
        raise ConfigError(path, "is no tokenizer: expected an object with a `model` (a tokenizer.json)")
    config = _config(path.parent / CONFIG) if config_stamp != (0, 0) else {}
    tokens = dict(_tokens(config))
    added = value.get("added_tokens")
    bos = tokens.get("bos_token", "")
    return TokenizerFile(
        str(path),
        blake2b(data, digest_size=16).hexdigest() + str(hash_of(config)),
        short_name(path.parent.name if path.name == TOKENIZER and path.parent.name else path.name),
        tuple(
            token["content"]
            for token in (added if isinstance(added, list) else ())
            if isinstance(token, dict) and token.get("special") and isinstance(token.get("content"), str)
        ),
        bos,
        tokens.get("eos_token", ""),
        bool(bos) and _adds(value.get("post_processor"), bos),
        _per_byte(value),
    )


def _per_byte(tokenizer: Mapping[str, Any]) -> int:
    """The most tokens that a byte of text can become. Without a normalizer, each holds a byte at least; NFC
    makes at most three characters of one (Unicode's own bound on expansion), and nothing is known of others.
    """
    normalizer, splitter = tokenizer.get("normalizer"), tokenizer.get("pre_tokenizer")
    if "Metaspace" in str(splitter):
        return MOST_PER_BYTE  # a space of one byte becomes a character of three
    if normalizer is None:
        return 1
    return 3 if normalizer == {"type": "NFC"} else MOST_PER_BYTE


def hash_of(value: Any) -> str:
    """A short digest of a decoded value."""
    return blake2b(orjson.dumps(value), digest_size=8).hexdigest()


def _adds(processor: Any, bos: str) -> bool:
    """Whether a post-processor begins a text with this token."""
    if not isinstance(processor, dict):
        return False
    if processor.get("type") == "Sequence":
        several = processor.get("processors")
        return any(_adds(one, bos) for one in (several if isinstance(several, list) else ()))
    single = processor.get("single")
    first = single[0] if isinstance(single, list) and single else None
    special = first.get("SpecialToken") if isinstance(first, dict) else None
    return isinstance(special, dict) and special.get("id") == bos


def _has_template(path: Path) -> bool:
    return bool(_config(path).get("chat_template"))


def _read_template(path: Path, folder: Path | None) -> ChatTemplate:
    """The template in a file; the special tokens are those of its own folder, else the tokenizer's."""
    beside = path.parent / CONFIG
    config = beside if beside.is_file() or folder is None else folder / CONFIG
    tools = path.parent / "additional_chat_templates" / f"{WITH_TOOLS}.jinja"
    return _template(
        path, config, tools, _stamp(path), _stamp(config, needed=False), _stamp(tools, needed=False)
    )


@lru_cache(maxsize=8)
def _template(path: Path, config: Path, tools: Path, *stamps: Stamp) -> ChatTemplate:
    settings = _config(config) if stamps[1] != (0, 0) else {}
    with_tools: str | None = None
    if path.suffix == ".json":
        text, with_tools = _chosen(path, _config(path).get("chat_template"))
    else:
        text = _text(path, MOST_TEMPLATE_BYTES)
        if stamps[2] != (0, 0):
            with_tools = _text(tools, MOST_TEMPLATE_BYTES)
    if max(len(text), len(with_tools or "")) > MOST_TEMPLATE_BYTES:
        raise ConfigError(path, f"has a chat template of more than {MOST_TEMPLATE_BYTES:,} characters")
    name = short_name(path.name if path.name not in (CONFIG, TEMPLATE) else path.parent.name or path.name)
    template = ChatTemplate(name, text, str(path), with_tools, tuple(_tokens(settings)))
    from finetooth.engine.features.template import problem  # with Jinja only where there is a template

    if (why := problem(template)) is not None:
        message, line = why
        raise ConfigError(
            path, f"is no valid chat template: {message}", line if path.suffix != ".json" else 0
        )
    return template


def _chosen(path: Path, value: Any) -> tuple[str, str | None]:
    """The default template of a tokenizer_config.json, and the one for tools where it names several."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, list):
        named: dict[Any, str] = {
            item.get("name"): item["template"]
            for item in value
            if isinstance(item, dict) and isinstance(item.get("template"), str)
        }
        if "default" in named:
            return named["default"], named.get(WITH_TOOLS)
        raise ConfigError(path, "names several chat templates, and none is `default`")
    raise ConfigError(path, "has no `chat_template`")


def _tokens(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`bos_token`, `eos_token` and the like; written as a string or as an object."""
    for key, value in config.items():
        if key.endswith("_token"):
            token = value.get("content") if isinstance(value, dict) else value
            if isinstance(token, str):
                yield key, token


def _config(path: Path) -> Mapping[str, Any]:
    value = _json(path, _bytes(path, MOST_BYTES))
    if not isinstance(value, dict):
        raise ConfigError(path, "holds no JSON object")
    return value


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise ConfigError(path, f"cannot be read: {error.strerror or error}") from error
    if len(data) > most:
        raise ConfigError(path, f"is larger than {most:,} bytes")
    return data


def _text(path: Path, most: int) -> str:
    try:
        return _bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(path, f"is not UTF-8 (byte {error.start})") from error


def _json(path: Path, data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ConfigError(path, f"is not JSON: {error.msg}", error.lineno, error.colno) from error
