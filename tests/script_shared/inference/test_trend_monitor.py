"""The front changes when something rises, and for nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Interactions
from script_shared.inference.trend_monitor import TrendMonitor
from script_shared.state.state import Sizes, State, StateParameters

promise = settings(deadline=None, derandomize=True, database=None, max_examples=25)
ITEMS, SECOND = 1_000, 1_000
START = 480_000 * MS_PER_HOUR
LASTS_MS = 120 * SECOND


def read(state, items, now_ms):
    """Let each item be read by a reader of its own."""
    items = np.asarray(items, np.int32)
    users, times = np.arange(len(items), dtype=np.int32), np.full(len(items), now_ms, np.int64)
    weights, keys = np.ones(len(items), np.float32), np.empty((len(items), 0), np.int32)
    state.apply(Interactions(users, items, times, weights, keys))


def world(reads, seed=0):
    """Return a state after so many reads, few of most items, and what draws more of the kind."""
    rng = np.random.default_rng(seed)
    popularity = rng.permutation(1.0 / np.arange(1, ITEMS + 1))
    state = State(StateParameters(), Sizes(20_000, ITEMS, 0, 0))
    state.max_staleness_ms = 500
    read(state, rng.choice(ITEMS, reads, p=popularity / popularity.sum()), START)
    return state, lambda count: rng.choice(ITEMS, count, p=popularity / popularity.sum())


def looked(front, state, now_ms):
    """Tell whether a look finds that the front has changed."""
    before = front.changes
    front.look(state, now_ms)
    return front.changes > before


@promise
@given(st.integers(0, 1_000))
def test_reads_as_ever_change_nothing_and_five_times_as_many_neither(seed):
    state, draw = world(10_000, seed)
    front = TrendMonitor(LASTS_MS)
    front.look(state, START)
    for second in range(1, 20):
        now = START + second * SECOND
        read(state, draw(20 if second < 10 else 100), now)
        assert not looked(front, state, now)


@promise
@given(st.integers(100, 10_000), st.integers(0, 1_000))
def test_what_comes_to_the_front_out_of_nothing_is_seen_at_once(reads, seed):
    state, _ = world(reads, seed)
    front = TrendMonitor(LASTS_MS)
    front.look(state, START)
    counts = state.counts.get(np.arange(ITEMS), START)[0]
    in_front = int(np.ceil(np.sort(counts)[-100])) + 1
    unread = int(np.argmin(counts))
    read(state, [unread] * (in_front + int(np.ceil(counts[unread]))), START + SECOND)
    assert looked(front, state, START + SECOND)
    assert not looked(front, state, START + 2 * SECOND)


def test_it_is_looked_at_twice_in_the_time_of_patience():
    state, _ = world(100)
    front = TrendMonitor(LASTS_MS)
    front.look(state, START)
    read(state, [7] * 50, START)
    assert not looked(front, state, START + 249)
    assert looked(front, state, START + 250)


def test_what_rises_slowly_is_told_by_a_lists_age():
    state, _ = world(10_000)
    front = TrendMonitor(LASTS_MS)
    now, changes = START, front.changes
    for _ in range(100):
        front.look(state, now)
        count = state.counts.get(np.array([7]), now)[0, 0]
        read(state, [7] * int(1 + count * 0.05), now)
        now += LASTS_MS
    assert front.changes == changes


@pytest.mark.parametrize("items", [0, 1])
def test_a_world_of_next_to_nothing_is_looked_at(items):
    state = State(StateParameters(), Sizes(1, items, 0, 0))
    front = TrendMonitor(LASTS_MS)
    front.look(state, START)
    if items:
        read(state, [0], START + SECOND)
    assert looked(front, state, START + SECOND) == bool(items)


def test_a_clock_set_back_is_looked_at_again():
    state, _ = world(100)
    front = TrendMonitor(LASTS_MS)
    front.look(state, START)
    earlier = START - MS_PER_HOUR
    read(state, [7] * 5_000, earlier)
    assert looked(front, state, earlier)
