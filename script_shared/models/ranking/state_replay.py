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
    head, end = dataset.state_snapshot, dataset.as_of_ms
    if head is None or head.end_ms > end or head.parameters != parameters.model_dump(mode="json"):
        return State.from_dataset(dataset, parameters)
    state = State(
        parameters, Sizes(dataset.history_count, len(dataset.items), len(dataset.keys), len(dataset.context))
    )
    state.restore(dict(head.load()))
    state.apply(dataset.interactions.between(head.end_ms, end))
    return state
