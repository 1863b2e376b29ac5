"""The trees of the classifier of pairs: with and without the recruiter's record, and two orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES
from script_shared.domains.recruiting.matching.data.training_rows import TrainingRows
from script_shared.domains.recruiting.matching.features.feature_table import (
    BY_RECRUITER,
    CLIENT,
    PERSON,
    POOL,
    RECRUITERS,
    feature_groups,
)
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.evaluation.classification.operating_mode import OperatingPoint, choose_threshold
from script_shared.models.ranking.boosting import BoostingParameters, fit_order
from script_shared.models.ranking.calibrated_trees import CalibratedTrees
from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: Groups of features that order the applicants of an opening. The outcomes of the pool would tell who applied
#: before and after them, and the opening is the same for all. The recruiter's record, which requests
#: lack, explains who advances for whom: without it the order of 2023-07 to 2023-12 is worse.
ORDER_GROUPS = (PERSON, RECRUITERS, POOL, CLIENT)
ORDERED = ("advanced", "placed")
#: Known exactly where the recruiter of the pair is.
_RECRUITER_KNOWN = list(feature_groups()).index("recruiter_applications")


@dataclass(frozen=True, slots=True, eq=False)
class OrderTrees:
    """Trees that order the applicants of an opening; None where there was nothing to learn from.

    Attributes:
        trees: their score.
        columns: the columns that they read.
    """

    trees: DecisionTrees | None
    columns: IntArray

    def score(self, features: FeatureArray) -> FloatArray:
        """Return the scores, shape (n,)."""
        return np.zeros(len(features)) if self.trees is None else self.trees.score(features[:, self.columns])

    def dump(self) -> Bundle:
        """Return the columns and the trees."""
        return Bundle({"columns": self.columns, **({} if self.trees is None else self.trees.dump())})

    @classmethod
    def load(cls, bundle: Bundle) -> OrderTrees:
        """Restore what `dump` returned."""
        arrays = dict(bundle.arrays)
        columns = np.asarray(arrays.pop("columns"), np.int32)
        return cls(DecisionTrees.load(arrays) if arrays else None, columns)


@dataclass(frozen=True, slots=True, eq=False)
class FittedModels:
    """The trees, and the threshold.

    Attributes:
        named: for pairs whose recruiter is known.
        unnamed: for the others.
        orders: by outcome.
        point: the threshold.
        facts: numbers of rows and losses of calibration, as JSON values.
    """

    named: CalibratedTrees
    unnamed: CalibratedTrees
    orders: Mapping[str, OrderTrees]
    point: OperatingPoint
    facts: Mapping[str, Any]

    def predict(self, features: FeatureArray) -> FloatArray:
        """Return the calibrated probabilities, shape (n,)."""
        out = np.empty(len(features))
        for rows, trees in self._split(features):
            out[rows] = trees.predict(features[rows])
        return out

    def explain(self, features: FeatureArray) -> FloatArray:
        """Return SHAP values, shape (n, features)."""
        out = np.empty(features.shape)
        for rows, trees in self._split(features):
            out[rows] = trees.explain(features[rows])
        return out

    def _split(self, features: FeatureArray) -> Iterable[tuple[BoolArray, CalibratedTrees]]:
        is_named = ~np.isnan(features[:, _RECRUITER_KNOWN])
        return (is_named, self.named), (~is_named, self.unnamed)

    def dump(self) -> Bundle:
        """Return the arrays and JSON values."""
        orders = {name: order.dump() for name, order in self.orders.items()}
        point = Bundle({}, self.point.document() | {"facts": dict(self.facts)})
        trees = {"named": self.named.dump(), "unnamed": self.unnamed.dump()}
        return Bundle.nest({**trees, **orders, "point": point})

    @classmethod
    def load(cls, bundle: Bundle) -> FittedModels:
        """Restore what `dump` returned."""
        document = bundle.part("point").document
        return cls(
            CalibratedTrees.load(bundle.part("named")),
            CalibratedTrees.load(bundle.part("unnamed")),
            {name: OrderTrees.load(bundle.part(name)) for name in ORDERED},
            OperatingPoint.read(document),
            document["facts"],
        )


def fit_models(rows: TrainingRows, day: int, parameters: MatchParameters) -> FittedModels:
    """Fit all trees.

    Args:
        rows: the applications.
        day: the end of the data.
        parameters: of the trees and the calibration.
    """
    features, positive = rows.features, rows.positive
    halves = rows.split(day, parameters.calibration_days)
    used = [group for group in feature_groups().values() if group not in parameters.left_out]
    named, fold = CalibratedTrees.fit(
        features, positive, halves, select_columns(used), parameters.trees, parameters.calibration
    )
    without = [group for group in used if group not in BY_RECRUITER]
    unnamed, unnamed_fold = CalibratedTrees.fit(
        features, positive, halves, select_columns(without), parameters.trees, parameters.calibration
    )
    # Requests do not name the recruiter: the threshold is that of the trees without.
    later = ~np.isnan(unnamed_fold.probabilities)
    point = choose_threshold(
        parameters.operating_mode,
        unnamed_fold.probabilities[later],
        positive[later],
        parameters.min_precision,
    )
    facts = {
        "rows": len(positive),
        "positives": int(positive.sum()),
        "calibration": {"named": named.calibrator.method, "unnamed": unnamed.calibrator.method},
        "calibration_losses": {"named": dict(fold.losses), "unnamed": dict(unnamed_fold.losses)},
    }
    return FittedModels(named, unnamed, fit_orders(rows, parameters), point, facts)


def fit_orders(rows: TrainingRows, parameters: MatchParameters) -> Mapping[str, OrderTrees]:
    """Fit the orders of the applicants of an opening, by outcome."""
    columns = select_columns([group for group in ORDER_GROUPS if group not in parameters.left_out])
    read = np.ascontiguousarray(rows.features[:, columns])
    return {
        name: _fit_order(
            read, rows.outcomes[:, list(OUTCOMES).index(name)], rows.openings, columns, parameters.order
        )
        for name in ORDERED
    }


def _fit_order(
    features: FeatureArray,
    positive: BoolArray,
    openings: IntArray,
    columns: IntArray,
    parameters: BoostingParameters,
) -> OrderTrees:
    try:
        trees = fit_order(features, positive.astype(np.float64), openings, parameters)
    except ValueError:  # nothing to learn from
        return OrderTrees(None, columns)
    return OrderTrees(trees, columns)


def select_columns(groups: Iterable[str]) -> IntArray:
    """Return the columns of the features of some groups."""
    chosen = set(groups)
    return np.flatnonzero([group in chosen for group in feature_groups().values()]).astype(np.int32)
