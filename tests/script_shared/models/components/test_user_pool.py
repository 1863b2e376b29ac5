"""The pool of similar users: the coarse search finds what the exact one finds, and changes count at once."""

import numpy as np
import pytest

from script_shared.models.components.texts.user_pool import PoolParameters, UserPool

EXACT, COARSE = PoolParameters(exact_up_to=10**9), PoolParameters(exact_up_to=0, compared=2_000, columns=24)
NOW = 1_000
USERS, LENGTH = 20_000, 64


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def make_clusters(rng, count):
    """Unit vectors about 200 centres; coordinates have different deviations, as principal axes have."""
    scale = 1 / np.sqrt(np.arange(1, LENGTH + 1))
    centres = np.random.default_rng(0).standard_normal((200, LENGTH)) * scale
    return unit(centres[rng.integers(0, 200, count)] + rng.standard_normal((count, LENGTH)) * scale)


VECTORS = make_clusters(np.random.default_rng(1), USERS)


def make_pool(parameters, vectors=VECTORS, published=0):
    users = np.arange(len(vectors), dtype=np.int32)
    return UserPool(users, np.full(len(vectors), published), vectors.copy(), parameters)


def test_exact_search_returns_the_highest_cosines_in_order():
    pool = make_pool(EXACT, unit(np.array([[1, 0], [1, 1], [-1, 0], [0, 1], [1, 0.1]])))
    users, cosines = pool.search(np.array([1, 0], np.float32), NOW, 3)
    assert users.tolist() == [0, 4, 1]
    assert cosines == pytest.approx([1, 1 / np.sqrt(1.01), np.sqrt(0.5)])


@pytest.mark.parametrize("unlike", [False, True], ids=["queries like users", "queries unlike users"])
def test_coarse_search_finds_98_percent_of_the_50_nearest(unlike):
    rng = np.random.default_rng(2)
    queries = unit(rng.standard_normal((40, LENGTH))) if unlike else make_clusters(rng, 40)
    exact, coarse = make_pool(EXACT), make_pool(COARSE)
    found = []
    for query in queries:
        users, cosines = exact.search(query, NOW, 50)
        approximate, same = coarse.search(query, NOW, 50)
        found.append(len(set(users.tolist()) & set(approximate.tolist())) / 50)
        known = dict(zip(users.tolist(), cosines.tolist(), strict=True))
        for user, cosine in zip(approximate.tolist(), same.tolist(), strict=True):
            assert cosine == pytest.approx(known.get(user, cosine), abs=1e-5)
    assert np.mean(found) >= 0.98


@pytest.mark.parametrize("parameters", [EXACT, COARSE], ids=["exact", "coarse"])
def test_stored_and_removed_users_are_found_as_in_a_new_pool(parameters):
    rng = np.random.default_rng(3)
    pool = make_pool(parameters, VECTORS[:2_000])
    added = make_clusters(rng, 3_000)
    users = np.r_[np.arange(500, 1_000), np.arange(5_000, 7_500)].astype(np.int32)
    for chunk in np.array_split(np.arange(len(users)), 7):
        pool.store(users[chunk], np.zeros(len(chunk), np.int64), added[chunk])
    removed = np.r_[np.arange(600, 700), np.arange(5_000, 5_100), [99_999]].astype(np.int32)
    pool.remove(removed)
    vectors = dict(enumerate(VECTORS[:2_000])) | dict(zip(users.tolist(), added, strict=True))
    left = np.array([user for user in vectors if user not in set(removed.tolist())], np.int32)
    expected = UserPool(left, np.zeros(len(left), np.int64), np.array([vectors[u] for u in left]), EXACT)
    for query in make_clusters(rng, 20):
        users_found, cosines = pool.search(query, NOW, 30)
        users_expected, cosines_expected = expected.search(query, NOW, 30)
        assert users_found.tolist() == users_expected.tolist()
        assert cosines == pytest.approx(cosines_expected, abs=1e-5)


@pytest.mark.parametrize("parameters", [EXACT, COARSE], ids=["exact", "coarse"])
def test_users_published_later_are_not_found_and_take_no_place(parameters):
    pool = make_pool(parameters, VECTORS[:4_000], published=NOW + 1)
    early = np.arange(10, 20, dtype=np.int32)
    pool.store(early, np.full(10, NOW), VECTORS[early])
    assert set(pool.search(VECTORS[10], NOW, 10)[0].tolist()) <= set(early.tolist())
    assert pool.search(VECTORS[10], NOW, 10)[0][0] == 10
    assert len(pool.search(VECTORS[10], NOW + 1, 4_000)[0]) > 100


def test_a_vector_without_known_words_finds_nobody():
    for parameters in (EXACT, COARSE):
        users, cosines = make_pool(parameters).search(np.zeros(LENGTH, np.float32), NOW, 5)
        assert len(users) == len(cosines) == 0
