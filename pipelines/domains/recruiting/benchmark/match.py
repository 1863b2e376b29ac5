"""Protocol R4, match: the positive statuses of the matching model, by the service and by its reference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipelines.domains.recruiting.benchmark.measures import (
    RECRUITER_NAMED,
    SERVED,
    Comparison,
    Records,
    compare_rows,
)
from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from pipelines.domains.recruiting.benchmark.xgboost_reference import predict_by_reference
from script_shared.domains.recruiting.labels import MATCHED
from script_shared.domains.recruiting.matching.fitted_models import FittedModels
from script_shared.evaluation.classification.measures import measure_at_threshold, pr_auc, roc_auc
from script_shared.tables import Tables
from script_shared.types import BoolArray, FloatArray, IntArray

PROTOCOL = "match"
METRICS = ("roc_auc", "pr_auc", "f1")
GOALS: Mapping[str, Mapping[str, float]] = {
    name: {"roc_auc": 0.91, "pr_auc": 0.43} for name in (SERVED, RECRUITER_NAMED)
}
REFERENCE, BASE_RATE = "xgboost reference", "base rate"


@dataclass(frozen=True, slots=True, eq=False)
class MatchModel:
    """The probabilities of a model on the period's applications, and the threshold of its F1."""

    tested: FloatArray
    threshold: float


def match(name: str, data: PeriodData, models: Mapping[str, MatchModel]) -> Records:
    """Measure the models on all applications of a period; an open one is no match.

    Args:
        name: of the period.
        data: the period.
        models: by name, the service's among them.
    """
    positive = data.has_status(MATCHED)[data.tested]
    if len(np.unique(positive)) < 2:
        return []
    label = Comparison(PROTOCOL, name, "all", len(positive), len(np.unique(data.openings)), GOALS)
    # A column for the threshold beside the probabilities: the bootstrap selects rows of both.
    scores = {
        model: np.stack([found.tested, np.full(len(positive), found.threshold)], axis=1)
        for model, found in models.items()
    }
    return compare_rows(label, METRICS, scores, data.openings, partial(_measure, positive))


def _measure(positive: BoolArray, scores: FloatArray, rows: IntArray) -> tuple[float, ...]:
    probabilities, labels, threshold = scores[:, 0], positive[rows], float(scores[0, 1])
    f1 = measure_at_threshold(probabilities, labels, threshold).f1
    return roc_auc(probabilities, labels), pr_auc(probabilities, labels), 0.0 if math.isnan(f1) else f1


def fit_match_models(tables: Tables, data: PeriodData, served: FittedModels) -> dict[str, MatchModel]:
    """Return the service's answers and those of the reference, where XGBoost is installed.

    Args:
        tables: the refined tables.
        data: the period.
        served: the service's models, fitted before the period.
    """
    rows = data.train_on(MATCHED)
    threshold = served.point.threshold
    models = {
        SERVED: MatchModel(served.predict(data.request_features), threshold),
        RECRUITER_NAMED: MatchModel(served.predict(data.test_features), threshold),
    }
    reference = predict_by_reference(tables, data, rows)
    if reference is not None:
        models[REFERENCE] = MatchModel(reference, 0.5)
    rate = np.full(len(data.tested), rows.positive.mean())
    return models | {BASE_RATE: MatchModel(rate, math.inf)}
