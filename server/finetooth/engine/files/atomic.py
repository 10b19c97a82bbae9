"""Writing a file in one step: whoever reads it, whatever stops the run, it is the old one or the new one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import BinaryIO

from finetooth.engine.files.source import BLOCK


def write_atomically(target: Path, data: BinaryIO) -> None:
    """Put what is left to read of `data` in the place of `target`, keeping its mode and, where allowed, its
    owner; a new file gets the mode that any new file gets. Raises OSError, `target` then being as it was.
    """
    import shutil
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".finetooth", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(data, out, BLOCK * 4)
            out.flush()
            os.fsync(out.fileno())
        _take_over(target, name)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    with contextlib.suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _take_over(target: Path, name: str) -> None:
    """Mode and owner of the file that is to be replaced."""
    if not target.exists():
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        return
    import shutil

    shutil.copymode(target, name)
    with contextlib.suppress(OSError, AttributeError):
        status = target.stat()
        os.chown(name, status.st_uid, status.st_gid)
