"""A service that is ready compiles nothing more, so no request waits for a compilation."""

import pytest
from numba.core import event

QUERIES = [
    {},
    {"user_id": "3"},
    {"user_id": "3", "user_type": "Non-Logged"},
    {"user_id": "nobody", "user_type": "Logged", "region": "1", "device": "1"},
    {"user_id": "3", "num_recs": 100},
    {"user_id": "3", "diversity": 0.5},
]


@pytest.mark.parametrize("query", QUERIES)
def test_request_triggers_no_compilation(recommend, query):
    with event.install_recorder("numba:compile") as recorder:
        recommend(**query)
    assert not recorder.buffer
