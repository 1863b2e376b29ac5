from dataclasses import replace

import numpy as np
import pytest

from script_shared.dataset import StateSnapshot
from script_shared.models.ranking.state_replay import fold
from script_shared.state.state import State, StateParameters
from tests.support.worlds import at, drawn_world

PARAMETERS = StateParameters()
START = at(25)


@pytest.fixture(scope="module")
def dataset():
    """A data set with a head start that holds the first 25 of its 40 hours."""
    whole = drawn_world()
    state = State.from_dataset(whole.before(START), PARAMETERS)
    head = StateSnapshot(START, PARAMETERS.model_dump(mode="json"), state.snapshot)
    return replace(whole, state_snapshot=head)


def assert_alike(one, other):
    found, expected = one.snapshot(), other.snapshot()
    for part, bundle in expected.items():
        for name, array in bundle.arrays.items():
            assert np.array_equal(found[part].arrays[name], array), (part, name)


def in_two_steps(dataset, end, parameters):
    state = State.from_dataset(dataset.before(START), parameters)
    state.apply(dataset.interactions.between(START, end))
    return state


@pytest.mark.parametrize("end", [START, at(31), at(40)])
def test_a_state_is_begun_at_the_head_start(dataset, end):
    assert_alike(fold(dataset.before(end), PARAMETERS), in_two_steps(dataset, end, PARAMETERS))


def test_only_what_came_since_is_folded(dataset):
    elsewhere = drawn_world(seed=1)
    begun = fold(replace(dataset, interactions=elsewhere.interactions), PARAMETERS)
    reads = elsewhere.interactions.between(START, at(40))
    assert begun.histories.count_all().sum() == len(dataset.before(START).interactions) + len(reads)


def test_folding_twice_gives_the_same(dataset):
    assert_alike(fold(dataset, PARAMETERS), fold(dataset, PARAMETERS))


@pytest.mark.parametrize(
    ("end", "parameters"), [(at(24), PARAMETERS), (at(40), StateParameters(half_lives=(0.5, 3.0)))]
)
def test_a_head_start_that_ends_later_or_counts_otherwise_is_left_alone(dataset, end, parameters):
    past = dataset.before(end)
    assert_alike(fold(past, parameters), State.from_dataset(past, parameters))
