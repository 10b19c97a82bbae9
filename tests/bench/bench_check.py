"""`check` against a bare loop of `orjson.loads(line)` over the same lines; start-up; peak memory.

Ratios within one run: each pair is measured in turn, and the median of the ratios is printed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from bench import corpus, ledger
from finetooth.engine.files.source import Source
from finetooth.engine.shards import Shard, lint_shard
from finetooth_rules import catalogue
from finetooth_rules.features import Features
from finetooth_rules.rule import RecordRule, SyntaxRule
from finetooth_rules.settings import build_profile

ROWS = 50_000
ROUNDS = 7


def record_rules() -> list[str]:
    """Codes of the rules a keystroke runs."""
    return [rule.code for rule in catalogue.all_rules() if isinstance(rule, SyntaxRule | RecordRule)]


def bare_loop(file: Path) -> None:
    """What any checker must at least do: read the file, and parse every line and drop the result."""
    with file.open("rb") as lines:
        for line in lines:
            orjson.loads(line)


def lint(file: Path) -> None:
    """All record rules, one process, the way `check` runs them."""
    part = lint_shard(Shard(Source(file.name, file)), PROFILE, Features())
    assert part.record_count == ROWS
    assert not part.broken, part.broken
    assert len(part.hits) == 0, part.hits[:3]


SKILLS = {"requires": ["loop", "conditional", "function", "error-handling"]}
PROFILE = build_profile({"format": "openai-chat", "select": record_rules()})


def timed(function: Callable[[Path], None], file: Path) -> float:
    """Wall seconds."""
    start = time.perf_counter()
    function(file)
    return time.perf_counter() - start


def compare(name: str) -> float:
    """Print seconds and ratio for one kind of file; the median seconds of linting."""
    file = corpus.path(name, ROWS)
    timed(bare_loop, file)
    timed(lint, file)
    pairs = [(timed(bare_loop, file), timed(lint, file)) for _ in range(ROUNDS)]
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    ours = statistics.median(ours for _, ours in pairs)
    size = file.stat().st_size / 1e6
    print(f"  {name:6} {size:5.1f} MB: {ours:.2f} s, {size / ours:4.0f} MB/s, {ratio:.1f} x the bare loop")
    return ours


def whole_process(*arguments: str, runs: int = 5) -> tuple[float, float]:
    """Median wall seconds of `finetooth` with these arguments, and its peak memory in MB.

    As when it is installed, Python finds its bytecode: the first run, which writes it, does not count.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "finetooth", *arguments]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    times, peak = [], 0.0
    for _ in range(runs):
        start = time.perf_counter()
        child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        times.append(time.perf_counter() - start)
        child.returncode = status
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(times), peak


def main() -> None:
    """Print everything."""
    print("record rules, one process, against `for line in file: orjson.loads(line)`")
    clean, code = compare("clean"), compare("code")
    print(f"  code against clean: {code / clean:.2f} x")
    ten = corpus.path("clean", 10)
    seconds, _ = whole_process("check", str(ten), "--isolated", runs=9)
    python, _ = _python_start()
    print(f"start: `finetooth check` of ten rows {seconds:.3f} s (python itself {python:.3f} s)")
    for name in ("clean", "code"):
        file = corpus.path(name, ROWS)
        seconds, peak = whole_process("check", str(file), "--isolated", runs=3)
        print(f"everything on, {name}: {seconds:.2f} s, peak {peak:.0f} MB in the largest process")
        ledger.table(file, build_profile({"format": "openai-chat"}))
    print("skills required, code:")
    ledger.table(corpus.path("code", ROWS), build_profile({"format": "openai-chat", "task": SKILLS}))


def _python_start() -> tuple[float, float]:
    times = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times), 0.0


if __name__ == "__main__":
    main()
