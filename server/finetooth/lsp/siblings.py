"""Which open documents are judged together, and the files beside them that are not open."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from finetooth.engine.files.membership import Membership, Memberships, by_name
from finetooth.engine.live.dataset import LiveDataset
from finetooth.engine.live.files import Asked, drop, order_of
from finetooth.engine.live.judge import Judge, Standing
from finetooth_rules.profile import Profile

if TYPE_CHECKING:
    from finetooth.engine.settings.config import Config
    from finetooth.lsp.open_document import OpenDocument
    from finetooth.lsp.session import Session

logger = logging.getLogger(__name__)

DELAY: Final = 0.1
CHANGED_DELAY: Final = 0.3
SUFFIXES: Final = (".jsonl", ".ndjson")


class _Place(NamedTuple):
    """Where a document was put."""

    key: str
    judge: Judge
    standing: Standing


class Siblings:
    """The datasets of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._memberships = Memberships()
        self._datasets: dict[str, LiveDataset] = {}
        self._places: dict[str, _Place] = {}
        self._waiting: dict[str, bool] = {}
        """The datasets whose other files are read after a pass, and whether anew."""
        self._told: set[str] = set()

    # -- documents ----------------------------------------------------------------------------------------

    def profile(self, document: OpenDocument, config: Config, profile: Profile) -> Profile:
        """A document's profile with what it is in its dataset."""
        document.membership = self._membership(document.path, config)
        if document.membership is None:
            return profile
        return replace(profile, split=document.membership.split, splits=document.membership.splits)

    def _membership(self, path: Path | None, config: Config) -> Membership | None:
        """None for what stands for itself."""
        if path is None or (by_name(path) is None and "dataset" not in config.settings):
            return None
        found = self._memberships.of(path, config)
        return None if found.dataset == f"file:{path}" else found

    def place(self, document: OpenDocument) -> None:
        """Judge a document with the others of its dataset, as its settings say now."""
        membership, path = document.membership, document.path
        key, standing = document.uri, Standing()
        if membership and path and document.settings.enable and document.is_dataset:
            asked = self._asked(document)
            key = f"{membership.dataset} {asked.chosen} {asked.allow_plugins}"
            standing = Standing(order_of(membership, path), membership.unit, os.path.realpath(path))
        place = _Place(key, document.index.judge, standing)
        if self._places.get(document.uri) == place:
            return
        self.left(document)
        self._places[document.uri] = place
        document.dataset_key = key
        if key == document.uri:
            return
        self._session.cancel_judging(document)
        dataset = self._datasets.setdefault(key, LiveDataset(self._session.facts.encoding))
        place.judge.stand(dataset, standing)
        self.refresh(document)
        if document.index.settled:
            self._session.judge_later(document, DELAY)

    def left(self, document: OpenDocument) -> None:
        """A document was closed, or is judged anew."""
        place = self._places.pop(document.uri, None)
        self._session.cancel_judging(document)
        dataset = None if place is None else self._datasets.get(place.key)
        if place is None or dataset is None:
            return
        dataset.leave(place.judge)
        others = self.others(document)
        if others:
            self.refresh(others[0])
            self._session.judge_later(others[0], DELAY)
            return
        del self._datasets[place.key]
        self._waiting.pop(place.key, None)
        self._session.cancel(("siblings", place.key))
        if dataset.shut:
            place.judge.gatherer.ask(drop, [file.token for file in dataset.shut])

    def others(self, document: OpenDocument) -> list[OpenDocument]:
        """The other open documents of its dataset."""
        documents = self._session.documents.values()
        return [
            other
            for other in documents
            if other is not document and other.dataset_key == document.dataset_key
        ]

    def judge_steps(self, document: OpenDocument) -> Iterator[Future[Any] | None]:
        """One pass over a document and the others of its dataset, all of them read."""
        for other in self.others(document):
            yield from other.lint_steps()
        yield from document.judge_steps()
        for other in self.others(document):
            yield from other.draw_steps()

    # -- files --------------------------------------------------------------------------------------------

    def refresh(self, document: OpenDocument, *, anew: bool = False) -> None:
        """Look at the files of a document's dataset that are not open; with `anew` at all that is in them.
        What is found in the open ones by themselves comes first.
        """
        dataset, path = self._datasets.get(document.dataset_key), document.path
        if dataset is None or path is None:
            return
        if any(judge.judged < 0 for judge in dataset.members):
            self._waiting[document.dataset_key] = anew or self._waiting.get(document.dataset_key, False)
            dataset.reading = True
            return
        asked = self._asked(document)
        self._session.soon(
            ("siblings", document.dataset_key),
            lambda: dataset.read_steps(
                path, asked, anew=anew, changing=lambda: self._session.cancel_judging(document)
            ),
            DELAY,
            lambda: self._read(document, dataset),
        )
        dataset.reading = True

    def _read(self, document: OpenDocument, dataset: LiveDataset) -> None:
        """All of them are read."""
        session = self._session
        for name in set(dataset.left_out) - self._told:
            self._told.add(name)
            logger.warning(
                "%s is not compared with: the files of its dataset are too many or too large", name
            )
        session.watched.refresh()
        still = next((one for one in (document, *self.others(document)) if self._is_open(one)), None)
        if still is not None and not still.index.judged:
            session.judge_later(still, 0.0)

    def unusual_files(self) -> set[Path]:
        """The files that are not open and not called as datasets usually are."""
        shut = (file.listed.path for dataset in self._datasets.values() for file in dataset.shut)
        return {path for path in shut if not path.name.endswith(SUFFIXES)}

    def _is_open(self, document: OpenDocument) -> bool:
        return self._session.documents.get(document.uri) is document

    def judged(self, document: OpenDocument) -> None:
        """A pass ended."""
        key = document.dataset_key
        dataset = self._datasets.get(key)
        if dataset is not None and (key in self._waiting or (dataset.lost and not dataset.reading)):
            self.refresh(document, anew=self._waiting.pop(key, False))

    def changed(self, paths: Collection[Path]) -> None:
        """Files came, went or changed on disk: look at them soon, where they may be of an open dataset."""
        if any(self._may_concern(path) for path in paths):
            self._session.soon(("siblings", ""), self._look_again, CHANGED_DELAY)

    def _may_concern(self, path: Path) -> bool:
        named = by_name(path)
        for document in self._session.documents.values():
            membership = document.membership
            if membership is not None and membership.declared:
                return True
            own = None if document.path is None else by_name(document.path)
            if own and named and (own.folder, own.rest) == (named.folder, named.rest):
                return True
        return False

    def _look_again(self) -> Iterator[None]:
        """What documents are may have changed with the files beside them."""
        self.forget()
        for document in [*self._session.documents.values()]:
            config = self._session.resolution.config_of(document.path, document.settings)
            if config is not None and self._membership(document.path, config) != document.membership:
                self._session.resolution.resolve(document)
            yield None
        self.refresh_all()

    def refresh_all(self, *, anew: bool = False) -> None:
        """Look at the files of all datasets."""
        for document in {one.dataset_key: one for one in self._session.documents.values()}.values():
            self.refresh(document, anew=anew)

    def forget(self) -> None:
        """Folders may hold other files than before."""
        self._memberships = Memberships()

    def _asked(self, document: OpenDocument) -> Asked:
        settings = document.settings
        chosen = self._session.resolution.chosen_config(settings)
        return Asked(settings.overrides, chosen, settings.allow_plugins)
