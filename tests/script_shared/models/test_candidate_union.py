"""The union of lists against the same in plain Python."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.candidate_union import CandidateUnion

SIZE = 200
positions = st.lists(st.integers(0, SIZE - 1), max_size=40)
union = CandidateUnion()


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(positions, min_size=1, max_size=5), positions)
def test_unread_items_come_ascending_with_the_first_list_that_names_each(lists, read):
    told = [np.array(each, np.int32) for each in lists]
    items, origin = union.of(told, np.array(read, np.int32), SIZE)
    expected = sorted({item for each in lists for item in each} - set(read))
    assert items.tolist() == expected
    assert origin.tolist() == [next(n for n, each in enumerate(lists) if item in each) for item in expected]


def test_a_catalogue_that_has_grown_has_room():
    own, nothing = CandidateUnion(), np.empty(0, np.int32)
    assert own.of([np.array([3], np.int32)], nothing, 4)[0].tolist() == [3]
    assert own.of([np.array([900], np.int32)], nothing, 1_000)[0].tolist() == [900]
