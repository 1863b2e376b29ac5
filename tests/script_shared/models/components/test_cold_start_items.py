"""Cold-start items, and the features of items without interactions."""

import numpy as np
import pytest

from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.cold_start_items import (
    MAX_AGE_HOURS,
    MAX_INTERACTIONS,
    POOL,
    ColdStartItems,
)
from script_shared.models.components.texts.content import Content, ContentParameters
from script_shared.state.state import Sizes, State, StateParameters
from tests.support.small_datasets import (
    CHECKERBOARD_TITLES,
    HOUR_MS,
    checkerboard_interactions,
    hour_ms,
    make_dataset,
    make_query,
)

STATE = StateParameters()
NOW = hour_ms(10)


@pytest.fixture
def state():
    state = State(STATE, Sizes(users=1, items=100, keys=0, contexts=0))
    state.update_items(np.arange(100), NOW - np.arange(100) * HOUR_MS // 10, np.zeros(100, np.int32))
    return state


def test_items_are_newest_first_and_at_most_six_hours_old(state):
    new_items = ColdStartItems()
    new_items.add([3, 50, 59, 60, 70, 0])
    assert new_items.newest(state, NOW).tolist() == [0, 3, 50, 59]
    assert MAX_AGE_HOURS == 6


def test_only_reported_items_are_listed(state):
    assert not len(ColdStartItems().newest(state, NOW))


def test_item_with_ten_interactions_is_not_listed(state):
    new_items = ColdStartItems()
    new_items.add([1, 2])
    for item, count in ((1, MAX_INTERACTIONS + 1), (2, MAX_INTERACTIONS - 1)):
        state.counts.apply(np.full(int(count), item), np.full(int(count), NOW))
    assert new_items.newest(state, NOW).tolist() == [2]


def test_at_most_the_newest_of_the_pool_are_listed(state):
    new_items = ColdStartItems()
    state.update_items(np.arange(100), np.full(100, NOW) - np.arange(100), np.zeros(100, np.int32))
    new_items.add(range(100))
    assert new_items.newest(state, NOW).tolist() == list(range(POOL))


@pytest.fixture
def content_with_new_items():
    """A fitted content component with two new items that have the vectors of i02 and i03."""
    dataset = make_dataset(checkerboard_interactions(), hours=30, titles=CHECKERBOARD_TITLES)
    state = State.from_dataset(dataset, STATE)
    content = Content(ContentParameters())
    content.fit(dataset, state)
    size, vectors = len(dataset.items), dataset.catalogue.vectors
    similar = [dataset.items.find(name) for name in ("i02", "i03")]
    content.add_item_vectors(np.array([size + 4, size]), vectors.rows[vectors.row[similar]])
    return dataset, state, content, size


def test_new_item_scores_like_an_item_with_the_same_text(content_with_new_items):
    dataset, state, content, size = content_with_new_items
    query = make_query(dataset, ["i04", "i06"], hour=30)
    new = content.features(query, state, np.array([size + 4, size, size + 1, size + 5_000]))[:, 0]
    known = content.features(query, state, dataset.items.find_all(["i02", "i03"]))[:, 0]
    assert new.tolist() == [*known.tolist(), 0.0, 0.0]
    assert known[0] > known[1]


def test_changed_item_replaces_its_vector(content_with_new_items):
    dataset, state, content, size = content_with_new_items
    query = make_query(dataset, ["i04", "i06"], hour=30)
    vectors = dataset.catalogue.vectors
    before = content.dump().arrays["vectors"].shape
    content.add_item_vectors(np.array([size]), vectors.rows[vectors.row[dataset.items.find_all(["i02"])]])
    scores = content.features(query, state, np.array([size, size + 4]))[:, 0]
    assert scores[0] == scores[1]
    assert content.dump().arrays["vectors"].shape == before


def test_similar_items_have_the_same_words(content_with_new_items):
    dataset, _, content, size = content_with_new_items
    similar = content.similar_items(size + 4, None, 8).tolist()
    names = {dataset.items[item] for item in similar if item < size}
    assert {size + 4, dataset.items.find("i02")} <= set(similar)
    assert {name[-1] in "02468" for name in names} == {True}
    allowed = np.ones(size + 100, np.bool_)
    allowed[similar[1]] = False
    assert similar[1] not in content.similar_items(size + 4, allowed, 8).tolist()
    assert content.similar_items(size + 9_999, None, 8).tolist() == []


def test_category_without_training_data_counts_as_rare():
    interactions = [("a", "x1", 1), ("a", "x2", 2), ("b", "y1", 3)]
    dataset = make_dataset(interactions, hours=4, categories={"x1": "x", "x2": "x", "y1": "y"})
    state, affinity = State.from_dataset(dataset, STATE), CategoryAffinity()
    affinity.fit(dataset, state)
    known = affinity.features(make_query(dataset, ["x1"], hour=4), state, np.arange(3))
    state.items.category[2] = len(dataset.catalogue.categories)
    new = affinity.features(make_query(dataset, ["y1"], hour=4), state, np.arange(3))[:, 0]
    assert known[0] > known[2]
    assert new[2] > max(new[:2])
