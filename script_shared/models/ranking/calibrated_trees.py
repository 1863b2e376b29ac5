"""Boosted trees whose scores are calibrated on later rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from script_shared.arrays import Bundle
from script_shared.evaluation.classification.calibration import METHODS, Calibrator, choose, fit_calibrator
from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.models.ranking.boosting import BoostingParameters, fit_probabilities
from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.models.ranking.tree_contributions import TreeExplainer
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: A calibrator needs so many positive rows in each of both folds; with fewer the scores stay as they are.
MIN_POSITIVES = 20


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationFold:
    """Rows after those that the trees were fitted on.

    Attributes:
        probabilities: calibrated on the first half of the fold, shape (n,); NaN for rows of that half.
        losses: log loss of each method of calibration on the second half; empty with too few positives.
    """

    probabilities: FloatArray
    losses: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class CalibratedTrees:
    """Trees for some columns of the features, and the calibrator of their probabilities.

    Attributes:
        trees: their score is the log-odds before calibration.
        calibrator: maps the trees' probabilities.
        columns: the columns that the trees read, shape (columns,).
        width: number of columns of the features.
    """

    trees: DecisionTrees
    calibrator: Calibrator
    columns: IntArray
    width: int

    @classmethod
    def fit(
        cls,
        features: FeatureArray,
        labels: BoolArray,
        halves: IntArray,
        columns: IntArray,
        parameters: BoostingParameters,
        methods: Sequence[str] = METHODS,
    ) -> tuple[CalibratedTrees, CalibrationFold]:
        """Fit the calibrator on later rows than its trees, then the trees on all rows.

        Args:
            features: shape (n, width), NaN where missing.
            labels: shape (n,).
            halves: 0 for the earlier rows, 1 and 2 for the halves of the calibration fold, shape (n,).
            columns: the columns that the trees read.
            parameters: of the trees.
            methods: of calibration, some of `METHODS`.
        """
        read = np.ascontiguousarray(features[:, columns])
        calibrator, fold = _calibrate(read, labels, halves, parameters, methods)
        trees = fit_probabilities(read, labels, parameters)
        return cls(trees, calibrator, np.asarray(columns, np.int32), features.shape[1]), fold

    def predict(self, features: FeatureArray) -> FloatArray:
        """Return the calibrated probabilities, shape (n,)."""
        return self.calibrator.apply(sigmoid(self.trees.score(features[:, self.columns])))

    @cached_property
    def _explainer(self) -> TreeExplainer:
        return TreeExplainer(self.trees)

    def explain(self, features: FeatureArray) -> FloatArray:
        """Return what each feature adds to the log-odds before calibration, shape (n, width)."""
        added = np.zeros((len(features), self.width))
        added[:, self.columns] = self._explainer.explain(features[:, self.columns])
        return added

    def dump(self) -> Bundle:
        """Return the arrays, and the method of calibration."""
        calibrator = self.calibrator.dump()
        width = np.array([self.width], np.int32)
        arrays = {**self.trees.dump(), **calibrator.arrays, "columns": self.columns, "width": width}
        return Bundle(arrays, calibrator.document)

    @classmethod
    def load(cls, bundle: Bundle) -> CalibratedTrees:
        """Restore the trees from the result of `dump`."""
        columns, width = np.asarray(bundle.arrays["columns"], np.int32), int(bundle.arrays["width"][0])
        return cls(DecisionTrees.load(bundle.arrays), Calibrator.load(bundle), columns, width)


def _calibrate(
    features: FeatureArray,
    labels: BoolArray,
    halves: IntArray,
    parameters: BoostingParameters,
    methods: Sequence[str],
) -> tuple[Calibrator, CalibrationFold]:
    earlier, first, second = (halves == half for half in range(3))
    probabilities = np.full(len(labels), np.nan)
    if len(np.unique(labels[earlier])) < 2:
        return fit_calibrator("none", [0.5], [True]), CalibrationFold(probabilities, {})
    trees = fit_probabilities(features[earlier], labels[earlier], parameters)
    scores = np.full(len(labels), np.nan)
    scores[~earlier] = sigmoid(trees.score(features[~earlier]))
    calibrator, losses = fit_calibrator("none", [0.5], [True]), {}
    if min(labels[first].sum(), labels[second].sum()) >= MIN_POSITIVES:
        choice = choose(scores[first], labels[first], scores[second], labels[second], methods)
        calibrator, losses = choice.calibrator, dict(choice.losses)
    probabilities[second] = calibrator.apply(scores[second])
    return calibrator, CalibrationFold(probabilities, losses)
