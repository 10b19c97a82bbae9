"""The files of a dataset that are not open in the editor: found, read in pieces, and kept as numbers.

All of this runs where the work is done (see `Gatherer.ask`), mostly in a process of its own. What is kept
there is named by tokens; an answer of None means that a token is not known (any more), so that the files have
to be read again.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from finetooth.engine.files.array_batches import Batch
from finetooth.engine.files.compressed import DEFAULT_LIMIT
from finetooth.engine.files.discover import Patterns, datasets_in, discover
from finetooth.engine.files.membership import Membership, Memberships, by_name, declared_split
from finetooth.engine.files.opening import NoDataset, opened
from finetooth.engine.files.source import Source, file_facts
from finetooth.engine.lint_file import WHOLE_FILE_CODES
from finetooth.engine.providers import provide, spec_for
from finetooth.engine.settings.config import Config, ConfigError, read
from finetooth.engine.settings.config import discover as discover_config
from finetooth.engine.settings.plugins import linter_for
from finetooth.engine.shards import Shard, placed_batches
from finetooth_rules.array import Framing
from finetooth_rules.dataset import summaries
from finetooth_rules.features import Features
from finetooth_rules.record import Element, Record
from finetooth_rules.splits import SPLITS

if TYPE_CHECKING:
    from finetooth_rules.lint import Linter

MOST_FILES: Final = 64
MOST_BYTES: Final = 256 * 1024 * 1024
MOST_ROWS: Final = 1_000_000
"""Of one dataset: what goes beyond is not compared with."""
_KEPT_FILES: Final = 4 * MOST_FILES

Order: TypeAlias = tuple[int, str]
"""Files of a dataset stand in this order: number of the split, then name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How settings are found: those of the editor, whether plugins may run, and the config that was chosen in
    place of the nearest.
    """

    overrides: Mapping[str, Any] = field(default_factory=dict)
    chosen: Path | None = None
    allow_plugins: bool = False

    def config(self, file: Path) -> Config:
        """The config of a file. Raises ConfigError."""
        if self.chosen is not None:
            return read(self.chosen, allow_plugins=self.allow_plugins) or Config(root=file.parent)
        return discover_config(file.parent, allow_plugins=self.allow_plugins)


class Listed(NamedTuple):
    """A file of a dataset. `real` is its path without links; `stamp` tells states of it apart."""

    path: Path
    real: str
    membership: Membership
    stamp: tuple[int, int]

    @property
    def order(self) -> Order:
        """Its place in the dataset."""
        return order_of(self.membership, self.path)


def order_of(membership: Membership, path: Path) -> Order:
    """The place of a file in its dataset."""
    return SPLITS.index(membership.split), str(path)


class Loaded(NamedTuple):
    """A file that was read: the number of its rows, what it was judged by, the rules that look at it (and did
    not fail), and of each statistic rule the summary, and that of the head of the file. `whole`: all of it
    was read, and not left out for its size.
    """

    rows: int = 0
    fingerprint: str = ""
    codes: frozenset[str] = frozenset()
    summaries: Mapping[str, Any] = {}
    heads: Mapping[str, Any] = {}
    whole: bool = True


LOST: Final = Loaded(whole=False, rows=-1)
"""What was read of a file is no longer there."""


@dataclass(slots=True)
class Kept:
    """A file that is read, or being read."""

    source: Source
    linter: Linter
    stack: ExitStack
    steps: Iterator[Loaded | None]
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    lines: array[int] = field(default_factory=lambda: array("L"))
    columns: array[int] = field(default_factory=lambda: array("L"))
    numbers: dict[str, dict[str, array[int]]] = field(default_factory=dict)
    keys: dict[str, list[tuple[bytes, ...]]] = field(default_factory=dict)
    picked: dict[str, list[Any]] = field(default_factory=dict)
    """Facts of the rules that pick records."""

    def record(self, row: int) -> Record | None:
        """A record, read again; None where the file is no longer what it was."""
        try:
            raw = self.source.slice(self.offsets[row], self.sizes[row])
        except OSError:
            return None
        kind = Element if self.source.framing is Framing.ARRAY else Record
        return kind(raw, len(raw.splitlines()) or 1, self.linter.profile.max_depth)


class Shelf:
    """The files that are kept, and the rows of open documents that were sent (`segments`)."""

    def __init__(self) -> None:
        self.files: dict[str, Kept] = {}
        self.segments: dict[int, dict[int, bytes]] = {}

    def put(self, token: str, kept: Kept) -> None:
        """Keep a file, and no more of them than there is room for."""
        self.drop([token])
        self.files[token] = kept
        self.drop([*self.files][:-_KEPT_FILES])

    def drop(self, tokens: Sequence[str]) -> None:
        """Forget files."""
        for token in tokens:
            kept = self.files.pop(token, None)
            if kept is not None:
                kept.stack.close()

    def all(self, tokens: Sequence[str]) -> list[Kept] | None:
        """The files of these tokens, if all are known."""
        found = [self.files[token] for token in tokens if token in self.files]
        return found if len(found) == len(tokens) else None


class Desk(NamedTuple):
    """What work is done with: the rules and features of who asks, and the shelf."""

    linter: Linter
    features: Features
    shelf: Shelf


# -- finding
# ---------------------------------------------------------------------------------------------


def list_files(desk: Desk, path: Path, asked: Asked) -> list[Listed]:
    """The files of the dataset that a file belongs to, in their order, this one among them; none where it
    stands for itself, or its settings cannot be used.
    """
    try:
        config = asked.config(path)
        memberships = Memberships()
        own = memberships.of(path, config)
        if not own.splits and not own.declared:
            named = by_name(path)
            if named is None or not named.shard:
                return []
        found: dict[str, Listed] = {}
        for other in _candidates(path, own, config):
            # In a folder below there may be another config.
            membership = memberships.of(other, config if own.declared else asked.config(other))
            real = os.path.realpath(other)
            if membership.dataset == own.dataset and real not in found:
                status = other.stat()
                found[real] = Listed(other, real, membership, (status.st_mtime_ns, status.st_size))
    except (ConfigError, OSError):
        return []
    return sorted(found.values(), key=lambda listed: listed.order)


def _candidates(path: Path, own: Membership, config: Config) -> Iterator[Path]:
    """The files that may be of its dataset."""
    root = str(config.root)
    exclude = (Patterns(root, config.exclude),) if config.exclude else ()
    if own.declared:
        for name in discover([root], exclude=exclude).files:
            if declared_split(Path(name), config) is not None:
                yield Path(name)
        return
    named = by_name(path)
    assert named is not None

    def of_it(folder: Path) -> Callable[[str], bool]:
        def wanted(name: str) -> bool:
            other = by_name(folder / name)
            return other is not None and (other.folder, other.rest) == (named.folder, named.rest)

        return wanted

    for name, is_folder in datasets_in(str(named.folder), lambda name: True, exclude=exclude):
        if is_folder:
            folder = Path(name)
            inside = datasets_in(name, of_it(folder), exclude=exclude) if by_name(folder / "x.jsonl") else ()
            yield from (Path(other) for other, is_folder in inside if not is_folder)
        elif of_it(named.folder)(Path(name).name):
            yield Path(name)


# -- reading
# ---------------------------------------------------------------------------------------------


def begin(desk: Desk, token: str, listed: Listed, asked: Asked, judged_by: str | None, room: int) -> bool:
    """Begin to read a file, at most `room` rows; whether there is anything to read. Its facts are gathered
    where it is `judged_by` the profile of this fingerprint: then statistic rules judge it together with an
    open document.
    """
    stack = ExitStack()
    try:
        config = asked.config(listed.path)
        source = Source(str(listed.path), listed.path)
        overrides = dict(asked.overrides)
        limit = config.settings_for(listed.path).get("max-decompressed-bytes", DEFAULT_LIMIT)
        overrides["max-decompressed-bytes"] = min(limit, MOST_BYTES)
        found = stack.enter_context(opened(source, listed.path, config, overrides, lambda error: None))
        if found.source.cut and limit > MOST_BYTES <= found.source.size():
            raise NoDataset  # it is too large, and what is left says little
        membership = listed.membership
        profile = replace(found.profile, split=membership.split, splits=membership.splits)
        linter = linter_for(profile)
        if any(f.code in WHOLE_FILE_CODES for f in linter.check_file(file_facts(found.source))):
            raise NoDataset
    except (ConfigError, OSError, NoDataset):
        stack.close()
        return False
    kept = Kept(found.source, linter, stack, iter(()))
    kept.steps = _reading(kept, room, facts=profile.fingerprint == judged_by)
    desk.shelf.put(token, kept)
    return True


def read_on(desk: Desk, token: str) -> Loaded | None:
    """Read about a block more; what the file says when all of it is read, None before. A file that cannot be
    read says nothing.
    """
    kept = desk.shelf.files.get(token)
    if kept is None:
        return LOST
    try:
        done = next(kept.steps, Loaded())
    except OSError:
        done = Loaded()
    if done is not None and not done.codes:
        desk.shelf.drop([token])
    return done


def _reading(kept: Kept, room: int, *, facts: bool) -> Iterator[Loaded | None]:
    linter = kept.linter
    features = provide(spec_for(linter.profile))
    totals: dict[str, Any] = {}
    heads: dict[str, Any] = {}
    if facts:
        totals = {rule.code: rule.empty() for rule in linter.statistics}
        heads = {rule.code: rule.empty() for rule in linter.statistics if rule.head_bytes is not None}
    offset = line = 0
    for batch in placed_batches(Shard(kept.source), linter.profile):
        first = len(kept.offsets)
        offset, line = _note_places(kept, batch, offset, line)
        if len(kept.offsets) > room:
            yield Loaded(whole=False)
            return
        examples = linter.examples([r for r in batch.records if not r.glue])
        for name, table in linter.columns(examples).items():
            for column, values in table.items():
                kept.numbers.setdefault(name, {}).setdefault(column, array("Q")).extend(values)
        for code, keys in linter.keys(examples).items():
            kept.keys.setdefault(code, []).extend(keys)
        if facts:
            found = linter.gather(examples, features)
            summed = summaries(linter.statistics, found)
            of_head = linter.heads(found, summed, kept.offsets[first:])
            for rule in linter.statistics:
                if rule.code in summed:
                    totals[rule.code] = rule.merge(totals[rule.code], summed[rule.code])
                if rule.code in of_head:
                    heads[rule.code] = rule.merge(heads[rule.code], of_head[rule.code])
                if rule.picks is not None and rule.code in found:
                    kept.picked.setdefault(rule.code, []).extend(found[rule.code])
        yield None
    codes = {rule.code for rule in (*linter.groups, *linter.nears, *(linter.statistics if facts else ()))}
    yield Loaded(
        len(kept.offsets), linter.profile.fingerprint, frozenset(codes - linter.broken.keys()), totals, heads
    )


def _note_places(kept: Kept, batch: Batch, offset: int, line: int) -> tuple[int, int]:
    """Note where the records of a batch are that begins at these; where the next one does."""
    offset += batch.lead
    line += batch.lead_lines
    for record, size, lines in zip(batch.records, batch.sizes, batch.line_counts, strict=True):
        if not record.glue:
            kept.offsets.append(offset)
            kept.sizes.append(len(record.raw))
            kept.lines.append(line)
            if record.element:
                kept.columns.append(record.column)
        offset += size
        line += lines
    return offset, line


def drop(desk: Desk, tokens: Sequence[str]) -> None:
    """Forget files that nobody compares with any more."""
    desk.shelf.drop(tokens)
