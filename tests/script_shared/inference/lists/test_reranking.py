"""Diversity re-ranking of lists, alone and in an engine."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.lists.reranking import POOL, category_similarity, diversify
from script_shared.releases.registry import Registry
from script_shared.types import Request, ScoredItem

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=100)


def make_ranked(*items):
    return [ScoredItem(item, 1.0 - position / 100, "test") for position, item in enumerate(items)]


def get_items(result):
    return [scored.item for scored in result]


#: Items 0, 1, 2, … have categories 0, 0, 0, 1, 1, 2.
CATEGORIES = np.array([0, 0, 0, 1, 1, 2])


def test_list_with_full_diversity_has_every_category_before_one_repeats():
    result = diversify(make_ranked(0, 1, 2, 3, 4, 5), 3, 1.0, category_similarity(CATEGORIES))
    assert sorted(CATEGORIES[get_items(result)]) == [0, 1, 2]


def test_next_best_item_of_another_category_is_selected():
    """Two of 0, 1 and 3 are selected; the second is 1 with the value .63 - .25, or 3 with the value .5."""
    similarity = category_similarity(CATEGORIES)
    assert get_items(diversify(make_ranked(0, 1, 3), 2, 0.2, similarity)) == [0, 1]
    assert get_items(diversify(make_ranked(0, 1, 3), 2, 0.5, similarity)) == [0, 3]


def test_selected_items_keep_the_order_of_relevance():
    result = diversify(make_ranked(0, 1, 2, 3, 4, 5), 4, 1.0, category_similarity(CATEGORIES))
    assert get_items(result) == [0, 1, 3, 5]


def test_best_item_is_always_selected():
    for diversity in (0.1, 0.5, 1.0):
        assert (
            get_items(diversify(make_ranked(2, 1, 5, 0), 3, diversity, category_similarity(CATEGORIES)))[0]
            == 2
        )


def test_items_outside_the_pool_are_not_selected():
    categories = np.zeros(POOL + 1, int)
    categories[POOL] = 1
    result = diversify(make_ranked(*range(POOL + 1)), 10, 1.0, category_similarity(categories))
    assert POOL not in get_items(result)


def test_similarity_is_configurable():
    vectors = np.array([[1.0, 0.0], [0.9, np.sqrt(1 - 0.81)], [0.0, 1.0]])
    result = diversify(make_ranked(0, 1, 2), 2, 0.8, lambda items: vectors[items] @ vectors[items].T)
    assert get_items(result) == [0, 2]


@pytest.mark.parametrize("diversity", [-0.1, 1.1, float("nan")])
def test_diversity_out_of_range_is_rejected(diversity):
    with pytest.raises(ValueError, match="between 0 and 1"):
        diversify(make_ranked(0, 1), 2, diversity, category_similarity(CATEGORIES))


@st.composite
def lists(draw):
    items = draw(st.lists(st.integers(0, 99), unique=True, max_size=80))
    categories = np.array(draw(st.lists(st.integers(0, 6), min_size=100, max_size=100)))
    return make_ranked(*items), draw(st.integers(0, 60)), category_similarity(categories)


@property_test
@given(lists(), st.floats(0, 1))
def test_result_has_n_distinct_items_of_the_ranked_list(example, diversity):
    ranked, n, similarity = example
    result = diversify(ranked, n, diversity, similarity)
    assert len(result) == min(n, len(ranked))
    assert len(set(get_items(result))) == len(result)
    assert set(result) <= set(ranked)


@property_test
@given(lists())
def test_without_diversity_the_list_is_unchanged(example):
    ranked, n, similarity = example
    assert diversify(ranked, n, 0.0, similarity) == ranked[:n]


@property_test
@given(lists(), st.floats(0, 1))
def test_result_is_deterministic(example, diversity):
    ranked, n, similarity = example
    assert diversify(ranked, n, diversity, similarity) == diversify(ranked, n, diversity, similarity)


def count_different_pairs(categories, items):
    category = categories[items]
    return (category[:, None] != category).sum()


@property_test
@given(st.permutations(range(30)), st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_full_diversity_is_never_less_diverse_than_the_ranked_list(items, categories):
    categories = np.array(categories)
    result = diversify(make_ranked(*items), 10, 1.0, category_similarity(categories))
    assert count_different_pairs(categories, get_items(result)) >= count_different_pairs(
        categories, items[:10]
    )


@pytest.fixture(scope="module")
def engine(small_volume):
    release = Registry(small_volume.releases).open()
    return Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))


@pytest.fixture(scope="module")
def users(engine):
    return [engine._router.users[position] for position in range(40)]


def test_engine_without_diversity_returns_the_plain_list(engine, users):
    for user in users:
        expected = engine.recommend(Request(user))
        assert engine.recommend(Request(user, diversity=0.0)) == expected


@pytest.mark.parametrize("diversity", [0.2, 1.0])
def test_engine_never_returns_items_of_the_history(engine, users, diversity):
    for user in users:
        position = engine._router.users.find(user)
        history = set(engine._state.histories.get(position)[0].tolist())
        result = engine.recommend(Request(user, n=20, diversity=diversity))
        assert len(result.items) == len({item.item for item in result.items})
        assert len(result.items) == len(engine.recommend(Request(user, n=20)).items)
        assert not history & {item.item for item in result.items}
        assert 0 <= result.fallback <= 20


def test_diversity_increases_the_different_pairs_of_an_engines_lists(engine, users):
    categories = engine._state.items.category

    def count_different(diversity):
        results = [engine.recommend(Request(user, diversity=diversity)) for user in users]
        return sum(
            count_different_pairs(categories, [item.item for item in result.items]) for result in results
        )

    assert count_different(0.0) < count_different(0.3) <= count_different(1.0)
