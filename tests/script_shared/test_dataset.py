import numpy as np
import pytest

from script_shared.types import User
from script_shared.vocabulary import UNKNOWN
from tests.support.small_datasets import hour_ms, make_dataset, random_dataset


def test_ids_become_positions_in_shortlex_order():
    dataset = make_dataset([("10", "b", 2), ("9", "aa", 1), ("9", "b", 3)], hours=4)
    assert list(dataset.users) == ["9", "10"]
    assert list(dataset.items) == ["b", "aa"]
    assert dataset.interactions.user.tolist() == [0, 1, 0]
    assert dataset.interactions.item.tolist() == [1, 0, 0]
    assert dataset.interactions.time.tolist() == [hour_ms(1), hour_ms(2), hour_ms(3)]
    assert dataset.interaction_counts.tolist() == [2, 1]


def test_interactions_at_the_end_or_later_are_left_out():
    dataset = make_dataset([("a", "x", 1), ("a", "x", 2), ("a", "x", 3)], hours=2)
    assert dataset.interactions.time.tolist() == [hour_ms(1)]
    assert len(dataset.before(hour_ms(1)).interactions) == 0
    assert dataset.before(hour_ms(1)).as_of_ms == hour_ms(1)


def test_context_value_becomes_a_key_and_a_missing_one_is_unknown():
    dataset = make_dataset([("a", "x", 1, "20"), ("a", "x", 2)], hours=3)
    assert list(dataset.keys) == ["region:20"]
    assert dataset.interactions.keys.tolist() == [[0, UNKNOWN], [UNKNOWN, UNKNOWN]]


def test_newest_items_come_first_and_unpublished_ones_are_left_out():
    dataset = make_dataset([], hours=5, published={"old": 1, "new": 4, "unpublished": 6})
    assert [dataset.items[item] for item in dataset.newest_items()] == ["new", "old"]


def test_user_has_the_known_user_type_and_the_number_of_interactions():
    dataset = make_dataset([("a", "x", 1)], hours=2)
    assert dataset.user(0, 1) == User(None, 1)
    assert dataset.user(UNKNOWN, 3) == User(None, 3)


def test_categories_are_imputed_where_any_item_has_one():
    dataset = random_dataset()
    assert (dataset.catalogue.category >= 0).all()
    assert (make_dataset([("a", "x", 1)], hours=2).catalogue.category == UNKNOWN).all()


@pytest.mark.parametrize(("start", "end"), [(0, 40), (3, 3), (5, 9.5), (40, 90), (9, 2)])
def test_between_returns_the_interactions_of_a_half_open_interval(start, end):
    interactions = random_dataset().interactions
    selected = interactions.between(hour_ms(start), hour_ms(end)).time
    expected = interactions.time[(interactions.time >= hour_ms(start)) & (interactions.time < hour_ms(end))]
    assert np.array_equal(selected, expected)
