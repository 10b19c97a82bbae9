"""One dataset of a run: its files opened, looked at, judged together, fixed, and put into the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from finetooth.engine.baseline import Baselines, Ignored, path_for
from finetooth.engine.files.membership import Membership, Memberships, declared_split
from finetooth.engine.files.opening import NoDataset, Opened, opened
from finetooth.engine.files.source import Source
from finetooth.engine.lint_file import FileResult, Scanned, judge_files, scan_file, shown
from finetooth.engine.providers import provide, spec_for
from finetooth.engine.report import Problem, Report
from finetooth.engine.request import CheckRequest, FixMode, Progress
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.configs import Configs, override_settings
from finetooth.engine.settings.plugins import catalogue_of
from finetooth_rules.splits import SPLITS

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from finetooth.engine.training.training_run import TrainingRun
    from finetooth_rules.profile import Profile


Visit: TypeAlias = "Callable[[FileResult, Executor | None], None]"
"""What is done with the result of a file while it is open: a report reads it again, for its numbers."""


class Part(NamedTuple):
    """A file of a dataset. `file` is the path that settings are meant for, None for an unnamed stream.
    `context`: it was not asked for, and is only compared with.
    """

    source: Source
    file: Path | None
    config: Config | None
    membership: Membership | None
    context: bool = False


def datasets(found: Iterable[Source], request: CheckRequest, configs: Configs) -> Iterator[list[Part]]:
    """The files of a run by dataset, the splits of each in their order; most files stand for themselves."""
    memberships = Memberships()
    grouped: dict[str, list[Part]] = {}
    for number, source in enumerate(found):
        file = Path(source.name) if source.path is not None or request.stdin_filename else None
        config = configs.of(file.resolve().parent if file else Path.cwd())
        membership = None
        if file is not None and source.path is not None and config is not None:
            membership = memberships.of(file, config)
        key = f"{number}" if membership is None else membership.dataset
        grouped.setdefault(key, []).append(Part(source, file, config, membership))
    for parts in grouped.values():
        yield sorted([*parts, *_context(parts, memberships)], key=_order)


def _order(part: Part) -> tuple[int, str]:
    split = part.membership.split if part.membership else SPLITS[0]
    return SPLITS.index(split), part.source.name


def _context(parts: Sequence[Part], memberships: Memberships) -> Iterator[Part]:
    """The files of a dataset named in the settings that were not asked for."""
    first = parts[0]
    if first.config is None or first.membership is None or not first.membership.declared:
        return
    from finetooth.engine.files.discover import Patterns, discover

    have = {part.file.resolve() for part in parts if part.file}
    root = str(first.config.root)
    for found in discover([root], exclude=[Patterns(root, first.config.exclude)]).files:
        path = Path(found)
        if path.resolve() not in have and declared_split(path, first.config) is not None:
            name = os.path.relpath(path) if path.is_relative_to(Path.cwd()) else found
            membership = memberships.of(path, first.config)
            yield Part(Source(name, path), path, first.config, membership, context=True)


@dataclass(frozen=True, slots=True)
class DatasetRun:
    """Judges datasets, one after the other."""

    request: CheckRequest
    configs: Configs
    report: Report
    progress: Progress
    executor: Executor | None
    training: TrainingRun
    visit: Visit | None = None
    baselines: Baselines = field(default_factory=Baselines)

    def judge(self, parts: Sequence[Part]) -> None:
        """Judge one dataset. A file that cannot be read or judged stops no other."""
        with ExitStack() as stack:
            scanned: list[tuple[Part, Opened, Scanned]] = []
            for part in parts:
                try:
                    found = self._scan(part, len(parts) > 1, stack)
                except ConfigError as error:
                    self.configs.report(error)
                except NoDataset as reason:
                    self._problem(part, str(reason))
                    self._pass(part)
                except OSError as error:
                    self._problem(part, f"cannot be read: {error.strerror or error}")
                else:
                    if found is not None:
                        scanned.append((part, *found))
            try:
                self._finish(scanned)
            except OSError as error:
                for part, _, _ in scanned:
                    self._problem(part, f"cannot be read: {error.strerror or error}")

    def _scan(self, part: Part, several: bool, stack: ExitStack) -> tuple[Opened, Scanned] | None:
        """Look at the records of one file. It stays open for as long as `stack`."""
        if not part.context:
            self.progress.file(part.source.name)
        if part.config is None:
            self._pass(part)
            return None
        settings = override_settings(self.request.overrides)
        found = stack.enter_context(
            opened(part.source, part.file, part.config, settings, self.configs.report)
        )
        profile = found.profile
        ignored = self._ignored(part, part.config, profile)
        unit = ""
        if part.membership is not None:
            profile = replace(profile, split=part.membership.split, splits=part.membership.splits)
            unit = part.membership.unit if several else ""
        return found, scan_file(
            found.source,
            profile,
            provide(spec_for(profile)),
            unit=unit,
            ignored=ignored,
            advance=(lambda count: None) if part.context else self.progress.advance,
            executor=self.executor,
        )

    def _ignored(self, part: Part, config: Config, profile: Profile) -> Ignored | None:
        """What a baseline ignores of a file; None where nothing. Raises ConfigError."""
        path = path_for(config, self.request.overrides.settings) if self.request.baseline else None
        if path is None:
            return None
        ignored = Ignored(self.baselines.of(path), part.file, catalogue_of(profile))
        return ignored or None

    def _finish(self, scanned: Sequence[tuple[Part, Opened, Scanned]]) -> None:
        """Judge what was looked at, and fix it where that is asked for."""
        results = judge_files([scan for _, _, scan in scanned], self.executor)
        if self.request.fix is not FixMode.NONE:
            results = self._fix(scanned, results)
        for (part, found, _), result in zip(scanned, results, strict=True):
            if not part.context:
                self._put(found, result)
                if self.visit is not None:
                    self.visit(result, self.executor)
            self.training.look(part.file, part.config, part.membership, result.scanned, result.record_count)

    def _fix(
        self, scanned: Sequence[tuple[Part, Opened, Scanned]], results: Sequence[FileResult]
    ) -> list[FileResult]:
        """Fix the files one after the other, each seeing what became of those before it."""
        from finetooth.engine.fixer import fix_file  # with all it needs only where it is asked for

        scans = [scan for _, _, scan in scanned]
        results = list(results)
        for number, (part, found, scan) in enumerate(scanned):
            if part.context:
                continue
            if found.compressed:
                note = Problem(part.source.name, "is compressed and was not fixed; unpack it first")
                self.report.notes.append(note)
                continue

            def lint(one: Source, number: int = number, scan: Scanned = scan) -> FileResult:
                again = scan_file(
                    one,
                    scan.profile,
                    scan.features,
                    unit=scan.unit,
                    ignored=scan.ignored,
                    executor=self.executor,
                )
                return judge_files([*scans[:number], again, *scans[number + 1 :]], self.executor)[number]

            write = not self.request.diff and part.source.path is not None
            fixed = fix_file(results[number], self.request.fix, lint=lint, write=write)
            self.report.fixed += fixed.count
            if self.request.diff and fixed.change is not None:
                self.report.changes.append(fixed.change)
            if part.source.path is None:
                self.report.fixed_stdin = fixed.data
            if fixed.count:
                scans[number] = fixed.result.scanned
                results = [fixed.result] if len(scans) == 1 else judge_files(scans, self.executor)
        return results

    def _put(self, found: Opened, result: FileResult) -> None:
        """Put what was found in one file into the report."""
        report, name, profile = self.report, result.source.name, result.profile
        if found.trouble is not None:
            report.problems.append(Problem(name, found.trouble))
        report.files += 1
        if (known := catalogue_of(profile)) not in report.catalogues:
            report.catalogues.append(known)
        report.records += result.record_count
        report.findings += shown(result)
        report.ignored += result.ignored
        for code, message in sorted(result.broken.items()):
            # A setting's name (`tokens.template`) is no rule's code.
            of_rule = f"rule {code} failed and was switched off: {message}"
            report.problems.append(Problem(name, f"{code}: {message}" if "." in code else of_rule))
        if result.unjudged:
            limit = f"max-record-bytes ({profile.max_record_bytes:,})"
            why = f"{result.unjudged} record(s) over {limit} were not judged"
            report.problems.append(Problem(name, why))

    def _problem(self, part: Part, message: str) -> None:
        self.report.problems.append(Problem(part.source.name, message))

    def _pass(self, part: Part) -> None:
        """Count a file that is not judged as done."""
        if not part.context:
            self.progress.advance(size_of(part.source))


def size_of(source: Source) -> int:
    """Bytes; 0 where that cannot be told."""
    try:
        return source.size()
    except OSError:
        return 0
