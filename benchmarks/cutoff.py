"""A cut-off of protocol P1: what is known by then, and who reads in the hour after."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pipelines.domains import load
from pipelines.stages.train import build_segment_filter
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import encode
from script_shared.models.ranking.training_samples import TrainingSample, draw
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.tables import Tables


class Cutoff:
    """The moment that models are fitted before and readers are drawn after.

    Args:
        folder: of refined tables.
        as_of_ms: where their reads end.
        ms: the moment, ms UTC.

    Attributes:
        past: what was known.
        segments: the product's, all of them.
    """

    def __init__(self, folder: Path, as_of_ms: int, ms: int) -> None:
        plan, tables = load("news"), Tables.read(folder)
        dataset = encode(tables, plan.domain.context, plan.weight, as_of_ms)
        parameters = plan.choose_parameters(tables)
        self.past, self.segments = dataset.before(ms), plan.domain.segments(parameters)
        self._following = dataset.interactions.between(ms, ms + MS_PER_HOUR)
        self._counted = plan.domain.state(parameters)

    @cached_property
    def state(self) -> State:
        """The past, folded when first asked for: a fit that is timed before finds none of its work done."""
        return State.of(self.past, self._counted)

    def samples(self, segment: Segment, readers: int) -> list[TrainingSample]:
        """Return who of a segment comes in the hour after, and what they read; at most so many."""
        served = build_segment_filter(self.segments, segment)
        return draw(self.past, self.state, self._following, served, readers)
