"""A service that is ready compiles nothing more: nobody waits for it."""

import pytest
from numba.core import event

QUESTIONS = [
    {},
    {"user_id": "3"},
    {"user_id": "3", "user_type": "Non-Logged"},
    {"user_id": "nobody", "user_type": "Logged", "region": "1", "device": "1"},
    {"user_id": "3", "num_recs": 100},
    {"user_id": "3", "diversity": 0.5},
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_request_compiles_nothing(ask, question):
    with event.install_recorder("numba:compile") as recorder:
        ask(**question)
    assert not recorder.buffer
