"""Environments of their own for libraries that Finetooth is compared with and does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / ".bench"


def python_with(name: str, *requirements: str) -> Path:
    """The Python that has these packages, under `.bench/NAME`, made where it is missing; skips the test where
    pip cannot install them."""
    home = FOLDER / name
    python, ready = home / "bin" / "python", home / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *requirements]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode:
            why = done.stderr.strip().splitlines()[-1:]
            pytest.skip(f"pip cannot install {' '.join(requirements)}: {why}")
        ready.touch()
    return python
