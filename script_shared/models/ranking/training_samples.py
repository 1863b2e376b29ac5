"""Training samples: queries replayed as they were, with what the reader read next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.models.ranking.state_replay import fold
from script_shared.state.state import State, StateParameters
from script_shared.types import IntArray, LongArray, Query, User

#: How far the lists for everybody may lag while single clicks are replayed, as they do in service.
PATIENCE_MS = 500


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """A query and the items that the reader then read and had not read before."""

    query: Query
    targets: IntArray


class StateReplay:
    """The state as it was, moving forward through a data set.

    The state is one object that moves on: use it before moving further.

    Args:
        dataset: what happened.
        parameters: what the state counts.
        start_ms: where it begins, ms UTC; it cannot move back.
    """

    def __init__(self, dataset: Dataset, parameters: StateParameters, start_ms: int) -> None:
        self.dataset = dataset
        self.state = fold(dataset.before(start_ms), parameters)
        self.state.max_staleness_ms = PATIENCE_MS
        self._row = int(np.searchsorted(dataset.interactions.time, start_ms))

    def to(self, moment_ms: int) -> None:
        """Apply what came before a moment."""
        self.through(int(np.searchsorted(self.dataset.interactions.time, moment_ms)))

    def through(self, row: int) -> None:
        """Apply the interactions before a row."""
        if row > self._row:
            self.state.apply(self.dataset.interactions.take(slice(self._row, row)))
            self._row = row


def draw_users(
    replay: StateReplay, start_ms: int, serves: Callable[[User], bool], limit: int
) -> Iterator[TrainingSample]:
    """Give what readers read in the hour after a moment, asked for once, at the moment.

    Args:
        replay: is moved to the moment.
        start_ms: ms UTC.
        serves: whether a reader belongs to the model's segment.
        limit: at most so many readers, drawn evenly with a fixed seed.
    """
    replay.to(start_ms)
    following = replay.dataset.interactions.between(start_ms, start_ms + MS_PER_HOUR)
    yield from draw(replay.dataset, replay.state, following, serves, limit)


def draw_clicks(
    replay: StateReplay, start_ms: int, serves: Callable[[User], bool], limit: int, *, live: bool
) -> Iterator[TrainingSample]:
    """Give the next click of readers in the course of a visit, within the hour after a moment.

    Args:
        replay: is moved along; use each sample before asking for the next.
        start_ms: ms UTC.
        serves: whether a reader belongs to the model's segment, judged at the click.
        limit: about so many clicks, drawn evenly with a fixed seed.
        live: the state knows all that came before the click; otherwise it is that of the moment,
            and only the reader's own clicks are added.
    """
    replay.to(start_ms)
    dataset, interactions = replay.dataset, replay.dataset.interactions
    first, end = np.searchsorted(interactions.time, [start_ms, start_ms + MS_PER_HOUR]).tolist()
    if first == end:
        return
    order, starts = _by_reader(interactions.user[first:end])
    rows = first + order
    gap = replay.state.parameters.session_gap * MS_PER_HOUR
    onward = (interactions.user[rows[1:]] == interactions.user[rows[:-1]]) & (
        np.diff(interactions.time[rows]) < gap
    )
    known = replay.state.histories.count_all()[interactions.user[rows]] + np.arange(len(rows)) - starts + 1
    member = _are_served(dataset, interactions.user[rows], known, serves)
    chosen = _thin(np.flatnonzero(np.append(onward, False) & member), limit)
    for place in chosen[np.argsort(rows[chosen], kind="stable")].tolist():
        row, target = int(rows[place]), interactions.item[rows[place + 1]]
        user, keys = int(interactions.user[row]), tuple(interactions.keys[row].tolist())
        now_ms = int(interactions.time[row]) if live else start_ms
        if live:
            replay.through(row + 1)
        query = replay.state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
        if not live:
            query = query.extend(interactions.item[rows[starts[place] : place + 1]])
        if target not in query.history:
            yield TrainingSample(query, np.array([target], np.int32))


def _by_reader(users: IntArray) -> tuple[LongArray, LongArray]:
    """Return an order by reader, and for each place in it the place where that reader's begin."""
    order = np.argsort(users, kind="stable")
    ordered = users[order]
    return order, np.searchsorted(ordered, ordered)


def draw(
    dataset: Dataset, state: State, following: Interactions, serves: Callable[[User], bool], limit: int
) -> list[TrainingSample]:
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
    interactions = state.histories.count_all()[users]
    member = _are_served(dataset, users, interactions, serves)
    chosen = _thin(np.flatnonzero(member), limit)
    start_ms = int(following.time[0]) // MS_PER_HOUR * MS_PER_HOUR
    by_user = np.argsort(following.user, kind="stable")
    bounds = np.searchsorted(following.user[by_user], [users, users + 1])
    samples = (
        _sample(dataset, state, following, by_user[bounds[0, i] : bounds[1, i]], int(first[i]), start_ms)
        for i in chosen.tolist()
    )
    return [sample for sample in samples if len(sample.targets)]


def _are_served(
    dataset: Dataset, users: IntArray, interactions: LongArray, serves: Callable[[User], bool]
) -> list[bool]:
    """Return which readers belong to the segment; an anonymous session is nobody who can be served.

    Args:
        dataset: gives login states.
        users: positions.
        reads: how many interactions each of them has.
        serves: whether a reader belongs to the segment.
    """
    named = len(dataset.users)
    return [
        user < named and serves(dataset.user(user, count))
        for user, count in zip(users.tolist(), interactions.tolist(), strict=True)
    ]


def _thin(rows: IntArray, limit: int) -> IntArray:
    if len(rows) <= limit:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


def _sample(
    dataset: Dataset, state: State, following: Interactions, rows: IntArray, first: int, now_ms: int
) -> TrainingSample:
    user = int(following.user[first])
    keys = tuple(following.keys[first].tolist())
    query = state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
    targets = np.setdiff1d(following.item[rows], query.history)
    return TrainingSample(query, targets.astype(np.int32))
