"""Training samples: queries of the past, each with the items that the user then interacted with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.state.state import State
from script_shared.types import BoolArray, IntArray, LongArray, Query, User

SampleKind = Literal["hourly", "clicks", "live"]


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """A query and its targets: items that the user interacted with next and never before."""

    query: Query
    targets: IntArray


def draw_samples(
    kind: SampleKind, replay: StateReplay, start_ms: int, accepts: Callable[[User], bool], limit: int
) -> Iterable[TrainingSample]:
    """Return the samples of one hour; see `draw_hourly_samples` and `draw_click_samples`."""
    if kind == "hourly":
        return draw_hourly_samples(replay, start_ms, accepts, limit)
    return draw_click_samples(replay, start_ms, accepts, limit, live=kind == "live")


def draw_hourly_samples(
    replay: StateReplay, start_ms: int, accepts: Callable[[User], bool], limit: int
) -> list[TrainingSample]:
    """Return one sample a user: the query at the start of an hour, the items of the whole hour.

    Args:
        replay: advanced to the start of the hour.
        start_ms: ms UTC.
        accepts: whether a user belongs to the segment.
        limit: maximum number of users, drawn uniformly with a fixed seed.
    """
    replay.advance_to(start_ms)
    following = replay.dataset.interactions.between(start_ms, start_ms + MS_PER_HOUR)
    return draw_user_samples(replay.dataset, replay.state, following, start_ms, accepts, limit)


def draw_click_samples(
    replay: StateReplay, start_ms: int, accepts: Callable[[User], bool], limit: int, *, live: bool
) -> Iterator[TrainingSample]:
    """Yield the next clicks of sessions within an hour, in order of time.

    Args:
        replay: advanced while samples are drawn; use each sample before the next one is drawn.
        start_ms: start of the hour, ms UTC.
        accepts: whether a user belongs to the segment, decided at the click.
        limit: approximate number of clicks, drawn uniformly with a fixed seed.
        live: whether the state contains all interactions before the click. Otherwise it is the state at
            `start_ms`, and only the user's own clicks since then are added to the query.
    """
    replay.advance_to(start_ms)
    dataset, interactions = replay.dataset, replay.dataset.interactions
    first, end = np.searchsorted(interactions.time, [start_ms, start_ms + MS_PER_HOUR]).tolist()
    if first == end:
        return
    order, starts = _order_by_user(interactions.user[first:end])
    rows = first + order
    session_gap_ms = replay.state.parameters.session_gap * MS_PER_HOUR
    is_same_user = interactions.user[rows[1:]] == interactions.user[rows[:-1]]
    is_continued = is_same_user & (np.diff(interactions.time[rows]) < session_gap_ms)
    counts = replay.state.histories.count_all()[interactions.user[rows]] + np.arange(len(rows)) - starts + 1
    is_member = _accepted_users(dataset, interactions.user[rows], counts, accepts)
    chosen = _sample_rows(np.flatnonzero(np.append(is_continued, False) & is_member), limit)
    for place in chosen[np.argsort(rows[chosen], kind="stable")].tolist():
        row, target = int(rows[place]), interactions.item[rows[place + 1]]
        user, keys = int(interactions.user[row]), tuple(interactions.keys[row].tolist())
        now_ms = int(interactions.time[row]) if live else start_ms
        if live:
            replay.advance_to_row(row + 1)
        query = replay.state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
        if not live:
            query = query.extend(interactions.item[rows[starts[place] : place + 1]])
        if target not in query.history:
            yield TrainingSample(query, np.array([target], np.int32))


def _order_by_user(users: IntArray) -> tuple[LongArray, LongArray]:
    """Return a stable order by user and, for each place in it, the first place of the same user."""
    order = np.argsort(users, kind="stable")
    ordered = users[order]
    return order, np.searchsorted(ordered, ordered)


def draw_user_samples(
    dataset: Dataset,
    state: State,
    following: Interactions,
    start_ms: int,
    accepts: Callable[[User], bool],
    limit: int,
) -> list[TrainingSample]:
    """Return one sample a user of a period; users without a new item are left out.

    Args:
        dataset: contains the login states.
        state: the state at the start of the period.
        following: the interactions of the period.
        start_ms: start of the period, ms UTC.
        accepts: whether a user belongs to the segment, decided at the start of the period.
        limit: maximum number of users, drawn uniformly with a fixed seed.
    """
    if not len(following):
        return []
    users, first = np.unique(following.user, return_index=True)
    is_member = _accepted_users(dataset, users, state.histories.count_all()[users], accepts)
    chosen = _sample_rows(np.flatnonzero(is_member), limit)
    by_user = np.argsort(following.user, kind="stable")
    bounds = np.searchsorted(following.user[by_user], [users, users + 1])
    samples = (
        _user_sample(dataset, state, following, by_user[bounds[0, i] : bounds[1, i]], int(first[i]), start_ms)
        for i in chosen.tolist()
    )
    return [sample for sample in samples if len(sample.targets)]


def _accepted_users(
    dataset: Dataset, users: IntArray, counts: LongArray, accepts: Callable[[User], bool]
) -> list[bool]:
    """Return which users belong to the segment; anonymous sessions never do, for they send no requests.

    Args:
        dataset: contains the login states.
        users: positions.
        counts: number of interactions of each user.
        accepts: whether a user belongs to the segment.
    """
    identified = len(dataset.users)
    return [
        user < identified and accepts(dataset.user(user, count))
        for user, count in zip(users.tolist(), counts.tolist(), strict=True)
    ]


def _sample_rows(rows: IntArray, limit: int) -> IntArray:
    if len(rows) <= limit:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, limit, replace=False))


def _user_sample(
    dataset: Dataset, state: State, following: Interactions, rows: IntArray, first: int, now_ms: int
) -> TrainingSample:
    """Return the sample of one user; the context is that of the first interaction of the period."""
    user = int(following.user[first])
    keys = tuple(following.keys[first].tolist())
    query = state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
    targets = np.setdiff1d(following.item[rows], query.history)
    return TrainingSample(query, targets.astype(np.int32))


def label_items(items: IntArray, sample: TrainingSample, negatives: int) -> tuple[LongArray, BoolArray]:
    """Return the rows of the targets and of a random sample of the other items, and which are targets.

    A uniform sample of the items not chosen leaves the fitted weights consistent (McFadden, 1978, sampling
    of alternatives).

    Args:
        items: retrieved items, ascending.
        sample: its user seeds the random sample.
        negatives: maximum number of other items.
    """
    chosen = _contains(items, sample.targets)
    rng = np.random.default_rng(sample.query.user + 1)
    others = rng.permutation(np.flatnonzero(~chosen))[:negatives]
    rows = np.concatenate([np.flatnonzero(chosen), others])
    return rows, chosen[rows]


def _contains(ascending: IntArray, items: IntArray) -> BoolArray:
    """Return which of the ascending items are among the others; faster than `np.isin`, which sorts both."""
    found = np.zeros(len(ascending) + 1, np.bool_)
    places = np.searchsorted(ascending, items)
    known = places < len(ascending)
    found[places[known][ascending[places[known]] == items[known]]] = True
    return found[:-1]
