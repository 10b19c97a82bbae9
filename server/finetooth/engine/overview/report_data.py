"""Everything that the page of `finetooth report` shows, as plain data; `output/html` writes it.

One run of `check` with a visitor: while a file is open its statistics are counted and the records for the
map are chosen. No number is worked out twice: findings are those of `check`, counts those of `stats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finetooth.engine.lint_file import FileResult
from finetooth.engine.overview.plan import Plan, Planner
from finetooth.engine.overview.plan_words import (
    PlanFinding,
    PlanNumber,
    PlanRow,
    findings_in,
    numbers_of,
    rows_of,
)
from finetooth.engine.overview.record_map import Chosen, RecordMap, choose, map_of, shortened
from finetooth.engine.overview.report_findings import (
    DuplicateGroup,
    PlaceKey,
    RuleFindings,
    counts_by_severity,
    duplicate_groups,
    is_duplicate,
    rules_of,
)
from finetooth.engine.overview.report_private import bare_message, without_names, without_words
from finetooth.engine.overview.stats import Stats, stats_of
from finetooth.engine.overview.stats_words import counted_by, format_reason, target_words, written_by
from finetooth.engine.report import Problem, Report, Shown
from finetooth.engine.request import CheckRequest, Progress, Silent
from finetooth.engine.run import check, sources
from finetooth.engine.settings.configs import Configs
from finetooth.engine.training.settings_files import is_settings_name
from finetooth.engine.training.training_data import of_stats
from finetooth_rules.features import FeatureError
from finetooth_rules.finding import Applicability, Severity
from finetooth_rules.tokens._measure import limit_of
from finetooth_rules.trainers._advice import Advice

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from finetooth.engine.files.source import Source
    from finetooth_rules.tokens._measure import Limit

MOST_GROUPS: Final = 40
"""Groups of duplicates that are listed."""
MOST_RUNS: Final = 12
"""Training runs that are told of."""
MOST_TEXTS: Final = 500
"""Records of a file whose prompt is kept for the list of duplicates."""


@dataclass(frozen=True, slots=True)
class FileData:
    """One file. `why` says why its format is this one, `will` what its target does with it, each a clause.

    `limit` is the most tokens a row may have. `counted_by` names the tokenizer and the chat template that
    tokens are counted by. `affected` is the number of records with a finding that is shown. `judged` is false
    where the file is no dataset: then nothing of it was counted.
    """

    name: str
    split: str
    size: int
    format: str
    why: str
    target: str
    target_title: str
    model: str
    will: tuple[str, ...]
    limit: Limit | None
    counted_by: str
    stats: Stats
    records: int
    affected: int
    judged: bool = True
    counts: Counter[Severity] = field(default_factory=Counter)
    requires: tuple[str, ...] = ()
    answers_alone: bool = False
    """Whether the tokens were counted with `assistant_only_loss`."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What one training run will be, in words; `name` is that of its settings, or of its data."""

    name: str
    numbers: tuple[PlanNumber, ...]
    rows: tuple[PlanRow, ...]
    findings: tuple[PlanFinding, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportData:
    """A run over some files. `counts` are findings by severity, `fixable` those that --fix repairs and those
    that --unsafe-fixes repairs besides. `groups` counts all groups of duplicates, `duplicates` lists the
    largest; `runs` counts the training runs, `plans` tells of the first.
    """

    files: tuple[FileData, ...]
    rules: tuple[RuleFindings, ...]
    counts: Counter[Severity]
    fixable: tuple[int, int]
    duplicates: tuple[DuplicateGroup, ...] = ()
    groups: int = 0
    map: RecordMap | None = None
    plans: tuple[RunPlan, ...] = ()
    runs: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    with_text: bool = True

    @property
    def records(self) -> int:
        """Records that were judged."""
        return sum(file.records for file in self.files)


def gather(request: CheckRequest, progress: Progress | None = None, *, text: bool = True) -> ReportData:
    """Judge everything that a request names, and count it. Without `text` no text of a record is kept."""
    visitor = _Visitor(_Twice(progress or Silent()))
    report = check(request, visitor.progress, visitor)
    groups = duplicate_groups(report.findings, visitor.texts)
    of_file: dict[str, list[Shown]] = {}
    for finding in report.findings:
        of_file.setdefault(finding.place.filename, []).append(finding)
    files = [replace(file, counts=counts_by_severity(of_file.get(file.name, ()))) for file in visitor.files]
    told: list[Problem] = []
    plans = _plans(request, visitor, told)
    problems = (*report.problems, *visitor.problems)
    data = ReportData(
        files=tuple(files),
        rules=tuple(rules_of(report)),
        counts=counts_by_severity(report.findings),
        fixable=_fixable(report.findings),
        duplicates=tuple(groups[:MOST_GROUPS]),
        groups=len(groups),
        map=map_of(visitor.chosen),
        plans=tuple(_in_words(plan, text=text) for plan in plans[:MOST_RUNS]),
        runs=len(plans),
        problems=(*problems, *(problem for problem in told if problem not in problems)),
        notes=(*report.notes, *_ignored(report)),
    )
    return data if text else without_text(data)


def _ignored(report: Report) -> Iterator[Problem]:
    """What to know of a baseline."""
    if report.ignored:
        what = "findings are" if report.ignored != 1 else "finding is"
        yield Problem("Baseline", f"{report.ignored:,} {what} known and left out")


class _Visitor:
    """Counts each file while it is open, and keeps of its records what the page shows."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.files: list[FileData] = []
        self.chosen: list[Chosen | None] = []
        self.problems: list[Problem] = []
        self.texts: dict[PlaceKey, str] = {}

    def __call__(self, result: FileResult, executor: Executor | None) -> None:
        judged = not result.scanned.whole
        stats = self._stats(result, executor) if judged else Stats()
        self.files.append(_file_data(result, stats, judged))
        if judged:
            self.texts.update(_prompts_of_duplicates(result))
            self.chosen.append(choose(result))

    def _stats(self, result: FileResult, executor: Executor | None) -> Stats:
        source, profile, advance = result.source, result.profile, self.progress.advance
        try:
            return stats_of(source, profile, advance=advance, executor=executor)
        except FeatureError as error:
            self.problems.append(Problem(source.name, str(error)))
            return stats_of(source, profile, tokens=False, executor=executor)


class _Twice:
    """Progress over files that are read twice."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner

    def start(self, total_bytes: int) -> None:
        self._inner.start(2 * total_bytes)

    def file(self, name: str) -> None:
        self._inner.file(name)

    def advance(self, count: int) -> None:
        self._inner.advance(count)

    def finish(self) -> None:
        self._inner.finish()


def _file_data(result: FileResult, stats: Stats, judged: bool) -> FileData:
    source, profile = result.source, result.profile
    title, *will = target_words(profile, stats)
    shown = [
        record
        for record in result.of_records
        if any(profile.severity(finding.code, finding.consequence) is not None for finding in record.findings)
    ]
    return FileData(
        name=source.name,
        split=profile.split if profile.splits else "",
        size=source.size(),
        format=profile.format or "",
        why=format_reason(profile),
        target=profile.target.name,
        target_title=profile.target.title,
        model=profile.model or "",
        will=tuple(will) if title else (),
        limit=limit_of(profile),
        counted_by=", ".join(filter(None, (counted_by(profile), written_by(profile)))),
        stats=stats,
        records=result.record_count,
        affected=len(shown),
        judged=judged,
        requires=tuple(getattr(profile.task, "requires", ())),
        answers_alone=profile.assistant_only_loss,
    )


def _prompts_of_duplicates(result: FileResult) -> Iterator[tuple[PlaceKey, str]]:
    """What the first duplicates of a file ask, by file and line."""
    linter = result.scanned.linter
    left = MOST_TEXTS
    for item in result.of_records:
        if left and any(is_duplicate(finding.code) for finding in item.findings):
            example = linter.example(item.record)
            if example is not None:
                left -= 1
                yield (result.source.name, item.line + 1), shortened(example.prompt)


def _fixable(findings: Iterable[Shown]) -> tuple[int, int]:
    safe = unsafe = 0
    for finding in findings:
        kinds = {fix.applicability for fix in finding.fixes}
        safe += finding.count * (Applicability.SAFE in kinds)
        unsafe += finding.count * (Applicability.SAFE not in kinds and bool(kinds))
    return safe, unsafe


def _plans(request: CheckRequest, visitor: _Visitor, problems: list[Problem]) -> list[Plan]:
    """The runs that the files are data of, and those whose settings were named. What was counted is not
    counted again, but for a trainer that counts otherwise.
    """
    judged = {file.name: file for file in visitor.files if file.judged}
    planner = Planner(request, problems)
    found: list[Source] = []
    for source in sources(request, Configs(request), []):
        file = judged.get(source.name)
        if file is not None:
            planner.know(source, file.target, of_stats(file.stats), answers_alone=file.answers_alone)
        if file is not None or is_settings_name(source.name):
            found.append(source)
    return list(planner.plans(found))


def _in_words(plan: Plan, *, text: bool) -> RunPlan:
    """What a plan says; without `text` no folder is named, and no key that nobody knows."""
    findings, named = findings_in(plan), str if text else _base
    if not text:
        findings = (replace(one, message=bare_message(one.message)) for one in findings)
    return RunPlan(
        named(plan.name),
        tuple(numbers_of(plan)),
        tuple(rows_of(plan, named)),
        tuple(findings),
        plan.advice,
    )


def _base(name: str) -> str:
    return Path(name).name


def without_text(data: ReportData) -> ReportData:
    """The same without what records say: no excerpt, no prompt, no name that people gave."""
    shown = data.map and replace(data.map, points=tuple(replace(p, prompt="") for p in data.map.points))
    return replace(
        data,
        files=tuple(replace(file, stats=without_names(file.stats)) for file in data.files),
        rules=tuple(
            replace(rule, listed=tuple(without_words(finding) for finding in rule.listed))
            for rule in data.rules
        ),
        duplicates=tuple(
            replace(
                group,
                prompt="",
                members=tuple(replace(one, message=bare_message(one.message)) for one in group.members),
            )
            for group in data.duplicates
        ),
        map=shown,
        with_text=False,
    )
