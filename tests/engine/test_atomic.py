"""A file written in one step."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest

from finetooth.engine.files.atomic import write_atomically


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_atomically(tmp_path / "page.html", io.BytesIO(b"new"))
    assert (tmp_path / "page.html").read_bytes() == b"new"
    usual, made = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "page.html"))
    assert made == usual


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_atomically(file, io.BytesIO(b"new"))
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o640)


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    class Breaks(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("no more")

    file = tmp_path / "page.html"
    file.write_bytes(b"old")
    with pytest.raises(OSError, match="no more"):
        write_atomically(file, Breaks())
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
