"""Decayed counts of what happened before a day under a key, such as the applications of a client.

Training and serving use the same function: it adds the events of the past to the counts, and reads them for
each query before the events of the query's own day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES, ApplicationTable
from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: What is counted: applications, their outcomes, openings with a first application, openings with a hire.
EVENTS = ("applied", *OUTCOMES, "opened", "filled")
APPLIED, OPENED, FILLED = (EVENTS.index(name) for name in ("applied", "opened", "filled"))
#: Half-lives of the counts in days.
HALF_LIVES = (30.0, 180.0)
SHORT, LONG = range(len(HALF_LIVES))


class EventList(NamedTuple):
    """Events in the order of their days; arrays of shape (events,).

    Attributes:
        days: an event is known from the day after.
        rows: the application of each event.
        kinds: index in `EVENTS`.
        weights: how much each event counts.
    """

    days: IntArray
    rows: IntArray
    kinds: IntArray
    weights: FloatArray


def list_events(table: ApplicationTable) -> EventList:
    """Return the events of applications.

    Several first applications of an opening on one day share the event `opened`, and several first hires
    `filled`, so that the order of the applications of a day has no effect.
    """
    everyone = np.arange(len(table), dtype=np.int32)
    hired = np.flatnonzero(table.outcomes[:, 0]).astype(np.int32)
    parts = [_make_events(APPLIED, table.days, everyone)]
    for outcome in range(len(OUTCOMES)):
        rows = np.flatnonzero(table.outcomes[:, outcome]).astype(np.int32)
        parts.append(_make_events(APPLIED + 1 + outcome, table.updated[rows], rows))
    for kind, days, rows in ((OPENED, table.days, everyone), (FILLED, table.updated[hired], hired)):
        weights = _share_first(days, table.openings[rows])
        parts.append(_make_events(kind, days, rows, weights))
    weights = np.concatenate([part.weights for part in parts])
    days = np.concatenate([part.days for part in parts])
    order = np.argsort(days, kind="stable")
    order = order[weights[order] > 0]
    rows, kinds = (np.concatenate([part[column] for part in parts])[order] for column in (1, 2))
    return EventList(days[order], rows, kinds, weights[order])


def _make_events(kind: int, days: IntArray, rows: IntArray, weights: FloatArray | None = None) -> EventList:
    return EventList(
        days, rows, np.full(len(rows), kind, np.int32), np.ones(len(rows)) if weights is None else weights
    )


def _share_first(days: IntArray, groups: IntArray) -> FloatArray:
    """Return equal weights, of sum 1, for the rows of the first day of each group, 0 for the others."""
    size = int(groups.max(initial=-1)) + 1
    first = np.full(size, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(first, groups, days)
    is_first = days == first[groups]
    return is_first / np.maximum(np.bincount(groups[is_first], minlength=size), 1)[groups]


class RecordCounts:
    """The counts of all keys as of the last event.

    Args:
        sizes: number of the positions of each kind of key.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        total = int(self._starts[-1])
        self._counts = np.zeros((total, len(EVENTS), len(HALF_LIVES)), np.float32)
        self._days = np.zeros(total, np.int32)
        self._last = np.full(total, -1, np.int32)

    def replay(
        self, events: EventList, event_keys: IntArray, query_days: IntArray, query_keys: IntArray
    ) -> tuple[FeatureArray, IntArray]:
        """Read the counts for each query, adding the events before its day first; then add the other events.

        Args:
            events: in the order of their days, not before those that were added already.
            event_keys: of each row the position of each kind of key, -1 where unknown.
            query_days: days since 1970, ascending, shape (n,).
            query_keys: shape (n, kinds of keys).

        Returns:
            Counts of shape (n, kinds of keys, events, half-lives), and the days since the last application of
            shape (n, kinds of keys), -1 where there is none.
        """
        shape = query_keys.shape
        counts = np.zeros((*shape, len(EVENTS), len(HALF_LIVES)), np.float32)
        since = np.full(shape, -1, np.int32)
        state = (self._starts, self._counts, self._days, self._last)
        half_lives = np.array(HALF_LIVES)
        _replay(events, event_keys, (query_days, query_keys), state, half_lives, (counts, since))
        return counts, since

    def read(self, query_days: IntArray, query_keys: IntArray) -> tuple[FeatureArray, IntArray]:
        """Read the counts for queries after all events; see `replay`."""
        nothing = np.empty(0, np.int32)
        events = EventList(nothing, nothing, nothing, np.empty(0))
        return self.replay(events, query_keys, query_days, query_keys)


_State = tuple[LongArray, FeatureArray, IntArray, IntArray]


@jit_compiled
def _replay(
    events: EventList,
    event_keys: IntArray,
    queries: tuple[IntArray, IntArray],
    state: _State,
    half_lives: FloatArray,
    out: tuple[FeatureArray, IntArray],
) -> None:
    event = 0
    for query in range(len(queries[0])):
        day = queries[0][query]
        while event < len(events.days) and events.days[event] < day:
            _add(events, event, event_keys, state, half_lives)
            event += 1
        _read(day, queries[1][query], state, half_lives, (out[0][query], out[1][query]))
    for later in range(event, len(events.days)):
        _add(events, later, event_keys, state, half_lives)


@jit_compiled
def _add(events: EventList, event: int, keys: IntArray, state: _State, half_lives: FloatArray) -> None:
    """Add an event to the counts of its keys."""
    starts, counts, days, last = state
    day, row, kind = events.days[event], events.rows[event], events.kinds[event]
    for key in range(keys.shape[1]):
        if keys[row, key] >= 0:
            slot = starts[key] + keys[row, key]
            _decay(counts[slot], day - days[slot], half_lives)
            days[slot] = day
            counts[slot, kind] += np.float32(events.weights[event])
            if kind == 0:
                last[slot] = day


@jit_compiled
def _read(
    day: int, keys: IntArray, state: _State, half_lives: FloatArray, out: tuple[FeatureArray, IntArray]
) -> None:
    """Write the counts of the keys as of a day, and the days since their last application."""
    starts, counts, days, last = state
    for key in range(len(keys)):
        if keys[key] >= 0:
            slot = starts[key] + keys[key]
            out[0][key] = counts[slot]
            _decay(out[0][key], day - days[slot], half_lives)
            out[1][key] = day - last[slot] if last[slot] >= 0 else -1


@jit_compiled
def _decay(counts: FeatureArray, days: int, half_lives: FloatArray) -> None:
    if days > 0:
        for half_life in range(len(half_lives)):
            counts[:, half_life] *= np.float32(0.5 ** (days / half_lives[half_life]))
