"""Protocol R2, rank: order the applicants of an opening; who advances, and who is hired?

Each applicant has the features of the own day. The measures are those of openings that have applicants of
both kinds: a model that only knows which opening hires gains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines.domains.recruiting.benchmark.measures import (
    RECRUITER_NAMED,
    SERVED,
    Comparison,
    Records,
    compare_means,
)
from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from script_shared.domains.recruiting.labels import ADVANCED, PLACED
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups
from script_shared.domains.recruiting.matching.fitted_models import FittedModels, OrderTrees
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.evaluation.classification.within_groups import ndcg_within, number_rows, roc_auc_within
from script_shared.models.ranking.boosting import fit_order
from script_shared.types import BoolArray, FloatArray, IntArray

PROTOCOL = "rank"
METRICS = ("roc_auc_within", "ndcg@5")
#: By the order's outcome: the statuses, and what a good model should reach.
STATUSES: Mapping[str, tuple[str, ...]] = {"advanced": ADVANCED, "placed": PLACED}
GOALS: Mapping[str, Mapping[str, float]] = {
    "advanced": {"roc_auc_within": 0.62, "ndcg@5": 0.63},
    "placed": {"roc_auc_within": 0.6, "ndcg@5": 0.61},
}
#: Baselines that are single features.
SIMILAR_PROFILE, SIMILAR_PAST = "title_similarity", "past_title_max"
_CUT = 5


def rank(name: str, data: PeriodData, models: FittedModels, parameters: MatchParameters) -> Records:
    """Measure the service's order and the baselines on a period.

    Args:
        name: of the period.
        data: the period.
        models: of the service, fitted before the period.
        parameters: of the history's order.
    """
    records: Records = []
    for outcome, statuses in STATUSES.items():
        positive = data.has_status(statuses)[data.tested]
        scores = score_applicants(data, models, outcome, parameters)
        values = {model: measure_orders(values, positive, data.openings) for model, values in scores.items()}
        openings = len(values[SERVED])
        if openings:
            goals = dict.fromkeys((SERVED, RECRUITER_NAMED), GOALS[outcome])
            label = Comparison(PROTOCOL, name, outcome, len(positive), openings, goals)
            records += compare_means(label, METRICS, values)
    return records


def score_applicants(
    data: PeriodData, models: FittedModels, outcome: str, parameters: MatchParameters
) -> dict[str, FloatArray]:
    """Return the scores of the service and of the baselines by model; only those of one opening compare."""
    features, names = data.test_features, list(feature_groups())
    history = _fit_history_order(data, outcome, parameters)
    single = {
        "most similar profile": np.nan_to_num(features[:, names.index(SIMILAR_PROFILE)], nan=-1.0),
        "most similar past opening": np.nan_to_num(features[:, names.index(SIMILAR_PAST)], nan=-1.0),
    }
    return {
        SERVED: models.orders[outcome].score(data.request_features),
        RECRUITER_NAMED: models.orders[outcome].score(features),
        "history only": history.score(features),
        **{name: values.astype(np.float64) for name, values in single.items()},
        "random": np.zeros(len(features)),
    }


def select_history() -> IntArray:
    """Return the columns of an applicant's own past: how many applications, and what became of them."""
    return np.flatnonzero([name.startswith("person_") for name in feature_groups()]).astype(np.int32)


def _fit_history_order(data: PeriodData, outcome: str, parameters: MatchParameters) -> OrderTrees:
    rows, columns = data.train_on(STATUSES[outcome]), select_history()
    grades = rows.positive.astype(np.float64)
    try:
        trees = fit_order(rows.features[:, columns], grades, rows.openings, parameters.order)
    except ValueError:  # nothing to learn from
        return OrderTrees(None, columns)
    return OrderTrees(trees, columns)


def measure_orders(scores: FloatArray, positive: BoolArray, openings: IntArray) -> FloatArray:
    """Return AUC and NDCG at 5 of each opening with applicants of both kinds, shape (openings, 2).

    Equal scores count as the mean over their orders.
    """
    mixed = _has_both(positive, openings)
    scores, positive, openings = scores[mixed], positive[mixed], openings[mixed]
    areas = roc_auc_within(scores, positive, openings)
    gains = ndcg_within(scores, positive.astype(np.float64), openings, _CUT)
    return np.stack([areas, gains], axis=1)


def _has_both(positive: BoolArray, openings: IntArray) -> BoolArray:
    _, group = np.unique(openings, return_inverse=True)
    share = np.bincount(group, positive) / np.maximum(np.bincount(group), 1)
    return np.asarray(((share > 0) & (share < 1))[group])


def rank_within(scores: FloatArray, openings: IntArray) -> IntArray:
    """Return the rank of each row among those of its opening, the highest score first, from 1."""
    order = np.argsort(-scores, kind="stable")
    ranks = np.empty(len(order), np.int64)
    ranks[order] = number_rows(openings[order]) + 1
    return ranks
