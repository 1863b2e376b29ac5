"""The models of protocol R3: with and without the records of client and recruiter, fitted before a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.benchmark.measures import SERVED
from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from pipelines.domains.recruiting.benchmark.rank import select_history
from script_shared.domains.recruiting.hire_classifier import HireClassifier
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.labels import HIRED, PLACED, REFUSED
from script_shared.domains.recruiting.matching.data.training_rows import TrainingRows
from script_shared.domains.recruiting.matching.features.feature_table import (
    BY_RECRUITER,
    CLIENT,
    feature_groups,
)
from script_shared.domains.recruiting.matching.fitted_models import select_columns
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.models.ranking.calibrated_trees import CalibratedTrees
from script_shared.types import BoolArray, FloatArray, IntArray

WITH_BOTH, WITH_CLIENT, WITHOUT_BOTH = "with client and recruiter", "with client", "without both"
HISTORY, BASE_RATE = "history only", "base rate"
_NOTHING = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class HireModel:
    """The probabilities of a model.

    Attributes:
        tested: of the period's applications, shape (tested,).
        fold: of earlier applications that neither trees nor calibrator were fitted on, shape (n,).
        fold_labels: their labels, shape (n,).
    """

    tested: FloatArray
    fold: FloatArray
    fold_labels: BoolArray


def fit_all(data: PeriodData, parameters: MatchParameters) -> dict[str, HireModel]:
    """Fit the models of a hire on all applications; an open one is no hire.

    The first is the service's classifier of pairs with the outcome `placed` in place of `match`, for requests
    that do not name the recruiter: it has the record of the client only.
    """
    models = _fit_variants(data, data.train_on(PLACED), parameters)
    return {SERVED: models.pop(WITH_CLIENT)} | models


def fit_decided(
    data: PeriodData, classifier: HireClassifier, parameters: MatchParameters
) -> dict[str, HireModel]:
    """Fit the models of a hire given a decision; the service's reads the applicant's 46 features only.

    Args:
        data: the period.
        classifier: of the service, fitted before the period.
        parameters: of the other models.
    """
    decided = data.has_status([*HIRED, *REFUSED])
    served = HireModel(_predict_applicants(data, classifier), _NOTHING, _NOTHING.astype(np.bool_))
    return {SERVED: served} | _fit_variants(data, data.train_on(HIRED, decided), parameters)


def list_columns() -> Mapping[str, IntArray]:
    """Return the columns that each model reads."""
    groups = set(feature_groups().values())
    return {
        WITH_BOTH: select_columns(groups),
        WITH_CLIENT: select_columns(groups - {*BY_RECRUITER}),
        WITHOUT_BOTH: select_columns(groups - {*BY_RECRUITER, CLIENT}),
        HISTORY: select_history(),
    }


def _fit_variants(data: PeriodData, rows: TrainingRows, parameters: MatchParameters) -> dict[str, HireModel]:
    models = {name: _fit(data, rows, columns, parameters) for name, columns in list_columns().items()}
    rate = np.full(len(data.tested), rows.positive.mean())
    return models | {BASE_RATE: HireModel(rate, _NOTHING, _NOTHING.astype(np.bool_))}


def _fit(data: PeriodData, rows: TrainingRows, columns: IntArray, parameters: MatchParameters) -> HireModel:
    halves = rows.split(data.day, parameters.calibration_days)
    trees, fold = CalibratedTrees.fit(
        rows.features, rows.positive, halves, columns, parameters.trees, parameters.calibration
    )
    later = ~np.isnan(fold.probabilities)
    names_recruiter = len(np.intersect1d(columns, select_columns(BY_RECRUITER))) > 0
    tested = data.test_features if names_recruiter else data.request_features
    return HireModel(trees.predict(tested), fold.probabilities[later], rows.positive[later])


def _predict_applicants(data: PeriodData, classifier: HireClassifier) -> FloatArray:
    unknown = np.full(len(HIRE_FEATURES), np.nan, np.float32)
    found = map(classifier.find_features, data.applications["applicant_id"].gather(data.tested))
    rows = [unknown if row is None else row for row in found]
    return classifier.predict(np.array(rows, np.float32).reshape(len(rows), len(HIRE_FEATURES)))
