"""How many tokens base models were made for, by the beginning of their names (without the owner's).

Source: litgpt 2685705, litgpt/config.py (`block_size`, taken from each model's config.json). Where versions
of one name differ, the longest is meant, so that nothing is said of a model that takes more.
"""

from __future__ import annotations

from typing import Final

from finetooth_rules.patterns import lazy

_CONTEXTS: Final[tuple[tuple[str, int], ...]] = (
    (r"llama-2-\d+b(-chat)?(-hf)?", 4_096),
    (r"meta-llama-3-\d+b(-instruct)?", 8_192),
    (r"llama-3-\d+b(-instruct)?", 8_192),
    (r"(meta-)?llama-3\.[123]-\d+b(-instruct)?", 131_072),
    (r"codellama-\d+b(-instruct|-python)?-hf", 16_384),
    (r"tinyllama-1\.1b.*", 2_048),
    (r"open_llama_\d+b", 2_048),
    (r"gemma-2-\d+b(-it)?", 8_192),
    (r"gemma-3-\d+b-(it|pt)", 131_072),
    (r"mistral-7b(-instruct)?-v0\.[23]", 32_768),
    (r"mixtral-8x7b(-instruct)?-v0\.1", 32_768),
    (r"mixtral-8x22b(-instruct)?-v0\.1", 65_536),
    (r"qwen2\.5-(0\.5|3)b(-instruct)?", 32_768),
    (r"qwen2\.5-(1\.5|7|14|32|72)b(-instruct)?", 131_072),
    (r"qwen2\.5-math-(1\.5|7|72)b(-instruct)?", 4_096),
    (r"qwen3-(0\.6|1\.7|4|8|14|32)b(-base)?", 40_960),
    (r"qwen3-(4b|30b-a3b|235b-a22b)-(instruct|thinking)-2507", 262_144),
    (r"smollm2-(135m|360m|1\.7b)(-instruct)?", 8_192),
    (r"phi-(1_5|2)", 2_048),
    (r"phi-3-mini-4k-instruct", 4_096),
    (r"phi-4", 16_384),
    (r"falcon-(7|40|180)b(-instruct|-chat)?", 2_048),
    (r"pythia-(70m|160m|410m|1b|1\.4b|2\.8b|6\.9b|12b)(-deduped)?", 2_048),
    (r"olmo-2-1124-(7|13)b(-sft|-dpo|-instruct)?", 4_096),
    (r"salamandra-(2|7)b(-instruct)?", 8_192),
)
_KNOWN: Final = tuple((lazy(pattern), tokens) for pattern, tokens in _CONTEXTS)
_QUANTIZED: Final = lazy(r"-(unsloth-)?(bnb-4bit|bnb-8bit|awq|gptq(-int[48])?)$")


def context_of(model: str) -> int | None:
    """The tokens that a model was made for; None where its name is not known to the letter: a derived model
    may have been trained on longer texts.
    """
    name = _QUANTIZED.sub("", model.rstrip("/").rpartition("/")[2].lower())
    return next((tokens for pattern, tokens in _KNOWN if pattern.fullmatch(name)), None)
