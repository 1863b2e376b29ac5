"""Protocol R3, hire: the probability that an application leads to a hire, over all and over decided ones.

The applications of the last, undecided days of the data are left out; the population `whole window` contains
them. Over decided applications the probability is that of a hire given that the application is decided.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from pipelines.domains.recruiting.benchmark.hire_models import WITH_BOTH, WITHOUT_BOTH, HireModel
from pipelines.domains.recruiting.benchmark.measures import SERVED, Comparison, Records, compare_rows
from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from script_shared.domains.recruiting.labels import HIRED, PLACED, REFUSED
from script_shared.evaluation.classification.measures import measure_at_threshold, pr_auc, roc_auc
from script_shared.evaluation.classification.precision_threshold import find_precision_threshold
from script_shared.evaluation.classification.reliability import brier_score, calibration_error
from script_shared.types import BoolArray, FloatArray, IntArray

PROTOCOL = "hire"
METRICS = ("roc_auc", "pr_auc", "brier", "ece")
#: What a good model should reach over all applications, and without the records of client and recruiter.
GOALS: Mapping[str, Mapping[str, float]] = {
    WITH_BOTH: {"roc_auc": 0.89, "pr_auc": 0.42, "brier": 0.0435, "ece": 0.01},
    WITHOUT_BOTH: {"roc_auc": 0.82, "pr_auc": 0.31, "brier": 0.049},
}
#: Precisions that may be promised.
PROMISES = (0.3, 0.5, 0.8)
ALL, DECIDED, WHOLE_WINDOW = "all", "decided", "whole window"


def hire(
    name: str,
    data: PeriodData,
    of_all: Mapping[str, HireModel],
    of_decided: Mapping[str, HireModel],
) -> tuple[Records, list[dict[str, Any]]]:
    """Measure the models on a period.

    Args:
        name: of the period.
        data: the period.
        of_all: the models of all applications.
        of_decided: the models of decided applications.

    Returns:
        The measures, and what `measure_promise` returns for each model and promised precision.
    """
    old, decided = data.is_old_enough, data.has_status([*HIRED, *REFUSED])[data.tested]
    placed, hired = (data.has_status(statuses)[data.tested] for statuses in (PLACED, HIRED))
    populations = {
        ALL: (old, of_all, placed),
        WHOLE_WINDOW: (np.ones_like(old), of_all, placed),
        DECIDED: (old & decided, of_decided, hired),
    }
    records: Records = []
    promises: list[dict[str, Any]] = []
    for population, (used, models, labels) in populations.items():
        rows = np.flatnonzero(used)
        positive, openings = labels[rows], data.openings[rows]
        if len(np.unique(positive)) < 2:
            continue
        goals = {} if population == DECIDED else GOALS
        label = Comparison(PROTOCOL, name, population, len(rows), len(np.unique(openings)), goals)
        scores = {model: probabilities.tested[rows] for model, probabilities in models.items()}
        records += compare_rows(label, METRICS, scores, openings, partial(_measure_rows, positive))
        promises += [
            {"period": name, "population": population, "model": model, "promised": promised}
            | measure_promise(models[model], scores[model], positive, promised)
            for model in (SERVED, WITH_BOTH, WITHOUT_BOTH)
            if model in models and len(models[model].fold)
            for promised in PROMISES
        ]
    return records, promises


def _measure_rows(labels: BoolArray, scores: FloatArray, rows: IntArray) -> tuple[float, ...]:
    return measure(scores, labels[rows])


def measure(probabilities: FloatArray, labels: BoolArray) -> tuple[float, ...]:
    """Return the `METRICS` of probabilities."""
    return (
        roc_auc(probabilities, labels),
        pr_auc(probabilities, labels),
        brier_score(probabilities, labels),
        calibration_error(probabilities, labels),
    )


def measure_promise(
    model: HireModel, probabilities: FloatArray, labels: BoolArray, promised: float
) -> dict[str, Any]:
    """Choose the threshold of a promised precision on the earlier fold, and measure it on the period.

    Args:
        model: has the earlier fold.
        probabilities: of the period, shape (n,).
        labels: of the period, shape (n,).
        promised: the precision.

    Returns:
        The threshold, None where no score of the fold reaches the precision by its lower limit; the reason;
        and the approved applications of the period with their precision and recall.
    """
    chosen = find_precision_threshold(model.fold, model.fold_labels, promised)
    if math.isinf(chosen.threshold):
        return {"threshold": None, "reason": chosen.reason, "approved": 0, "precision": None, "recall": 0.0}
    found = measure_at_threshold(probabilities, labels, chosen.threshold)
    return {
        "threshold": chosen.threshold,
        "reason": chosen.reason,
        "approved": found.true_positives + found.false_positives,
        "precision": None if math.isnan(found.precision) else found.precision,
        "recall": found.recall,
    }
