"""Trains the model of one segment, or a classifier, on all data before `as_of`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog

from pipelines.plans.plan import Plan
from pipelines.stages.artifacts import load_dataset
from script_shared.segments import Segment, assign_segment, find_segment
from script_shared.storage.partitions import find_partition, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from script_shared.types import User

_LOG = structlog.get_logger(__name__)


def train(plan: Plan, volume: Volume, run: str, name: str) -> dict[str, Any]:
    """Fit a model and write it to `artifacts/<run>/<name>`.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        name: name of a segment or a classifier.

    Returns:
        The name, the kind of model, and the JSON part of the fitted model.

    Raises:
        SettingsError: the domain has neither a segment nor a classifier of this name.
    """
    dataset, parameters = load_dataset(volume, run)
    classifier = plan.domain.classifiers(parameters).get(name)
    if classifier:
        tables = Tables.read(find_partition(volume.refined, run), classifier.columns)
        classifier.fit(tables, dataset.as_of_ms)
        kind, bundle = "classifier", classifier.dump()
    else:
        segments = plan.domain.segments(parameters)
        segment = find_segment(segments, name)
        model = segment.make_model()
        model.fit(dataset, build_segment_filter(segments, segment))
        kind, bundle = segment.model, model.dump()
    with write_partition(volume.artifacts / run, name) as folder:
        bundle.write(folder / "model")
    _LOG.info("trained", run=run, name=name, interactions=len(dataset.interactions))
    return {"name": name, "model": kind, "document": dict(bundle.document)}


def build_segment_filter(segments: Sequence[Segment], segment: Segment) -> Callable[[User], bool]:
    """Return a predicate that is true for the users of one of the segments."""
    return lambda user: assign_segment(segments, user) is segment
