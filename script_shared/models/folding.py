"""The state of a data set, begun where somebody has folded already."""

from __future__ import annotations

from script_shared.dataset import Dataset
from script_shared.state.state import Sizes, State, StateParameters


def fold(dataset: Dataset, parameters: StateParameters) -> State:
    """Return the state at the data set's end, from its head start where that counts the same.

    Args:
        dataset: whose head start, if it has one, is used where it ends no later.
        parameters: what the state counts.
    """
    state = State(parameters, Sizes(len(dataset.users), len(dataset.items), len(dataset.keys)))
    head, reached = dataset.head_start, 0
    if head and head.ms <= dataset.as_of_ms and head.parameters == parameters.model_dump(mode="json"):
        state.restore(dict(head.read()))
        reached = head.ms
    state.apply(dataset.interactions.between(reached, dataset.as_of_ms))
    return state
