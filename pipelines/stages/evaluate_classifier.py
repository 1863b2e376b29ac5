"""Refits a classifier before a past period and evaluates it on what was decided in that period."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import structlog

from pipelines.plans.plan import Plan
from pipelines.stages.artifacts import load_dataset
from pipelines.stages.champion_refit import find_champion_refit
from script_shared.clock import MS_PER_HOUR
from script_shared.domain import Parameters
from script_shared.errors import NotEnoughDataError
from script_shared.evaluation.classification.classifiers import (
    BASE_RATE,
    CHAMPION_REFITTED,
    SERVED,
    compare_log_loss,
    measure_classifier,
)
from script_shared.models.classifier import LabelledRows
from script_shared.storage.partitions import find_partition, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from script_shared.types import FloatArray

_LOG = structlog.get_logger(__name__)
_FILE = "measures.json"


def evaluate_classifier(plan: Plan, volume: Volume, run: str, name: str) -> dict[str, Any]:
    """Evaluate a classifier; write its measures to `evaluation/classifiers/<run>/<name>`.

    A classifier that labels no row of the period is not evaluated: its `rows` are 0. The base rate is that of
    the period before, of equal length: nobody knows the period's own in advance.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        name: name of the classifier.

    Returns:
        The name, the period, the measures by classifier, and the differences of the log loss.
    """
    dataset, parameters = load_dataset(volume, run)
    classifier = plan.domain.classifiers(parameters)[name]
    tables = Tables.read(find_partition(volume.refined, run), classifier.columns)
    start_ms, end_ms = dataset.as_of_ms - classifier.evaluation_hours * MS_PER_HOUR, dataset.as_of_ms
    rows = classifier.label(tables, start_ms, end_ms)
    facts: dict[str, Any] = {"name": name, "start_ms": start_ms, "end_ms": end_ms, "rows": len(rows)}
    if len(rows) and len(np.unique(rows.labels)) == 2:
        champion = find_champion_refit(plan, volume, parameters).parameters
        configurations = {SERVED: parameters} | ({CHAMPION_REFITTED: champion} if champion else {})
        probabilities = {
            label: _refit(plan, tables, name, rows, start_ms, configuration)
            for label, configuration in configurations.items()
        }
        earlier = classifier.label(tables, 2 * start_ms - end_ms, start_ms).labels
        base_rate = float((earlier if len(earlier) else rows.labels).mean())
        facts |= _compare(probabilities | {BASE_RATE: np.full(len(rows), base_rate)}, rows)
    with write_partition(volume.evaluation / "classifiers" / run, name) as folder:
        (folder / _FILE).write_text(json.dumps(facts, indent=1))
    _LOG.info("classifier evaluated", run=run, **facts)
    return facts


def _compare(probabilities: Mapping[str, FloatArray], rows: LabelledRows) -> dict[str, Any]:
    """Return the measures by classifier, and the differences of the log loss."""
    measures = {
        label: measure_classifier(values, rows.labels, rows.groups) for label, values in probabilities.items()
    }
    differences = compare_log_loss(probabilities, rows.labels, rows.groups)
    return {"measures": measures, "differences": differences}


def _refit(
    plan: Plan, tables: Tables, name: str, rows: LabelledRows, start_ms: int, parameters: Parameters
) -> FloatArray:
    """Return the probabilities of a configuration that was fitted before the period.

    Raises:
        NotEnoughDataError: there are too few rows before the period to fit on.
    """
    classifier = plan.domain.classifiers(parameters)[name]
    classifier.fit(tables, start_ms)
    probabilities = classifier.predict(rows.features)
    if not np.isfinite(probabilities).all():
        remedy = "give more decided rows before the period"
        raise NotEnoughDataError("a probability is not a number", where=name, remedy=remedy)
    return probabilities


def read_classifier_measures(volume: Volume, run: str) -> list[dict[str, Any]]:
    """Return the measures of a run's classifiers; empty where none has been evaluated."""
    folder = volume.evaluation / "classifiers" / run
    return [json.loads((path / _FILE).read_text()) for path in sorted(folder.glob("[!.]*"))]
