"""Calibrators: maps from a classifier's probabilities to probabilities that agree with the outcomes.

- `platt`: sigmoid(slope·logit + intercept) with slope ≥ 0 (Platt, 1999), and his smoothed targets
- `shrunken_platt`: the same, pulled towards the unchanged probability where there are few positives
- `beta`: sigmoid(a·log p − b·log(1 − p) + c) with a, b ≥ 0 (Kull, Silva Filho & Flach, AISTATS 2017)
- `isotonic`: a non-decreasing step function (Zadrozny & Elkan, KDD 2002), interpolated
- `none`: the unchanged probability

A calibrator is one array; it is applied with numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from script_shared.arrays import Bundle
from script_shared.evaluation.classification.logistic import fit_logistic, sigmoid
from script_shared.evaluation.classification.measures import check_rows
from script_shared.evaluation.classification.reliability import MARGIN, log_loss
from script_shared.types import BoolArray, FloatArray

#: The strength of `shrunken_platt`: as if so many rows of the rarer class agreed with the probabilities.
PRIOR_ROWS = 100
_KEY = "calibration"


@dataclass(frozen=True, slots=True, eq=False)
class Calibrator:
    """A fitted calibrator.

    Attributes:
        method: one of `METHODS`.
        parameters: (slope, intercept), (a, b, c), the steps of shape (2, steps), or empty.
    """

    method: str
    parameters: FloatArray

    def apply(self, probabilities: npt.ArrayLike) -> FloatArray:
        """Return the calibrated probabilities; any shape."""
        return _APPLY[self.method](np.asarray(probabilities, np.float64), self.parameters)

    def dump(self) -> Bundle:
        """Return the calibrator as an array and its method; both may be merged into a classifier's bundle."""
        return Bundle({_KEY: self.parameters}, {_KEY: self.method})

    @classmethod
    def load(cls, bundle: Bundle) -> Calibrator:
        """Restore the calibrator from a bundle that contains what `dump` returned."""
        return cls(bundle.document[_KEY], np.asarray(bundle.arrays[_KEY], np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationChoice:
    """The calibrator with the lowest log loss on a later fold.

    Attributes:
        calibrator: fitted on the earlier fold.
        losses: log loss on the later fold by method, the chosen one included.
    """

    calibrator: Calibrator
    losses: Mapping[str, float]


def fit_calibrator(method: str, probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> Calibrator:
    """Fit a calibrator on rows that the classifier was not fitted on.

    Args:
        method: one of `METHODS`.
        probabilities: of the classifier, shape (n,).
        labels: shape (n,), true for positives.

    Raises:
        ValueError: the method is unknown, there are no rows, the arrays differ in length, or a probability
            is not between 0 and 1.
    """
    values, positive = check_rows(probabilities, labels)
    if method not in _FIT:
        raise ValueError(f"{method!r} is no method of calibration; use one of {', '.join(METHODS)}")
    if not len(values) or values.min() < 0 or values.max() > 1:
        raise ValueError("calibration needs at least one row, and probabilities between 0 and 1")
    return Calibrator(method, _FIT[method](values, positive))


def choose(
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike,
    later_probabilities: npt.ArrayLike,
    later_labels: npt.ArrayLike,
    methods: Sequence[str] | None = None,
) -> CalibrationChoice:
    """Fit each method on one fold and choose by log loss on a later one; `none` wins ties.

    Args:
        probabilities: of the classifier on the first fold, shape (n,).
        labels: of the first fold, shape (n,).
        later_probabilities: of the classifier on a fold that is later in time, shape (m,).
        later_labels: of the later fold, shape (m,).
        methods: some of `METHODS`; all by default.

    Raises:
        ValueError: a fold is empty, arrays differ in length, or a probability is not between 0 and 1.
    """
    fitted = {name: fit_calibrator(name, probabilities, labels) for name in methods or METHODS}
    if not len(np.asarray(later_labels)):
        raise ValueError("the later fold is empty")
    losses = {
        name: log_loss(calibrator.apply(later_probabilities), later_labels)
        for name, calibrator in fitted.items()
    }
    return CalibrationChoice(fitted[min(losses, key=lambda name: losses[name])], losses)


def _logit(probabilities: FloatArray) -> FloatArray:
    clipped = np.clip(probabilities, MARGIN, 1 - MARGIN)
    return np.log(clipped) - np.log1p(-clipped)


def _beta_features(probabilities: FloatArray) -> FloatArray:
    clipped = np.clip(probabilities, MARGIN, 1 - MARGIN)
    return np.stack([np.log(clipped), -np.log1p(-clipped), np.ones_like(clipped)], axis=-1)


def _platt_features(probabilities: FloatArray) -> FloatArray:
    return np.stack([_logit(probabilities), np.ones_like(probabilities)], axis=-1)


def _smooth(positive: BoolArray) -> FloatArray:
    """Return Platt's targets: (n₊ + 1)/(n₊ + 2) and 1/(n₋ + 2), which keep the parameters finite."""
    hits = np.count_nonzero(positive)
    return np.where(positive, (hits + 1) / (hits + 2), 1 / (len(positive) - hits + 2))


def _fit_platt(probabilities: FloatArray, positive: BoolArray) -> FloatArray:
    return _fit_increasing(_platt_features(probabilities), _smooth(positive))


def _fit_shrunken_platt(probabilities: FloatArray, positive: BoolArray) -> FloatArray:
    hits = np.count_nonzero(positive)
    share = PRIOR_ROWS / (PRIOR_ROWS + min(hits, len(positive) - hits))
    targets = (1 - share) * _smooth(positive) + share * np.clip(probabilities, MARGIN, 1 - MARGIN)
    return _fit_increasing(_platt_features(probabilities), targets)


def _fit_beta(probabilities: FloatArray, positive: BoolArray) -> FloatArray:
    return _fit_increasing(_beta_features(probabilities), _smooth(positive))


def _fit_increasing(features: FloatArray, targets: FloatArray) -> FloatArray:
    """Fit without negative parameters, which would reverse ranks; the last is the intercept, and may be."""
    used = list(range(features.shape[1]))
    while True:
        fitted = fit_logistic(features[:, used], targets)
        if len(used) == 1 or fitted[:-1].min() >= 0:
            break
        del used[int(np.argmin(fitted[:-1]))]
    parameters = np.zeros(features.shape[1])
    parameters[used] = fitted
    return parameters


def _fit_isotonic(probabilities: FloatArray, positive: BoolArray) -> FloatArray:
    from sklearn.isotonic import IsotonicRegression  # the service does not need it

    model = IsotonicRegression(y_min=0, y_max=1).fit(probabilities, positive)
    return np.stack([model.X_thresholds_, model.y_thresholds_]).astype(np.float64)


_FIT: Mapping[str, Callable[[FloatArray, BoolArray], FloatArray]] = {
    "none": lambda probabilities, positive: np.empty(0),
    "shrunken_platt": _fit_shrunken_platt,
    "platt": _fit_platt,
    "beta": _fit_beta,
    "isotonic": _fit_isotonic,
}
_APPLY: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "none": lambda probabilities, parameters: probabilities,
    "shrunken_platt": lambda probabilities, parameters: sigmoid(_platt_features(probabilities) @ parameters),
    "platt": lambda probabilities, parameters: sigmoid(_platt_features(probabilities) @ parameters),
    "beta": lambda probabilities, parameters: sigmoid(_beta_features(probabilities) @ parameters),
    "isotonic": lambda probabilities, parameters: np.interp(probabilities, *parameters),
}
#: In the order in which ties are decided.
METHODS = tuple(_FIT)
