"""Running shards: in processes of this machine. The same `lint_shard` and `merge` run on any other engine."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed

from finetooth.engine import garbage
from finetooth.engine.providers import FeatureSpec, provide
from finetooth.engine.shards import Part, Shard, lint_shard
from finetooth_rules.features import Features
from finetooth_rules.profile import Profile


def pool(jobs: int) -> Executor:
    """A pool of `jobs` fresh processes (never forked from a process with threads)."""
    return ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("spawn"), initializer=garbage.rarely
    )


def lint_on(
    executor: Executor, shards: Sequence[Shard], profile: Profile, features: Features
) -> Iterator[Part]:
    """The parts as they are done, in any order. A worker makes its own features from their description."""
    spec = FeatureSpec.of(features)
    futures = [executor.submit(_work, shard, profile, spec) for shard in shards]
    for future in as_completed(futures):
        yield future.result()


def _work(shard: Shard, profile: Profile, spec: FeatureSpec) -> Part:
    return lint_shard(shard, profile, provide(spec))
