"""The four shapes of rule.

A rule is one module: its docstring is its documentation (headings: What it does, Why it matters,
Example, Use instead, Fix, Options), `Options` is a frozen dataclass, and `RULE` is one of the classes here.
`catalogue` finds every `RULE` by walking the package. All functions are pure.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from finetooth_rules.finding import Consequence, Finding
from finetooth_rules.splits import TRAIN
from finetooth_rules.targets._target import Loader

if TYPE_CHECKING:
    from finetooth_rules.example import Example
    from finetooth_rules.features import Features
    from finetooth_rules.file_facts import FileFacts
    from finetooth_rules.profile import Profile
    from finetooth_rules.record import Record
    from finetooth_rules.trainers._data import DataFacts
    from finetooth_rules.trainers._trainer import TrainingSettings

Fact = TypeVar("Fact")
Summary = TypeVar("Summary")
Verdict = TypeVar("Verdict")


@dataclass(frozen=True, slots=True)
class NoOptions:
    """For rules that have nothing to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule says of itself.

    `code` is group letters and three digits, never reused; `name` is the pattern complained about and reads
    after "allow". `consequence` is the usual one; a finding may carry another. `supersedes` lists codes
    whose finding at the same place is not shown beside this one's, whatever is selected. `formats` limits
    the rule to those formats.
    """

    code: str
    name: str
    summary: str
    consequence: Consequence
    options: type[Any] = NoOptions
    supersedes: tuple[str, ...] = ()
    formats: tuple[str, ...] | None = None
    url: str = ""
    """Page of its documentation, for rules that are not ours."""
    of_form: bool = False
    """Whether it speaks of the form that a program gave the records, and not of what stands in one of them.
    Where nearly every record of a file has the very same finding, people are told once (see `alike`)."""

    @property
    def group(self) -> str:
        """The letters of the code: `FEN`."""
        return self.code.rstrip("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxRule(Rule):
    """Looks at the text of a record (`Record`), also where it does not parse.

    With `raw_triggers` (regular expressions on the raw bytes) it runs on a record that parses only when one
    of them matches; on a record that does not parse it always runs.
    """

    check: Callable[[Record, Profile, Any], Iterator[Finding]]
    raw_triggers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRule(Rule):
    """Looks at one `Example`; the result is cached with the record.

    `reads_shape`: the verdict depends only on the record's *shape* – keys, types, roles, weights, and
    whether a text is empty, blank or more – so a shape found clean once is not judged again (see `shape`).
    `explains_schema`: it runs only on a record that breaks its format's JSON Schema. `applies`, read from
    the shape too, says whether a rule that reads texts can fire at all. `triggers`: decoded ASCII
    substrings (no quote, slash, backslash) without one of which it cannot fire. `raw_triggers`: the same as
    regular expressions on the raw bytes.
    """

    check: Callable[[Example, Profile, Any], Iterator[Finding]]
    reads_shape: bool = False
    explains_schema: bool = False
    applies: Callable[[Example], bool] | None = None
    triggers: tuple[str, ...] = ()
    raw_triggers: tuple[str, ...] = ()
    looks: Mapping[str, Callable[[bytes], bool]] = field(default_factory=dict)
    check_own: Callable[[Record, Any], Iterator[Finding]] | None = None
    """For the one rule that judges by the user's own schema: it gets every record, and the schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRule(Rule):
    """A record rule that needs a feature (tokens): asked for many records at once, outside the keystroke.

    `screen(record, profile, options)` is a cheap bound: False means that it cannot fire. `check` gets the
    examples that passed and yields (index into them, finding). `needs` names the features without which it
    does not run: `tokens`, `template`.
    """

    screen: Callable[[Record, Profile, Any], bool]
    check: Callable[[Sequence[Example], Features, Profile, Any], Iterator[tuple[int, Finding]]]
    needs: tuple[str, ...] = ("tokens",)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRule(Rule):
    """Looks at facts of the file itself, which editors hide: BOM, line endings, first bytes, size."""

    check: Callable[[FileFacts, Profile, Any], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Headed(Generic[Summary]):
    """The summary of the records that begin a file, and that of all; the same object where there are no
    more.
    """

    head: Summary
    whole: Summary


class Draw(NamedTuple):
    """Which records a summary is drawn from: the `size` with the least distinct keys of those that have a
    fact. `keys` gives one for each example, 0 where there can be no fact. Facts of equal keys are added up
    to the same.
    """

    size: int
    keys: Callable[[Sequence[Example | None]], array[int]]


def silent(fact: Any, verdict: Any, profile: Profile, options: Any) -> Iterator[Finding]:
    """The `judge` of rules that say nothing of single records."""
    return iter(())


@dataclass(frozen=True, kw_only=True)
class StatisticRule(Rule, Generic[Fact, Summary, Verdict]):
    """Judges a record by the whole dataset.

    `gather` makes one small, picklable fact per example (None: nothing to say). Summaries start from
    `empty()`, take a fact with `add`, and `merge`; both return the summary and may change their first
    argument. The result must not depend on order or grouping. `fit` makes the verdict; `judge` yields a
    record's findings from its own fact and the verdict (places by path: the record may not be in memory),
    `conclude` those of the file as a whole. Equal verdicts mean equal findings for equal facts, so records
    are judged anew only when the verdict changes; None says that no record has a finding. `loaders`: it runs
    only under a target with one of these. Rules with the same `gather` (and `add`) share facts and summaries,
    where they have no options or `gather` does not look at them (`facts_read_options`). With `head_bytes` (of
    the options), `fit` gets a `Headed` instead of a summary: the head are the records that begin at this
    offset in the file or before it.
    """

    gather: Callable[[Sequence[Example], Features, Profile, Any], Sequence[Fact | None]]
    empty: Callable[[], Summary]
    add: Callable[[Summary, Fact], Summary]
    merge: Callable[[Summary, Summary], Summary]
    fit: Callable[[Summary, Features, Profile, Any], Verdict]
    judge: Callable[[Fact, Verdict, Profile, Any], Iterator[Finding]] = silent
    conclude: Callable[[Verdict, Profile, Any], Iterator[Finding]] = field(
        default=lambda verdict, profile, options: iter(())
    )
    needs_embedder: bool = False
    loaders: frozenset[Loader] | None = None
    head_bytes: Callable[[Any], int] | None = None
    facts_read_options: bool = True
    min_records: Callable[[Profile, Any], int] = field(default=lambda profile, options: 0)
    picks: Callable[[Fact, Verdict], Iterable[str]] | None = None
    """What a record is an example of. The address of the first record of each is given to `conclude_at`, so
    that a finding on the file as a whole can show them (`Related.address`)."""
    conclude_at: Callable[[Verdict, Mapping[str, Any], Profile, Any], Iterator[Finding]] | None = None
    """Like `conclude`, with the addresses of what was picked; not called where the verdict is None."""
    draw: Draw | None = None
    """For facts that cost much. A file may then be judged by the facts of the records drawn alone, and those
    of all others are gathered only where the verdict is not None. Not together with `head_bytes` or options
    that facts read."""
    left_out: Callable[[Fact], bool] | None = None
    """Whether a fact says nothing, as `gather` saw too much in one go. Gathered by itself, or with a few
    others, no record is left out."""
    lacks: Callable[[Summary], bool] | None = None
    """Whether the verdict would need what was left out: in an editor, records that were too many may be
    deleted. What was left out is then gathered again."""


Columns: TypeAlias = Mapping[str, "array[int]"]
"""Numbers of 64 bits, by name: of some records in order, the same count for each of them. Of a whole dataset
they may be memoryviews (of files) instead of arrays, which are read alike."""

Gather: TypeAlias = "Callable[[Sequence[Example | None], Profile], Columns]"
"""What rules know of each record, as numbers; zeros where there is no example. Rules that name the same
function share them."""


class Member(NamedTuple):
    """One record of a group. `address` is opaque and ordered: the smallest is the first in the dataset, its
    training records before all others. `split` is that of its file. `value` is what the rule asked for, by
    which the members may be told apart.
    """

    address: Any
    key: bytes
    split: str = TRAIN
    value: int = 0


class Grouping(NamedTuple):
    """How all records fall into groups: how many have a key, how many of these are in a group whose members
    have different values, and how many such groups there are.
    """

    records: int
    contested: int
    groups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule(Rule):
    """Judges records that share a key (a digest). The engine groups; `judge` gets the members of one group
    of two or more, sorted by address, and yields (member, finding). `scope`: the records of one file, or of
    all files of a dataset.

    A rule gives either `keys`, digests of one example, or `gather` and the names of its columns that are
    `key` (0: none) and `value`. `speaks` says, by how the records are grouped, whether the rule has anything
    to say at all.
    """

    judge: Callable[[Sequence[Member], Profile, Any], Iterator[tuple[Member, Finding]]]
    keys: Callable[[Example, Profile, Any], Sequence[bytes]] | None = None
    scope: Literal["file", "dataset"] = "file"
    gather: Gather | None = None
    key: str = ""
    value: str = ""
    speaks: Callable[[Grouping], bool] | None = None
    """Only for rules with a `value`."""


class Pair(NamedTuple):
    """The numbers of two records that may be alike, the earlier first. `sure`: they are, and need not be
    looked at.
    """

    first: int
    second: int
    sure: bool


class Match(NamedTuple):
    """Two records that are alike, the earlier first, and how much so (0 to 1)."""

    first: Member
    second: Member
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NearRule(Rule):
    """Judges records that are nearly the same.

    `pairs` names the candidates among all records by what was gathered of them; it also gets, of each,
    whether it is held out of training. The engine reads the records of these pairs again: `likeness` says how
    alike they are (None: they are two different things). `judge` gets what is left, in order, and yields
    (member, finding). Rules that name the same `gather`, `pairs` and `likeness` share the work. The records
    are those of all files of a dataset.
    """

    gather: Gather
    pairs: Callable[[Columns, Sequence[bool], Profile], Sequence[Pair]]
    likeness: Callable[[Example, Example, Profile], float | None]
    judge: Callable[[Sequence[Match], Profile, Any], Iterator[tuple[Member, Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRule(Rule):
    """Judges the settings of a run: `[training]`, or a trainer's own file. Spans are byte offsets in that
    file. `check` gets the settings, what is known of the data (None: nothing) and the profile of the
    settings file.
    """

    check: Callable[[TrainingSettings, DataFacts | None, Profile, Any], Iterator[Finding]]


AnyRule: TypeAlias = (
    SyntaxRule
    | RecordRule
    | MeasuredRule
    | FileRule
    | StatisticRule[Any, Any, Any]
    | GroupRule
    | NearRule
    | SettingsRule
)
