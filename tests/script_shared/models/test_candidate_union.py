"""The candidate union equals the same union in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.candidate_union import CandidateUnion

SIZE = 200
POSITIONS = st.lists(st.integers(0, SIZE - 1), max_size=40)
UNION = CandidateUnion()


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(POSITIONS, min_size=1, max_size=5), POSITIONS)
def test_union_has_ascending_items_with_the_first_list_that_contains_them(lists, excluded):
    arrays = [np.array(items, np.int32) for items in lists]
    items, origin = UNION.merge(arrays, np.array(excluded, np.int32), SIZE)
    expected = sorted({item for items in lists for item in items} - set(excluded))
    assert items.tolist() == expected
    assert origin.tolist() == [
        next(index for index, members in enumerate(lists) if item in members) for item in expected
    ]


def test_union_accepts_a_growing_catalogue():
    union, excluded = CandidateUnion(), np.empty(0, np.int32)
    assert union.merge([np.array([3], np.int32)], excluded, 4)[0].tolist() == [3]
    assert union.merge([np.array([900], np.int32)], excluded, 1_000)[0].tolist() == [900]
