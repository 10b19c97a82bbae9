"""What a target is: facts of a trainer or API, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from finetooth_rules.finding import Consequence, Severity

SEVERITIES: Mapping[Consequence, Severity] = {
    Consequence.REJECTED: Severity.ERROR,
    Consequence.DROPPED: Severity.ERROR,
    Consequence.TRUNCATED: Severity.WARNING,
    Consequence.DEGRADED: Severity.WARNING,
    Consequence.NOTE: Severity.INFO,
}


class Loader(StrEnum):
    """Which reader of columns stands before the trainer (`datasets` of Hugging Face, by generation)."""

    NONE = "none"
    """Rows are read one by one."""
    STRICT = "strict"
    """One Arrow type for each column: LLaMA-Factory, Unsloth (`datasets` up to 4.3)."""
    JSON = "json"
    """Arrow with a Json type for what is mixed: TRL, Axolotl (`datasets` 4.7 and later)."""


class Trains(StrEnum):
    """Which turns a loss is computed on."""

    ASSISTANT = "every assistant turn"
    LAST = "the last assistant turn"
    ALL = "every token, those of prompts too"
    COMPLETION = "the completion"


class Arguments(StrEnum):
    """How the arguments of a tool call are to be written."""

    STRING = "a string of JSON"
    OBJECT = "an object"
    EITHER = "a string of JSON or an object"


class Overlong(StrEnum):
    """What is cut from a record with too many tokens."""

    END = "its end is cut off"
    DROP = "it is left out"
    BOTH = "prompt and answer of each turn are shortened, later turns left out"
    REFUSE = "the file is refused"


@dataclass(frozen=True)
class ImageLimits:
    """What a target takes as images; None: not limited, or not known. `sources` are `data`, `http`, `path`,
    `s3`, `gs`. `videos_per_example` are videos; `with_videos`: whether a record may hold both; `weighted`:
    whether a message with an image may have a weight other than 0.
    """

    per_example: int | None = None
    max_bytes: int | None = None
    types: frozenset[str] = frozenset()
    roles: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    most_examples: int | None = None
    videos_per_example: int | None = None
    with_videos: bool = True
    weighted: bool = True


@dataclass(frozen=True)
class Drops:
    """Which conversations a target empties or leaves out without stopping.

    In records of `formats`, turns of users and of tools must stand at odd places (a system turn aside) and
    those of the assistant at even ones. Several tool results in a row count as one, but not in the formats of
    `results_apart`. Results that end a record of `results_lost` are left out. A role of `unread_roles` is
    not understood. `flags` are columns that must be true or false. `tags` are the words for roles that it
    knows in turns with `from`, unless a mapping names others, one for each role.
    """

    formats: frozenset[str] = frozenset()
    results_apart: frozenset[str] = frozenset()
    results_lost: frozenset[str] = frozenset()
    unread_roles: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class AddedText:
    """`text` that a target appends to the system text of records of `formats` that offer no tools, where
    none of `unless` stands in it. `setting` is what makes it do so.
    """

    text: str
    formats: frozenset[str]
    unless: tuple[str, ...]
    setting: str


@dataclass(frozen=True)
class Target:
    """A trainer or API that reads the file.

    `overrides` maps a rule's code to the consequence it has here (None: the target contradicts the rule, it
    is off). `unexpected_keys` is the consequence of a key the format does not know, None where extra
    columns are normal. `over_limit` is what happens to a record with too many tokens. `token_limits` maps a
    model's prefix to its limit per example, `default_token_limit` holds where no model is set; with
    `assumed_token_limit` it is a guess and not a fact of the target, so a record over it is only worth
    knowing. `min_examples` is required, `advised_examples` wished for. `messages` quotes, by code, what the
    target itself prints. `sources` names the documents the facts come from.

    `formats` are the dataset formats it reads (None: any). `roles` are the roles it knows (None: any).
    `reads_weight`: whether `weight` masks a turn. `trains` is what it computes a loss on by default.
    `arguments` is the form of a call's arguments it takes. `call_id` and `tool_name` are patterns that ids of
    calls and names of tools must match. `call_with_content`, `parallel_calls`: whether an answer may have a
    call and text, or several calls. `reasoning_keys` are the keys of reasoning that it reads (None: not
    known). `reserved_words` must stand in no text. `placeholders` maps a kind of media to the token that
    stands for one in the text. `max_turn_tokens` is a limit of one turn. `adds_text` describes what it writes
    into a record by itself. `notes` are further facts for people.
    """

    name: str
    title: str
    overrides: Mapping[str, Consequence | None] = field(default_factory=dict)
    unexpected_keys: Consequence | None = None
    over_limit: Consequence = Consequence.TRUNCATED
    token_limits: Mapping[str, int] = field(default_factory=dict)
    default_token_limit: int | None = None
    assumed_token_limit: bool = False
    encodings: Mapping[str, str] = field(default_factory=dict)
    default_encoding: str = "o200k_base"
    exact_encoding: bool = False
    min_examples: int = 1
    min_examples_consequence: Consequence = Consequence.DEGRADED
    advised_examples: int = 1
    max_file_bytes: int | None = None
    min_file_bytes: int | None = None
    max_examples: int | None = None
    loader: Loader = Loader.NONE
    overlong: Overlong = Overlong.END
    formats: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    reads_weight: bool = True
    trains: Trains = Trains.ASSISTANT
    arguments: Arguments = Arguments.EITHER
    call_id: str | None = None
    tool_name: str | None = None
    call_with_content: bool = True
    parallel_calls: bool = True
    reasoning_keys: frozenset[str] | None = None
    reserved_words: tuple[str, ...] = ()
    images: ImageLimits = ImageLimits()
    placeholders: Mapping[str, str] = field(default_factory=dict)
    max_turn_tokens: int | None = None
    adds_text: str = ""
    legacy: bool = False
    """Whether it trains base models on raw prompts and completions (separators and stop sequences matter)."""
    notes: tuple[str, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    drops: Drops = Drops()
    """What it empties or leaves out without a word."""
    added: AddedText | None = None
    """What it writes into a record by itself, exactly (`adds_text` describes it for people)."""
    counts_image_parts: bool = False
    """Whether parts `{"type": "image"}` must be as many as the images listed beside the turns."""
    plain_upload_bytes: int | None = None
    """The size above which a file must be uploaded in parts."""
    single_call_models: str | None = None
    """Pattern of the names of models whose chat template takes one call a turn."""
    variants: Mapping[str, str] = field(default_factory=dict)
    """Format by its keys → the format of this target's own that such a file is judged by, unless a format is
    configured: stricter, or with other words."""
    cleans_messages: bool = False
    """Whether, before the chat template, arguments written as JSON strings are parsed and nulls taken out."""
    keeps_from_roles: bool = False
    """Whether roles of turns with `from` and `value` reach the chat template as they are: `human`, `gpt`."""

    needs_validation: frozenset[str] = frozenset()
    """Formats for which a job without a validation file is refused."""
    validation_setting: str = ""
    """Its setting that takes part of the training file for validation."""
    overrides_not_for: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Format → the codes whose override does not hold in its files, as another reader takes them."""

    maps_fields: bool = True
    """Whether its own settings can map fields of other names; else a script has to rename them."""

    def reads(self, format_name: str | None) -> bool:
        """Whether it reads records of a format; also where nothing is known of that."""
        return self.formats is None or format_name is None or format_name in self.formats

    def severity(
        self, code: str, consequence: Consequence, format_name: str | None = None
    ) -> Severity | None:
        """Severity of a finding of rule `code` in a file of a format; None when the rule is off here."""
        if code in self.overrides and code not in self.overrides_not_for.get(format_name or "", ()):
            override = self.overrides[code]
            return None if override is None else SEVERITIES[override]
        return SEVERITIES[consequence]

    def limit_for(self, model: str | None) -> int | None:
        """Tokens per example that `model` takes; the default where the model is not known."""
        if model:
            for prefix in sorted(self.token_limits, key=len, reverse=True):
                if model.startswith(prefix):
                    return self.token_limits[prefix]
        return self.default_token_limit

    def encoding_for(self, model: str | None) -> str:
        """Name of the encoding that `model` uses."""
        if model:
            for prefix in sorted(self.encodings, key=len, reverse=True):
                if model.startswith(prefix):
                    return self.encodings[prefix]
        return self.default_encoding
