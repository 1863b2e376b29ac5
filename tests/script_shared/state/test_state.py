import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state.counts import DecayedCounts
from script_shared.state.state import Sizes, State, StateParameters

HOUR_MS = 3_600_000
#: Half-lives after which an interaction forms no more pairs.
MAX_AGE = 9
SIZES = Sizes(users=5, items=8, keys=3, contexts=1)


def test_count_halves_in_one_half_life():
    counts = DecayedCounts([1.0, 2.0], slots=3)
    counts.apply(np.array([1, 1, 2]), np.array([0, 0, HOUR_MS]))
    assert counts.get(np.arange(counts.values.shape[1]), 2 * HOUR_MS) == pytest.approx(
        np.array([[0, 2 / 4, 1 / 2], [0, 2 / 2, 1 / 2**0.5]])
    )


def test_counts_do_not_overflow_over_years():
    counts = DecayedCounts([0.1], slots=1)
    for year in range(5):
        counts.apply(np.array([0]), np.array([year * 8_760 * HOUR_MS]))
    assert counts.get(np.arange(counts.values.shape[1]), 4 * 8_760 * HOUR_MS)[0, 0] == pytest.approx(1.0)


@st.composite
def draw_interactions(draw):
    rows = draw(st.lists(st.tuples(*(st.integers(0, n) for n in (4, 7, 48 * 60, 2))), max_size=40))
    rows.sort(key=lambda row: row[2])
    user, item, minute, key = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    weight = np.ones(len(rows), np.float32)
    return Interactions(
        user.astype(np.int32), item.astype(np.int32), minute * 60_000, weight, key[:, None] - 1
    )


@settings(max_examples=60, deadline=None)
@given(draw_interactions(), st.integers(0, 40))
def test_state_of_two_batches_or_of_a_restored_snapshot_equals_the_state_of_one_batch(interactions, split):
    single_batch, two_batches, restored = (State(StateParameters(), SIZES) for _ in range(3))
    single_batch.apply(interactions)
    two_batches.apply(interactions.take(slice(split)))
    restored.restore(two_batches.snapshot())
    for state in (two_batches, restored):
        state.apply(interactions.take(slice(split, None)))
        assert_same(single_batch, state, interactions)


@settings(max_examples=30, deadline=None)
@given(draw_interactions(), st.integers(0, 40))
def test_restore_accepts_a_snapshot_of_a_smaller_state(interactions, split):
    small, large = State(StateParameters(), SIZES), State(StateParameters(), Sizes(9, 12, SIZES.keys, 1))
    small.apply(interactions.take(slice(split)))
    large.restore(small.snapshot())
    for state in (small, large):
        state.apply(interactions.take(slice(split, None)))
    now, items = 49 * HOUR_MS, np.arange(SIZES.items)
    assert large.counts.get(items, now) == pytest.approx(small.counts.get(items, now))
    for key in range(SIZES.keys):
        first, second = (
            state.key_counts.get(key * state.sizes.items + items, now) for state in (small, large)
        )
        assert second == pytest.approx(first)
    assert large.most_popular(0, 5, now).tolist() == small.most_popular(0, 5, now).tolist()
    for user in range(9):
        assert large.histories.get(user)[0].tolist() == small.histories.get(user)[0].tolist()


def assert_same(first, second, interactions):
    now = 49 * HOUR_MS
    items = np.arange(first.sizes.items)
    assert second.counts.get(items, now) == pytest.approx(first.counts.get(items, now))
    assert second.continuations.get(items, now) == pytest.approx(first.continuations.get(items, now))
    assert second.key_counts.values == pytest.approx(first.key_counts.values)
    assert np.array_equal(second.items.first_ms, first.items.first_ms)
    for user in range(SIZES.users):
        for left, right in zip(first.histories.get(user), second.histories.get(user), strict=True):
            assert np.array_equal(left, right)
    for name in ("co_occurrence", "cross_session"):
        pairs, others = getattr(first, name), getattr(second, name)
        tolerance = find_max_lost_weight(interactions, getattr(first.parameters, name)) + 1e-6
        for item in range(SIZES.items):
            assert to_dense(others, item, now) == pytest.approx(to_dense(pairs, item, now), abs=tolerance)


def find_max_lost_weight(interactions, parameters):
    """Return the maximum weight a pair loses; an old interaction forms one pair less at each distance."""
    if not len(interactions):
        return 0.0
    since = interactions.time.max() - MAX_AGE * parameters.half_lives[-1] * HOUR_MS
    weight_of_one = sum(
        distance**-parameters.distance_decay for distance in range(1, parameters.distance + 1)
    )
    return np.count_nonzero(interactions.time <= since) * weight_of_one * 2.0**-MAX_AGE


def to_dense(pairs, item, now):
    items, weights, _ = pairs.neighbours(item)
    row = np.zeros((len(weights), SIZES.items))
    row[:, items] = weights * pairs.scale(now)[:, None]
    return row
