from math import exp, sqrt

import numpy as np
import pytest

from benchmarks.choosing import PEERS
from benchmarks.peers.base import Query, Reads, best_of
from benchmarks.peers.popularity import Popularity
from benchmarks.peers.vsknn import Vsknn
from benchmarks.peers.vstan import AGE_DAYS, DISTANCE, LIKENESS, SCORES, Vstan

HOUR = 3_600_000
NOW = 100 * HOUR
#: RecTools' peers need an environment of their own; the command itself runs them.
OWN = [name for name in PEERS if not name.startswith("rectools")]
TASTE = [name for name in OWN if not name.startswith("popularity")]


def reads(*rows, items, now=NOW):
    """Make reads from (session, item, hours before now), in order of time."""
    ordered = sorted(rows, key=lambda row: -row[2])
    session, item, hours = (np.array(column) for column in zip(*ordered, strict=True))
    time = now - np.round(hours * HOUR).astype(np.int64)
    return Reads(session, session, item.astype(np.int32), time, time, items, now)


def ask(peer, known, *items, n=20):
    peer.fit(known)
    return peer.rank([Query(-1, np.array(items, np.int64))], n)[0].tolist()


def two_tastes(items=200, sessions=1_000):
    """Even sessions read even items and odd ones odd items, five each, all within an hour."""
    return reads(
        *(
            (session, (session % 2 + 2 * (session // 2 * 7 + step)) % items, 1 - session / sessions / 2)
            for session in range(sessions)
            for step in (0, 1, 3, 7, 12)
        ),
        items=items,
    )


@pytest.mark.parametrize("name", TASTE)
def test_readers_of_even_items_are_told_of_even_items(name):
    assert {item % 2 for item in ask(PEERS[name](), two_tastes(), 0, 2, n=3)} == {0}
    assert {item % 2 for item in ask(PEERS[name](), two_tastes(), 1, 3, n=3)} == {1}


@pytest.mark.parametrize("name", OWN)
def test_lists_hold_nothing_twice_and_nothing_that_was_read(name):
    found = ask(PEERS[name](), two_tastes(), 4, 6)
    assert len(found) == len(set(found))
    assert found
    assert not {4, 6} & set(found)
    assert set(found) <= set(range(200))


@pytest.mark.parametrize("name", OWN)
def test_queries_are_answered_alike_alone_and_among_others(name):
    peer = PEERS[name]()
    peer.fit(two_tastes())
    queries = [Query(-1, np.array(items, np.int64)) for items in ([0], [], [3, 5, 7], [111])]
    together = [found.tolist() for found in peer.rank(queries, 5)]
    assert together == [peer.rank([query], 5)[0].tolist() for query in queries]


@pytest.mark.parametrize("name", TASTE)
def test_who_read_nothing_known_is_told_nothing(name):
    known = two_tastes()
    wider = Reads(known.owner, known.session, known.item, known.time, known.began, 240, known.now_ms)
    assert ask(PEERS[name](), wider) == []
    assert ask(PEERS[name](), wider, 219) == []


def test_popularity_halves_with_each_half_life():
    """Two reads an hour ago weigh as much as one now: the lower article goes first; three weigh more."""
    known = reads((1, 5, 0), (2, 3, 1), (3, 3, 1), (4, 8, 1), (5, 8, 1), (6, 8, 1), (7, 1, 1), items=9)
    assert ask(Popularity(1.0), known) == [8, 3, 5, 1]
    assert ask(Popularity(0.1), known) == [5, 8, 3, 1]
    assert ask(Popularity(1.0), known, 8, 5) == [3, 1]


def test_popularity_forgets_what_began_long_ago_even_where_it_is_dated_now():
    known = reads((1, 0, 0), (2, 1, 0), (3, 1, 0), items=2)
    late = Reads(*(known.owner, known.session, known.item, known.time), known.began.copy(), 2, NOW)
    late.began[known.item == 1] -= 40 * HOUR
    assert ask(Popularity(0.5), known) == [1, 0]
    assert ask(Popularity(0.5), late) == [0]


#: Session 1 shares both items of the query, session 2 its older one, session 3 its newer one.
NEIGHBOURS = reads(
    (1, 0, 3.0), (1, 1, 2.9), (1, 2, 2.8), (2, 0, 2.0), (2, 3, 1.9), (3, 4, 1.0), (3, 1, 0.9), items=6
)


def test_vsknn_by_hand():
    """Weights of the query (0, 1) are 1/4 and 1; likenesses 5/8, 1/8, 1/2; session 2's hit is 2 back."""
    peer = Vsknn()
    assert ask(peer, NEIGHBOURS, 0, 1) == [2, 4, 3]
    scores = {2: 5 / 8, 4: 1 / 2, 3: 1 / 8 / 4}
    assert sorted(scores, key=scores.get, reverse=True) == [2, 4, 3]
    assert ask(peer, NEIGHBOURS, 1, 0) == [2, 3, 4]


def test_vstan_by_hand():
    older = exp(-1 / LIKENESS)
    norm = sqrt(1 + older**2)

    def aged(hours):
        return exp(-hours / 24 / AGE_DAYS)

    near = exp(-1 / DISTANCE)
    scores = {
        2: (1 + older) / (norm * sqrt(3)) * aged(2.8) * near,
        3: older / (norm * sqrt(2)) * aged(1.9) * exp(-1 / SCORES) * near,
        4: 1 / (norm * sqrt(2)) * aged(0.9) * near,
    }
    assert ask(Vstan(), NEIGHBOURS, 0, 1) == sorted(scores, key=scores.get, reverse=True)


def test_only_the_most_recent_sessions_are_neighbours():
    rows = [(session, 0, 50 - session / 100) for session in range(1_001)]
    partners = [(session, 1 if session < 501 else 2, 49.9 - session / 100) for session in range(1_001)]
    assert ask(Vsknn(), reads(*rows, *partners, items=3), 0) == [2]


def test_the_best_leave_out_what_was_read_and_what_scores_nothing():
    scores = np.array([0.0, 2.0, 1.0, 2.0, 1.0])
    assert best_of(np.arange(5), scores, np.array([3]), 2).tolist() == [1, 2]
    assert best_of(np.arange(5), scores, np.array([3]), 9).tolist() == [1, 2, 4]
