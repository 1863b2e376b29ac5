import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.reranking import POOL, diversify, same_category
from script_shared.releases.registry import Registry
from script_shared.types import Request, ScoredItem

promise = settings(deadline=None, derandomize=True, database=None, max_examples=100)


def ranked(*items):
    return [ScoredItem(item, 1.0 - place / 100, "test") for place, item in enumerate(items)]


def positions(found):
    return [each.item for each in found]


#: Items 0, 1, 2, … have categories 0, 0, 0, 1, 1, 2.
CATEGORIES = np.array([0, 0, 0, 1, 1, 2])


def test_all_the_way_up_each_category_comes_once_before_any_comes_twice():
    found = diversify(ranked(0, 1, 2, 3, 4, 5), 3, 1.0, same_category(CATEGORIES))
    assert sorted(CATEGORIES[positions(found)]) == [0, 1, 2]


def test_a_little_brings_in_the_next_best_of_another_category():
    """Of 0, 1 and 3 two are wanted: 1 at the second place is worth .63 - .25, 3 at the third .5."""
    likeness = same_category(CATEGORIES)
    assert positions(diversify(ranked(0, 1, 3), 2, 0.2, likeness)) == [0, 1]
    assert positions(diversify(ranked(0, 1, 3), 2, 0.5, likeness)) == [0, 3]


def test_what_is_chosen_stays_in_the_order_of_relevance():
    found = diversify(ranked(0, 1, 2, 3, 4, 5), 4, 1.0, same_category(CATEGORIES))
    assert positions(found) == [0, 1, 3, 5]


def test_the_best_item_is_always_there():
    for dial in (0.1, 0.5, 1.0):
        assert positions(diversify(ranked(2, 1, 5, 0), 3, dial, same_category(CATEGORIES)))[0] == 2


def test_what_lies_beyond_the_pool_does_not_move_up():
    categories = np.zeros(POOL + 1, int)
    categories[POOL] = 1
    found = diversify(ranked(*range(POOL + 1)), 10, 1.0, same_category(categories))
    assert POOL not in positions(found)


def test_another_likeness_gives_another_order():
    vectors = np.array([[1.0, 0.0], [0.9, np.sqrt(1 - 0.81)], [0.0, 1.0]])
    found = diversify(ranked(0, 1, 2), 2, 0.8, lambda items: vectors[items] @ vectors[items].T)
    assert positions(found) == [0, 2]


@pytest.mark.parametrize("dial", [-0.1, 1.1, float("nan")])
def test_a_dial_beyond_its_ends_is_refused(dial):
    with pytest.raises(ValueError, match="from 0 to 1"):
        diversify(ranked(0, 1), 2, dial, same_category(CATEGORIES))


@st.composite
def lists(draw):
    items = draw(st.lists(st.integers(0, 99), unique=True, max_size=80))
    categories = np.array(draw(st.lists(st.integers(0, 6), min_size=100, max_size=100)))
    return ranked(*items), draw(st.integers(0, 60)), same_category(categories)


@promise
@given(lists(), st.floats(0, 1))
def test_a_list_has_as_many_items_as_asked_each_once_and_all_of_the_ranked_ones(world, dial):
    given_list, n, likeness = world
    found = diversify(given_list, n, dial, likeness)
    assert len(found) == min(n, len(given_list))
    assert len(set(positions(found))) == len(found)
    assert set(found) <= set(given_list)


@promise
@given(lists())
def test_at_zero_the_list_is_the_ranked_one(world):
    given_list, n, likeness = world
    assert diversify(given_list, n, 0.0, likeness) == given_list[:n]


@promise
@given(lists(), st.floats(0, 1))
def test_the_same_list_and_dial_give_the_same_order(world, dial):
    given_list, n, likeness = world
    assert diversify(given_list, n, dial, likeness) == diversify(given_list, n, dial, likeness)


def different_pairs(categories, items):
    own = categories[items]
    return (own[:, None] != own).sum()


@promise
@given(st.permutations(range(30)), st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_all_the_way_up_is_never_less_diverse_than_the_ranked_list(items, categories):
    categories = np.array(categories)
    found = diversify(ranked(*items), 10, 1.0, same_category(categories))
    assert different_pairs(categories, positions(found)) >= different_pairs(categories, items[:10])


@pytest.fixture(scope="module")
def engine(small_volume):
    release = Registry(small_volume.releases).open()
    return Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))


@pytest.fixture(scope="module")
def readers(engine):
    return [engine._router.users[place] for place in range(40)]


def test_an_engine_at_zero_answers_as_without_a_dial(engine, readers):
    for reader in readers:
        plain = engine.recommend(Request(reader))
        assert engine.recommend(Request(reader, diversity=0.0)) == plain


@pytest.mark.parametrize("dial", [0.2, 1.0])
def test_an_engine_never_tells_of_what_was_read_however_far_the_dial_is_turned(engine, readers, dial):
    for reader in readers:
        user = engine._router.users.find(reader)
        read = set(engine._state.histories.get(user)[0].tolist())
        found = engine.recommend(Request(reader, n=20, diversity=dial))
        assert len(found.items) == len({item.item for item in found.items})
        assert len(found.items) == len(engine.recommend(Request(reader, n=20)).items)
        assert not read & {item.item for item in found.items}
        assert 0 <= found.fallback <= 20


def test_the_dial_makes_an_engines_lists_less_alike(engine, readers):
    categories = engine._state.items.category

    def different(dial):
        answers = [engine.recommend(Request(reader, diversity=dial)) for reader in readers]
        return sum(different_pairs(categories, [item.item for item in each.items]) for each in answers)

    assert different(0.0) < different(0.3) <= different(1.0)
