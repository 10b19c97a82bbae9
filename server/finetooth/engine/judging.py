"""What all records together say: the statistic and group rules over the files of a dataset.

Files and their shards are looked at one by one (`shards`); here their facts and keys come together.
Statistic rules judge a *unit*, the files that make up one split; group rules with the scope `dataset` all
files, the training split first. The order in which files and shards were looked at changes
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from finetooth.engine.drawn import Drawing
from finetooth.engine.groups import Tables, grouped
from finetooth.engine.records import Address, JudgedFile
from finetooth_rules.finding import Finding
from finetooth_rules.rule import StatisticRule, silent

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(slots=True)
class Verdicts:
    """Findings of one file: (byte offset, finding) of records, and those of the file as a whole."""

    of_records: list[tuple[int, Finding]] = field(default_factory=list)
    of_file: list[Finding] = field(default_factory=list)


def judged(files: Sequence[JudgedFile], executor: Executor | None = None) -> list[Verdicts]:
    """The findings of each file of one dataset, its files in order. Raises OSError."""
    found = [Verdicts() for _ in files]
    units: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, file in enumerate(files):
        units[file.unit, file.linter.profile.fingerprint].append(number)
    tables = Tables(files)
    drawings: list[tuple[int, Drawing]] = []
    for numbers in units.values():
        linter = files[numbers[0]].linter
        for rule in linter.statistics:
            _judge_statistic(rule, files, numbers, found)
        drawings.append((numbers[0], Drawing(linter.statistics, files, numbers, tables, executor)))
    for address, finding in grouped(files, [*units.values()], tables):
        found[address.file].of_records.append((address.offset, finding))
    for first, drawing in drawings:
        for drawn in drawing.judged():
            for address, finding in drawn.of_records:
                found[address.file].of_records.append((address.offset, finding))
            linter = files[first].linter
            found[first].of_file += linter.conclude(drawn.rule, drawn.verdict, drawn.picked)
    return found


def _judge_statistic(
    rule: StatisticRule[Any, Any, Any],
    files: Sequence[JudgedFile],
    numbers: Sequence[int],
    found: Sequence[Verdicts],
) -> None:
    """One rule over the files of one split; what it says of all of them is put to the first."""
    first = files[numbers[0]]
    linter, code = first.linter, rule.code
    parts = [(number, part) for number in numbers for part in files[number].merged.parts]
    if any(code in part.broken for _, part in parts):
        return
    parts = [(number, part) for number, part in parts if code in part.facts]
    if not parts:
        return
    heads: list[Any] = []
    if rule.head_bytes is not None:
        # Only the first file has a head: what comes with another comes late.
        heads = [part.heads[code] if number == numbers[0] else rule.empty() for number, part in parts]
    verdict = linter.verdict(rule, [part.summaries[code] for _, part in parts], first.features, heads)
    picked: dict[str, Address] = {}
    if verdict is not None and (rule.judge is not silent or rule.picks is not None):
        for number, part in parts:
            of_records = found[number].of_records
            before, findings, labels = None, [], []
            for offset, fact in zip(part.offsets, part.facts[code], strict=True):
                if fact is None:
                    continue
                if fact is not before:
                    findings, labels = linter.judge(rule, fact, verdict), linter.picks(rule, fact, verdict)
                    before = fact  # the same fact for many records is judged once
                of_records += [(offset, finding) for finding in findings]
                for label in labels:
                    address = Address(number, offset)
                    picked[label] = min(picked.get(label, address), address)
    found[numbers[0]].of_file += linter.conclude(rule, verdict, picked)
