"""`finetooth` and `python -m finetooth`."""

from __future__ import annotations

import sys

from finetooth.cli.app import run


def main() -> int:
    """The console script: exit code of the command that `sys.argv` names."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
