"""Runs rules over records: pure, so that the editor, the command line and a shard on a cluster do the very
same.

    linter = Linter(profile)                      # compile once per profile
    findings = linter.check(records)              # syntax and record rules, per record: a keystroke's work
    examples = linter.examples(records)           # None where a record has no usable value
    findings = linter.measure(records, features)  # rules that need tokens, in the background
    facts = linter.gather(examples, features)     # {code: [fact or None, …]} of the statistic rules
    keys = linter.keys(examples)                  # {code: [(digest, …), …]} of the group rules
    columns = linter.columns(examples)            # numbers by which group and near rules tell records apart
    findings = linter.check_file(facts)           # file rules
    findings = linter.check_settings(settings, data)  # rules on the settings of a run

The last three cost nothing where no such rule is selected. A rule that raises is switched off for this
linter and named in `broken`; the others go on. A feature that fails is named there too, by its setting
(`tokens.template`), and is as if it were not there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from finetooth_rules import catalogue
from finetooth_rules.dataset import DatasetRules
from finetooth_rules.example import Example
from finetooth_rules.features import Features
from finetooth_rules.file_facts import FileFacts
from finetooth_rules.finding import Finding, Path, Span
from finetooth_rules.formats import Format
from finetooth_rules.profile import Profile
from finetooth_rules.record import Record
from finetooth_rules.repeated_keys import repeats_key
from finetooth_rules.rule import (
    AnyRule,
    FileRule,
    MeasuredRule,
    RecordRule,
    SettingsRule,
    SyntaxRule,
)
from finetooth_rules.screen import Screen
from finetooth_rules.shape import Shape, literal_keys, shape_of

if TYPE_CHECKING:
    from finetooth_rules.trainers._data import DataFacts
    from finetooth_rules.trainers._trainer import TrainingSettings

Findings = tuple[Finding, ...]
Rules = tuple[RecordRule, ...]
NONE: Final[Findings] = ()
NO_CODES: Final[frozenset[str]] = frozenset()
DUPLICATE_KEY: Final = "SYN009"
NOT_BY_TRIGGER: Final = frozenset({DUPLICATE_KEY})
"""Its trigger only says that a cheap count is not to be trusted."""
_SHAPES_KEPT: Final = 4096
T = TypeVar("T")


class Linter(DatasetRules):
    """The selected rules, compiled for one profile. Not shared between threads."""

    def __init__(self, profile: Profile, rules: Iterable[AnyRule] | None = None) -> None:
        super().__init__(profile, tuple(catalogue.all_rules() if rules is None else rules))
        self._syntax = [rule for rule in self.rules if isinstance(rule, SyntaxRule)]
        records = [rule for rule in self.rules if isinstance(rule, RecordRule)]
        self._shape_rules = [rule for rule in records if rule.reads_shape]
        self._triggered = {rule.code: rule for rule in records if rule.triggers or rule.raw_triggers}
        self._text_rules = [r for r in records if not r.reads_shape and r.code not in self._triggered]
        self._measured = [rule for rule in self.rules if isinstance(rule, MeasuredRule)]
        self.files = [rule for rule in self.rules if isinstance(rule, FileRule)]
        self._raw = {rule.code: rule for rule in self._syntax if rule.raw_triggers}
        self._duplicate_key = next((rule for rule in self._syntax if rule.code == DUPLICATE_KEY), None)
        self._screen = Screen(
            {code: rule.triggers for code, rule in self._triggered.items()},
            {code: rule.raw_triggers for code, rule in self._raw.items()}
            | {code: rule.raw_triggers for code, rule in self._triggered.items()},
            {trigger: look for rule in self._triggered.values() for trigger, look in rule.looks.items()},
        )
        self._format = profile.format_named(profile.format)
        self._literal = _Literal(profile)
        self._quiet: defaultdict[str, dict[Shape, Rules]] = defaultdict(dict)
        self._loud: defaultdict[str, dict[Shape, tuple[Rules, Rules]]] = defaultdict(dict)
        self._own = self._own_schema_rule(profile)
        self._superseded = {rule.code: frozenset(rule.supersedes) for rule in self.rules if rule.supersedes}

    def _own_schema_rule(self, profile: Profile) -> RecordRule | None:
        """The rule that judges by the user's own schema, where there is one and the rule is on."""
        rules = (rule for rule in self.rules if isinstance(rule, RecordRule) and rule.check_own is not None)
        return next(rules, None) if profile.own_schema is not None else None

    # -- records ----------------------------------------------------------------------------------------

    def check(self, records: Sequence[Record], block: bytes | None = None) -> list[Findings]:
        """Findings of the syntax and record rules, one tuple per record, in order of place.

        `block`: bytes that contain all the records, when the caller has them at hand; scanned once for all
        triggers.
        """
        hits = self._screen.hits(b"\n".join([r.raw for r in records]) if block is None else block)
        checked: list[Findings] = []
        put = checked.append
        main = self._format
        plain_shape = main.plain_shape if main is not None else None
        quiet = self._quiet[main.name] if main is not None else {}
        for record in records:
            value = record.parsed
            if value.__class__ is dict and plain_shape is not None and self._own is None:
                # The commonest record, in a shape found clean before: nothing more to do, in about a
                # microsecond.
                plain = plain_shape(value)
                if (
                    plain is not None
                    and quiet.get(plain[0]) == ()
                    and (record.line_count == 1 or record.element)
                    and not (hits and self._screen.codes(record.raw, hits))
                    and not (record.raw.count(b'":') != plain[1] and repeats_key(record.raw, value, plain[1]))
                ):
                    put(NONE)
                    continue
            put(self._check(record, hits))
        return checked

    def _check(self, record: Record, hits: list[int]) -> Findings:
        """One record, by what is known of records of its shape."""
        if not record.strict or record.refuse_depth():
            return self._check_broken(record)
        value = record.parsed
        if value.__class__ is not dict:
            return self._finish(self._run(rule, record) for rule in self._syntax)
        fmt = self._meant(value)
        if fmt is None:
            shape, keys = (), -1
            plan: Rules | None = ()
        else:
            plain = fmt.plain_shape(value) if fmt.plain_shape is not None else None
            shape, keys = plain or shape_of(value, self._literal[fmt.name])
            plan = self._quiet[fmt.name].get(shape)
        codes = self._screen.codes(record.raw, hits) if hits else NO_CODES
        repeated = repeats_key(record.raw, value, keys, spaced=DUPLICATE_KEY in codes)
        codes -= NOT_BY_TRIGGER
        single = record.line_count == 1 or record.element
        if plan == () and not codes and not repeated and single and self._own is None:
            return NONE
        return self._check_good(record, fmt, shape, plan, codes, repeated)

    def _meant(self, value: Mapping[str, Any]) -> Format | None:
        """The format a record is judged by: the profile's where it fits, else the one it is recognised as."""
        main = self._format
        return main if main is not None and main.recognise(value) else self.profile.recognise(value)

    def _check_good(
        self,
        record: Record,
        fmt: Format | None,
        shape: Shape,
        plan: Rules | None,
        codes: frozenset[str],
        repeated: bool,
    ) -> Findings:
        """A record that parses to an object; `codes` names the rules whose triggers it holds."""
        found: list[Iterable[Finding]] = []
        if record.line_count > 1 and not record.element:
            found += [self._run(rule, record) for rule in self._syntax]
        else:
            found += [self._run(rule, record) for code, rule in self._raw.items() if code in codes]
            if repeated and self._duplicate_key is not None:
                found.append(self._run(self._duplicate_key, record))
        found.append(self._by_own_schema(record))
        if fmt is None:
            return self._finish(found)
        if plan is None:
            on_shape, plan = self._on_new_shape(self._read(record, fmt), fmt, shape)
            found += on_shape
        triggered = [rule for code, rule in self._triggered.items() if code in codes]
        if plan or triggered:
            example = self._read(record, fmt)
            found += [self._run(rule, example) for rule in (*plan, *triggered) if _meant_for(rule, fmt)]
        return self._finish(found)

    def _on_new_shape(self, example: Example, fmt: Format, shape: Shape) -> tuple[list[list[Finding]], Rules]:
        """What the rules that read the shape find where it is not known to be good, and the rules on texts
        that apply. Of a shape that was met, those that had nothing to say of it are not asked again."""
        loud = self._loud[fmt.name]
        if shape in loud:
            rules, plan = loud[shape]
            return [self._run(rule, example) for rule in rules], plan
        asked = [*self._rules_on_shape(example, fmt)]
        found = [self._run(rule, example) for rule in asked]
        plan = tuple(
            rule for rule in self._text_rules if _meant_for(rule, fmt) and self._applies(rule, example)
        )
        rules = tuple(rule for rule, findings in zip(asked, found, strict=True) if findings)
        quiet = self._quiet[fmt.name]
        if rules and len(loud) < _SHAPES_KEPT:
            loud[shape] = rules, plan
        elif not rules and len(quiet) < _SHAPES_KEPT:
            quiet[shape] = plan
        return found, plan

    def _check_broken(self, record: Record) -> Findings:
        """A record that is not JSON to the letter: every syntax rule, and the others on what could be made
        out.
        """
        found: list[Iterable[Finding]] = [self._run(rule, record) for rule in self._syntax]
        example = self.example(record)
        if example is not None:
            found.append(_without_fixes(self._by_own_schema(record)))
        if example is not None and example.format:
            fmt = self.format_of(example)
            found += [_without_fixes(self._run(rule, example)) for rule in self._rules_on_shape(example, fmt)]
            found += [
                _without_fixes(self._run(rule, example))
                for rule in (*self._text_rules, *self._triggered.values())
                if _meant_for(rule, fmt) and self._applies(rule, example)
            ]
        return self._finish(found)

    def format_of(self, example: Example) -> Format:
        """The format that an example of a known one was read as."""
        fmt = self.profile.format_named(example.format)
        assert fmt is not None
        return fmt

    def _rules_on_shape(self, example: Example, fmt: Format) -> Iterator[RecordRule]:
        """The rules that read the shape, for an example; those that explain the schema where it breaks it."""
        valid = fmt.holds(example.record.value)
        for rule in self._shape_rules:
            if _meant_for(rule, fmt) and not (rule.explains_schema and valid):
                yield rule

    def _by_own_schema(self, record: Record) -> list[Finding]:
        """What breaks the user's own schema; it looks at every record, as any wording may matter."""
        if self._own is None or self._own.check_own is None:
            return []
        return self.listed(self._own, self._own.check_own, record, self.profile.own_schema)

    def _applies(self, rule: RecordRule, example: Example) -> bool:
        return rule.applies is None or self._holds(rule, rule.applies, example)

    # -- examples ---------------------------------------------------------------------------------------

    def example(self, record: Record) -> Example | None:
        """What the record means; None when it has no usable value. Of a record of no known format only the
        value is known: its format is `""` and it has no turns.
        """
        if record.example is None:
            value = record.value
            if value.__class__ is not dict:
                return None
            main = self._format
            if main is not None and main.plain_shape is not None and main.plain_shape(value) is not None:
                return self._read(record, main)
            fmt = self._meant(value)
            if fmt is None:
                return Example(record=record, format="", turns=(), conversation=False)
            return self._read(record, fmt)
        example: Example = record.example
        return example

    def examples(self, records: Iterable[Record]) -> list[Example | None]:
        """The examples of records, None where there is none."""
        return [self.example(record) for record in records]

    def _read(self, record: Record, fmt: Format) -> Example:
        if record.example is None:
            record.example = fmt.read(record, record.value, self.profile.target)
        example: Example = record.example
        return example

    # -- everything but the keystroke ------------------------------------------------------------------------

    def measure(self, records: Sequence[Record], features: Features) -> list[Findings]:
        """Findings of the rules that need tokens or a chat template, one tuple per record."""
        found: list[list[Finding]] = [[] for _ in records]
        shared: dict[tuple[str, int], Any] = {}
        for rule in self._measured:
            if any(getattr(features, name) is None for name in rule.needs):
                continue
            options = self.options(rule.code)
            near = [
                (index, example)
                for index in self.listed(rule, _screened, rule, records, self.profile, options)
                if (example := self.example(records[index])) is not None
            ]
            if near:
                examples = [example for _, example in near]
                for number, finding in self._measured_by(rule, examples, replace(features, shared=shared)):
                    found[near[number][0]].append(finding)
        return [self._finish([findings]) if findings else NONE for findings in found]

    def _measured_by(
        self, rule: MeasuredRule, examples: Sequence[Example], features: Features
    ) -> Sequence[tuple[int, Finding]]:
        """What a rule that measures finds."""
        features = self._left(features)
        if any(getattr(features, name) is None for name in rule.needs):
            return ()
        lost = len(self._lost)
        found = self.listed(rule, rule.check, examples, features, self.profile, self.options(rule.code))
        return found if len(self._lost) == lost else self._measured_by(rule, examples, features)

    def check_file(self, facts: FileFacts) -> Findings:
        """Findings of the file rules."""
        return self._finish(self._run(rule, facts) for rule in self.files)

    def check_settings(self, settings: TrainingSettings, data: DataFacts | None) -> Findings:
        """Findings of the settings rules on one run; `data` is what is known of the rows it trains on."""
        return self._finish(
            self.listed(rule, rule.check, settings, data, self.profile, self.options(rule.code))
            for rule in self.rules
            if isinstance(rule, SettingsRule)
        )

    def _run(self, rule: Any, subject: Any) -> list[Finding]:
        return self.listed(rule, rule.check, subject, self.profile, self.profile.options[rule.code])

    def _finish(self, found: Iterable[Iterable[Finding]]) -> Findings:
        findings = [finding for several in found for finding in several]
        return self.finish(findings) if findings else NONE

    def finish(self, findings: Sequence[Finding]) -> Findings:
        """What of a record's findings is shown: one defect one finding, only what is selected, in order of
        place.
        """
        strong = [finding for finding in findings if finding.code in self._superseded]
        if strong and len(findings) > 1:
            weak = frozenset[str]().union(*(self._superseded[code] for code in {f.code for f in strong}))
            findings = [
                f for f in findings if f.code not in weak or not any(self._supersedes(g, f) for g in strong)
            ]
        shown = [f for f in findings if f.code in self.profile.selected]
        return tuple(sorted(shown, key=lambda f: (f.span or WHOLE, f.code)))

    def _supersedes(self, stronger: Finding, weaker: Finding) -> bool:
        if weaker.code not in self._superseded.get(stronger.code, NO_CODES):
            return False
        a, b = stronger.span, weaker.span
        if a is None and b is None and stronger.path and weaker.path:
            one, other = _item(stronger.path), _item(weaker.path)
            common = min(len(one), len(other))
            return one[:common] == other[:common]
        return a is None or b is None or (a.start <= b.end and b.start <= a.end)


class _Literal(dict[str, frozenset[str]]):
    """Format → the keys whose wording its schema constrains; found when first asked for."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile

    def __missing__(self, name: str) -> frozenset[str]:
        fmt = self._profile.format_named(name)
        keys = literal_keys(fmt.schema) if fmt is not None else NO_CODES
        self[name] = keys
        return keys


def _item(path: Path) -> Path:
    """The innermost item of a list that a path leads into: the turn, the call."""
    return path[: max((at + 1 for at, step in enumerate(path) if isinstance(step, int)), default=0)]


WHOLE: Final = Span(0, 0)


def _screened(rule: MeasuredRule, records: Sequence[Record], profile: Profile, options: Any) -> Iterator[int]:
    """Which records a measured rule may fire on."""
    screen = rule.screen
    for index, record in enumerate(records):
        if not record.oversize and screen(record, profile, options):
            yield index


def _without_fixes(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings on a record that has first to become JSON: until then no other edit of its bytes is sure."""
    for finding in findings:
        yield replace(finding, fixes=()) if finding.fixes else finding


def _meant_for(rule: RecordRule, fmt: Format) -> bool:
    return rule.formats is None or fmt.name in rule.formats
