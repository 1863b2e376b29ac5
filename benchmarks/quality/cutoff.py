"""A cut-off of protocol P1: the data before it, and the users of the hour after it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pipelines.domains import load
from pipelines.stages.train import build_segment_filter
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import encode_tables
from script_shared.models.ranking.training_samples import TrainingSample, draw_user_samples
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.tables import Tables


class Cutoff:
    """A moment that separates training data from queries.

    Args:
        folder: of refined tables.
        as_of_ms: end of their interactions, ms UTC.
        ms: the moment, ms UTC.

    Attributes:
        past: the data before the moment.
        segments: all segments of the product.
    """

    def __init__(self, folder: Path, as_of_ms: int, ms: int) -> None:
        plan, tables = load("news"), Tables.read(folder)
        dataset = encode_tables(tables, plan.domain.context, plan.weight, as_of_ms)
        parameters = plan.choose_parameters(tables)
        self.past, self.segments = dataset.before(ms), plan.domain.segments(parameters)
        self._next_hour = dataset.interactions.between(ms, ms + MS_PER_HOUR)
        self._ms, self._state_parameters = ms, plan.domain.state(parameters)

    @cached_property
    def state(self) -> State:
        """The state at the moment, computed on first access so that a timed fit before finds no cache."""
        return State.from_dataset(self.past, self._state_parameters)

    def samples(self, segment: Segment, users: int) -> list[TrainingSample]:
        """Return at most `users` queries of a segment in the next hour, with their targets."""
        accepts = build_segment_filter(self.segments, segment)
        return draw_user_samples(self.past, self.state, self._next_hour, self._ms, accepts, users)
