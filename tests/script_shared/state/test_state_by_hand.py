"""The counts of the state, compared with sums in plain Python loops."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state.counts import DecayedCounts
from script_shared.state.items import NEVER
from script_shared.state.pairs import PairParameters
from script_shared.state.state import Sizes, State, StateParameters

HOUR_MS = 3_600_000
SIZES = Sizes(users=4, items=6, keys=2, contexts=1)
PAIR_PARAMETERS = PairParameters(
    half_lives=(1.0, 4.0), distance=3, distance_decay=1.0, reverse=0.1, time_gap=(0.0, 36.0)
)
PARAMETERS = StateParameters(co_occurrence=PAIR_PARAMETERS)
#: A pair is dropped below 2^-9 of the smallest weight, that of a reverse pair at distance 3.
MAX_DROPPED_WEIGHT = 2.0**-9 / 3 / 10

deterministic = settings(deadline=None, derandomize=True, database=None, max_examples=60)
WEIGHT = st.sampled_from([0.25, 1.0, 3.0])
ROW = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 50 * 60), st.integers(-1, 1), WEIGHT)
ROWS = st.lists(ROW, max_size=40).map(lambda rows: sorted(rows, key=lambda row: row[2]))


def interactions(rows):
    user, item, minute, key = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    weight = np.array([row[4] if len(row) > 4 else 1.0 for row in rows], np.float32)
    return Interactions(user.astype(np.int32), item.astype(np.int32), minute * 60_000, weight, key[:, None])


def increments(rows, published=(-1,) * SIZES.items, limit=PARAMETERS.user_limit):
    """Return how much each weight exceeds the user's other weights of the item in the previous hour."""
    used, result = {}, []
    for position, (user, item, minute, _, weight) in enumerate(rows):
        share, since = 0.0, max(minute - 60, published[item])
        if minute >= published[item]:
            repeats = [row[4] for row in rows[:position] if row[:2] == (user, item) and row[2] >= since]
            share = max(weight - max(repeats, default=0.0), 0.0)
            share = min(share, limit - used.get((user, minute), 0.0))
            used[user, minute] = used.get((user, minute), 0.0) + share
        result.append(share)
    return result


def make_state(rows, parameters=PARAMETERS, parts=1):
    state = State(parameters, SIZES)
    for part in np.array_split(np.arange(len(rows)), parts):
        state.apply(interactions(rows).take(part))
    return state


def decay(now_ms, minute, half_life):
    return 2.0 ** -((now_ms - minute * 60_000) / HOUR_MS / half_life)


@deterministic
@given(ROWS, st.integers(50 * 60, 90 * 60))
def test_count_is_the_sum_of_two_to_the_minus_age_over_half_life(rows, now_minute):
    state, now = make_state(rows), now_minute * 60_000
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for (_, item, minute, *_), share in zip(rows, increments(rows), strict=True):
        expected[:, item] += [share * decay(now, minute, half_life) for half_life in PARAMETERS.half_lives]
    assert state.counts.get(np.arange(state.counts.values.shape[1]), now) == pytest.approx(expected)
    assert state.totals(now) == pytest.approx(expected.sum(axis=1))


@deterministic
@given(ROWS, st.integers(1, 4))
def test_interaction_within_half_an_hour_of_the_users_last_continues_the_session(rows, parts):
    state, now = make_state(rows, parts=parts), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for user in range(SIZES.users):
        counted = zip(rows, increments(rows), strict=True)
        history = [(row[1], row[2], share) for row, share in counted if row[0] == user]
        for (_, before, _), (item, minute, share) in pairwise(history):
            if minute - before < 30:
                expected[:, item] += [
                    share * decay(now, minute, half_life) for half_life in PARAMETERS.half_lives
                ]
    assert state.continuations.get(np.arange(state.continuations.values.shape[1]), now) == pytest.approx(
        expected
    )


@deterministic
@given(ROWS)
def test_key_count_contains_the_interactions_with_the_key(rows):
    state, now = make_state(rows), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.key_half_lives), SIZES.keys * SIZES.items))
    for (_, item, minute, key, _), share in zip(rows, increments(rows), strict=True):
        for row, half_life in enumerate(PARAMETERS.key_half_lives):
            if key >= 0:
                expected[row, key * SIZES.items + item] += share * decay(now, minute, half_life)
    assert state.key_counts.get(np.arange(state.key_counts.values.shape[1]), now) == pytest.approx(expected)
    totals = expected.reshape(len(expected), SIZES.keys, SIZES.items).sum(axis=2)
    assert state.key_totals.get(np.arange(state.key_totals.values.shape[1]), now) == pytest.approx(totals)


def counts_of(state, now):
    return state.counts.get(np.arange(SIZES.items), now)


@deterministic
@given(ROWS, st.lists(st.integers(-1, 50 * 60), min_size=6, max_size=6), st.integers(1, 4))
def test_interaction_before_the_published_time_adds_nothing(rows, published, parts):
    parameters, now = PARAMETERS.model_copy(update={"user_limit": 2.0}), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for (_, item, when, *_), share in zip(rows, increments(rows, published, 2.0), strict=True):
        expected[:, item] += [share * decay(now, when, half_life) for half_life in PARAMETERS.half_lives]
    items, moments = np.arange(SIZES.items), np.maximum(np.array(published) * 60_000, -1)
    before, after = State(parameters, SIZES), make_state(rows, parameters, parts)
    before.update_items(items, moments, np.zeros(SIZES.items, np.int32))
    for part in np.array_split(np.arange(len(rows)), parts):
        before.apply(interactions(rows).take(part))
    after.update_items(items, moments, np.zeros(SIZES.items, np.int32))
    for state in (before, after):
        assert counts_of(state, now) == pytest.approx(expected, abs=1e-9)
    every = np.arange(SIZES.keys * SIZES.items)
    assert after.key_counts.get(every, now) == pytest.approx(before.key_counts.get(every, now), abs=1e-9)
    assert after.continuations.get(items, now) == pytest.approx(
        before.continuations.get(items, now), abs=1e-9
    )
    # Pairs older than nine half-lives are not corrected.
    assert pairs_of(after.co_occurrence, now) == pytest.approx(
        pairs_of(before.co_occurrence, now), abs=40 * 2.0**-9
    )


def test_repeats_count_once_and_a_user_adds_at_most_the_limit_in_a_minute():
    reloads = [(0, 0, minute, -1, 1.0) for minute in range(300)]
    later_repeat = [(0, 0, 361, -1, 1.0)]
    burst = [(1, item, 400, -1, 5.0) for item in range(6)]
    state, now = make_state([*reloads, *later_repeat, *burst], parts=7), 400 * 60_000
    counts = counts_of(state, now)[-1]
    assert counts[0] == pytest.approx(decay(now, 0, 24.0) + decay(now, 361, 24.0) + 5.0)
    assert counts[1:].tolist() == pytest.approx([5.0, 5.0, 5.0, 0.0, 0.0])


@pytest.mark.parametrize("parts", [1, 9])
def test_search_for_repeats_is_limited_to_recent_interactions(parts):
    sizes = Sizes(users=1, items=1_200, keys=2, contexts=1)
    state = State(PARAMETERS.model_copy(update={"user_limit": 500.0}), sizes)
    steady = [(0, n, 20 + n // 20, -1) for n in range(1_001)]
    repeats = [(0, 0, 75, -1), (0, 5, 76, -1)]
    at_once = [(0, 1_050 + n, 80, -1) for n in range(101)]
    rows = [*steady, *repeats, *at_once]
    for part in np.array_split(np.arange(len(rows)), parts):
        state.apply(interactions(rows).take(part))
    now = 80 * 60_000
    counts = state.counts.get(np.arange(sizes.items), now)[-1]
    twice = decay(now, 20, 24.0) + decay(now, 75, 24.0)
    assert counts[0] == pytest.approx(twice), "1,000 other interactions follow, so the repeat is not found"
    assert counts[5] == pytest.approx(decay(now, 20, 24.0)), (
        "fewer interactions follow, so the repeat is found"
    )
    assert counts[1_050:1_150].tolist() == [1.0] * 100
    assert counts[1_150] == 0, "only 100 interactions of a minute count"


def pairs_by_hand(rows, now, parameters):
    weights = np.zeros((len(parameters.half_lives), SIZES.items, SIZES.items))
    low, high = (hours * 60 for hours in parameters.time_gap)
    for user in range(SIZES.users):
        shares = zip(rows, increments(rows), strict=True)
        history = [(row[1], row[2], share) for row, share in shares if row[0] == user]
        for i, (old, old_minute, _) in enumerate(history):
            for distance, (new, minute, share) in enumerate(history[i + 1 : i + 1 + parameters.distance], 1):
                if share and old != new and low <= minute - old_minute < high:
                    for row, half_life in enumerate(parameters.half_lives):
                        weight = decay(now, minute, half_life) / distance**parameters.distance_decay
                        weights[row, old, new] += weight
                        weights[row, new, old] += weight * parameters.reverse
    return weights


def pairs_of(pairs, now):
    scale = pairs.scale(now)
    weights = np.zeros((len(scale), SIZES.items, SIZES.items))
    for item in range(SIZES.items):
        items, result, totals = pairs.neighbours(item)
        expected = pytest.approx(result.sum(axis=1) * scale, rel=1e-6, abs=1e-9)
        assert totals * scale == expected, "no neighbour is cut off"
        weights[:, item, items] = result * scale[:, None]
    return weights


@deterministic
@given(ROWS, st.integers(1, 4))
def test_pair_weights_are_sums_over_items_in_sequence(rows, parts):
    now = 51 * HOUR_MS
    for name in ("co_occurrence", "cross_session"):
        parameters = getattr(PARAMETERS, name)
        expected = pairs_by_hand(rows, now, parameters)
        result = pairs_of(getattr(make_state(rows, parts=parts), name), now)
        assert result == pytest.approx(expected, abs=40 * 2.0**-9)
        strong = expected[-1] > 2.0**-5
        assert result[-1][strong] == pytest.approx(expected[-1][strong], rel=0.1)


def test_pair_weights_of_three_interactions_by_hand():
    state = make_state([(0, 0, 0, -1), (0, 1, 60, -1), (0, 2, 120, -1)])
    items, weights, _ = state.co_occurrence.neighbours(0)
    assert items.tolist() == [1, 2]
    now = 2 * HOUR_MS
    assert (weights * state.co_occurrence.scale(now)[:, None])[0] == pytest.approx([1 / 2, 1 / 2])
    items, weights, _ = state.co_occurrence.neighbours(2)
    assert items.tolist() == [0, 1]
    assert (weights * state.co_occurrence.scale(now)[:, None])[0] == pytest.approx([0.1 / 2, 0.1])


@deterministic
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_different_users_at_the_same_time_does_not_matter(rows, random):
    now = 51 * HOUR_MS
    ranks = {user: random.random() for user in range(SIZES.users)}
    shuffled = sorted(rows, key=lambda row: (row[2], ranks[row[0]]))
    original, reordered = make_state(rows), make_state(shuffled)
    slots = np.arange(original.sizes.items)
    assert reordered.counts.get(slots, now) == pytest.approx(original.counts.get(slots, now))
    assert pairs_of(reordered.co_occurrence, now) == pytest.approx(
        pairs_of(original.co_occurrence, now), abs=MAX_DROPPED_WEIGHT
    )
    for user in range(SIZES.users):
        for left, right in zip(original.histories.get(user), reordered.histories.get(user), strict=True):
            assert np.array_equal(left, right)


@deterministic
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5_000)), max_size=30), st.randoms())
def test_counts_do_not_depend_on_the_order_of_interactions(rows, random):
    shuffled = random.sample(rows, len(rows))
    original, reordered = (DecayedCounts([0.1, 24.0], 3) for _ in range(2))
    for item, minute in rows:
        original.apply(np.array([item]), np.array([minute * 60_000]))
    if shuffled:
        items, minutes = (np.array(column) for column in zip(*shuffled, strict=True))
        reordered.apply(items, minutes * 60_000)
    now = 5_000 * 60_000
    assert reordered.get(np.arange(reordered.values.shape[1]), now) == pytest.approx(
        original.get(np.arange(original.values.shape[1]), now)
    )


@deterministic
@given(ROWS)
def test_histories_contain_each_users_interactions_oldest_first(rows):
    state = make_state(rows, parts=3)
    for user in range(SIZES.users):
        items, times, _ = state.histories.get(user)
        expected = [(row[1], row[2] * 60_000) for row in rows if row[0] == user]
        assert list(zip(items.tolist(), times.tolist(), strict=True)) == expected
        assert all(earlier <= later for earlier, later in pairwise(times.tolist()))
    assert state.histories.count_all().sum() == len(rows)


@deterministic
@given(ROWS)
def test_items_contain_the_time_of_the_first_interaction(rows):
    state = make_state(rows, parts=2)
    for item in range(SIZES.items):
        times = [minute * 60_000 for _, other, minute, *_ in rows if other == item]
        assert state.items.first_ms[item] == min(times, default=NEVER)


@deterministic
@given(ROWS, st.integers(1, 8))
def test_most_popular_orders_items_by_count_and_ties_by_position(rows, n):
    state, now = make_state(rows), 51 * HOUR_MS
    for row in range(len(PARAMETERS.half_lives)):
        counts = state.counts.get(np.arange(state.counts.values.shape[1]), now)[row]
        stored = state.counts.values[row]
        ranked = state.most_popular(row, n, now)
        assert ranked.tolist() == sorted(np.flatnonzero(stored), key=lambda i: (-stored[i], i))[:n]
        assert list(counts[ranked]) == sorted(counts[ranked], reverse=True)


def test_neighbours_are_limited_to_max_neighbours():
    parameters = StateParameters(co_occurrence=PairParameters(max_neighbours=3))
    rows = [
        (user, item, 60 * user + step, -1) for user in range(4) for step, item in enumerate((0, 1 + user, 5))
    ]
    items, weights, totals = make_state(rows, parameters).co_occurrence.neighbours(0)
    assert len(items) == weights.shape[1] == 3
    assert items.tolist() == sorted(items.tolist())
    assert (totals > weights.sum(axis=1)).all(), "totals include the neighbours cut off"


def test_pairs_below_the_minimum_weight_are_dropped():
    state = make_state([(0, 0, 0, -1), (0, 1, 1, -1)])
    assert len(state.co_occurrence) == 2
    later = [
        (1 + step % 2, 3 + step % 3, 60 * 24 * 30 + step // 8, -1, 1 + step / 100) for step in range(8_000)
    ]
    state.apply(interactions(later))
    assert not len(state.co_occurrence.neighbours(0)[0])


def test_apply_without_interactions_changes_nothing():
    state = make_state([(0, 0, 0, -1)])
    version = state.version
    state.apply(interactions([]))
    assert state.version == version


def test_counts_long_before_the_newest_interaction_are_finite():
    counts = DecayedCounts((0.1, 24.0), 3)
    counts.apply(np.array([0, 1]), np.array([0, 9_000 * HOUR_MS]))
    # Counts must not overflow when the clock is set back by a year, and slots without interactions remain 0.
    for now in (0, 8_000 * HOUR_MS, 9_000 * HOUR_MS):
        result = counts.get(np.arange(counts.values.shape[1]), now)
        assert np.isfinite(result).all()
        assert result[:, 2].tolist() == [0.0, 0.0]
        assert (result[:, 1] > 0).all()
