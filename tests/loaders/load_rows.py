"""Run by the Python of an environment that holds `datasets`: what its JSON loader makes of files.

Reads a JSON list of lists of paths from stdin; writes a JSON list with one outcome per list of paths:
`{"rows": […]}`, `{"error": texts of the exception and its causes}` or `{"crash": signal}`. A date is written
as `{"datetime": text}`. Each data set is loaded in a process of its own: the strict loader can crash.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any


def main() -> None:
    """See above."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = folder
        import datasets  # type: ignore[import-not-found, unused-ignore]

        datasets.disable_progress_bars()
        datasets.logging.set_verbosity(datasets.logging.CRITICAL)
        wanted = json.load(sys.stdin)
        outcomes = [in_a_process(datasets, paths, f"{folder}/{n}") for n, paths in enumerate(wanted)]
        json.dump(outcomes, sys.stdout)


def in_a_process(datasets: Any, paths: list[str], cache: str) -> Any:
    """The outcome of one data set."""
    answer = f"{cache}.json"
    child = os.fork()
    if child == 0:
        with open(answer, "w") as out:
            json.dump(outcome(datasets, paths, cache), out, default=lambda value: {"datetime": str(value)})
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"crash": os.WTERMSIG(status)}
    with open(answer) as written:
        return json.load(written)


def outcome(datasets: Any, paths: list[str], cache: str) -> Any:
    """The rows, or what was raised."""
    try:
        return {"rows": list(datasets.load_dataset("json", data_files=paths, split="train", cache_dir=cache))}
    except BaseException as error:
        texts = []
        cause: BaseException | None = error
        while cause is not None:
            texts.append(f"{type(cause).__name__}: {cause}"[:400])
            cause = cause.__cause__ or cause.__context__
        return {"error": " <- ".join(texts)}


if __name__ == "__main__":
    main()
