"""What `finetooth baseline` does: find out which findings there are, and bring baselines in line with
them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

from finetooth.engine.baseline import ALL, OF_FILE, OF_RECORD, Baseline, Baselines, Entry, key_of, path_for
from finetooth.engine.lint_file import FileResult
from finetooth.engine.report import Report, Shown
from finetooth.engine.request import CheckRequest, Progress
from finetooth.engine.run import check
from finetooth.engine.settings.config import ConfigError
from finetooth.engine.settings.configs import Configs
from finetooth.engine.settings.plugins import catalogue_of
from finetooth_rules.finding import Finding
from finetooth_rules.rule import SettingsRule


@dataclass(slots=True)
class Present:
    """What was found in the files of one baseline. `judged` are these files, each with the rules that were
    run on it; `counts` are findings by the entry that each would have; `of_record` the rules that look at one
    record alone.
    """

    baseline: Baseline
    judged: dict[str, frozenset[str]] = field(default_factory=dict)
    counts: dict[Entry, int] = field(default_factory=dict)
    of_record: set[str] = field(default_factory=set)

    def add(self, entry: Entry) -> None:
        """Count a finding."""
        self.counts[entry] = self.counts.get(entry, 0) + 1

    @property
    def findings(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    def stale(self) -> Iterator[Entry]:
        """The entries that no finding needs any more, in order.

        An entry is only judged where its file was, and its rule was run on it; or where there is no such file
        any more.
        """
        anywhere = {(entry.code, entry.key) for entry in self.counts if entry.code in self.of_record}
        in_file = {(entry.file, entry.code) for entry in self.counts}
        for entry in sorted(self.baseline.entries):
            if entry in self.counts or (entry.code, entry.key) in anywhere:
                continue
            if entry.key == ALL and (entry.file, entry.code) in in_file:
                continue
            rules = self.judged.get(entry.file)
            if rules is not None:
                if entry.code in rules:
                    yield entry
            elif not (self.baseline.path.parent / entry.file).exists():
                yield entry

    def accepted(self) -> Baseline:
        """The baseline with all that was found, and without what is stale. What `all` in a file covers needs
        no entry of its own.
        """
        kept = self.baseline.entries - set(self.stale())
        whole = {(entry.file, entry.code) for entry in kept if entry.key == ALL}
        new = {entry for entry in self.counts if (entry.file, entry.code) not in whole}
        return self.baseline.with_entries(kept | new)


def look(request: CheckRequest, progress: Progress) -> tuple[list[Present], Report]:
    """Judge what a request names, as if nothing were ignored; by baseline, in order of path. Baselines that
    cannot be read are problems of the report, as are files.
    """
    request = replace(request, baseline=False)
    looker = _Looker(request, Configs(request))
    report = check(request, progress, looker.visit)
    report.problems += [problem for problem in looker.configs.problems if problem not in report.problems]
    for shown in report.findings:
        looker.settings(shown, report)
    return sorted(looker.present.values(), key=lambda one: one.baseline.path), report


@dataclass(slots=True)
class _Looker:
    request: CheckRequest
    configs: Configs
    baselines: Baselines = field(default_factory=Baselines)
    present: dict[Path, Present] = field(default_factory=dict)
    _visited: set[str] = field(default_factory=set)

    def _of(self, file: Path) -> Present | None:
        config = self.configs.of(file.resolve().parent)
        here = Path.cwd()
        start = here if config is not None and config.root.is_relative_to(here) else None
        path = None if config is None else path_for(config, self.request.overrides.settings, start)
        if path is None:
            return None
        path = Path(os.path.abspath(path))
        if path not in self.present:
            try:
                self.present[path] = Present(self.baselines.of(path))
            except ConfigError as error:
                self.configs.report(error)
                return None
        return self.present[path]

    def visit(self, result: FileResult, executor: Executor | None) -> None:
        """Note what was found in a file."""
        file = Path(result.source.name)
        self._visited.add(result.source.name)
        present = self._of(file)
        if present is None:
            return
        name = present.baseline.name_of(file)
        present.judged[name] = result.profile.selected
        rules = catalogue_of(result.profile).by_code
        present.of_record |= {code for code, rule in rules.items() if isinstance(rule, OF_RECORD)}
        for finding in _shown(result, result.of_file):
            present.add(Entry(name, finding.code, OF_FILE))
        for item in result.of_records:
            key = None
            for number, finding in enumerate(_shown(result, item.findings)):
                key = key_of(item.record) if not number else key
                # What cannot be told from others is ignored in the whole file.
                present.add(Entry(name, finding.code, key or ALL))

    def settings(self, shown: Shown, report: Report) -> None:
        """Note a finding on the settings of a run: these files are not visited."""
        if shown.place.filename in self._visited:
            return
        known = report.catalogue_with(shown.code)
        if known is None:
            return
        file = Path(shown.place.filename)
        present = self._of(file)
        if present is not None:
            name = present.baseline.name_of(file)
            codes = frozenset(rule.code for rule in known.rules if isinstance(rule, SettingsRule))
            present.judged[name] = present.judged.get(name, frozenset()) | codes
            present.add(Entry(name, shown.code, OF_FILE))


def _shown(result: FileResult, findings: Iterable[Finding]) -> Iterator[Finding]:
    return (f for f in findings if result.profile.severity(f.code, f.consequence) is not None)
