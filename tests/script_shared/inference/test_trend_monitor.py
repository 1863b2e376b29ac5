"""The trend monitor detects items that become popular and no other changes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Interactions
from script_shared.inference.trend_monitor import TrendMonitor
from script_shared.state.state import Sizes, State, StateParameters

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=25)
ITEMS, SECOND = 1_000, 1_000
START = 480_000 * MS_PER_HOUR
MAX_AGE_MS = 120 * SECOND


def interact(state, items, now_ms):
    """Apply one interaction with each item, by different users."""
    items = np.asarray(items, np.int32)
    users, times = np.arange(len(items), dtype=np.int32), np.full(len(items), now_ms, np.int64)
    weights, keys = np.ones(len(items), np.float32), np.empty((len(items), 0), np.int32)
    state.apply(Interactions(users, items, times, weights, keys))


def make_state(count, seed=0):
    """Return a state with interactions from a Zipf distribution, and a function that draws more of them."""
    rng = np.random.default_rng(seed)
    popularity = rng.permutation(1.0 / np.arange(1, ITEMS + 1))
    state = State(StateParameters(), Sizes(20_000, ITEMS, 0, 0))
    state.max_staleness_ms = 500
    interact(state, rng.choice(ITEMS, count, p=popularity / popularity.sum()), START)
    return state, lambda count: rng.choice(ITEMS, count, p=popularity / popularity.sum())


def detects_change(monitor, state, now_ms):
    """Return whether an update detects a change."""
    before = monitor.changes
    monitor.update(state, now_ms)
    return monitor.changes > before


@property_test
@given(st.integers(0, 1_000))
def test_stable_popularity_is_not_a_change_at_any_volume(seed):
    state, draw = make_state(10_000, seed)
    monitor = TrendMonitor(MAX_AGE_MS)
    monitor.update(state, START)
    for second in range(1, 20):
        now = START + second * SECOND
        interact(state, draw(20 if second < 10 else 100), now)
        assert not detects_change(monitor, state, now)


@property_test
@given(st.integers(100, 10_000), st.integers(0, 1_000))
def test_item_that_starts_trending_is_detected_at_once(count, seed):
    state, _ = make_state(count, seed)
    monitor = TrendMonitor(MAX_AGE_MS)
    monitor.update(state, START)
    counts = state.counts.get(np.arange(ITEMS), START)[0]
    needed = int(np.ceil(np.sort(counts)[-100])) + 1
    unseen = int(np.argmin(counts))
    interact(state, [unseen] * (needed + int(np.ceil(counts[unseen]))), START + SECOND)
    assert detects_change(monitor, state, START + SECOND)
    assert not detects_change(monitor, state, START + 2 * SECOND)


def test_counts_are_compared_twice_within_the_staleness_limit():
    state, _ = make_state(100)
    monitor = TrendMonitor(MAX_AGE_MS)
    monitor.update(state, START)
    interact(state, [7] * 50, START)
    assert not detects_change(monitor, state, START + 249)
    assert detects_change(monitor, state, START + 250)


def test_slow_rise_is_not_detected():
    state, _ = make_state(10_000)
    monitor = TrendMonitor(MAX_AGE_MS)
    now, changes = START, monitor.changes
    for _ in range(100):
        monitor.update(state, now)
        count = state.counts.get(np.array([7]), now)[0, 0]
        interact(state, [7] * int(1 + count * 0.05), now)
        now += MAX_AGE_MS
    assert monitor.changes == changes


@pytest.mark.parametrize("items", [0, 1])
def test_empty_state_can_be_monitored(items):
    state = State(StateParameters(), Sizes(1, items, 0, 0))
    monitor = TrendMonitor(MAX_AGE_MS)
    monitor.update(state, START)
    if items:
        interact(state, [0], START + SECOND)
    assert detects_change(monitor, state, START + SECOND) == bool(items)


def test_changes_are_detected_after_the_clock_is_set_back():
    state, _ = make_state(100)
    monitor = TrendMonitor(MAX_AGE_MS)
    monitor.update(state, START)
    earlier = START - MS_PER_HOUR
    interact(state, [7] * 5_000, earlier)
    assert detects_change(monitor, state, earlier)
