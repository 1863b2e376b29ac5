"""What is fresh, and what can be said of an item before anybody has read it."""

import numpy as np
import pytest

from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.content import Content, ContentParameters
from script_shared.models.components.unread_items import FEW_READS, HOURS, POOL, UnreadItems
from script_shared.state.state import Sizes, State, StateParameters
from tests.script_shared.models.test_known_answers import HALVES
from tests.support.worlds import HOUR_MS, ask, at, two_tastes, world

STATE = StateParameters()
NOW = at(10)


@pytest.fixture
def state():
    state = State(STATE, Sizes(users=1, items=100, keys=0, contexts=0))
    state.update_items(np.arange(100), NOW - np.arange(100) * HOUR_MS // 10, np.zeros(100, np.int32))
    return state


def test_the_newest_come_first_and_none_is_older_than_six_hours(state):
    fresh = UnreadItems()
    fresh.announce([3, 50, 59, 60, 70, 0])
    assert fresh.named(state, NOW).tolist() == [0, 3, 50, 59]
    assert HOURS == 6


def test_only_what_was_announced_is_fresh(state):
    assert not len(UnreadItems().named(state, NOW))


def test_what_has_been_read_ten_times_is_no_longer(state):
    fresh = UnreadItems()
    fresh.announce([1, 2])
    for item, reads in ((1, FEW_READS + 1), (2, FEW_READS - 1)):
        state.counts.apply(np.full(int(reads), item), np.full(int(reads), NOW))
    assert fresh.named(state, NOW).tolist() == [2]


def test_of_many_the_newest_are_looked_at(state):
    fresh = UnreadItems()
    state.update_items(np.arange(100), np.full(100, NOW) - np.arange(100), np.zeros(100, np.int32))
    fresh.announce(range(100))
    assert fresh.named(state, NOW).tolist() == list(range(POOL))


@pytest.fixture
def told():
    """A content component that is told of two items behind its own: like i02, and like i03."""
    dataset = world(two_tastes(), hours=30, titles=HALVES)
    state = State.from_dataset(dataset, STATE)
    content = Content(ContentParameters())
    content.fit(dataset, state)
    size, vectors = len(dataset.items), dataset.catalogue.vectors
    like = [dataset.items.find(name) for name in ("i02", "i03")]
    content.add_item_vectors(np.array([size + 4, size]), vectors.rows[vectors.row[like]])
    return dataset, state, content, size


def test_an_item_that_came_later_is_as_close_as_one_with_its_text(told):
    dataset, state, content, size = told
    query = ask(dataset, ["i04", "i06"], hour=30)
    late = content.features(query, state, np.array([size + 4, size, size + 1, size + 5_000]))[:, 0]
    known = content.features(query, state, dataset.items.find_all(["i02", "i03"]))[:, 0]
    assert late.tolist() == [*known.tolist(), 0.0, 0.0]
    assert known[0] > known[1]


def test_what_was_told_of_it_last_counts_and_takes_no_more_room(told):
    dataset, state, content, size = told
    query = ask(dataset, ["i04", "i06"], hour=30)
    vectors = dataset.catalogue.vectors
    before = content.dump().arrays["vectors"].shape
    content.add_item_vectors(np.array([size]), vectors.rows[vectors.row[dataset.items.find_all(["i02"])]])
    now = content.features(query, state, np.array([size, size + 4]))[:, 0]
    assert now[0] == now[1]
    assert content.dump().arrays["vectors"].shape == before


def test_alike_are_those_with_its_words(told):
    dataset, _, content, size = told
    found = content.similar_items(size + 4, None, 8).tolist()
    names = {dataset.items[item] for item in found if item < size}
    assert {size + 4, dataset.items.find("i02")} <= set(found)
    assert {name[-1] in "02468" for name in names} == {True}
    allowed = np.ones(size + 100, np.bool_)
    allowed[found[1]] = False
    assert found[1] not in content.similar_items(size + 4, allowed, 8).tolist()
    assert content.similar_items(size + 9_999, None, 8).tolist() == []


def test_a_category_that_came_after_training_is_one_more():
    reads = [("a", "x1", 1), ("a", "x2", 2), ("b", "y1", 3)]
    dataset = world(reads, hours=4, categories={"x1": "x", "x2": "x", "y1": "y"})
    state, taste = State.from_dataset(dataset, STATE), CategoryAffinity()
    taste.fit(dataset, state)
    known = taste.features(ask(dataset, ["x1"], hour=4), state, np.arange(3))
    state.items.category[2] = len(dataset.catalogue.categories)
    late = taste.features(ask(dataset, ["y1"], hour=4), state, np.arange(3))[:, 0]
    assert known[0] > known[2]
    assert late[2] > max(late[:2])
