from dataclasses import replace

import numpy as np
import pytest

from script_shared.dataset import HeadStart
from script_shared.models.folding import fold
from script_shared.state.state import State, StateParameters
from tests.support.worlds import at, drawn_world

PARAMETERS = StateParameters()
START = at(25)


@pytest.fixture(scope="module")
def dataset():
    """A data set with a head start that holds the first 25 of its 40 hours."""
    whole = drawn_world()
    state = State.of(whole.before(START), PARAMETERS)
    head = HeadStart(START, PARAMETERS.model_dump(mode="json"), state.snapshot)
    return replace(whole, head_start=head)


def counted(counts):
    """Decayed counts as of hour 40: two states may keep them with respect to other moments."""
    return counts.at(slice(None), at(40))


def weights(pairs, items):
    """Weights of pairs as of hour 40, shape (half-lives, items, items)."""
    first, second, values = pairs.all()
    table = np.zeros((len(values), items, items))
    table[:, first, second] = values * pairs.scale(at(40))[:, None]
    return table


def remembered(state):
    return {
        "counts": counted(state.counts),
        "totals": state.totals(at(40)),
        "key_counts": counted(state.key_counts),
        "key_totals": counted(state.key_totals),
        **state.histories.snapshot(),
        **state.items.snapshot(),
    }


def assert_alike(one, other):
    found, expected = remembered(one), remembered(other)
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-9, err_msg=name)
    for name in ("coreads", "returns"):
        tables = [weights(getattr(state, name), len(state.items)) for state in (one, other)]
        # Faded pairs are let go of in batches: the one may still hold what the other forgot.
        np.testing.assert_allclose(*tables, atol=1e-3, err_msg=name)


@pytest.mark.parametrize("end", [START, at(31), at(40)])
def test_a_state_begun_at_the_head_start_is_the_state_of_everything(dataset, end):
    past = dataset.before(end)
    assert_alike(fold(past, PARAMETERS), State.of(past, PARAMETERS))


def test_only_what_came_since_is_folded(dataset):
    elsewhere = drawn_world(seed=1)
    begun = fold(replace(dataset, interactions=elsewhere.interactions), PARAMETERS)
    reads = elsewhere.interactions.between(START, at(40))
    assert begun.histories.counts().sum() == len(dataset.before(START).interactions) + len(reads)


def test_folding_twice_gives_the_same(dataset):
    assert_alike(fold(dataset, PARAMETERS), fold(dataset, PARAMETERS))


@pytest.mark.parametrize(
    ("end", "parameters"), [(at(24), PARAMETERS), (at(40), StateParameters(half_lives=(0.5, 3.0)))]
)
def test_a_head_start_that_ends_later_or_counts_otherwise_is_left_alone(dataset, end, parameters):
    past = dataset.before(end)
    assert_alike(fold(past, parameters), State.of(past, parameters))
