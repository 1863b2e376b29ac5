"""How much each kind of requirement matters: a logistic regression on the outcomes of past cases.

The features of a case are, for each kind of requirement, the share that is met, and for each scale the
distance of the levels. Their weights are comparable: a share goes from 0 to 1, a distance counts levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from script_shared.arrays import Bundle
from script_shared.evaluation.classification.logistic import fit_logistic, sigmoid
from script_shared.requirements.requirement import MET, UNKNOWN, Assessment, Requirement
from script_shared.types import FloatArray

#: Suffix of the feature that counts the levels between a person's level and the required one, both ways.
DISTANCE = "_distance"
#: Targets are moved by this much from 0 and 1, which keeps the weights finite.
_MARGIN = 1e-3
#: Standard deviation of the prior of a weight: a feature that is hardly ever known has a weight near 0.
_PRIOR_DEVIATION = 1.0


def compute_features(assessment: Assessment, names: Sequence[str]) -> FloatArray:
    """Return the features of an assessment, NaN where nothing is known; shape (names,).

    Args:
        assessment: the results of one case.
        names: names of weights, see `Requirement.weight_name`; with `DISTANCE` for distances.
    """
    met: dict[str, list[float]] = {}
    for result in assessment.results:
        name = result.requirement.weight_name
        if result.status != UNKNOWN:
            met.setdefault(name, []).append(result.status == MET)
        if result.distance is not None:
            met.setdefault(name + DISTANCE, []).append(abs(result.distance))
    return np.array([np.mean(met[name]) if name in met else np.nan for name in names], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class RequirementWeights:
    """Fitted weights.

    Attributes:
        names: names of the features.
        weights: change of the log-odds for one unit of each feature, shape (names,).
        means: of the known values of the features, which replace unknown ones, shape (names,).
        intercept: log-odds of a case with all features 0.
        cases: number of cases of the fit.
    """

    names: tuple[str, ...]
    weights: FloatArray
    means: FloatArray
    intercept: float
    cases: int

    @classmethod
    def fit(
        cls, names: Sequence[str], features: npt.ArrayLike, outcomes: npt.ArrayLike
    ) -> RequirementWeights:
        """Fit the weights.

        Args:
            names: names of the features.
            features: shape (cases, names), NaN where unknown.
            outcomes: whether the outcome was positive, shape (cases,).

        Raises:
            ValueError: there is no case, or the arrays differ in length.
        """
        values, positive = np.asarray(features, np.float64), np.asarray(outcomes, np.float64)
        if values.shape != (len(positive), len(names)) or not len(positive):
            raise ValueError(f"features {values.shape} for {len(positive)} outcomes and {len(names)} names")
        known = ~np.isnan(values)
        means = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, values, means)
        # A constant column cannot be told from the intercept: its weight is 0.
        varies = np.ptp(filled, axis=0) > 0
        columns = np.column_stack([filled[:, varies], np.ones(len(filled))])
        ridge = 1 / (len(positive) * _PRIOR_DEVIATION**2)
        fitted = fit_logistic(columns, np.clip(positive, _MARGIN, 1 - _MARGIN), ridge)
        weights = np.zeros(len(names))
        weights[varies] = fitted[:-1]
        return cls(tuple(names), weights, means, float(fitted[-1]), len(positive))

    def score(self, assessment: Assessment) -> float:
        """Return the log-odds of a positive outcome that the requirements alone give."""
        return float(self._log_odds(compute_features(assessment, self.names)))

    def predict(self, features: npt.ArrayLike) -> FloatArray:
        """Return the probabilities of cases; features of shape (n, names), NaN where unknown."""
        return sigmoid(self._log_odds(np.asarray(features, np.float64)))

    def _log_odds(self, features: FloatArray) -> FloatArray:
        filled = np.where(np.isnan(features), self.means, features)
        return np.asarray(self.intercept + filled @ self.weights, np.float64)

    def importance(self, requirements: Sequence[Requirement]) -> list[float]:
        """Return by how much the log-odds rise if each requirement is met instead of missing.

        The requirements of a kind share its weight.
        """
        weights = self.by_name()
        kinds = [requirement.weight_name for requirement in requirements]
        return [weights.get(kind, 0.0) / kinds.count(kind) for kind in kinds]

    def by_name(self) -> Mapping[str, float]:
        """Return the weights by name of the feature."""
        return dict(zip(self.names, self.weights.tolist(), strict=True))

    def dump(self) -> Bundle:
        """Return the weights as arrays and JSON values."""
        document = {"names": list(self.names), "intercept": self.intercept, "cases": self.cases}
        return Bundle({"weights": self.weights, "means": self.means}, document)

    @classmethod
    def load(cls, bundle: Bundle) -> RequirementWeights:
        """Restore what `dump` returned."""
        arrays, document = bundle.arrays, bundle.document
        return cls(
            names=tuple(document["names"]),
            weights=np.asarray(arrays["weights"], np.float64),
            means=np.asarray(arrays["means"], np.float64),
            intercept=float(document["intercept"]),
            cases=int(document["cases"]),
        )
