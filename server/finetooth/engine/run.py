"""One run of `finetooth check`: every file judged, none of them able to stop the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from finetooth.engine.config import Config, ConfigError, read
from finetooth.engine.config import discover as discover_config
from finetooth.engine.discover import Patterns, discover
from finetooth.engine.lint_file import FileResult, lint_file, shown
from finetooth.engine.opening import NoDataset, opened
from finetooth.engine.plugins import catalogue_of
from finetooth.engine.providers import provide, spec_for
from finetooth.engine.report import Problem, Report
from finetooth.engine.request import STDIN, CheckRequest, FixMode, Overrides, Progress, Silent
from finetooth.engine.shards import SHARD_BYTES
from finetooth.engine.source import UNNAMED, Source

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from finetooth_rules.profile import Profile

PARALLEL_FROM: Final = 4 * SHARD_BYTES
"""A run over fewer bytes is done before other processes have started."""
VISITED_FROM: Final = SHARD_BYTES // 2
"""The same where a visitor has as much to do again with each file."""

Visit: TypeAlias = "Callable[[FileResult, Executor | None], None]"
"""What is done with the result of a file while it is open: a report reads it again, for its numbers."""


def override_settings(overrides: Overrides) -> dict[str, Any]:
    """The command line's settings in the shape of a finetooth.toml."""
    given: dict[str, Any] = dict(overrides.settings)
    for key, value in (
        ("select", overrides.select),
        ("ignore", overrides.ignore),
        ("format", overrides.dataset_format),
        ("target", overrides.target),
        ("model", overrides.model),
    ):
        if value is not None:
            given[key] = list(value) if isinstance(value, tuple) else value
    given["extend-select"] = [*given.get("extend-select", ()), *overrides.extend_select]
    given["extend-ignore"] = [*given.get("extend-ignore", ()), *overrides.extend_ignore]
    return given


@dataclass(slots=True)
class Configs:
    """The config of each folder, read once. A bad one is reported once and its files are not judged."""

    request: CheckRequest
    problems: list[Problem] = field(default_factory=list)
    _known: dict[Path, Config | None] = field(default_factory=dict)

    def of(self, folder: Path) -> Config | None:
        """The config for files in a folder; None when it is unusable."""
        key = self.request.config or folder
        if key not in self._known:
            self._known[key] = self._load(folder)
        return self._known[key]

    def report(self, error: ConfigError) -> None:
        """Tell once of settings that cannot be used."""
        problem = Problem(str(error.path), error.message, error.line, error.column)
        if problem not in self.problems:
            self.problems.append(problem)

    def _load(self, folder: Path) -> Config | None:
        if self.request.isolated:
            return Config(root=folder, looks_around=False)
        try:
            if self.request.config is None:
                return discover_config(folder)
            found = read(self.request.config)
        except ConfigError as error:
            self.report(error)
            return None
        if found is None:
            self.problems.append(Problem(str(self.request.config), "has no [tool.finetooth] table"))
        return found


def check(request: CheckRequest, progress: Progress | None = None, visit: Visit | None = None) -> Report:
    """Lint everything the request names. `visit` is shown the result of each file while it can be read."""
    progress = progress or Silent()
    report = Report()
    configs = Configs(request)
    found = list(sources(request, configs, report.problems))
    sizes = [_size(source) for source in found]
    progress.start(sum(sizes))
    with ExitStack() as stack:
        executor = _executor(request, sum(sizes), PARALLEL_FROM if visit is None else VISITED_FROM, stack)
        for source in found:
            progress.file(source.name)
            try:
                _check_one(source, request, configs, report, progress, executor, visit)
            except ConfigError as error:
                configs.report(error)
            except OSError as error:
                report.problems.append(Problem(source.name, f"cannot be read: {error.strerror or error}"))
    progress.finish()
    report.problems = configs.problems + report.problems
    report.findings.sort(
        key=lambda f: (f.place.filename, f.place.line, f.place.column, f.severity.rank, f.code)
    )
    return report


def sources(request: CheckRequest, configs: Configs, problems: list[Problem]) -> Iterator[Source]:
    """What a request names, as far as it can be found; what cannot is added to `problems`."""
    here = configs.of(Path.cwd())
    exclude: Sequence[Patterns] = ()
    if here is not None and here.exclude:
        exclude = (Patterns(str(here.root), here.exclude),)
    if request.exclude:
        exclude = (*exclude, Patterns(os.getcwd(), request.exclude))
    found = discover(
        request.paths, exclude=exclude, force_exclude=request.force_exclude, gitignore=request.gitignore
    )
    problems += found.problems
    for name in found.files:
        if name == STDIN:
            yield Source(request.stdin_filename or UNNAMED, data=request.stdin or b"")
        else:
            yield Source(name, Path(name))


def _size(source: Source) -> int:
    try:
        return source.size()
    except OSError:
        return 0


def _executor(request: CheckRequest, total: int, least: int, stack: ExitStack) -> Executor | None:
    jobs = request.jobs or (os.cpu_count() or 1 if total >= least else 1)
    if jobs < 2:
        return None
    from finetooth.engine.executors import pool

    return stack.enter_context(pool(jobs))


def _check_one(
    source: Source,
    request: CheckRequest,
    configs: Configs,
    report: Report,
    progress: Progress,
    executor: Executor | None,
    visit: Visit | None,
) -> None:
    file = Path(source.name) if source.path is not None or request.stdin_filename else None
    config = configs.of(file.resolve().parent if file else Path.cwd())
    if config is None:
        progress.advance(_size(source))
        return
    try:
        with opened(source, file, config, override_settings(request.overrides), configs.report) as found:
            if found.trouble is not None:
                report.problems.append(Problem(source.name, found.trouble))
            if found.compressed and request.fix is not FixMode.NONE:
                report.notes.append(Problem(source.name, "is compressed and was not fixed; unpack it first"))
                request = replace(request, fix=FixMode.NONE)
            _judge(found.source, found.profile, request, report, progress, executor, visit)
    except NoDataset as reason:
        report.problems.append(Problem(source.name, str(reason)))
        progress.advance(_size(source))


def _judge(
    source: Source,
    profile: Profile,
    request: CheckRequest,
    report: Report,
    progress: Progress,
    executor: Executor | None,
    visit: Visit | None,
) -> None:
    features = provide(spec_for(profile))

    def lint(one: Source) -> FileResult:
        return lint_file(one, profile, features, advance=progress.advance, executor=executor)

    result = lint(source)
    if request.fix is not FixMode.NONE:
        from finetooth.engine.fixer import fix_file  # with all it needs only where it is asked for

        fixed = fix_file(result, request.fix, lint=lint, write=not request.diff and source.path is not None)
        result = fixed.result
        report.fixed += fixed.count
        if request.diff and fixed.change is not None:
            report.changes.append(fixed.change)
        if source.path is None:
            report.fixed_stdin = fixed.data
    report.files += 1
    if (known := catalogue_of(profile)) not in report.catalogues:
        report.catalogues.append(known)
    report.records += result.record_count
    report.findings += shown(result)
    if visit is not None:
        visit(result, executor)
    for code, message in sorted(result.broken.items()):
        # A setting's name (`tokens.template`) is no rule's code.
        what = f"{code}: {message}" if "." in code else f"rule {code} failed and was switched off: {message}"
        report.problems.append(Problem(source.name, what))
    if result.unjudged:
        limit = profile.max_record_bytes
        report.problems.append(
            Problem(
                source.name, f"{result.unjudged} record(s) over max-record-bytes ({limit:,}) were not judged"
            )
        )
