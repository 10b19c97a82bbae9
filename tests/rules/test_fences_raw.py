"""The quick look at the raw record never hides an open fence."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from finetooth_rules.fences._causes import causes
from finetooth_rules.fences._raw import may_be_open

LINES = st.lists(
    st.sampled_from(
        [
            *(
                "```",
                "```python",
                "````",
                "~~~",
                "  ```",
                "   ```",
                "    ```",
                "- ```",
                "  ```  ",
                "```x`",
                "> ```",
            ),
            *(
                "code",
                "  code",
                "",
                "- item",
                "1. item",
                'say "hi"',
                "print(x)```",
                "back\\",
                "\\n",
                "``",
                "a ``` b",
            ),
        ]
    ),
    max_size=9,
).map("\n".join)


@given(LINES, LINES, st.booleans())
@example("a\\", "```\nb", True)
@example("```\na\n```", "```\nb\\\n```", False)
def test_a_record_with_an_open_fence_is_always_looked_at(prompt: str, answer: str, ascii_only: bool) -> None:
    raw = json.dumps({"prompt": prompt, "completion": answer}, ensure_ascii=ascii_only).encode()
    if "~~~" not in prompt + answer and (causes(answer, prompt) or causes(answer)):
        assert may_be_open(raw)


def test_plain_fences_are_seen_to_be_closed() -> None:
    text = 'Here:\n\n```python\nprint("x\\n")\n```\n\n- in a list:\n\n  ```json\n  {"a": 1}\n\n  ```\n'
    assert not may_be_open(json.dumps({"completion": text}).encode())
