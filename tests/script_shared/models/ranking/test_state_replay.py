"""A state built from a snapshot equals the state built from all interactions."""

from dataclasses import replace

import numpy as np
import pytest

from script_shared.dataset import StateSnapshot
from script_shared.models.ranking.state_replay import build_state
from script_shared.state.state import State, StateParameters
from tests.support.small_datasets import hour_ms, random_dataset

PARAMETERS = StateParameters()
START = hour_ms(25)


@pytest.fixture(scope="module")
def dataset():
    """A data set with a state snapshot of the first 25 of its 40 hours."""
    dataset = random_dataset()
    state = State.from_dataset(dataset.before(START), PARAMETERS)
    snapshot = StateSnapshot(START, PARAMETERS.model_dump(mode="json"), state.snapshot)
    return replace(dataset, state_snapshot=snapshot)


def assert_equal(state, expected_state):
    actual, expected = state.snapshot(), expected_state.snapshot()
    for part, bundle in expected.items():
        for name, array in bundle.arrays.items():
            assert np.array_equal(actual[part].arrays[name], array), (part, name)


def build_in_two_steps(dataset, end, parameters):
    state = State.from_dataset(dataset.before(START), parameters)
    state.apply(dataset.interactions.between(START, end))
    return state


@pytest.mark.parametrize("end", [START, hour_ms(31), hour_ms(40)])
def test_state_is_built_from_the_snapshot(dataset, end):
    assert_equal(build_state(dataset.before(end), PARAMETERS), build_in_two_steps(dataset, end, PARAMETERS))


def test_only_interactions_after_the_snapshot_are_applied(dataset):
    other = random_dataset(seed=1)
    state = build_state(replace(dataset, interactions=other.interactions), PARAMETERS)
    later = other.interactions.between(START, hour_ms(40))
    assert state.histories.count_all().sum() == len(dataset.before(START).interactions) + len(later)


def test_two_builds_are_equal(dataset):
    assert_equal(build_state(dataset, PARAMETERS), build_state(dataset, PARAMETERS))


@pytest.mark.parametrize(
    ("end", "parameters"), [(hour_ms(24), PARAMETERS), (hour_ms(40), StateParameters(half_lives=(0.5, 3.0)))]
)
def test_newer_snapshot_or_one_with_other_parameters_is_not_used(dataset, end, parameters):
    past = dataset.before(end)
    assert_equal(build_state(past, parameters), State.from_dataset(past, parameters))
