"""Cached rows equal the strongest neighbours computed by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state import neighbour_rows
from script_shared.state.pairs import PairParameters
from script_shared.state.state import Sizes, State, StateParameters

ITEMS = 30
HOUR_MS = 3_600_000


def apply(state, rows, hour):
    users, items = (np.array(column, np.int32) for column in zip(*rows, strict=True))
    times, keys = hour * HOUR_MS + np.arange(len(items)), np.empty((len(items), 0), np.int32)
    state.apply(Interactions(users, items, times, np.ones(len(items), np.float32), keys))


row_lists = st.lists(st.tuples(st.integers(0, 4), st.integers(0, ITEMS - 1)), min_size=1, max_size=40)
item_lists = st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=8)


def find_strongest(pairs, item, n):
    """Compute neighbours, shares and totals of an item by brute force."""
    first, second, weights = pairs.get_all()
    slots = sorted(np.flatnonzero(first == item).tolist(), key=lambda slot: second[slot])
    totals = weights[:, slots].sum(axis=1)
    slots_kept = sorted(slots, key=lambda slot: -weights[-1, slot])[:n]
    slots_kept = sorted(slots_kept, key=lambda slot: second[slot])
    return second[slots_kept].tolist(), (weights[:, slots_kept] / totals[:, None]).T, totals


@settings(deadline=None, derandomize=True, database=None, max_examples=50)
@given(st.lists(st.tuples(row_lists, item_lists), min_size=1, max_size=4), st.sampled_from([2, 150]))
def test_rows_contain_the_strongest_neighbours_of_each_item(batches, n):
    state = State(StateParameters(co_occurrence=PairParameters(max_neighbours=n)), Sizes(5, ITEMS, 0, 0))
    for hour, (rows, items) in enumerate(batches):
        apply(state, rows, hour)
        rows_cache = state.co_occurrence.neighbour_rows
        for item, row in zip(items, state.co_occurrence.find_rows(items).tolist(), strict=True):
            others, shares, totals = find_strongest(state.co_occurrence, item, n)
            columns = slice(0, rows_cache.lengths[row])
            assert rows_cache.items[row, columns].tolist() == others
            assert rows_cache.shares[row, columns] == pytest.approx(shares, rel=1e-6)
            assert rows_cache.totals[row] == pytest.approx(totals)


def test_rows_beyond_the_capacity_replace_others():
    state = State(StateParameters(), Sizes(5, 3 * neighbour_rows.CAPACITY, 0, 0))
    apply(state, [(0, 0), (0, 1)], 1)
    pairs, first = state.co_occurrence, [0, 1]
    for start in range(2, 2 * neighbour_rows.CAPACITY, 8):
        pairs.find_rows(list(range(start, start + 8)))
        assert pairs.neighbour_rows.items[pairs.find_rows(first)[0], 0] == 1


def test_row_weights_decay_over_weeks_without_interactions():
    state = State(StateParameters(), Sizes(5, ITEMS, 0, 0))
    apply(state, [(0, 0), (0, 1)], 1)
    assert state.co_occurrence.neighbours(0)[0].tolist() == [1]
    apply(state, [(1, 2), (1, 3)], 500)
    _, weights, _ = state.co_occurrence.neighbours(0)
    assert (weights * state.co_occurrence.scale(500 * HOUR_MS)[:, None] < 1e-6).all()
