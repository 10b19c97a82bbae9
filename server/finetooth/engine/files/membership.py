"""Which dataset a file belongs to, and as what: by `[dataset]` in the settings, else by its name.

    train.jsonl  valid.jsonl                    one dataset: training and validation split
    sql_train.jsonl  sql-test.jsonl             another one in the same folder
    train-00000-of-00002.jsonl  train-00001-…   two files of one split
    train/a.jsonl  validation/b.jsonl           splits as folders

A name alone makes no dataset: a file is of one only where it has a training split beside it, or is one of
several parts of a split.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from finetooth.engine.files.compressed import inner_name
from finetooth.engine.settings.config import Config
from finetooth_rules.patterns import lazy
from finetooth_rules.splits import SPLITS, TEST, TRAIN, VALIDATION

WORDS: Final = {
    "train": TRAIN,
    "training": TRAIN,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "eval": VALIDATION,
    "evaluation": VALIDATION,
    "test": TEST,
    "testing": TEST,
}
"""What people and the Hugging Face hub call the splits."""

_SHARD: Final = lazy(r"[-_.](\d{3,})-of-(\d{3,})$")
_BETWEEN: Final = lazy(r"[-_. ]+")
_SUFFIXES: Final = (".jsonl", ".ndjson", ".json", ".jsonlines")


class Membership(NamedTuple):
    """`dataset` names the dataset within a run; `unit` the files that statistic rules judge as one: the parts
    of a split. `splits` are those the dataset has. `declared`: by the settings.
    """

    dataset: str
    unit: str
    split: str = TRAIN
    splits: frozenset[str] = frozenset()
    declared: bool = False


@dataclass(slots=True)
class Memberships:
    """Looks files up; each folder is listed once."""

    _listed: dict[Path, dict[str, frozenset[str]]] = field(default_factory=dict)

    def of(self, file: Path, config: Config) -> Membership:
        """The membership of one file; of a file that stands for itself `splits` is empty."""
        declared = declared_split(file, config)
        if declared is not None:
            dataset = f"config:{config.path}"
            return Membership(dataset, f"{dataset}:{declared}", declared, declared_splits(config), True)
        named = by_name(file)
        if named is None:
            return Membership(f"file:{file}", f"file:{file}")
        splits = self._splits(named.folder).get(named.rest, frozenset())
        if not named.shard and TRAIN not in splits:
            return Membership(f"file:{file}", f"file:{file}")
        dataset = f"name:{named.folder}:{named.rest}"
        unit = f"{dataset}:{named.split}" if named.shard else f"file:{file}"
        return Membership(dataset, unit, named.split or TRAIN, splits)

    def _splits(self, folder: Path) -> dict[str, frozenset[str]]:
        """By what is left of their names, the splits of the files in a folder and its split folders."""
        if folder not in self._listed:
            found: dict[str, set[str]] = {}
            for name in _names(folder):
                other = by_name(name)
                if other is not None and other.folder == folder and other.split is not None:
                    found.setdefault(other.rest, set()).add(other.split)
            self._listed[folder] = {rest: frozenset(splits) for rest, splits in found.items()}
        return self._listed[folder]


class Name(NamedTuple):
    """What a file's name says: its split, whether it is one part of it, and what is left of the name."""

    folder: Path
    rest: str
    split: str | None
    shard: bool


def by_name(file: Path) -> Name | None:
    """What a file's name says of its place in a dataset; None where that is nothing."""
    stem = inner_name(file.name)
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    shard = _SHARD.search(stem)
    if shard:
        stem = stem[: shard.start()]
    words = _BETWEEN.split(stem)
    splits = [word for word in words if word.lower() in WORDS]
    if len(splits) == 1:
        rest = "_".join(word for word in words if word != splits[0])
        return Name(file.parent, rest, WORDS[splits[0].lower()], shard is not None)
    if file.parent.name.lower() in WORDS:
        return Name(file.parent.parent, "", WORDS[file.parent.name.lower()], shard is not None)
    return Name(file.parent, stem, None, True) if shard else None


def declared_split(file: Path, config: Config) -> str | None:
    """The split that the settings give a file; None where they do not name it."""
    table = config.settings.get("dataset", {})
    return next((split for split in SPLITS if split in table and config.matches(table[split], file)), None)


def declared_splits(config: Config) -> frozenset[str]:
    """The splits that the settings name."""
    return frozenset(split for split in SPLITS if config.settings.get("dataset", {}).get(split))


def _names(folder: Path) -> list[Path]:
    """The data files in a folder, and in those of its folders that are named after a split."""
    found: list[Path] = []
    try:
        for entry in folder.iterdir():
            if entry.name.lower() in WORDS and entry.is_dir():
                found += [path for path in entry.iterdir() if inner_name(path.name).endswith(_SUFFIXES)]
            elif inner_name(entry.name).endswith(_SUFFIXES):
                found.append(entry)
    except OSError:
        return found
    return found
