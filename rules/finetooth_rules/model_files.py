"""What a profile carries of a model's own files: how it splits text into tokens, and how it writes a
conversation out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

_MOST_NAME: Final = 24
MOST_PER_BYTE: Final = 11
"""Tokens that a byte of text can become at most: NFKC writes U+FDFA, three bytes, as 33."""


class TokenizerFile(NamedTuple):
    """A `tokenizer.json`: too large to carry, so it is named by path and content.

    `name` is how messages call it. `digest` changes when the file does. `specials` are the tokens it reads as
    commands. `bos` is the token of the beginning, `adds_bos` whether it writes that before a text by itself;
    `eos` is the token of the end. A text has at most `per_byte` tokens for each of its bytes (UTF-8),
    and a few more.
    """

    path: str
    digest: str
    name: str = "tokenizer.json"
    specials: tuple[str, ...] = ()
    bos: str = ""
    eos: str = ""
    adds_bos: bool = False
    per_byte: int = MOST_PER_BYTE


class ChatTemplate(NamedTuple):
    """A chat template as text, `with_tools` the one for records with tools where the model has another.

    `tokens` are the values of `bos_token`, `eos_token` and the like, by name.
    """

    name: str
    text: str
    path: str = ""
    with_tools: str | None = None
    tokens: tuple[tuple[str, str], ...] = ()

    def token(self, name: str) -> str:
        """The token of this name; empty where there is none."""
        return dict(self.tokens).get(name, "")


def short_name(name: str) -> str:
    """A file's name, cut for messages."""
    return name if len(name) <= _MOST_NAME else "…" + name[1 - _MOST_NAME :]
