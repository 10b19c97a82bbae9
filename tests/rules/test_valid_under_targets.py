"""The hand-made valid records under every target that reads their format: nothing at warning or above but
what the target truly refuses, drops or ignores, which is listed here with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from finetooth_rules.finding import Severity
from finetooth_rules.formats import FORMATS
from finetooth_rules.targets import TARGETS
from finetooth_rules.testing import lint

DATA = Path(__file__).parents[1] / "data"
VARIANTS = ("_configured", "_text", "_completion", "_preference")


class Refused(NamedTuple):
    """Lines of a file in which targets truly find fault."""

    file: str
    code: str
    targets: tuple[str, ...]
    lines: tuple[int, ...]
    reason: str


CHAT = "openai_chat"
STRICT_KEYS = ("openai", "azure", "together")
REFUSED = (
    Refused(CHAT, "FMT005", STRICT_KEYS, (29, 30, 33, 34, 36, 37, 38, 39), "they refuse any extra key"),
    Refused("text", "FMT005", ("together",), (2,), "it refuses any extra column"),
    Refused(CHAT, "TOL010", (*STRICT_KEYS, "fireworks", "mistral"), (17, 18), "arguments must be a string"),
    Refused("trl_preference", "TOL010", ("fireworks",), (7,), "arguments must be a string"),
    Refused(
        *(CHAT, "TOL010", ("trl", "unsloth"), (9, 10, 11, 12, 13, 14, 15, 16, 21, 32, 42)),
        reason="chat templates want an object: 15 of 28 raise at a string",
    ),
    Refused("openai-preference", "TOL010", ("unsloth",), (5, 6, 7, 13), "templates want an object"),
    Refused("openai-reinforcement", "TOL010", ("trl", "unsloth"), (12,), "templates want an object"),
    Refused("mistral", "TOL010", ("unsloth",), (2, 4), "templates want an object"),
    Refused("mistral_configured", "TOL010", ("unsloth",), (2,), "templates want an object"),
    Refused("together", "TOL010", ("unsloth",), (4,), "templates want an object"),
    Refused(CHAT, "TOL011", ("openai", "azure", "mistral"), (42,), "no full stop in the name of a tool"),
    Refused(
        *(CHAT, "TOL007", ("mistral",), (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 32, 42)),
        reason="ids of calls are nine letters and digits there",
    ),
    Refused(CHAT, "TOL013", ("mistral",), (12,), "text or a call, not both"),
    Refused(CHAT, "SIZ005", ("together", "fireworks"), (26, 27), "images only as `data:`"),
    Refused("openai-preference", "SIZ005", ("together", "fireworks"), (8,), "images only as `data:`"),
    Refused("openai-reinforcement", "SIZ005", ("fireworks",), (8,), "images only as `data:`"),
    Refused(CHAT, "TRN013", ("llama-factory",), (4, 5, 21), "it knows no `developer` and no `function`"),
    Refused(
        *("sharegpt", "TRN013", ("trl",), (*range(1, 13), 18, 20, 21, 22, 23, 25)),
        reason="`human` and `gpt` stay what they are, and most chat templates know neither",
    ),
    Refused("sharegpt", "TRN013", ("llama-factory",), (20, 21), "`chatgpt`, `tool_call`: only by `tags`"),
    Refused(
        *(CHAT, "TRN014", ("trl", "axolotl", "unsloth", "llama-factory", "nemo"), (7,)),
        reason="a masked answer is learnt there",
    ),
    Refused("fireworks", "TRN014", ("axolotl", "unsloth"), (2,), "a masked answer is learnt there"),
    Refused("mistral", "TRN014", ("axolotl", "unsloth"), (3,), "a masked answer is learnt there"),
    Refused("together", "TRN014", ("axolotl", "unsloth"), (2,), "a masked answer is learnt there"),
    Refused(CHAT, "THK002", ("axolotl",), (34,), "it reads `reasoning_content`, not `thinking`"),
    Refused("trl_prompt_completion", "THK002", ("axolotl",), (6,), "not `thinking`"),
    Refused(
        *(CHAT, "LOD001", ("unsloth", "llama-factory"), (24, 26, 27, 28, 31, 32)),
        reason="one Arrow type a column: text and parts do not mix",
    ),
    Refused("fireworks", "LOD001", ("unsloth",), (3,), "text and parts do not mix"),
    Refused("mistral_configured", "LOD001", ("unsloth",), (3,), "text and parts do not mix"),
    Refused("together", "LOD001", ("unsloth",), (3,), "text and parts do not mix"),
    Refused(CHAT, "LOD002", ("unsloth", "llama-factory"), (15, 19), "two tools: null arguments are added"),
)


def format_of(file: Path) -> str:
    name = file.stem
    for variant in VARIANTS:
        if name.replace("_", "-") not in FORMATS:
            name = name.removesuffix(variant)
    return name.replace("_", "-")


def grave(file: Path, target: str) -> set[tuple[str, str, str, int]]:
    """(file, code, target, line) of what is a warning or worse in each record by itself, as no rule then
    looks at the others; SIZ001 aside.
    """
    toml = f'format = "{format_of(file)}"\ntarget = "{target}"\n'
    return {
        (file.stem, placed.finding.code, target, number)
        for number, line in enumerate(file.read_bytes().splitlines(keepends=True), start=1)
        for placed in lint(line, toml)
        if TARGETS[target].severity(placed.finding.code, placed.finding.consequence)
        in (Severity.ERROR, Severity.WARNING)
        and placed.finding.code != "SIZ001"
    }


def pairs() -> Iterator[tuple[Path, str]]:
    for folder in ("valid", "valid_more"):
        for file in sorted((DATA / folder).glob("*.jsonl")):
            for target in TARGETS.values():
                if target.reads(format_of(file)):
                    yield file, target.name


@pytest.mark.parametrize(("file", "target"), list(pairs()), ids=lambda value: getattr(value, "stem", value))
def test_a_valid_record_is_clean_but_for_what_the_target_refuses(file: Path, target: str) -> None:
    expected = {
        (file.stem, one.code, target, line)
        for one in REFUSED
        if one.file == file.stem and target in one.targets
        for line in one.lines
    }
    assert grave(file, target) == expected


def test_every_refusal_listed_is_of_a_target_that_reads_the_file() -> None:
    tried = {(file.stem, target) for file, target in pairs()}
    assert {(one.file, target) for one in REFUSED for target in one.targets} <= tried


def test_every_file_has_a_format_and_a_target_of_its_own() -> None:
    files = [file for folder in ("valid", "valid_more") for file in sorted((DATA / folder).glob("*.jsonl"))]
    assert {format_of(file) for file in files} <= FORMATS.keys()
    own = {
        target.name for file, target in ((f, TARGETS[t]) for f, t in pairs()) if target.formats is not None
    }
    assert own == {target.name for target in TARGETS.values() if target.formats is not None}


@pytest.mark.parametrize("target", ["openai", "azure", "together", "bedrock-nova", "llama-factory", "trl"])
def test_a_prompt_and_its_completion(target: str) -> None:
    line = b'{"prompt": "What is 2 + 2?", "completion": " 4"}\n'
    found = lint(line, f'target = "{target}"\n')
    others = [placed.finding for placed in found if placed.finding.code != "SIZ001"]
    assert [
        one.message for one in others if TARGETS[target].severity(one.code, one.consequence) != "info"
    ] == []
