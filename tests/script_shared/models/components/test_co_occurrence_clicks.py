"""Next clicks as samples: who is asked, when, and that nothing of the future is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.ranking.training_samples import StateReplay, draw_clicks
from script_shared.state.state import State, StateParameters
from tests.support.worlds import at, drawn_world, names, world

ALL = 10_000
PARAMETERS = StateParameters()


def everybody(reader):
    return True


def clicks(dataset, hour, *, live, serves=everybody, limit=ALL):
    replay = StateReplay(dataset, PARAMETERS, at(hour))
    return list(draw_clicks(replay, at(hour), serves, limit, live=live))


@pytest.fixture
def visit():
    """`a`, `b`, `c` are read in one visit, `d` hours later; somebody else reads `c` in between."""
    rows = [("r", "a", 2.1), ("s", "c", 2.15), ("r", "b", 2.2), ("r", "c", 2.3), ("r", "d", 5)]
    return world(rows, hours=6)


@pytest.mark.parametrize("live", [True, False])
def test_each_click_of_a_visit_is_asked_for_after_the_one_before(visit, live):
    samples = clicks(visit, 2, live=live)
    asked = [(names(visit, s.query.history), names(visit, s.targets)) for s in samples]
    assert asked == [(["a"], ["b"]), (["a", "b"], ["c"])]


def test_a_live_state_is_as_of_the_click_and_a_frozen_one_as_of_the_hour(visit):
    assert [s.query.now_ms for s in clicks(visit, 2, live=True)] == [at(2.1), at(2.2)]
    assert [s.query.now_ms for s in clicks(visit, 2, live=False)] == [at(2)] * 2


def test_a_click_hours_later_continues_nothing(visit):
    assert not clicks(visit, 5, live=True)
    assert not clicks(visit, 3, live=True)


def test_readers_are_judged_at_the_click(visit):
    samples = clicks(visit, 2, live=True, serves=lambda reader: reader.interactions >= 2)
    assert [names(visit, s.targets) for s in samples] == [["c"]]


def test_what_was_read_already_is_no_target():
    rows = [("r", "a", 1), ("r", "b", 2.1), ("r", "a", 2.2), ("r", "c", 2.3)]
    dataset = world(rows, hours=3)
    assert [names(dataset, s.targets) for s in clicks(dataset, 2, live=True)] == [["c"]]


@settings(deadline=None, derandomize=True, database=None, max_examples=10)
@given(st.integers(5, 38))
def test_nothing_of_what_comes_later_is_known(hour):
    """The state at a live sample is the fold of what came before its click, and no more."""
    dataset = drawn_world()
    replay = StateReplay(dataset, PARAMETERS, at(hour))
    for sample in draw_clicks(replay, at(hour), everybody, 5, live=True):
        now = sample.query.now_ms
        expected = State.from_dataset(dataset.before(now + 1), PARAMETERS)
        every = np.arange(replay.state.sizes.items)
        assert replay.state.counts.get(every, now) == pytest.approx(expected.counts.get(every, now))
        assert replay.state.continuations.get(every, now) == pytest.approx(
            expected.continuations.get(every, now)
        )
        assert np.array_equal(replay.state.items.first_ms, expected.items.first_ms)
        assert (sample.query.times <= now).all()
