"""From a file's name and first bytes to what can be read record by record: how its records stand in it, what
it is judged by, and where it is unpacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from finetooth.engine.files.compressed import DEFAULT_LIMIT, inner_name, is_compressed, unpack, unpacked_head
from finetooth.engine.files.discover import holds_records
from finetooth.engine.files.heads import HEAD_BYTES
from finetooth.engine.files.source import UNNAMED, Source
from finetooth.engine.providers import refused
from finetooth.engine.settings.config import Config, ConfigError
from finetooth.engine.settings.resolve import resolve, with_overrides
from finetooth_rules.array import Framing, framing_of
from finetooth_rules.profile import Profile
from finetooth_rules.settings import Settings

ONE_OBJECT: Final = "is one JSON object, no dataset: expected an array of records, or one object a line"


class NoDataset(Exception):
    """The file holds no records to be read one by one; the message says why."""


class Opened(NamedTuple):
    """A file that can be read. `source` is what is inside a compressed one, under the name of the file
    itself; `trouble` says why that is not all of it.
    """

    source: Source
    profile: Profile
    compressed: bool = False
    trouble: str | None = None


def look(source: Source) -> tuple[bytes, Framing]:
    """The first bytes of what is inside, and how its records stand there. Raises OSError.

    What comes without a name is read as lines, unless it is seen to be an array of records.
    """
    packed = is_compressed(source.name)
    head = unpacked_head(source, HEAD_BYTES) if packed else source.head(HEAD_BYTES)
    if source.name == UNNAMED:
        is_array = framing_of(".json", head) is Framing.ARRAY and holds_records(head, Framing.ARRAY)
        return head, Framing.ARRAY if is_array else Framing.LINES
    return head, framing_of(inner_name(source.name), head)


@contextmanager
def opened(
    source: Source,
    file: Path | None,
    config: Config,
    overrides: Settings,
    report: Callable[[ConfigError], None],
) -> Iterator[Opened]:
    """Open a file, and unpack it for as long as it is open. `file` is the path that settings are meant for;
    `report` is told of what they name and cannot be used, but can be done without.

    Raises OSError, ConfigError, and NoDataset.
    """
    head, framing = look(source)
    if framing is Framing.OBJECT:
        raise NoDataset(ONE_OBJECT)
    source = replace(source, framing=framing)
    profile = resolve(config, file, overrides, head, framing, report)
    if (why := refused(profile)) is not None:
        assert profile.tokenizer is not None
        raise ConfigError(Path(profile.tokenizer.path), why)
    if not is_compressed(source.name):
        yield Opened(source, profile)
        return
    settings = with_overrides(config.settings_for(file), overrides)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="finetooth-") as scratch:
        inside = Path(scratch) / "data"
        trouble = unpack(source, inside, settings.get("max-decompressed-bytes", DEFAULT_LIMIT))
        source = replace(source, path=inside, data=None, cut=trouble is not None)
        if source.cut and not source.size():
            raise NoDataset(trouble)
        yield Opened(source, profile, compressed=True, trouble=trouble)
