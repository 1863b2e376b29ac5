"""What is new gets a place of its own, and only that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.inference.lists.exploration import EVERY, FRESH, LEAST, introduce
from script_shared.types import ScoredItem


def ranked(items):
    return [ScoredItem(item, -float(place), "popularity") for place, item in enumerate(items)]


@pytest.mark.parametrize(
    ("n", "places"), [(4, []), (5, [4]), (9, [8]), (10, [9]), (12, [9]), (20, [9, 19]), (25, [9, 19])]
)
def test_the_last_place_of_every_ten_is_given_to_what_is_new(n, places):
    found = introduce(ranked(range(n)), range(100, 110), n)
    assert [place for place, each in enumerate(found) if each.reason == FRESH] == places
    assert [found[place].item for place in places] == list(range(100, 100 + len(places)))


@given(
    st.lists(st.integers(0, 60), unique=True, max_size=40),
    st.lists(st.integers(30, 90), unique=True, max_size=9),
    st.integers(1, 40),
)
def test_the_others_keep_their_order_and_nothing_comes_twice(items, fresh, n):
    found = introduce(ranked(items), fresh, n)
    own = [each.item for each in found if each.reason != FRESH]
    new = [each.item for each in found if each.reason == FRESH]
    assert own == items[: len(own)]
    assert len({each.item for each in found}) == len(found) <= n
    assert len(found) >= min(len(items), n)
    assert new == [item for item in fresh if item not in items[:n]][: len(new)]
    assert len(new) <= (0 if n < LEAST else max(1, n // EVERY))
    scores = [each.score for each in found]
    assert scores == sorted(scores, reverse=True)
