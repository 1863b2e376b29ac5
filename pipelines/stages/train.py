"""Trains one segment's model on everything before `as_of`."""

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
    """Fit the model of `segment` and write it to `artifacts/<run>/<segment>`.

    Raises:
        SettingsError: the domain has no such segment.
    """
    dataset, parameters = load_dataset(volume, run)
    segments = plan.domain.segments(parameters)
    chosen = find_segment(segments, segment)
    model = chosen.make_model()
    model.fit(dataset, serves(segments, chosen))
    bundle = model.dump()
    with write_partition(volume.artifacts / run, segment) as folder:
        bundle.write(folder / "model")
    report = {"segment": segment, "model": chosen.model, "document": dict(bundle.document)}
    _LOG.info("trained", run=run, segment=segment, interactions=len(dataset.interactions))
    return report


def serves(segments: Sequence[Segment], segment: Segment) -> Callable[[User], bool]:
    """Return the test whether a reader is served by one of the segments."""
    return lambda user: assign_segment(segments, user) is segment
