from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest

from benchmarks.peers.base import Interactions, Query, top_items
from benchmarks.peers.popularity import Popularity
from benchmarks.peers.registry import PEERS
from benchmarks.peers.vsknn import Vsknn
from benchmarks.peers.vstan import AGE_DECAY_DAYS, DISTANCE_DECAY, SCORE_DECAY, SIMILARITY_DECAY, Vstan

HOUR = 3_600_000
NOW = 100 * HOUR
#: RecTools' peers need a separate environment and are not tested here.
NAMES = [name for name in PEERS if not name.startswith("rectools")]
PERSONALISED = [name for name in NAMES if not name.startswith("popularity")]


def make_interactions(*rows, items, now=NOW):
    """Return interactions from (session, item, hours before now), in order of time."""
    sorted_rows = sorted(rows, key=lambda row: -row[2])
    session, item, hours = (np.array(column) for column in zip(*sorted_rows, strict=True))
    time = now - np.round(hours * HOUR).astype(np.int64)
    return Interactions(session, session, item.astype(np.int32), time, time, items, now)


def fit_and_rank(peer, training, *items, n=20):
    peer.fit(training)
    return peer.rank([Query(-1, np.array(items, np.int64))], n)[0].tolist()


def make_even_and_odd_sessions(items=200, sessions=1_000):
    """Return sessions of five items within an hour; even sessions have even items, odd sessions odd ones."""
    return make_interactions(
        *(
            (session, (session % 2 + 2 * (session // 2 * 7 + step)) % items, 1 - session / sessions / 2)
            for session in range(sessions)
            for step in (0, 1, 3, 7, 12)
        ),
        items=items,
    )


@pytest.mark.parametrize("name", PERSONALISED)
def test_users_of_even_items_are_recommended_even_items(name):
    assert {item % 2 for item in fit_and_rank(PEERS[name](), make_even_and_odd_sessions(), 0, 2, n=3)} == {0}
    assert {item % 2 for item in fit_and_rank(PEERS[name](), make_even_and_odd_sessions(), 1, 3, n=3)} == {1}


@pytest.mark.parametrize("name", NAMES)
def test_lists_contain_distinct_new_items(name):
    ranked = fit_and_rank(PEERS[name](), make_even_and_odd_sessions(), 4, 6)
    assert len(ranked) == len(set(ranked))
    assert ranked
    assert not {4, 6} & set(ranked)
    assert set(ranked) <= set(range(200))


@pytest.mark.parametrize("name", NAMES)
def test_lists_do_not_depend_on_other_queries(name):
    peer = PEERS[name]()
    peer.fit(make_even_and_odd_sessions())
    queries = [Query(-1, np.array(items, np.int64)) for items in ([0], [], [3, 5, 7], [111])]
    results = [items.tolist() for items in peer.rank(queries, 5)]
    assert results == [peer.rank([query], 5)[0].tolist() for query in queries]


@pytest.mark.parametrize("name", PERSONALISED)
def test_lists_without_known_items_are_empty(name):
    training = make_even_and_odd_sessions()
    larger_training = replace(training, item_count=240)
    assert fit_and_rank(PEERS[name](), larger_training) == []
    assert fit_and_rank(PEERS[name](), larger_training, 219) == []


def test_popularity_halves_with_each_half_life():
    """Two interactions an hour ago weigh as much as one now, and ties are sorted by item."""
    training = make_interactions(
        (1, 5, 0), (2, 3, 1), (3, 3, 1), (4, 8, 1), (5, 8, 1), (6, 8, 1), (7, 1, 1), items=9
    )
    assert fit_and_rank(Popularity(1.0), training) == [8, 3, 5, 1]
    assert fit_and_rank(Popularity(0.1), training) == [5, 8, 3, 1]
    assert fit_and_rank(Popularity(1.0), training, 8, 5) == [3, 1]


def test_popularity_ignores_old_windows_regardless_of_interaction_times():
    training = make_interactions((1, 0, 0), (2, 1, 0), (3, 1, 0), items=2)
    old_window = replace(training, window_start_ms=training.time_ms - 40 * HOUR * (training.item == 1))
    assert fit_and_rank(Popularity(0.5), training) == [1, 0]
    assert fit_and_rank(Popularity(0.5), old_window) == [0]


#: Session 1 shares both items of the query, session 2 its older one, session 3 its newer one.
NEIGHBOURS = make_interactions(
    (1, 0, 3.0), (1, 1, 2.9), (1, 2, 2.8), (2, 0, 2.0), (2, 3, 1.9), (3, 4, 1.0), (3, 1, 0.9), items=6
)


def test_vsknn_ranks_by_the_weighted_similarity_of_sessions():
    """The query (0, 1) has the weights 1/4 and 1, and the similarities 5/8, 1/8 and 1/2 to the sessions."""
    peer = Vsknn()
    assert fit_and_rank(peer, NEIGHBOURS, 0, 1) == [2, 4, 3]
    scores = {2: 5 / 8, 4: 1 / 2, 3: 1 / 8 / 4}
    assert sorted(scores, key=scores.get, reverse=True) == [2, 4, 3]
    assert fit_and_rank(peer, NEIGHBOURS, 1, 0) == [2, 3, 4]


def test_vstan_ranks_by_the_decayed_similarity_of_sessions():
    older = exp(-1 / SIMILARITY_DECAY)
    norm = sqrt(1 + older**2)

    def age_decay(hours):
        return exp(-hours / 24 / AGE_DECAY_DAYS)

    near = exp(-1 / DISTANCE_DECAY)
    scores = {
        2: (1 + older) / (norm * sqrt(3)) * age_decay(2.8) * near,
        3: older / (norm * sqrt(2)) * age_decay(1.9) * exp(-1 / SCORE_DECAY) * near,
        4: 1 / (norm * sqrt(2)) * age_decay(0.9) * near,
    }
    assert fit_and_rank(Vstan(), NEIGHBOURS, 0, 1) == sorted(scores, key=scores.get, reverse=True)


def test_only_the_most_recent_sessions_are_neighbours():
    rows = [(session, 0, 50 - session / 100) for session in range(1_001)]
    partners = [(session, 1 if session < 501 else 2, 49.9 - session / 100) for session in range(1_001)]
    assert fit_and_rank(Vsknn(), make_interactions(*rows, *partners, items=3), 0) == [2]


def test_top_items_leaves_out_excluded_items_and_scores_of_zero():
    scores = np.array([0.0, 2.0, 1.0, 2.0, 1.0])
    assert top_items(np.arange(5), scores, np.array([3]), 2).tolist() == [1, 2]
    assert top_items(np.arange(5), scores, np.array([3]), 9).tolist() == [1, 2, 4]
