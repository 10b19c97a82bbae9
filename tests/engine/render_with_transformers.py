"""Run by the Python of an environment that holds `transformers`: what it makes of conversations.

Reads a JSON list of `[template, messages, tools]` and special tokens from stdin; writes a JSON list with
`{"text", "generated"}` (the parts marked as generated) or `{"error"}` for each.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    """See above."""
    from transformers.utils import chat_template_utils  # type: ignore[import-not-found, unused-ignore]

    wanted, tokens = json.load(sys.stdin)
    json.dump([rendering(chat_template_utils, tokens, *one) for one in wanted], sys.stdout)


def rendering(utils: Any, tokens: Any, template: str, messages: Any, tools: Any) -> dict[str, Any]:
    """One of them."""
    try:
        texts, ranges = utils.render_jinja_template(
            conversations=[messages],
            tools=tools,
            chat_template=template,
            return_assistant_tokens_mask=True,
            **tokens,
        )
    except Exception as error:
        return {"error": str(error)}
    return {"text": texts[0], "generated": [texts[0][start:end] for start, end in ranges[0]]}


if __name__ == "__main__":
    main()
