"""Rows of neighbours tell what the pairs tell, whatever was read in between, however many are asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state import rows
from script_shared.state.state import Sizes, State, StateParameters

ITEMS = 30
HOUR_MS = 3_600_000


def read(state, pairs, hour):
    users, items = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    times, keys = hour * HOUR_MS + np.arange(len(items)), np.empty((len(items), 0), np.int32)
    state.apply(Interactions(users, items, times, np.ones(len(items), np.float32), keys))


some_reads = st.lists(st.tuples(st.integers(0, 4), st.integers(0, ITEMS - 1)), min_size=1, max_size=40)
asked = st.lists(st.integers(0, ITEMS - 1), min_size=1, max_size=8)


@settings(deadline=None, derandomize=True, database=None, max_examples=50)
@given(st.lists(st.tuples(some_reads, asked), min_size=1, max_size=4))
def test_rows_are_those_that_the_pairs_tell(turns):
    state = State(StateParameters(), Sizes(5, ITEMS, 0))
    for hour, (reads, items) in enumerate(turns):
        read(state, reads, hour)
        beside = state.rows["coreads"]
        for item, row in zip(items, beside.of(items).tolist(), strict=True):
            others, weights, totals = state.coreads.neighbours(item)
            span = slice(0, beside.lengths[row])
            assert beside.items[row, span].tolist() == others.tolist()
            assert beside.totals[row].tolist() == totals.tolist()
            found = beside.shares[row, span].T * totals[:, None]
            assert found == pytest.approx(weights, rel=1e-6)


def test_more_rows_than_there_is_room_for_take_the_place_of_others():
    state = State(StateParameters(), Sizes(5, 3 * rows.ROOM, 0))
    read(state, [(0, 0), (0, 1)], 1)
    beside, first = state.rows["coreads"], [0, 1]
    for begin in range(2, 2 * rows.ROOM, 8):
        beside.of(list(range(begin, begin + 8)))
        assert beside.items[beside.of(first)[0], 0] == 1
