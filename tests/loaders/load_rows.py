"""Run by the Python of an environment that holds `datasets`: what its JSON loader makes of files.

Reads a JSON list of data sets, `[paths, size of a block or null]`, from stdin; writes a JSON list with one
outcome each: `{"rows": […]}`, `{"error": texts of the exception and its causes}` or `{"crash": signal}`. A
date is written as `{"datetime": text}`. They are loaded in a process of their own, as the strict loader can
crash; the next one then goes on.
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
        json.dump(outcomes(datasets, wanted, folder), sys.stdout)


def outcomes(datasets: Any, wanted: list[Any], folder: str) -> list[Any]:
    """One outcome for each data set."""
    found: list[Any] = []
    while len(found) < len(wanted):
        answers = f"{folder}/answers"
        child = os.fork()
        if child == 0:
            with open(answers, "w") as out:
                for number in range(len(found), len(wanted)):
                    paths, block = wanted[number]
                    one = outcome(datasets, paths, block, f"{folder}/{number}")
                    json.dump(one, out, default=lambda value: {"datetime": str(value)})
                    print(file=out, flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with open(answers) as written:
            found += map(json.loads, written)
        if os.WIFSIGNALED(status):
            found.append({"crash": os.WTERMSIG(status)})
        else:
            assert len(found) == len(wanted), "the process ended early"
    return found


def outcome(datasets: Any, paths: list[str], block: int | None, cache: str) -> Any:
    """The rows, or what was raised."""
    try:
        more: dict[str, Any] = {} if block is None else {"chunksize": block}
        rows = datasets.load_dataset("json", data_files=paths, split="train", cache_dir=cache, **more)
        return {"rows": list(rows)}
    except BaseException as error:
        texts = []
        cause: BaseException | None = error
        while cause is not None:
            texts.append(f"{type(cause).__name__}: {cause}"[:400])
            cause = cause.__cause__ or cause.__context__
        return {"error": " <- ".join(texts)}


if __name__ == "__main__":
    main()
