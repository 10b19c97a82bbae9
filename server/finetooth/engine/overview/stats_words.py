"""What the statistics of a file say, in words: its format and why, and what the target will do with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from finetooth.engine.overview.stats import Stats
from finetooth_rules.example import Kind
from finetooth_rules.profile import Profile
from finetooth_rules.targets import Loader, Overlong, Trains

_MOST_NAMES: Final = 6


def format_reason(profile: Profile) -> str:
    """Why the format is this one."""
    return profile.format_source or ("as configured" if profile.configured_format else "by its first records")


def format_words(profile: Profile, stats: Stats) -> str:
    """`openai-chat (98 of its first 100 records); but alpaca 2`."""
    name = profile.format or "not recognised"
    why = format_reason(profile)
    others = Counter({n: c for n, c in stats.formats.items() if n != profile.format})
    more = f"; but {names(others)}" if profile.format and others else ""
    kinds = [kind for kind in stats.kinds if kind != Kind.SUPERVISED]
    told = f", {', '.join(kinds)}" if kinds else ""
    return f"{name}{told} ({why}){more}"


def target_words(profile: Profile, stats: Stats) -> Iterator[str]:
    """The target, and a clause for each thing that it does with these rows."""
    target = profile.target
    yield f"{target.name}: {target.title}"
    if target.formats is not None and profile.format and profile.format not in target.formats:
        yield f"does not read {profile.format}; it reads {', '.join(sorted(target.formats))}"
    limit = profile.tokens_allowed
    run = profile.row_limit
    known = run or profile.token_limit is not None or not target.assumed_token_limit
    if limit is not None and known:
        by = "" if run is None else f", as {run.file} {'leaves' if run.by_default else 'sets'} {run.key}"
        yield f"takes {limit:,} tokens a row{by}: of a longer one {_OVERLONG[profile.overlong]}"
    weight = "reads `weight`" if target.reads_weight else "does not read `weight`"
    yield f"trains {_trains(profile, stats)}; {weight}"
    if target.loader is not Loader.NONE:
        yield _LOADERS[target.loader]
    if stats.rows < target.min_examples:
        yield f"needs at least {target.min_examples} rows"
    if target.max_examples is not None and stats.rows > target.max_examples:
        yield f"takes at most {target.max_examples:,} rows"


_OVERLONG: Final = {
    Overlong.END: "the end is cut off",
    Overlong.DROP: "nothing is trained, it is left out",
    Overlong.BOTH: "prompt and answer are shortened, later turns left out",
    Overlong.REFUSE: "the file is refused",
}
_LOADERS: Final = {
    Loader.STRICT: "is read by `datasets` with one type for each column",
    Loader.JSON: "is read by `datasets` with a Json type for mixed columns",
}


def _trains(profile: Profile, stats: Stats) -> str:
    kinds = set(stats.kinds)
    if profile.trains is Trains.ALL and kinds <= {Kind.SUPERVISED.value, Kind.PRETRAINING.value}:
        return str(Trains.ALL)
    return (
        "the better answer against the worse one" if kinds == {Kind.PREFERENCE.value} else str(profile.trains)
    )


def counted_by(profile: Profile) -> str | None:
    """The tokenizer that tokens are counted by."""
    if profile.tokenizer is not None:
        return profile.tokenizer.name
    return profile.encoding or profile.target.encoding_for(profile.model)


def written_by(profile: Profile) -> str | None:
    """The chat template that tokens are counted in."""
    return None if profile.template is None else f"written by {profile.template.name}"


def names(counts: Counter[str]) -> str:
    """`python 12, json 3, … 4 more`."""
    common = counts.most_common()
    shown = ", ".join(f"{short(name)} {count:,}" for name, count in common[:_MOST_NAMES])
    left = len(common) - _MOST_NAMES
    return shown + (f", … {left:,} more" if left > 0 else "")


def short(name: str) -> str:
    text = " ".join(name.split())
    return (text if len(text) <= 32 else text[:31] + "…") or "(none)"


def quantiles(values: Sequence[int]) -> dict[str, int]:
    """Of sorted values: min, median, p95, max; nothing of none."""
    if not values:
        return {}
    at = {"min": 0, "median": len(values) // 2, "p95": len(values) * 95 // 100, "max": -1}
    return {name: values[index] for name, index in at.items()}
