"""Logistic regression of a few parameters on targets between 0 and 1."""

from __future__ import annotations

import numpy as np

from script_shared.types import FloatArray

#: A small penalty keeps the parameters unique where columns depend on each other.
_RIDGE = 1e-9


def sigmoid(values: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(−x)) without overflow; any shape."""
    return np.exp(-np.logaddexp(0.0, -values))


def fit_logistic(features: FloatArray, targets: FloatArray, ridge: float = _RIDGE) -> FloatArray:
    """Return the parameters of the highest likelihood, shape (columns,).

    Args:
        features: shape (rows, columns); one column may be constant.
        targets: probabilities of the positive class, shape (rows,), above 0 and below 1.
        ridge: penalty on half the squared parameters, per row; 1 / (rows · σ²) is a normal prior of standard
            deviation σ.
    """
    from scipy.optimize import minimize  # the service does not need it

    start = np.zeros(features.shape[1])
    arguments = (features, targets, ridge)
    result = minimize(
        _loss, start, arguments, method="L-BFGS-B", jac=True, options={"ftol": 1e-15, "gtol": 1e-9}
    )
    return np.asarray(result.x, np.float64)


def _loss(
    parameters: FloatArray, features: FloatArray, targets: FloatArray, ridge: float
) -> tuple[float, FloatArray]:
    """Return the mean negative log-likelihood with its penalty, and the gradient."""
    values = features @ parameters
    loss = np.mean(np.logaddexp(0.0, values) - targets * values) + ridge * parameters @ parameters / 2
    gradient = features.T @ (sigmoid(values) - targets) / len(targets) + ridge * parameters
    return float(loss), gradient
