import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state.counts import DecayedCounts
from script_shared.state.state import Sizes, State, StateParameters

HOUR_MS = 3_600_000
#: Reads that are so many half-lives older than the newest may close no pairs.
FORGOTTEN_AFTER = 9
SIZES = Sizes(users=5, items=8, keys=3, contexts=1)


def test_a_count_halves_with_each_half_life():
    counts = DecayedCounts([1.0, 2.0], slots=3)
    counts.apply(np.array([1, 1, 2]), np.array([0, 0, HOUR_MS]))
    assert counts.at(np.arange(counts.values.shape[1]), 2 * HOUR_MS) == pytest.approx(
        np.array([[0, 2 / 4, 1 / 2], [0, 2 / 2, 1 / 2**0.5]])
    )


def test_counts_survive_years_without_overflow():
    counts = DecayedCounts([0.1], slots=1)
    for year in range(5):
        counts.apply(np.array([0]), np.array([year * 8_760 * HOUR_MS]))
    assert counts.at(np.arange(counts.values.shape[1]), 4 * 8_760 * HOUR_MS)[0, 0] == pytest.approx(1.0)


@st.composite
def interactions(draw):
    rows = draw(st.lists(st.tuples(*(st.integers(0, n) for n in (4, 7, 48 * 60, 2))), max_size=40))
    rows.sort(key=lambda row: row[2])
    user, item, minute, key = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    weight = np.ones(len(rows), np.float32)
    return Interactions(
        user.astype(np.int32), item.astype(np.int32), minute * 60_000, weight, key[:, None] - 1
    )


@settings(max_examples=60, deadline=None)
@given(interactions(), st.integers(0, 40))
def test_a_fold_in_two_parts_or_from_a_snapshot_is_the_fold_of_the_whole(new, cut):
    whole, parts, restored = (State(StateParameters(), SIZES) for _ in range(3))
    whole.apply(new)
    parts.apply(new.take(slice(cut)))
    restored.restore(parts.snapshot())
    for state in (parts, restored):
        state.apply(new.take(slice(cut, None)))
        assert_same(whole, state, new)


@settings(max_examples=30, deadline=None)
@given(interactions(), st.integers(0, 40))
def test_a_snapshot_is_taken_into_a_larger_state(new, cut):
    small, large = State(StateParameters(), SIZES), State(StateParameters(), Sizes(9, 12, SIZES.keys, 1))
    small.apply(new.take(slice(cut)))
    large.restore(small.snapshot())
    for state in (small, large):
        state.apply(new.take(slice(cut, None)))
    now, items = 49 * HOUR_MS, np.arange(SIZES.items)
    assert large.counts.at(items, now) == pytest.approx(small.counts.at(items, now))
    for key in range(SIZES.keys):
        one, other = (s.key_counts.at(key * s.sizes.items + items, now) for s in (small, large))
        assert other == pytest.approx(one)
    assert large.most_popular(0, 5, now).tolist() == small.most_popular(0, 5, now).tolist()
    for user in range(9):
        assert large.histories.of(user)[0].tolist() == small.histories.of(user)[0].tolist()


def assert_same(one, other, reads):
    now = 49 * HOUR_MS
    every = np.arange(one.sizes.items)
    assert other.counts.at(every, now) == pytest.approx(one.counts.at(every, now))
    assert other.continued.at(every, now) == pytest.approx(one.continued.at(every, now))
    assert other.key_counts.values == pytest.approx(one.key_counts.values)
    assert np.array_equal(other.items.first_ms, one.items.first_ms)
    for user in range(SIZES.users):
        for left, right in zip(one.histories.of(user), other.histories.of(user), strict=True):
            assert np.array_equal(left, right)
    for name in ("co_occurrence", "cross_session"):
        pairs, others = getattr(one, name), getattr(other, name)
        near = lost_weight(reads, getattr(one.parameters, name)) + 1e-6
        for item in range(SIZES.items):
            assert dense(others, item, now) == pytest.approx(dense(pairs, item, now), abs=near)


def lost_weight(reads, parameters):
    """Return what a pair may lose at most: each forgotten read closes one pair at each distance."""
    if not len(reads):
        return 0.0
    since = reads.time.max() - FORGOTTEN_AFTER * parameters.half_lives[-1] * HOUR_MS
    closed_by_one = sum(distance**-parameters.fade for distance in range(1, parameters.distance + 1))
    return np.count_nonzero(reads.time <= since) * closed_by_one * 2.0**-FORGOTTEN_AFTER


def dense(pairs, item, now):
    items, weights, _ = pairs.neighbours(item)
    row = np.zeros((len(weights), SIZES.items))
    row[:, items] = weights * pairs.scale(now)[:, None]
    return row
