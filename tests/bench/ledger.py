"""Where the time of `check` goes, by phase and by rule: clocks put round its functions, here alone.

What a function spends in another that is on the list counts there, so the shares add up. Everything runs in
one process, and CPU seconds are counted: shares of one run, which a busy machine hardly changes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from finetooth.engine import drawn, judging, lint_file, shards
from finetooth.engine.files.source import Source
from finetooth.engine.providers import provide, spec_for
from finetooth_rules import catalogue, dataset, running
from finetooth_rules.lint import Linter
from finetooth_rules.profile import Profile
from finetooth_rules.rule import Draw

PHASES: Final[dict[str, tuple[tuple[Any, str], ...]]] = {
    "read, frame and parse": ((lint_file, "file_facts"), (shards, "_batches"), (shards, "_frame_all")),
    "rules of a keystroke": ((Linter, "check"),),
    "what records mean": ((Linter, "examples"), (Linter, "example")),
    "rules that need tokens": ((Linter, "measure"),),
    "facts, keys, columns": (
        (dataset.DatasetRules, "gather"),
        (dataset.DatasetRules, "keys"),
        (dataset.DatasetRules, "columns"),
        (dataset.DatasetRules, "draws"),
    ),
    "summaries": ((shards, "summaries"), (dataset.DatasetRules, "verdict")),
    "statistic rules judge": ((judging, "_judge_statistic"),),
    "drawn records": ((judging, "Drawing"), (drawn.Drawing, "judged")),
    "equal and near records": ((judging, "grouped"),),
    "shards": ((shards, "_lint"),),
    "findings put together": ((lint_file, "judge_files"),),
}
"""Phase → the functions whose own time it is."""

_ATTRIBUTES: Final = ("check", "screen", "gather", "keys", "fit", "judge", "conclude", "pairs", "likeness")
_LEAST: Final = 0.005


class Ledger:
    """Seconds by name; the clock of the innermost name runs."""

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._clock = clock
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Count what is done meanwhile to this name."""
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def _turn(self) -> None:
        now = self._clock()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now

    def timed(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The function, counted to a name; of a generator, each step."""

        def call(*arguments: Any, **more: Any) -> Any:
            with self.of(name):
                result = function(*arguments, **more)
            return self._steps(result, name) if isinstance(result, Iterator) else result

        return call

    def _steps(self, steps: Iterator[Any], name: str) -> Iterator[Any]:
        nothing = object()
        while True:
            with self.of(name):
                step = next(steps, nothing)
            if step is nothing:
                return
            yield step


def rule_names() -> dict[Any, str]:
    """What each function of a rule is called in the table: `gather TSK001 TSK002 TSK003`."""
    codes: defaultdict[Any, list[str]] = defaultdict(list)
    what: dict[Any, str] = {}
    for rule in catalogue.all_rules():
        functions = {name: getattr(rule, name, None) for name in _ATTRIBUTES}
        draw: Draw | None = getattr(rule, "draw", None)
        functions["draw"] = draw and draw.keys
        for name, function in functions.items():
            if function is not None and rule.code not in codes[function]:
                codes[function].append(rule.code)
                what.setdefault(function, name)
    return {
        function: f"{what[function]} {' '.join(found[:4])}{' …' if len(found) > 4 else ''}"
        for function, found in codes.items()
    }


def measure(file: Path, profile: Profile) -> tuple[dict[str, float], dict[str, float]]:
    """CPU seconds of checking a file, by phase and by rule; these are part of a phase and taken out of it."""
    ledger, names = Ledger(), rule_names()
    listed = running.Running.listed

    def timed_rule(self: Any, rule: Any, function: Any, *arguments: Any) -> Any:
        name = names.get(function)
        if name is None:
            return listed(self, rule, function, *arguments)
        with ledger.of(name):
            return listed(self, rule, function, *arguments)

    called = running.Running._called

    def timed_call(self: Any, rule: Any, function: Any, *arguments: Any) -> Any:
        with ledger.of(names.get(function, "other calls of rules")):
            return called(self, rule, function, *arguments)

    with ExitStack() as stack:
        put = stack.enter_context
        put(mock.patch.object(running.Running, "listed", timed_rule))
        put(mock.patch.object(running.Running, "_called", timed_call))
        for phase, functions in PHASES.items():
            for owner, name in functions:
                put(mock.patch.object(owner, name, ledger.timed(getattr(owner, name), phase)))
        with ledger.of("findings put together"):
            source = Source(file.name, file)
            scanned = lint_file.scan_file(source, profile, provide(spec_for(profile)))
            lint_file.judge_files([scanned])
    rules = {name: seconds for name, seconds in ledger.seconds.items() if name not in PHASES}
    return {name: ledger.seconds[name] for name in PHASES}, rules


def table(file: Path, profile: Profile) -> None:
    """Print the shares."""
    phases, rules = measure(file, profile)
    total = sum(phases.values()) + sum(rules.values())
    print(f"  {total:.2f} s of CPU in one process; of these")
    for name, seconds in (*phases.items(), ("rules on the whole, by what they do", sum(rules.values()))):
        print(f"    {100 * seconds / total:5.1f} %  {name}")
    for name, seconds in sorted(rules.items(), key=lambda item: -item[1]):
        if seconds >= _LEAST * total:
            print(f"      {100 * seconds / total:5.1f} %  {name}")
