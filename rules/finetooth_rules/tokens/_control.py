"""Control tokens, by encoding and by family of models: what a tokenizer reads as a command and not as text.

Left out on purpose: `<s>` (HTML's strike-through), `[INST]` (also a gloss for the instrumental case;
Mistral's own tokenizer never makes a command of it in a message), `<bos>`, `<eos>`, `<pad>` (placeholders of
many a tutorial), and everything that is meant to be written: `<image>`, `<think>`, `<tool_call>`,
`<|python_tag|>`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from finetooth_rules.profile import Profile

BY_ENCODING: Final[Mapping[str, tuple[str, ...]]] = {
    "o200k_base": ("<|endoftext|>", "<|endofprompt|>"),
    "cl100k_base": ("<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|endofprompt|>"),
}
"""As published with tiktoken."""

END_OF_SEQUENCE: Final = "</s>"
"""Of Llama 2, Mistral and many others; also HTML, so it counts only in a text without its opening tag."""

_CHATML: Final = ("<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|endoftext|>")
_LLAMA_3: Final = (
    *("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>"),
    *("<|eot_id|>", "<|eom_id|>"),
)
_GEMMA: Final = ("<start_of_turn>", "<end_of_turn>")
_HARMONY: Final = (
    *("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|constrain|>", "<|return|>", "<|call|>"),
    "<|endoftext|>",
)
_PHI: Final = ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>", *_CHATML)

_BY_FAMILY: Final[Mapping[str, tuple[str, ...]]] = {
    "gpt-oss": _HARMONY,
    "qwen": _CHATML,
    "llama-3": _LLAMA_3,
    "llama3": _LLAMA_3,
    "gemma": _GEMMA,
    "phi": _PHI,
    "llama-2": (END_OF_SEQUENCE,),
    "mistral": (END_OF_SEQUENCE,),
    "mixtral": (END_OF_SEQUENCE,),
}
"""By a part of the model's name; from the `special_tokens` of the models' published tokenizers."""

ANY_CHAT: Final = tuple(dict.fromkeys((*_CHATML, *_LLAMA_3, *_GEMMA, *_HARMONY, *_PHI, END_OF_SEQUENCE)))
"""For a model that is not known."""

ENDS: Final = frozenset(
    {
        *("<|endoftext|>", "<|end_of_text|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>"),
        *("<|end|>", "<|return|>", "<|call|>", "<end_of_turn>"),
        END_OF_SEQUENCE,
    }
)
"""Those that end a text: fine as its last word."""

DOCUMENT_ENDS: Final = frozenset({"<|endoftext|>", "<|end_of_text|>", END_OF_SEQUENCE})
"""Those that end a text even where no chat template is applied."""

TRIGGERS: Final = ("<|", *_GEMMA, "s>")
"""Every token above holds one of these (a trigger has no slash)."""


def control_tokens(profile: Profile) -> tuple[str, ...]:
    """The control tokens of the profile's tokenizer: of its file or its encoding where that is known, else
    of its model's family, else those of all well-known chat models."""
    if profile.tokenizer is not None:
        return tuple(token for token in ANY_CHAT if token in profile.tokenizer.specials)
    if profile.encoding is not None:
        return BY_ENCODING.get(profile.encoding, ())
    if profile.target.exact_encoding:
        return BY_ENCODING.get(profile.target.encoding_for(profile.model), ())
    model = (profile.model or "").lower()
    return next((tokens for family, tokens in _BY_FAMILY.items() if family in model), ANY_CHAT)


@lru_cache(maxsize=16)
def finder(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of the tokens (at least one)."""
    return re.compile("|".join(map(re.escape, tokens)))
