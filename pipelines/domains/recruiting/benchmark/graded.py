"""Protocol R5: NDCG at 5 against the grades of past statuses, of openings with five distinct statuses.

The first published figure truncates the applicants to the first five rows of the file before it compares, so
that it measures the order of the file too. `by row` repeats that, in the order of the tables; `by order` is
NDCG at 5 of the applicants by score.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from pipelines.domains.recruiting.benchmark.measures import SERVED, Comparison, Records, compare_means
from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from script_shared.domains.recruiting.labels import LABELS
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups
from script_shared.domains.recruiting.matching.fitted_models import FittedModels
from script_shared.evaluation.classification.within_groups import ndcg_within, number_rows
from script_shared.types import BoolArray, FloatArray, IntArray

PROTOCOL = "graded"
METRICS = ("ndcg@5 by order", "ndcg@5 by row")
MIN_STATUSES = 5
_CUT = 5
#: Cosines of the texts of both sides; the location counts as equal or not.
SIMILARITIES = ("title_similarity", "text_similarity", "same_state")
_GRADES: Mapping[str, Mapping[str, float]] = {
    "grades of s000": {status: float(labels.similarity_grade) for status, labels in LABELS.items()},
    "own grades": {status: float(labels.fit_grade) for status, labels in LABELS.items()},
}


def graded(name: str, data: PeriodData, models: FittedModels) -> Records:
    """Measure the service's order and the similarity of texts on a period.

    Args:
        name: of the period.
        data: the period.
        models: of the service, fitted before the period.
    """
    features = data.test_features
    columns = [list(feature_groups()).index(feature) for feature in SIMILARITIES]
    scores = {
        SERVED: models.orders["advanced"].score(data.request_features),
        "similarity of texts": np.nan_to_num(features[:, columns]).mean(axis=1, dtype=np.float64),
        "random": np.zeros(len(features)),
    }
    status = data.applications["status"].gather(data.tested).fill_null("")
    used = has_distinct_statuses(status.to_numpy(), data.openings)
    records: Records = []
    for grading, grades in _GRADES.items():
        gains = status.replace_strict(grades, default=np.nan).to_numpy()
        rows = np.flatnonzero(used & ~np.isnan(gains))
        openings = data.openings[rows]
        values = {model: measure_both(found[rows], gains[rows], openings) for model, found in scores.items()}
        if len(values[SERVED]):
            label = Comparison(PROTOCOL, name, grading, len(rows), len(values[SERVED]), {})
            records += compare_means(label, METRICS, values)
    return records


def has_distinct_statuses(statuses: npt.ArrayLike, openings: IntArray) -> BoolArray:
    """Return whether the opening of each row has at least `MIN_STATUSES` distinct statuses."""
    pairs = np.unique(np.stack([openings, np.unique(statuses, return_inverse=True)[1]], axis=1), axis=0)
    found, counts = np.unique(pairs[:, 0], return_counts=True)
    return np.isin(openings, found[counts >= MIN_STATUSES])


def measure_both(scores: FloatArray, gains: FloatArray, openings: IntArray) -> FloatArray:
    """Return NDCG at 5 by order and by row of each opening with a gain in both, shape (openings, 2).

    Args:
        scores: shape (n,).
        gains: shape (n,).
        openings: shape (n,); the rows of an opening are in the order of the file.
    """
    place = number_rows(openings)
    first = place < _CUT
    used = np.isin(openings, openings[first & (gains > 0)])
    by_order = ndcg_within(scores[used], gains[used], openings[used], _CUT)
    rows = used & first
    return np.stack([by_order, ndcg_within(scores[rows], gains[rows], openings[rows], _CUT)], axis=1)
