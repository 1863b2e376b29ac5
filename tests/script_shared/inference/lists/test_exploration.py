"""Exploration inserts new items only at reserved ranks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.inference.lists.exploration import EXPLORATION, INTERVAL, MIN_LENGTH, insert_new_items
from script_shared.types import ScoredItem


def make_ranked(items):
    return [ScoredItem(item, -float(position), "popularity") for position, item in enumerate(items)]


@pytest.mark.parametrize(
    ("n", "positions"), [(4, []), (5, [4]), (9, [8]), (10, [9]), (12, [9]), (20, [9, 19]), (25, [9, 19])]
)
def test_last_of_every_ten_ranks_contains_a_new_item(n, positions):
    listed = insert_new_items(make_ranked(range(n)), range(100, 110), n)
    assert [position for position, scored in enumerate(listed) if scored.reason == EXPLORATION] == positions
    assert [listed[position].item for position in positions] == list(range(100, 100 + len(positions)))


@given(
    st.lists(st.integers(0, 60), unique=True, max_size=40),
    st.lists(st.integers(30, 90), unique=True, max_size=9),
    st.integers(1, 40),
)
def test_ranked_items_keep_their_order_and_no_item_repeats(items, new_items, n):
    listed = insert_new_items(make_ranked(items), new_items, n)
    ranked = [scored.item for scored in listed if scored.reason != EXPLORATION]
    explored = [scored.item for scored in listed if scored.reason == EXPLORATION]
    assert ranked == items[: len(ranked)]
    assert len({scored.item for scored in listed}) == len(listed) <= n
    assert len(listed) >= min(len(items), n)
    assert explored == [item for item in new_items if item not in items[:n]][: len(explored)]
    assert len(explored) <= (0 if n < MIN_LENGTH else max(1, n // INTERVAL))
    scores = [scored.score for scored in listed]
    assert scores == sorted(scores, reverse=True)
