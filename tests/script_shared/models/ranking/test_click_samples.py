"""Training samples of next clicks contain no later interactions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.ranking.state_replay import StateReplay
from script_shared.models.ranking.training_samples import draw_click_samples
from script_shared.state.state import State, StateParameters
from tests.support.small_datasets import hour_ms, item_ids, make_dataset, random_dataset

NO_LIMIT = 10_000
PARAMETERS = StateParameters()


def accept_all(user):
    return True


def draw_samples(dataset, hour, *, live, accepts=accept_all, limit=NO_LIMIT):
    replay = StateReplay(dataset, PARAMETERS, hour_ms(hour))
    return list(draw_click_samples(replay, hour_ms(hour), accepts, limit, live=live))


@pytest.fixture
def session():
    """One user clicks `a`, `b`, `c` in a session and `d` hours later; another user clicks `c` in between."""
    rows = [("r", "a", 2.1), ("s", "c", 2.15), ("r", "b", 2.2), ("r", "c", 2.3), ("r", "d", 5)]
    return make_dataset(rows, hours=6)


@pytest.mark.parametrize("live", [True, False])
def test_click_of_a_session_is_the_target_of_the_previous_click(session, live):
    samples = draw_samples(session, 2, live=live)
    pairs = [
        (item_ids(session, sample.query.history), item_ids(session, sample.targets)) for sample in samples
    ]
    assert pairs == [(["a"], ["b"]), (["a", "b"], ["c"])]


def test_query_is_as_of_the_click_with_a_live_state_and_as_of_the_hour_without(session):
    assert [sample.query.now_ms for sample in draw_samples(session, 2, live=True)] == [
        hour_ms(2.1),
        hour_ms(2.2),
    ]
    assert [sample.query.now_ms for sample in draw_samples(session, 2, live=False)] == [hour_ms(2)] * 2


def test_click_of_a_later_session_is_not_a_target(session):
    assert not draw_samples(session, 5, live=True)
    assert not draw_samples(session, 3, live=True)


def test_segments_are_decided_at_the_click(session):
    samples = draw_samples(session, 2, live=True, accepts=lambda user: user.interactions >= 2)
    assert [item_ids(session, sample.targets) for sample in samples] == [["c"]]


def test_item_of_the_history_is_not_a_target():
    rows = [("r", "a", 1), ("r", "b", 2.1), ("r", "a", 2.2), ("r", "c", 2.3)]
    dataset = make_dataset(rows, hours=3)
    assert [item_ids(dataset, sample.targets) for sample in draw_samples(dataset, 2, live=True)] == [["c"]]


@settings(deadline=None, derandomize=True, database=None, max_examples=10)
@given(st.integers(5, 38))
def test_live_state_contains_no_later_interactions(hour):
    """The state at a live sample is the state of all interactions before its click."""
    dataset = random_dataset()
    replay = StateReplay(dataset, PARAMETERS, hour_ms(hour))
    for sample in draw_click_samples(replay, hour_ms(hour), accept_all, 5, live=True):
        now = sample.query.now_ms
        expected = State.from_dataset(dataset.before(now + 1), PARAMETERS)
        items = np.arange(replay.state.sizes.items)
        assert replay.state.counts.get(items, now) == pytest.approx(expected.counts.get(items, now))
        assert replay.state.continuations.get(items, now) == pytest.approx(
            expected.continuations.get(items, now)
        )
        assert np.array_equal(replay.state.items.first_ms, expected.items.first_ms)
        assert (sample.query.times <= now).all()
