"""The command line: one file for each command, imported only when it is called for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

COMMANDS: Mapping[str, str] = {
    "check": "Check dataset files, and repair them with --fix",
    "baseline": "Write down findings that are known and not to be shown again",
    "rule": "Explain a rule: what it finds, why it matters, how to repair it",
    "rules": "List all rules",
    "stats": "Show what is in dataset files: format, rows, turns, tokens, tools, languages",
    "plan": "Show what a training run will be: rows, tokens, steps, what is cut, cost, advice",
    "report": "Write a page on dataset files: findings, lengths, duplicates, a map of the prompts",
    "init": "Write a commented finetooth.toml for the datasets in a folder",
    "config": "Show the settings that hold for a file",
    "server": "Start the language server (editors do this by themselves)",
}
"""Names of the commands and a line about each. The module of a command is its name."""


class Exit(IntEnum):
    """What the exit code says."""

    OK = 0
    FINDINGS = 1
    TROUBLE = 2
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line cannot be carried out as given; the message says why and what was meant."""
