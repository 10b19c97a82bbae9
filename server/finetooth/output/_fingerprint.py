"""A name for a finding that stays the same when lines are added or removed above it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from finetooth.engine.report import Shown


def fingerprints(findings: Iterable[Shown]) -> Iterator[str]:
    """One for each finding, in order: a digest of rule, file, place in the record and the text around it.

    Findings alike in all of that (records that are duplicates) are told apart by counting them.
    """
    seen: Counter[str] = Counter()
    for finding in findings:
        text = finding.excerpt.text if finding.excerpt is not None else ""
        name = digest(finding.code, finding.place.filename, finding.pointer, finding.message, text)
        seen[name] += 1
        yield f"{name}:{seen[name]}"


def digest(*parts: str) -> str:
    """A short hash of some texts."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()
