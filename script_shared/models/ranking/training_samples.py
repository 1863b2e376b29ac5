"""Training samples: queries of the past, each with the items that the user then interacted with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.state.state import State
from script_shared.types import BoolArray, IntArray, LongArray, Query, User

SampleKind = Literal["hourly", "clicks", "live", "arrivals"]


class Period(NamedTuple):
    """A period of time, ms UTC; the end is exclusive."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """A query and its targets: items that the user interacted with next and never before."""

    query: Query
    targets: IntArray


def draw_samples(
    kind: SampleKind, replay: StateReplay, period: Period, accepts: Callable[[User], bool], limit: int
) -> Iterable[TrainingSample]:
    """Return the samples of one period; see the functions `draw_…_samples`."""
    if kind == "hourly":
        return draw_period_samples(replay, period, accepts, limit)
    if kind == "arrivals":
        return draw_arrival_samples(replay, period, accepts, limit)
    return draw_click_samples(replay, period.start_ms, accepts, limit, live=kind == "live")


def draw_period_samples(
    replay: StateReplay, period: Period, accepts: Callable[[User], bool], limit: int
) -> list[TrainingSample]:
    """Return one sample a user: the query at the start of a period, the items of the whole period.

    Args:
        replay: advanced to the start of the period.
        period: the period.
        accepts: whether a user belongs to the segment.
        limit: maximum number of users, drawn uniformly with a fixed seed.
    """
    replay.advance_to(period.start_ms)
    following = replay.dataset.interactions.between(period.start_ms, period.end_ms)
    return draw_user_samples(replay.dataset, replay.state, following, period.start_ms, accepts, limit)


def draw_arrival_samples(
    replay: StateReplay, period: Period, accepts: Callable[[User], bool], limit: int
) -> Iterator[TrainingSample]:
    """Yield one sample for each user whose first interaction is in a period, in order of time.

    The query is at the time of the first interaction, with all interactions before it and an empty history;
    the targets are all items of the user's later interactions that somebody interacted with before.

    Args:
        replay: advanced while samples are drawn; use each sample before the next one is drawn.
        period: the period.
        accepts: whether a user belongs to the segment, decided at the first interaction.
        limit: maximum number of users, drawn uniformly with a fixed seed.
    """
    replay.advance_to(period.start_ms)
    dataset, interactions = replay.dataset, replay.dataset.interactions
    first, end = np.searchsorted(interactions.time, [period.start_ms, period.end_ms]).tolist()
    users, rows = np.unique(interactions.user[first:], return_index=True)
    is_new = (rows < end - first) & (replay.state.histories.count_all()[users] == 0)
    is_member = _accepted_users(dataset, users, np.zeros(len(users), np.int64), accepts)
    chosen = _sample_rows(np.flatnonzero(is_new & is_member), limit)
    by_user = np.argsort(interactions.user[first:], kind="stable")
    bounds = np.searchsorted(interactions.user[first:][by_user], [users, users + 1])
    for place in chosen[np.argsort(rows[chosen], kind="stable")].tolist():
        row, user = first + int(rows[place]), int(users[place])
        now_ms = int(interactions.time[row])
        replay.advance_to(now_ms)
        later = first + by_user[bounds[0, place] : bounds[1, place]]
        items = np.unique(interactions.item[later])
        targets = items[replay.state.items.first_ms[items] < now_ms]
        if len(targets):
            keys = tuple(interactions.keys[row].tolist())
            query = replay.state.query(user, now_ms, keys=keys, user_type=dataset.user_types[user])
            yield TrainingSample(query, targets.astype(np.int32))


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
) -> BoolArray:
    """Return which users belong to the segment; anonymous sessions never do, for they send no requests.

    Args:
        dataset: contains the login states.
        users: positions.
        counts: number of interactions of each user.
        accepts: whether a user belongs to the segment.
    """
    identified = len(dataset.users)
    accepted = [
        user < identified and accepts(dataset.user(user, count))
        for user, count in zip(users.tolist(), counts.tolist(), strict=True)
    ]
    return np.array(accepted, np.bool_)


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
