"""Exploration inserts new items at reserved ranks only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.inference.lists.exploration import EXPLORATION, INTERVAL, MIN_LENGTH, insert_new_items
from script_shared.types import ScoredItem


def make_ranked(items):
    return [ScoredItem(item, -float(place), "popularity") for place, item in enumerate(items)]


@pytest.mark.parametrize(
    ("n", "places"), [(4, []), (5, [4]), (9, [8]), (10, [9]), (12, [9]), (20, [9, 19]), (25, [9, 19])]
)
def test_the_last_of_every_ten_ranks_contains_a_new_item(n, places):
    found = insert_new_items(make_ranked(range(n)), range(100, 110), n)
    assert [place for place, scored in enumerate(found) if scored.reason == EXPLORATION] == places
    assert [found[place].item for place in places] == list(range(100, 100 + len(places)))


@given(
    st.lists(st.integers(0, 60), unique=True, max_size=40),
    st.lists(st.integers(30, 90), unique=True, max_size=9),
    st.integers(1, 40),
)
def test_ranked_items_keep_their_order_and_no_item_repeats(items, new_items, n):
    found = insert_new_items(make_ranked(items), new_items, n)
    kept = [scored.item for scored in found if scored.reason != EXPLORATION]
    new = [scored.item for scored in found if scored.reason == EXPLORATION]
    assert kept == items[: len(kept)]
    assert len({scored.item for scored in found}) == len(found) <= n
    assert len(found) >= min(len(items), n)
    assert new == [item for item in new_items if item not in items[:n]][: len(new)]
    assert len(new) <= (0 if n < MIN_LENGTH else max(1, n // INTERVAL))
    scores = [scored.score for scored in found]
    assert scores == sorted(scores, reverse=True)
