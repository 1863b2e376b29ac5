"""Training samples: queries replayed as they were, with what the reader read next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.models.folding import fold
from script_shared.state.state import State, StateParameters
from script_shared.types import IntArray, Query, Reader


@dataclass(frozen=True, slots=True)
class Sample:
    """A query and the items that the reader then read and had not read before."""

    query: Query
    targets: IntArray


def replay(
    dataset: Dataset, parameters: StateParameters, hours: Sequence[int]
) -> Iterator[tuple[int, State, Interactions]]:
    """Give the state as it was some hours before the end, with the interactions of the hour after.

    The state is one object that moves on: use it before asking for the next.

    Args:
        dataset: what happened.
        parameters: what the state counts.
        hours: how many hours before the end; 0 is the end itself, with nothing after it.

    Yields:
        Hours before the end, descending; the state; the hour's interactions.
    """
    reads, end = dataset.interactions, dataset.as_of_ms
    reached = end - max(hours) * MS_PER_HOUR
    state = fold(dataset.before(reached), parameters)
    for before in sorted(hours, reverse=True):
        moment = end - before * MS_PER_HOUR
        state.apply(reads.between(reached, moment))
        reached = moment
        yield before, state, reads.between(moment, moment + MS_PER_HOUR)


def draw(
    dataset: Dataset, state: State, following: Interactions, serves: Callable[[Reader], bool], limit: int
) -> list[Sample]:
    """Make the queries of those who came in the following hour, at its start.

    Args:
        dataset: gives login states.
        state: as it was when the hour began.
        following: the hour's interactions.
        serves: whether a reader belongs to the model's segment, judged at the start of the hour.
        limit: at most so many readers, drawn evenly with a fixed seed.
    """
    if not len(following):
        return []
    users, first = np.unique(following.user, return_index=True)
    reads = state.histories.counts()[users]
    member = [serves(dataset.reader(u, n)) for u, n in zip(users.tolist(), reads.tolist(), strict=True)]
    chosen = _thin(np.flatnonzero(member), limit)
    start_ms = int(following.time[0]) // MS_PER_HOUR * MS_PER_HOUR
    by_user = np.argsort(following.user, kind="stable")
    bounds = np.searchsorted(following.user[by_user], [users, users + 1])
    samples = (
        _sample(dataset, state, following, by_user[bounds[0, i] : bounds[1, i]], int(first[i]), start_ms)
        for i in chosen.tolist()
    )
    return [sample for sample in samples if len(sample.targets)]


def _thin(rows: IntArray, limit: int) -> IntArray:
    if len(rows) <= limit:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


def _sample(
    dataset: Dataset, state: State, following: Interactions, rows: IntArray, first: int, now_ms: int
) -> Sample:
    user = int(following.user[first])
    keys = tuple(following.keys[first].tolist())
    query = state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
    targets = np.setdiff1d(following.item[rows], query.history)
    return Sample(query, targets.astype(np.int32))
