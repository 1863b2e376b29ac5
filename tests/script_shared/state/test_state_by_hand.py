"""What the state counts, against sums that anybody can write down."""

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
PLAIN = PairParameters(half_lives=(1.0, 4.0), distance=3, fade=1.0, reverse=0.1, apart=(0.0, 36.0))
PARAMETERS = StateParameters(co_occurrence=PLAIN)
#: A pair is forgotten at 2^-9 of the weakest one: a third, read in reverse.
FORGOTTEN = 2.0**-9 / 3 / 10

promise = settings(deadline=None, derandomize=True, database=None, max_examples=60)
WEIGHT = st.sampled_from([0.25, 1.0, 3.0])
ROW = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 50 * 60), st.integers(-1, 1), WEIGHT)
ROWS = st.lists(ROW, max_size=40).map(lambda rows: sorted(rows, key=lambda row: row[2]))


def interactions(rows):
    user, item, minute, key = (np.array([row[i] for row in rows], np.int64) for i in range(4))
    weight = np.array([row[4] if len(row) > 4 else 1.0 for row in rows], np.float32)
    return Interactions(user.astype(np.int32), item.astype(np.int32), minute * 60_000, weight, key[:, None])


def added(rows, published=(-1,) * SIZES.items, limit=PARAMETERS.user_limit):
    """Return how much each read adds: what exceeds the reader's reads of the item within an hour before."""
    used, found = {}, []
    for place, (user, item, minute, _, weight) in enumerate(rows):
        share, since = 0.0, max(minute - 60, published[item])
        if minute >= published[item]:
            repeats = [row[4] for row in rows[:place] if row[:2] == (user, item) and row[2] >= since]
            share = max(weight - max(repeats, default=0.0), 0.0)
            share = min(share, limit - used.get((user, minute), 0.0))
            used[user, minute] = used.get((user, minute), 0.0) + share
        found.append(share)
    return found


def fold(rows, parameters=PARAMETERS, parts=1):
    state = State(parameters, SIZES)
    for part in np.array_split(np.arange(len(rows)), parts):
        state.apply(interactions(rows).take(part))
    return state


def decay(now_ms, minute, half_life):
    return 2.0 ** -((now_ms - minute * 60_000) / HOUR_MS / half_life)


@promise
@given(ROWS, st.integers(50 * 60, 90 * 60))
def test_a_count_is_the_sum_of_two_to_the_minus_age_over_half_life(rows, minute):
    state, now = fold(rows), minute * 60_000
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for (_, item, when, *_), share in zip(rows, added(rows), strict=True):
        expected[:, item] += [share * decay(now, when, half_life) for half_life in PARAMETERS.half_lives]
    assert state.counts.at(np.arange(state.counts.values.shape[1]), now) == pytest.approx(expected)
    assert state.totals(now) == pytest.approx(expected.sum(axis=1))


@promise
@given(ROWS, st.integers(1, 4))
def test_a_read_within_half_an_hour_of_the_readers_last_continues_their_visit(rows, parts):
    state, now = fold(rows, parts=parts), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for user in range(SIZES.users):
        own = [
            (row[1], row[2], share) for row, share in zip(rows, added(rows), strict=True) if row[0] == user
        ]
        for (_, before, _), (item, when, share) in pairwise(own):
            if when - before < 30:
                expected[:, item] += [share * decay(now, when, h) for h in PARAMETERS.half_lives]
    assert state.continued.at(np.arange(state.continued.values.shape[1]), now) == pytest.approx(expected)


@promise
@given(ROWS)
def test_a_count_within_a_key_holds_the_reads_that_carry_it(rows):
    state, now = fold(rows), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.key_half_lives), SIZES.keys * SIZES.items))
    for (_, item, when, key, _), share in zip(rows, added(rows), strict=True):
        for row, half_life in enumerate(PARAMETERS.key_half_lives):
            if key >= 0:
                expected[row, key * SIZES.items + item] += share * decay(now, when, half_life)
    assert state.key_counts.at(np.arange(state.key_counts.values.shape[1]), now) == pytest.approx(expected)
    totals = expected.reshape(len(expected), SIZES.keys, SIZES.items).sum(axis=2)
    assert state.key_totals.at(np.arange(state.key_totals.values.shape[1]), now) == pytest.approx(totals)


def counts_of(state, now):
    return state.counts.at(np.arange(SIZES.items), now)


@promise
@given(ROWS, st.lists(st.integers(-1, 50 * 60), min_size=6, max_size=6), st.integers(1, 4))
def test_a_read_before_publication_adds_nothing_whenever_the_publication_is_known(rows, published, parts):
    parameters, now = PARAMETERS.model_copy(update={"user_limit": 2.0}), 51 * HOUR_MS
    expected = np.zeros((len(PARAMETERS.half_lives), SIZES.items))
    for (_, item, when, *_), share in zip(rows, added(rows, published, 2.0), strict=True):
        expected[:, item] += [share * decay(now, when, half_life) for half_life in PARAMETERS.half_lives]
    items, moments = np.arange(SIZES.items), np.maximum(np.array(published) * 60_000, -1)
    before, after = State(parameters, SIZES), fold(rows, parameters, parts)
    before.learn(items, moments, np.zeros(SIZES.items, np.int32))
    for part in np.array_split(np.arange(len(rows)), parts):
        before.apply(interactions(rows).take(part))
    after.learn(items, moments, np.zeros(SIZES.items, np.int32))
    for state in (before, after):
        assert counts_of(state, now) == pytest.approx(expected, abs=1e-9)
    every = np.arange(SIZES.keys * SIZES.items)
    assert after.key_counts.at(every, now) == pytest.approx(before.key_counts.at(every, now), abs=1e-9)
    assert after.continued.at(items, now) == pytest.approx(before.continued.at(items, now), abs=1e-9)
    # What is older than nine half-lives stays as it was counted.
    assert pairs_of(after.co_occurrence, now) == pytest.approx(
        pairs_of(before.co_occurrence, now), abs=40 * 2.0**-9
    )


def test_a_reader_who_reloads_counts_once_and_at_most_so_much_a_minute():
    reloads = [(0, 0, minute, -1, 1.0) for minute in range(300)]
    after_a_pause = [(0, 0, 361, -1, 1.0)]
    many = [(1, item, 400, -1, 5.0) for item in range(6)]
    state, now = fold([*reloads, *after_a_pause, *many], parts=7), 400 * 60_000
    counts = counts_of(state, now)[-1]
    assert counts[0] == pytest.approx(decay(now, 0, 24.0) + decay(now, 361, 24.0) + 5.0)
    assert counts[1:].tolist() == pytest.approx([5.0, 5.0, 5.0, 0.0, 0.0])


@pytest.mark.parametrize("parts", [1, 9])
def test_a_read_costs_no_more_however_much_a_reader_has_read(parts):
    sizes = Sizes(users=1, items=1_200, keys=2, contexts=1)
    state = State(PARAMETERS.model_copy(update={"user_limit": 500.0}), sizes)
    steady = [(0, n, 20 + n // 20, -1) for n in range(1_001)]
    again = [(0, 0, 75, -1), (0, 5, 76, -1)]
    at_once = [(0, 1_050 + n, 80, -1) for n in range(101)]
    rows = [*steady, *again, *at_once]
    for part in np.array_split(np.arange(len(rows)), parts):
        state.apply(interactions(rows).take(part))
    now = 80 * 60_000
    counts = state.counts.at(np.arange(sizes.items), now)[-1]
    twice = decay(now, 20, 24.0) + decay(now, 75, 24.0)
    assert counts[0] == pytest.approx(twice), "1,000 others were read since"
    assert counts[5] == pytest.approx(decay(now, 20, 24.0)), "fewer were"
    assert counts[1_050:1_150].tolist() == [1.0] * 100
    assert counts[1_150] == 0, "nobody opens more articles in a minute"


def pairs_by_hand(rows, now, parameters):
    weights = np.zeros((len(parameters.half_lives), SIZES.items, SIZES.items))
    low, high = (hours * 60 for hours in parameters.apart)
    for user in range(SIZES.users):
        shares = zip(rows, added(rows), strict=True)
        reads = [(row[1], row[2], share) for row, share in shares if row[0] == user]
        for i, (old, then, _) in enumerate(reads):
            for distance, (new, when, share) in enumerate(reads[i + 1 : i + 1 + parameters.distance], 1):
                if share and old != new and low <= when - then < high:
                    for row, half_life in enumerate(parameters.half_lives):
                        weight = decay(now, when, half_life) / distance**parameters.fade
                        weights[row, old, new] += weight
                        weights[row, new, old] += weight * parameters.reverse
    return weights


def pairs_of(pairs, now):
    weights = np.zeros((len(pairs.scale(now)), SIZES.items, SIZES.items))
    for item in range(SIZES.items):
        items, found, totals = pairs.neighbours(item)
        assert totals == pytest.approx(found.sum(axis=1)), "few enough partners to be told of all"
        weights[:, item, items] = found * pairs.scale(now)[:, None]
    return weights


@promise
@given(ROWS, st.integers(1, 4))
def test_pairs_are_the_sums_of_what_was_read_one_after_the_other(rows, parts):
    now = 51 * HOUR_MS
    for name in ("co_occurrence", "cross_session"):
        parameters = getattr(PARAMETERS, name)
        expected = pairs_by_hand(rows, now, parameters)
        found = pairs_of(getattr(fold(rows, parts=parts), name), now)
        assert found == pytest.approx(expected, abs=40 * 2.0**-9)
        strong = expected[-1] > 2.0**-5
        assert found[-1][strong] == pytest.approx(expected[-1][strong], rel=0.1)


def test_three_reads_one_after_the_other_by_hand():
    state = fold([(0, 0, 0, -1), (0, 1, 60, -1), (0, 2, 120, -1)])
    items, weights, _ = state.co_occurrence.neighbours(0)
    assert items.tolist() == [1, 2]
    now = 2 * HOUR_MS
    assert (weights * state.co_occurrence.scale(now)[:, None])[0] == pytest.approx([1 / 2, 1 / 2])
    items, weights, _ = state.co_occurrence.neighbours(2)
    assert items.tolist() == [0, 1]
    assert (weights * state.co_occurrence.scale(now)[:, None])[0] == pytest.approx([0.1 / 2, 0.1])


@promise
@given(ROWS, st.randoms(use_true_random=False))
def test_readers_do_not_mind_the_order_of_others_at_the_same_moment(rows, random):
    """Rows of one moment may come in any order, as long as each reader's own keep theirs."""
    now = 51 * HOUR_MS
    ranks = {user: random.random() for user in range(SIZES.users)}
    shuffled = sorted(rows, key=lambda row: (row[2], ranks[row[0]]))
    one, other = fold(rows), fold(shuffled)
    every = np.arange(one.sizes.items)
    assert other.counts.at(every, now) == pytest.approx(one.counts.at(every, now))
    assert pairs_of(other.co_occurrence, now) == pytest.approx(
        pairs_of(one.co_occurrence, now), abs=FORGOTTEN
    )
    for user in range(SIZES.users):
        for left, right in zip(one.histories.of(user), other.histories.of(user), strict=True):
            assert np.array_equal(left, right)


@promise
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5_000)), max_size=30), st.randoms())
def test_counts_take_interactions_in_any_order_each_at_its_own_age(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = (DecayedCounts([0.1, 24.0], 3) for _ in range(2))
    for item, minute in rows:
        one.apply(np.array([item]), np.array([minute * 60_000]))
    if shuffled:
        items, minutes = (np.array(column) for column in zip(*shuffled, strict=True))
        other.apply(items, minutes * 60_000)
    now = 5_000 * 60_000
    assert other.at(np.arange(other.values.shape[1]), now) == pytest.approx(
        one.at(np.arange(one.values.shape[1]), now)
    )


@promise
@given(ROWS)
def test_histories_hold_each_readers_own_reads_oldest_first(rows):
    state = fold(rows, parts=3)
    for user in range(SIZES.users):
        items, times, _ = state.histories.of(user)
        own = [(item, minute * 60_000) for reader, item, minute, *_ in rows if reader == user]
        assert list(zip(items.tolist(), times.tolist(), strict=True)) == own
        assert all(earlier <= later for earlier, later in pairwise(times.tolist()))
    assert state.histories.counts().sum() == len(rows)


@promise
@given(ROWS)
def test_the_first_read_of_an_item_is_remembered(rows):
    state = fold(rows, parts=2)
    for item in range(SIZES.items):
        moments = [minute * 60_000 for _, read, minute, *_ in rows if read == item]
        assert state.items.first_ms[item] == min(moments, default=NEVER)


@promise
@given(ROWS, st.integers(1, 8))
def test_most_read_is_the_order_of_the_counts_ties_by_position(rows, n):
    state, now = fold(rows), 51 * HOUR_MS
    for row in range(len(PARAMETERS.half_lives)):
        counts = state.counts.at(np.arange(state.counts.values.shape[1]), now)[row]
        stored = state.counts.values[row]
        ranked = state.most_popular(row, n, now)
        assert ranked.tolist() == sorted(np.flatnonzero(stored), key=lambda i: (-stored[i], i))[:n]
        assert list(counts[ranked]) == sorted(counts[ranked], reverse=True)


def test_an_item_tells_of_so_many_partners_and_no_more():
    few = StateParameters(co_occurrence=PairParameters(partners=3))
    rows = [
        (user, item, 60 * user + turn, -1) for user in range(4) for turn, item in enumerate((0, 1 + user, 5))
    ]
    items, weights, totals = fold(rows, few).co_occurrence.neighbours(0)
    assert len(items) == weights.shape[1] == 3
    assert items.tolist() == sorted(items.tolist())
    assert (totals > weights.sum(axis=1)).all(), "the total counts those cut off too"


def test_pairs_that_faded_out_are_forgotten():
    state = fold([(0, 0, 0, -1), (0, 1, 1, -1)])
    assert len(state.co_occurrence) == 2
    later = [
        (1 + turn % 2, 3 + turn % 3, 60 * 24 * 30 + turn // 8, -1, 1 + turn / 100) for turn in range(8_000)
    ]
    state.apply(interactions(later))
    assert not len(state.co_occurrence.neighbours(0)[0])


def test_nothing_changes_without_interactions():
    state = fold([(0, 0, 0, -1)])
    version = state.version
    state.apply(interactions([]))
    assert state.version == version


def test_a_moment_long_before_the_newest_read_is_a_number_too():
    counts = DecayedCounts((0.1, 24.0), 3)
    counts.apply(np.array([0, 1]), np.array([0, 9_000 * HOUR_MS]))
    # A clock was set back by a year: nothing overflows, and what was never read stays at nothing.
    for now in (0, 8_000 * HOUR_MS, 9_000 * HOUR_MS):
        found = counts.at(np.arange(counts.values.shape[1]), now)
        assert np.isfinite(found).all()
        assert found[:, 2].tolist() == [0.0, 0.0]
        assert (found[:, 1] > 0).all()
