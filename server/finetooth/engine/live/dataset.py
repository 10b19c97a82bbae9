"""The files of one dataset in the editor: those that are open, and those that are not.

Statistic rules judge the files of a split as one, group and near rules all files; most documents are a
dataset of their own. A pass is one for all open documents of a dataset, so that only one at a time changes
anything. Files that are not open are read in pieces where the work is done, as soon as somebody asks for it
(`read_steps`); of an open one its text counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finetooth.engine.live.addresses import Address, ShutFile
from finetooth.engine.live.blocks import Entry
from finetooth.engine.live.document import Encoding
from finetooth.engine.live.files import (
    LOST,
    MOST_BYTES,
    MOST_FILES,
    MOST_ROWS,
    Asked,
    Listed,
    Loaded,
    begin,
    drop,
    list_files,
    read_on,
)
from finetooth.engine.live.groups import JointGroups
from finetooth.engine.live.near import LiveNear
from finetooth_rules.finding import Finding
from finetooth_rules.rule import GroupRule, NearRule

if TYPE_CHECKING:
    from finetooth.engine.live.judge import Judge
    from finetooth.engine.live.records import Layout

_TRIES: Final = 3
_TOKENS: Final = count(1)


class LiveDataset:
    """What is judged together. `version` counts up whenever something changed."""

    def __init__(self, encoding: Encoding = Encoding.UTF16) -> None:
        self.members: list[Judge] = []
        self.shut: list[ShutFile] = []
        self.encoding = encoding
        self.version = 0
        self.rows_version = 0
        """Counts up whenever the rows of near rules changed."""
        self.layouts: dict[str, Layout] = {}
        self.left_out: tuple[str, ...] = ()
        """Files that are too many or too large to be compared with."""
        self.reading = False
        """Whether there are files yet to be read."""
        self._joints: dict[tuple[str, object], JointGroups] = {}
        self._nears: dict[tuple[Any, ...], LiveNear] = {}

    # -- files --------------------------------------------------------------------------------------------

    def join(self, judge: Judge) -> None:
        """A document was opened, or is judged anew."""
        self.members.append(judge)
        judge.dataset = self
        real = judge.standing.real
        self._arrange([file for file in self.shut if file.listed.real != real])

    def leave(self, judge: Judge) -> None:
        """It is closed."""
        if judge in self.members:
            self.members.remove(judge)
            judge.part()
            self._arrange(self.shut)

    def unit(self, judge: Judge) -> list[Judge | ShutFile]:
        """The files that statistic rules judge as one with a document, in order."""
        standing, fingerprint = judge.standing, judge.linter.profile.fingerprint
        return [
            file
            for file in self.files()
            if file is judge
            or (
                file.listed.membership.unit == standing.unit and file.loaded.fingerprint == fingerprint
                if isinstance(file, ShutFile)
                else file.standing.unit == standing.unit and file.linter.profile.fingerprint == fingerprint
            )
        ]

    def files(self) -> list[Judge | ShutFile]:
        """All files, in order."""
        return sorted([*self.members, *self.shut], key=_order)

    def _arrange(self, shut: list[ShutFile]) -> None:
        """Say again which files take part in what, in their order."""
        self.shut = shut
        self.version += 1
        self.rows_version += 1
        files = [*enumerate(self.files())]
        rules: dict[str, GroupRule | NearRule] = {}
        for judge in self.members:
            rules |= {rule.code: rule for rule in judge.linter.groups}
            rules |= {rule.code: rule for rule in judge.linter.nears}
        joints, nears = self._joints, self._nears
        self._joints, self._nears = {}, {}
        similar: dict[tuple[Any, ...], list[NearRule]] = {}
        for rule in rules.values():
            has = [(number, file) for number, file in files if _has(file, rule)]
            if isinstance(rule, NearRule):
                asks = (rule.gather, rule.pairs, rule.likeness, tuple(file for _, file in has))
                similar.setdefault(asks, []).append(rule)
                continue
            for scope, several in self._scopes(rule, has):
                key = (rule.code, scope)
                joint = self._joints[key] = joints.get(key) or JointGroups(rule, put)
                judges = [(number, file) for number, file in several if not isinstance(file, ShutFile)]
                if judges:
                    joint.set(
                        [(number, judge.groups[rule.code]) for number, judge in judges],
                        [(number, file) for number, file in several if isinstance(file, ShutFile)],
                        judges[0][1].linter,
                    )
        for (*functions, several_files), near_rules in similar.items():
            name = (*functions, tuple(rule.code for rule in near_rules))
            near = self._nears[name] = nears.get(name) or LiveNear(near_rules, put)
            near.set(several_files)
        for name, near in nears.items():
            if name not in self._nears:
                near.forget()

    def _scopes(
        self, rule: GroupRule, has: Sequence[tuple[int, Judge | ShutFile]]
    ) -> Iterator[tuple[object, Sequence[tuple[int, Judge | ShutFile]]]]:
        """The files that a rule judges together."""
        if rule.scope == "dataset":
            yield "", has
            return
        seen: set[int] = set()
        for _, file in has:
            if isinstance(file, ShutFile) or id(file) in seen:
                continue
            unit = self.unit(file)
            seen.update(id(other) for other in unit)
            within = [(number, other) for number, other in has if any(other is one for one in unit)]
            yield (file.standing.unit, file.linter.profile.fingerprint), within

    # -- judging ------------------------------------------------------------------------------------------

    def steps(self) -> Iterator[Future[Any] | None]:
        """One pass over all open documents."""
        version = self.version
        for judge in self.members:
            yield from judge.gather_steps()
        for judge in self.members:
            yield from judge.statistic_steps()
        for joint in self._joints.values():
            yield from joint.steps(self.members[0].gatherer, self.encoding)
        for near in self._nears.values():
            yield from near.steps(self.rows_version, self.layouts, self.encoding)
        for judge in self.members:
            judge.conclude(version)

    def told_with(self, entry: Entry) -> Iterator[tuple[Address, Finding] | None]:
        """What group rules say of the records that are equal to one, in all files, also those that are not
        open; None where others may have their turn.
        """
        keys = dict(entry.keys)
        for (code, _), joint in self._joints.items():
            if code in keys:
                yield from joint.told_with(entry, keys[code])

    @property
    def lost(self) -> bool:
        """Whether what was read of files that are not open is gone, so that it must be read again."""
        several: Iterable[JointGroups | LiveNear] = (*self._joints.values(), *self._nears.values())
        return bool(self.shut) and any(one.lost for one in several)

    def layout(self) -> tuple[tuple[int, int], ...]:
        """Changes whenever lines of an open document may have moved."""
        return tuple((id(judge), judge.index.blocks.layout) for judge in self.members)

    # -- files that are not open --------------------------------------------------------------------------

    def read_steps(
        self, path: Path, asked: Asked, *, anew: bool = False, changing: Callable[[], None] = lambda: None
    ) -> Iterator[Future[Any] | None]:
        """Find the files of the dataset of `path`, one of the open ones, and read what is not open and not
        known; with `anew` all of it, as settings changed. `changing` is called before files come or go: no
        pass may go on then.
        """
        self.reading = True
        try:
            yield from self._read_all(path, asked, anew, changing)
        finally:  # it may be dropped
            self.reading = False

    def _read_all(
        self, path: Path, asked: Asked, anew: bool, changing: Callable[[], None]
    ) -> Iterator[Future[Any] | None]:
        gatherer = self.members[0].gatherer
        listing = gatherer.ask(list_files, path, asked)
        yield listing
        is_open = {judge.standing.real for judge in self.members}
        known = (
            {} if anew or self.lost else {(file.listed, self._wants(file.listed)): file for file in self.shut}
        )
        found: list[ShutFile] = []
        left_out: list[str] = []
        size = rows = 0
        wanted = [listed for listed in listing.result() if listed.real not in is_open]
        for number, listed in enumerate(wanted):
            size += listed.stamp[1]
            file = known.get((listed, self._wants(listed)))
            if number >= MOST_FILES or size > MOST_BYTES:
                left_out.append(listed.path.name)
                continue
            if file is None:
                file = ShutFile(f"{next(_TOKENS)}", listed, Loaded())
                yield from self._read(file, asked, MOST_ROWS - rows)
            rows += file.loaded.rows
            if not file.loaded.whole:
                left_out.append(listed.path.name)
            elif file.loaded.codes:
                found.append(file)
        is_open = {judge.standing.real for judge in self.members}  # one may have been opened meanwhile
        found = [file for file in found if file.listed.real not in is_open]
        gone = [file.token for file in self.shut if file not in found]
        self.left_out = tuple(left_out)
        if found != self.shut:
            changing()
            self._arrange(found)
        if gone and self.members:
            yield self.members[0].gatherer.ask(drop, gone)

    def _wants(self, listed: Listed) -> str | None:
        """The profile of the open documents that a file is judged as one with by statistic rules."""
        units = {judge.standing.unit: judge.linter.profile.fingerprint for judge in self.members}
        return units.get(listed.membership.unit)

    def _read(self, file: ShutFile, asked: Asked, room: int) -> Iterator[Future[Any] | None]:
        gatherer = self.members[0].gatherer
        for _ in range(_TRIES):
            begun = gatherer.ask(begin, file.token, file.listed, asked, self._wants(file.listed), room)
            yield begun
            done: Loaded | None = None if begun.result() else Loaded()
            while done is None:
                reading = gatherer.ask(read_on, file.token)
                yield reading
                done = reading.result()
            if done is not LOST and done != LOST:
                file.loaded = done
                return


def put(entry: Entry, origin: object, findings: tuple[Finding, ...]) -> None:
    """Set what one origin says of an entry; only a change drops what is drawn."""
    before = entry.judged.get(origin, ()) if entry.judged else ()
    if before == findings:
        return
    if entry.judged is None:
        entry.judged = {}
    if findings:
        entry.judged[origin] = findings
    else:
        del entry.judged[origin]
    entry.merged = entry.rendered = None
    if entry.block is not None:
        entry.block.flagged = None


def _order(file: Judge | ShutFile) -> tuple[int, str]:
    return file.listed.order if isinstance(file, ShutFile) else file.standing.order


def _has(file: Judge | ShutFile, rule: GroupRule | NearRule) -> bool:
    """Whether a rule looks at a file."""
    if isinstance(file, ShutFile):
        return rule.code in file.loaded.codes
    return rule.code in file.groups or any(near.code == rule.code for near in file.linter.nears)
