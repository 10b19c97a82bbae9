"""What is kept of a record to tell its topic: the directions of its prompt and its answer, a byte a
dimension."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from finetooth_rules.finding import Path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from finetooth_rules.example import Example, Turn
    from finetooth_rules.features import Embedder

    Matrix: TypeAlias = NDArray[np.float32]

PREFIX: Final = 400
"""Characters of a prompt or an answer that are embedded. On labelled mixtures 300 cost 0.01 of F1, 150 cost
0.03, and 2,000 won nothing."""

SCALE: Final = 254.0
"""A unit vector times this is kept in int8: steps of 1/254; a component over 0.5 is cut (texts have none)."""


class Fact(NamedTuple):
    """`vectors`: prompt, then answer, int8, each of length `SCALE` or zero (no text); about 0.5 kB.
    `path`: where the prompt stands in the record; `answer`: where its answer does, empty if it has none.
    `key`: a digest of the texts that were embedded, by which records are drawn."""

    vectors: bytes
    path: Path
    answer: Path = ()
    key: int = 0


def facts(examples: Sequence[Example], embedder: Embedder) -> list[Fact | None]:
    """A fact for each example that has a known word in its prompt or its answer."""
    import numpy as np

    pairs = [_beginnings(example) for example in examples]
    both = quantise(embedder.embed([prompt for prompt, _ in pairs] + [answer for _, answer in pairs]))
    rows = np.hstack([both[: len(examples)], both[len(examples) :]])
    present: list[bool] = np.any(rows, axis=1).tolist()
    data, width = rows.tobytes(), rows.shape[1]
    return [
        Fact(
            data[index * width : (index + 1) * width],
            _prompt_path(example),
            _answer_path(example),
            _key(*pairs[index]),
        )
        if present[index]
        else None
        for index, example in enumerate(examples)
    ]


def keys(examples: Sequence[Example | None]) -> array[int]:
    """The `Fact.key` of each example; 0 where it has no text."""
    return array("Q", [0 if example is None else _key(*_beginnings(example)) for example in examples])


def _key(prompt: str, answer: str) -> int:
    if not prompt and not answer:
        return 0
    text = f"{len(prompt)} {prompt}{answer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") or 1


def _beginnings(example: Example) -> tuple[str, str]:
    """What of the prompt and the answer is embedded."""
    users: list[Turn] = []
    answers: list[Turn] = []
    for turn in example.turns:
        if turn.role == "user":
            users.append(turn)
        elif turn.role == "assistant":
            answers.append(turn)
    if len(users) == len(answers) == 1:  # as nearly always
        return users[0].text[:PREFIX], answers[0].text[:PREFIX]
    return example.prompt[:PREFIX], example.completion[:PREFIX]


def quantise(vectors: Matrix) -> NDArray[np.int8]:
    """The directions of the rows, as integers; zero stays zero."""
    import numpy as np

    scaled = np.rint(unit(vectors) * np.float32(SCALE))
    return np.asarray(np.clip(scaled, -127, 127), np.int8)


def unpack(sample: Sequence[bytes]) -> tuple[Matrix, Matrix]:
    """Unit vectors of the prompts and of the answers; a row is zero where the text was missing."""
    import numpy as np

    rows = np.frombuffer(b"".join(sample), np.int8).reshape(len(sample), -1).astype(np.float32)
    half = rows.shape[1] // 2
    return unit(rows[:, :half]), unit(rows[:, half:])


def unit(vectors: Matrix) -> Matrix:
    """The rows divided by their lengths; a zero row stays zero."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def _answer_path(example: Example) -> Path:
    """The first text of the first answer."""
    answers = (turn for turn in example.turns if turn.role == "assistant" and turn.texts)
    return next((turn.texts[0].path for turn in answers), ())


def _prompt_path(example: Example) -> Path:
    """The first text of the first user turn; of any turn, where no user speaks."""
    users = [turn for turn in example.turns if turn.role == "user"]
    for turn in (*users, *example.turns):
        if turn.texts:
            return turn.texts[0].path
    return ()
