"""All findings of a file that is in memory: the plain way, without an engine. Tests compare everything else
with it."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeAlias

from finetooth_rules.catalogue import Catalogue, builtin
from finetooth_rules.dataset import gathered_by, summarise
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.finding import Finding
from finetooth_rules.framing import Bounds, frame, split_lines
from finetooth_rules.grouping import grouping
from finetooth_rules.lint import Linter
from finetooth_rules.own_schema import OwnSchema
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.rule import Match, Member
from finetooth_rules.settings import build_profile
from finetooth_rules.splits import SPLITS, TRAIN, VALIDATION
from finetooth_rules.trainers import (
    Document,
    Language,
    TrainingSettings,
    read_document,
    read_settings,
    training_table,
)
from finetooth_rules.trainers._data import DataFacts, facts_of

Host: TypeAlias = Callable[[Profile, Mapping[str, Any]], tuple[Profile, Features]]
"""Stands for the engine: from a profile and the case's settings to the profile with the files they name, and
the features for it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with the number of its record's first line; records of the same file share `lines`."""

    line: int
    record: Record
    finding: Finding


def lint(
    data: bytes,
    settings: str = "",
    features: Features | Host = Features(),  # noqa: B008 - frozen
    schema: str = "",
    known: Catalogue | None = None,
    train: bytes = b"",
) -> list[Placed]:
    """Every finding on the records of a whole file in memory (file rules aside). `known`: the rules there are
    (default: ours); `catalogue.builtin().extended([my_rules])` has yours too. It is the training split of a
    dataset that has the splits of the settings' `[dataset]`; with `train` it is the validation split, and
    these are the records of its training split.
    """
    known = known or builtin()
    decoded = tomllib.loads(settings)
    own = OwnSchema("my.schema.json", schema) if schema else None
    lines = split_lines(data)
    first = build_profile(decoded, (), known)
    bounds = Bounds(first.max_joined_lines, first.max_record_bytes, first.max_depth)
    framed = _framed(lines, bounds)
    records = [record for _, record in framed]
    profile = build_profile(decoded, [record.value for record in records], known)
    named = frozenset(decoded.get("dataset", ())).intersection(SPLITS)
    profile = replace(profile, own_schema=own, splits=named)
    if train:
        profile = replace(profile, split=VALIDATION, splits=frozenset({TRAIN, VALIDATION}))
    if callable(features):
        profile, features = features(profile, decoded)
    linter = Linter(profile, known.rules)
    found: defaultdict[int, list[Finding]] = defaultdict(list)
    for number, several in enumerate(
        zip(linter.check(records), linter.measure(records, features), strict=True)
    ):
        found[number] += (finding for findings in several for finding in findings)
    others = [record for _, record in _framed(split_lines(train), bounds)]
    for number, finding in _dataset_findings(linter, framed, lines, features, others):
        found[number].append(finding)
    if linter.broken:
        raise AssertionError(f"rules raised: {linter.broken}")
    return [
        Placed(*framed[number], finding)
        for number in sorted(found)
        for finding in linter.finish(found[number])
    ]


def _framed(lines: Sequence[bytes], bounds: Bounds) -> list[tuple[int, Record]]:
    """The records of these lines, each with the number of its first line."""
    framed: list[tuple[int, Record]] = []
    index = 0
    while index < len(lines):
        here = frame(lines, index, bounds)
        assert here is not None
        framed.append((index, here.record))
        index += here.record.line_count
    return framed


def lint_settings(
    data: bytes,
    language: Language,
    settings: str = "",
    rows: bytes | None = None,
    features: Features | Host = Features(),  # noqa: B008 - frozen
    known: Catalogue | None = None,
) -> list[Placed]:
    """Every finding on the settings of a run: a trainer's file, or in TOML a finetooth.toml with
    `[training]`. `rows` are the training data. ValueError where they are no such settings, or not to be read.
    """
    known = known or builtin()
    decoded = tomllib.loads(data.decode() if language is Language.TOML else settings)
    read: TrainingSettings | Document | None = None
    if language is Language.TOML:
        read = training_table(read_document(data, language))
    else:
        read = read_settings(data, language)
    if not isinstance(read, TrainingSettings):
        raise ValueError(f"no settings of a run: {language if read is None else read.trouble}")
    lines = [Record(line) for line in (rows or b"").splitlines() if line.strip()]
    profile = build_profile(decoded, [record.value for record in lines], known)
    if callable(features):
        profile, features = features(profile, decoded)
    linter = Linter(profile, known.rules)
    examples = [example for example in linter.examples(lines) if example is not None]
    facts = None if rows is None else DataFacts({TRAIN: facts_of(len(lines), examples, features, profile)})
    record = Record(data)
    found = [Placed(0, record, finding) for finding in linter.check_settings(read, facts)]
    if linter.broken:
        raise AssertionError(f"rules raised: {linter.broken}")
    return found


def _dataset_findings(
    linter: Linter,
    framed: Sequence[tuple[int, Record]],
    lines: Sequence[bytes],
    features: Features,
    train: Sequence[Record],
) -> Iterator[tuple[int, Finding]]:
    """Findings of the rules on all records together, each with the number of its record; those of the file as
    a whole are placed on its first record.
    """
    starts = [0, *accumulate(map(len, lines))]
    offsets = [starts[line] for line, _ in framed]
    examples = linter.examples(record for _, record in framed)
    facts = linter.gather(examples, features)
    for rule in linter.statistics:
        if rule.code not in facts:
            continue
        given = {rule.code: summarise(rule, facts[rule.code])}
        first = linter.heads({rule.code: facts[rule.code]}, given, offsets)
        verdict = linter.verdict(rule, [given[rule.code]], features, [*first.values()])
        picked: dict[str, int] = {}
        for number, fact in enumerate(facts[rule.code]):
            if fact is not None:
                yield from ((number, finding) for finding in linter.judge(rule, fact, verdict))
                for label in linter.picks(rule, fact, verdict):
                    picked.setdefault(label, number)
        if framed:
            yield from ((0, finding) for finding in linter.conclude(rule, verdict, picked))
    for number, finding in of_groups(linter, linter.examples(train), examples):
        if number >= len(train):
            yield number - len(train), finding


def of_groups(
    linter: Linter, train: Sequence[Example | None], own: Sequence[Example | None]
) -> Iterator[tuple[int, Finding]]:
    """Findings of the group and near rules, each with the number of its record, those of `train` first."""
    examples = [*train, *own]
    keys, columns = linter.keys(examples), linter.columns(examples)

    def member(number: int, key: bytes = b"", value: int = 0) -> Member:
        return Member(number, key, TRAIN if number < len(train) else linter.profile.split, value)

    for group in linter.groups:
        first = 0 if group.scope == "dataset" else len(train)
        members: dict[int | bytes, list[Member]] = {}
        if group.gather is None:
            for number, several in [*enumerate(keys[group.code])][first:]:
                for key in several:
                    members.setdefault(key, []).append(member(number, key))
        else:
            table = columns[gathered_by(group)]
            digests = table[group.key][first:]
            values = table[group.value][first:] if group.value else digests
            if group.speaks is not None and not group.speaks(grouping(digests, values)):
                continue
            for number, (digest, value) in enumerate(zip(digests, values, strict=True), first):
                if digest:
                    members.setdefault(digest, []).append(member(number, value=value))
        for several_members in members.values():
            if len(several_members) > 1:
                yield from linter.judge_group(group, several_members)
    held_out = [member(number).split != TRAIN for number in range(len(examples))]
    for near in linter.nears:
        matches = []
        for pair in linter.pairs(near, columns[gathered_by(near)], held_out):
            one, other = examples[pair.first], examples[pair.second]
            assert one is not None
            assert other is not None
            likeness = 1.0 if pair.sure else linter.likeness(near, one, other)
            if likeness is not None:
                matches.append(Match(member(pair.first), member(pair.second), likeness))
        yield from linter.judge_matches(near, matches)
