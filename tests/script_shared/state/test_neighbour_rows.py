"""Rows tell an item's strongest neighbours, whatever was read in between, however many are asked for."""

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


def read(state, pairs, hour):
    users, items = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    times, keys = hour * HOUR_MS + np.arange(len(items)), np.empty((len(items), 0), np.int32)
    state.apply(Interactions(users, items, times, np.ones(len(items), np.float32), keys))


some_reads = st.lists(st.tuples(st.integers(0, 4), st.integers(0, ITEMS - 1)), min_size=1, max_size=40)
asked = st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=8)


def strongest(pairs, item, most):
    """Say by brute force what an item's row tells: neighbours, shares and the weight of all."""
    first, second, weights = pairs.all()
    own = sorted(np.flatnonzero(first == item).tolist(), key=lambda at: second[at])
    totals = weights[:, own].sum(axis=1)
    kept = sorted(sorted(own, key=lambda at: -weights[-1, at])[:most], key=lambda at: second[at])
    return second[kept].tolist(), (weights[:, kept] / totals[:, None]).T, totals


@settings(deadline=None, derandomize=True, database=None, max_examples=50)
@given(st.lists(st.tuples(some_reads, asked), min_size=1, max_size=4), st.sampled_from([2, 150]))
def test_rows_tell_the_strongest_pairs_of_each_item(turns, most):
    state = State(StateParameters(co_occurrence=PairParameters(partners=most)), Sizes(5, ITEMS, 0, 0))
    for hour, (reads, items) in enumerate(turns):
        read(state, reads, hour)
        near = state.co_occurrence.near
        for item, row in zip(items, state.co_occurrence.rows(items).tolist(), strict=True):
            others, shares, totals = strongest(state.co_occurrence, item, most)
            told = slice(0, near.lengths[row])
            assert near.items[row, told].tolist() == others
            assert near.shares[row, told] == pytest.approx(shares, rel=1e-6)
            assert near.totals[row] == pytest.approx(totals)


def test_more_rows_than_there_is_room_for_take_the_place_of_others():
    state = State(StateParameters(), Sizes(5, 3 * neighbour_rows.ROOM, 0, 0))
    read(state, [(0, 0), (0, 1)], 1)
    pairs, first = state.co_occurrence, [0, 1]
    for begin in range(2, 2 * neighbour_rows.ROOM, 8):
        pairs.rows(list(range(begin, begin + 8)))
        assert pairs.near.items[pairs.rows(first)[0], 0] == 1


def test_a_row_still_holds_when_weeks_pass_without_its_item_being_read():
    state = State(StateParameters(), Sizes(5, ITEMS, 0, 0))
    read(state, [(0, 0), (0, 1)], 1)
    assert state.co_occurrence.neighbours(0)[0].tolist() == [1]
    read(state, [(1, 2), (1, 3)], 500)
    _, weights, _ = state.co_occurrence.neighbours(0)
    assert (weights * state.co_occurrence.scale(500 * HOUR_MS)[:, None] < 1e-6).all()
