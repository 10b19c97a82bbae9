"""One run of `finetooth check`: every file judged, none of them able to stop the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from finetooth.engine.baseline import Baselines
from finetooth.engine.dataset_run import DatasetRun, Visit, datasets, size_of
from finetooth.engine.files.discover import Patterns, discover
from finetooth.engine.files.source import UNNAMED, Source
from finetooth.engine.report import Problem, Report
from finetooth.engine.request import STDIN, CheckRequest, Progress, Silent
from finetooth.engine.settings.configs import Configs
from finetooth.engine.shards import SHARD_BYTES
from finetooth.engine.training.training_run import TrainingRun

if TYPE_CHECKING:
    from concurrent.futures import Executor


PARALLEL_FROM: Final = 4 * SHARD_BYTES
"""A run over fewer bytes is done before other processes have started."""
VISITED_FROM: Final = SHARD_BYTES
"""The same where a visitor has as much to do again with each file."""


def check(request: CheckRequest, progress: Progress | None = None, visit: Visit | None = None) -> Report:
    """Lint everything the request names. `visit` is shown the result of each file while it can be read."""
    progress = progress or Silent()
    report = Report()
    configs = Configs(request)
    baselines = Baselines()
    training = TrainingRun(request, configs, report, baselines)
    found = training.take(list(sources(request, configs, report.problems)))
    sizes = [size_of(source) for source in found]
    progress.start(sum(sizes))
    with ExitStack() as stack:
        executor = _executor(request, sum(sizes), PARALLEL_FROM if visit is None else VISITED_FROM, stack)
        run = DatasetRun(request, configs, report, progress, executor, training, visit, baselines)
        for dataset in datasets(found, request, configs):
            run.judge(dataset)
        training.judge()
    progress.finish()
    report.problems = configs.problems + report.problems
    report.notes = configs.notes + report.notes
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


def _executor(request: CheckRequest, total: int, least: int, stack: ExitStack) -> Executor | None:
    jobs = request.jobs or (os.cpu_count() or 1 if total >= least else 1)
    if jobs < 2:
        return None
    from finetooth.engine.executors import Pool

    return stack.enter_context(Pool(jobs))
