"""What a target is: facts of a trainer or API, never code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finetooth_rules.finding import Consequence, Severity

SEVERITIES: Mapping[Consequence, Severity] = {
    Consequence.REJECTED: Severity.ERROR,
    Consequence.DROPPED: Severity.ERROR,
    Consequence.TRUNCATED: Severity.WARNING,
    Consequence.DEGRADED: Severity.WARNING,
    Consequence.NOTE: Severity.INFO,
}


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
    messages: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def severity(self, code: str, consequence: Consequence) -> Severity | None:
        """Severity of a finding of rule `code`; None when the rule is off here."""
        if code in self.overrides:
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
