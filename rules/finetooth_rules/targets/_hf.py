"""What all trainers share that read files by Hugging Face's `datasets`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from finetooth_rules.finding import Consequence

HF_OVERRIDES: Final[Mapping[str, Consequence | None]] = {
    # Read over without harm, by both generations (datasets 2.20 to 5.2, run).
    "SYN003": Consequence.NOTE,
    "SYN004": Consequence.NOTE,
    "SYN007": Consequence.DEGRADED,
    "SYN008": Consequence.DEGRADED,
    "SYN010": Consequence.DEGRADED,
}

HF_MESSAGES: Final[Mapping[str, str]] = {
    "SYN001": "JSON parse error: Missing a name for object member. in row 0",
    "SYN002": "JSON parse error: Column() changed from object to string in row 1",
    "SYN009": "JSON parse error: Column(/text) was specified twice in row 0",
    "SYN011": "JSON parse error: The surrogate pair in string is invalid. in row 0",
    "SYN012": "JSON parse error: Invalid encoding in string. in row 0",
}
"""By rule, the error of `datasets` (row numbers count from 0)."""

STRICT_MESSAGES: Final[Mapping[str, str]] = {
    **HF_MESSAGES,
    "LOD001": "JSON parse error: Column(/…) changed from string to number in row 1",
    "LOD003": "All the data files must have the same columns, but at some point there are 1 new columns",
}

JSON_MESSAGES: Final[Mapping[str, str]] = {
    **HF_MESSAGES,
    "LOD003": "Couldn't cast … because column names don't match",
}

SINGLE_CALL_MODELS: Final = r"llama[-_]?3[._-][12](?![0-9])|gpt-?oss"
"""Their chat templates stop at a second call in a turn (Llama 3.1 and 3.2), or drop it (gpt-oss): run."""

TEMPLATE_MESSAGES: Final[Mapping[str, str]] = {
    "TRN002": "No user query found in messages.",
    "TRN004": "Conversation roles must alternate user/assistant/user/assistant/...",
    "TRN005": "System message must be at the beginning.",
    "TOL014": "This model only supports single tool-calls at once!",
}
"""What chat templates raise (Qwen 3.5, Gemma, Llama 3.x)."""
