"""The candidate union equals the same union in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.candidate_union import CandidateUnion

SIZE = 200
positions = st.lists(st.integers(0, SIZE - 1), max_size=40)
union = CandidateUnion()


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(positions, min_size=1, max_size=5), positions)
def test_items_ascend_with_the_first_list_that_contains_each(lists, excluded):
    arrays = [np.array(items, np.int32) for items in lists]
    items, origin = union.merge(arrays, np.array(excluded, np.int32), SIZE)
    expected = sorted({item for items in lists for item in items} - set(excluded))
    assert items.tolist() == expected
    assert origin.tolist() == [
        next(index for index, members in enumerate(lists) if item in members) for item in expected
    ]


def test_the_bitmap_grows_with_the_catalogue():
    growing, nothing = CandidateUnion(), np.empty(0, np.int32)
    assert growing.merge([np.array([3], np.int32)], nothing, 4)[0].tolist() == [3]
    assert growing.merge([np.array([900], np.int32)], nothing, 1_000)[0].tolist() == [900]
