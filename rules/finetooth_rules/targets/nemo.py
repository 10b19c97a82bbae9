"""NVIDIA NeMo's supervised fine-tuning."""

from __future__ import annotations

from finetooth_rules.finding import Consequence
from finetooth_rules.targets._target import Target, Trains

NEMO = Target(
    name="nemo",
    title="NeMo",
    over_limit=Consequence.TRUNCATED,
    default_token_limit=2048,
    formats=frozenset({"nemo", "openai-chat", "text"}),
    reads_weight=False,
    trains=Trains.ASSISTANT,
    min_examples=1,
    advised_examples=50,
    notes=("A record over `max_seq_length` is cut, or left out where truncation is off.",),
    sources=(
        "NeMo: nemo/collections/llm/gpt/data/core.py (GPTSFTDataset, GPTSFTChatDataset)",
        "NeMo 0275b81: nemo/collections/llm/gpt/data/fine_tuning.py (seq_length 2048)",
    ),
)
