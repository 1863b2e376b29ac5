"""The state of a data set: at its end, or at each moment while its interactions are replayed."""

from __future__ import annotations

import numpy as np

from script_shared.dataset import Dataset
from script_shared.state.state import Sizes, State, StateParameters

#: Maximum age of cached lists while single clicks are replayed, as in serving.
_MAX_STALENESS_MS = 500


def build_state(dataset: Dataset, parameters: StateParameters) -> State:
    """Return the state at the data set's end.

    Args:
        dataset: its state snapshot, if any, is restored where it is not newer than the end and was made
            with equal parameters; then only later interactions are applied.
        parameters: what the state counts.
    """
    head, end = dataset.state_snapshot, dataset.as_of_ms
    if head is None or head.end_ms > end or head.parameters != parameters.model_dump(mode="json"):
        return State.from_dataset(dataset, parameters)
    sizes = Sizes(dataset.history_count, len(dataset.items), len(dataset.keys), len(dataset.context))
    state = State(parameters, sizes)
    state.restore(dict(head.load()))
    state.apply(dataset.interactions.between(head.end_ms, end))
    return state


class StateReplay:
    """Replays a data set forward in time; `state` always is the state at the current moment.

    Args:
        dataset: the interactions to replay.
        parameters: what the state counts.
        start_ms: the first moment, ms UTC; the replay cannot go back.
    """

    def __init__(self, dataset: Dataset, parameters: StateParameters, start_ms: int) -> None:
        self.dataset = dataset
        self.state = build_state(dataset.before(start_ms), parameters)
        self.state.max_staleness_ms = _MAX_STALENESS_MS
        self._row = int(np.searchsorted(dataset.interactions.time, start_ms))

    def advance_to(self, moment_ms: int) -> None:
        """Apply the interactions before a moment, ms UTC."""
        self.advance_to_row(int(np.searchsorted(self.dataset.interactions.time, moment_ms)))

    def advance_to_row(self, row: int) -> None:
        """Apply the interactions before a row."""
        if row > self._row:
            self.state.apply(self.dataset.interactions.take(slice(self._row, row)))
            self._row = row
