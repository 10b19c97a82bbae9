"""`make bench`: prints figures, asserts no times."""

from __future__ import annotations

import importlib
import sys

NAMES = ("bench_check", "bench_duplicates", "bench_lsp")


def main(wanted: list[str]) -> None:
    """Run the named benches, or all that need no data of their own."""
    for name in wanted or NAMES:
        print(f"== {name}")
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
