"""What a file is judged by, resolved before linting and frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from finetooth_rules.array import Framing
from finetooth_rules.benchmark_files import BenchmarkFile
from finetooth_rules.finding import Consequence, Severity
from finetooth_rules.formats import FORMATS, Format
from finetooth_rules.formats import recognise as recognise_known
from finetooth_rules.formats.custom import NAME as CUSTOM
from finetooth_rules.formats.custom import FieldMap, custom_format
from finetooth_rules.model_files import ChatTemplate, TokenizerFile
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.row_limit import RowLimit
from finetooth_rules.splits import TRAIN
from finetooth_rules.targets import GENERIC, Overlong, Target, Trains

MIB = 1024 * 1024


@dataclass(frozen=True)
class Task:
    """What the dataset should teach, in the user's words; empty when the config has no `[task]`.

    `requires` names the skills that its completions should show (`skills`), each once.
    `serving_system_prompt` is the system prompt that the model will be used with; None where that is not
    said, empty where it will have none.
    """

    description: str = ""
    examples: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    serving_system_prompt: str | None = None

    def __bool__(self) -> bool:
        """Whether it says what the task is about."""
        return bool(self.description or self.examples)


@dataclass(frozen=True)
class Profile:
    """Format, target, task, limits and rule options of one file.

    `format` is a name of `formats`, None where the first records look like no known format.
    `configured_format` says that a person chose it, in the settings or in a trainer's own file;
    `format_source` says in words why it is this one: `configured`, `dataset_info.json`, `98 of its first 100
    records`. `mapping` names the fields of the format `custom`. `own_schema` is the user's own JSON
    Schema. `plugins` names the plugins whose rules take part, for the host that loads them. `tokenizer` and
    `template` are the model's own, where they are given; with `assistant_only_loss` the loss is on what the
    template marks as generated. `framing` is how the records stand in the file.
    `split` is the part of the dataset that the file is (one of `splits.SPLITS`), `splits` are those the
    dataset has, as far as is known: none where the file stands for itself. `selected` holds the codes
    to show. `options` maps a code to its rule's Options.
    """

    format: str | None = None
    configured_format: bool = False
    format_source: str = ""
    mapping: FieldMap | None = None
    own_schema: OwnSchema | None = None
    plugins: tuple[str, ...] = ()
    target: Target = GENERIC
    model: str | None = None
    task: Task = Task()
    encoding: str | None = None
    token_limit: int | None = None
    selected: frozenset[str] = frozenset()
    options: Mapping[str, Any] = field(default_factory=dict)
    max_record_bytes: int = 64 * MIB
    max_joined_lines: int = 2_000
    max_depth: int = 512
    tokenizer: TokenizerFile | None = None
    template: ChatTemplate | None = None
    assistant_only_loss: bool = False
    framing: Framing = Framing.LINES
    split: str = TRAIN
    splits: frozenset[str] = frozenset()
    benchmarks: tuple[BenchmarkFile, ...] = ()
    """Files whose items must not be trained on."""
    max_index_bytes: int = 256 * MIB
    """How much of what is known of the file's records is kept in memory."""
    row_limit: RowLimit | None = None
    """The tokens that the settings of the run give a row, where `token_limit` is not set."""

    @cached_property
    def fingerprint(self) -> str:
        """Digest of everything that can change a finding: part of a cached result's key."""
        parts = [
            self.format,
            self.configured_format,
            self.mapping,
            self.own_schema,
            self.plugins,
            self.target.name,
            self.model,
            self.task,
            self.encoding,
            self.token_limit,
            sorted(self.selected),
            sorted((code, repr(value)) for code, value in self.options.items()),
            self.max_record_bytes,
            self.max_joined_lines,
            self.max_depth,
            self.tokenizer,
            self.template,
            self.assistant_only_loss,
            self.framing,
            self.split,
            sorted(self.splits),
            self.benchmarks,
            self.row_limit,
        ]
        return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()

    @property
    def hangs_on_records(self) -> bool:
        """Whether other first records might make another profile."""
        return not self.configured_format or self.format == CUSTOM

    def format_named(self, name: str | None) -> Format | None:
        """The format of this name, `custom` being this profile's own; None where there is none."""
        if name == CUSTOM:
            return None if self.mapping is None else custom_format(self.mapping)
        return FORMATS.get(name) if name else None

    def recognise(self, value: Mapping[str, Any]) -> Format | None:
        """The format a decoded record is meant as: this profile's where it fits, or where it would if a key
        were not missing; else the first that does.
        """
        main = self.format_named(self.format)
        if main is None or main.recognise(value):
            return main or recognise_known(value)
        known = recognise_known(value)
        return main if known is None or known.lacks_of(main) else known

    @cached_property
    def tokens_allowed(self) -> int | None:
        """The most tokens a record may have: the limit in the settings, that of the run, else the
        target's.
        """
        if self.token_limit is not None:
            return self.token_limit
        return self.target.limit_for(self.model) if self.row_limit is None else self.row_limit.tokens

    @property
    def over_limit(self) -> Consequence:
        """What becomes of a record with more tokens."""
        return self.target.over_limit if self.row_limit is None else self.row_limit.over_limit

    @property
    def overlong(self) -> Overlong:
        """What is cut from a record with more tokens."""
        return self.target.overlong if self.row_limit is None else self.row_limit.overlong

    @property
    def trains(self) -> Trains:
        """What the loss is on in a conversation: the target's way, but for `assistant_only_loss`."""
        whole = self.target.trains is Trains.ALL
        return Trains.ASSISTANT if whole and self.assistant_only_loss else self.target.trains

    def severity(self, code: str, consequence: Consequence) -> Severity | None:
        """How a finding is shown under this target; None when the target contradicts the rule."""
        return self.target.severity(code, consequence, self.format)
