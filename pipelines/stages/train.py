"""Trains the model of one segment on all data before `as_of`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from pipelines.plan import Plan
from pipelines.stages.artifacts import load_dataset
from script_shared.segments import Segment, assign_segment, find_segment
from script_shared.storage.partitions import write_partition
from script_shared.storage.volume import Volume
from script_shared.types import User

_LOG = structlog.get_logger(__name__)


def train(plan: Plan, volume: Volume, run: str, segment: str) -> dict[str, Any]:
    """Fit the model of a segment and write it to `artifacts/<run>/<segment>`.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        segment: name of the segment.

    Returns:
        The names of segment and model, and the JSON part of the fitted model.

    Raises:
        SettingsError: the domain has no such segment.
    """
    dataset, parameters = load_dataset(volume, run)
    segments = plan.domain.segments(parameters)
    chosen = find_segment(segments, segment)
    model = chosen.make_model()
    model.fit(dataset, build_segment_filter(segments, chosen))
    bundle = model.dump()
    with write_partition(volume.artifacts / run, segment) as folder:
        bundle.write(folder / "model")
    report = {"segment": segment, "model": chosen.model, "document": dict(bundle.document)}
    _LOG.info("trained", run=run, segment=segment, interactions=len(dataset.interactions))
    return report


def build_segment_filter(segments: Sequence[Segment], segment: Segment) -> Callable[[User], bool]:
    """Return a predicate that is true for the users of one of the segments."""
    return lambda user: assign_segment(segments, user) is segment
