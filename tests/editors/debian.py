"""Editors and browsers as Debian packages them, for tests.

Tests that use this, or install by apt otherwise, belong to the xdist group "client", so that one apt-get runs
at a time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def program(name: str, *packages: str) -> Path:
    """An installed program; where it is missing its packages are installed. The test is skipped where that is
    impossible: without apt-get, or without the right to use it."""
    if (found := shutil.which(name)) is None:
        apt = shutil.which("apt-get")
        if apt is None or os.geteuid() != 0:
            pytest.skip(f"{name} is not installed, and apt-get as root is not there to install it")
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            done = subprocess.run(
                [apt, *arguments],
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
            if done.returncode:
                pytest.skip(f"apt-get cannot install {name}: {(done.stdout + done.stderr)[-1000:]}")
        found = shutil.which(name)
    assert found is not None, f"{packages} are installed without {name}"
    return Path(found)
