"""Fits boosted trees with LightGBM: probabilities, and orders within groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

#: A pair counts by its group's number of pairs to the power of minus this: large groups do not dominate.
_GROUP_DISCOUNT = 0.75
#: The least second derivative of a row: LightGBM divides by their sum.
_MIN_CURVATURE = 1e-3


class BoostingParameters(BaseModel):
    """Hyperparameters of boosted trees.

    Attributes:
        rounds: number of trees of an ensemble.
        ensembles: number of ensembles with different seeds, whose scores are averaged.
        leaves: maximum number of leaves of a tree.
        learning_rate: shrinkage of each tree.
        min_leaf_rows: minimum number of rows in a leaf.
        feature_fraction, row_fraction: share of the features and of the rows that each tree is fitted on.
        ridge: penalty on leaf values.
        max_bins: number of histogram bins a feature.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = 250
    ensembles: int = 2
    leaves: int = 31
    learning_rate: float = 0.03
    min_leaf_rows: int = 40
    feature_fraction: float = 0.25
    row_fraction: float = 0.8
    ridge: float = 5.0
    max_bins: int = 63


def fit_probabilities(
    features: FeatureArray, labels: BoolArray, parameters: BoostingParameters
) -> DecisionTrees:
    """Fit trees whose score is the log-odds of a positive label.

    Args:
        features: shape (n, columns), NaN where missing.
        labels: shape (n,), with both classes.
        parameters: hyperparameters.
    """
    rate = labels.mean()
    bias = float(np.log(rate) - np.log1p(-rate))
    return _fit(features, labels, parameters, "binary", bias)


def fit_order(
    features: FeatureArray, grades: FloatArray, groups: IntArray, parameters: BoostingParameters
) -> DecisionTrees:
    """Fit trees that rank the rows of a group with higher grades first, by pairwise logistic loss.

    After Burges et al., "Learning to Rank using Gradient Descent" (ICML 2005). All pairs of a group with
    different grades count, which approximates the area under the curve within groups.

    Args:
        features: shape (n, columns), NaN where missing.
        grades: shape (n,).
        groups: shape (n,), in any order.
        parameters: hyperparameters.

    Raises:
        ValueError: no group has rows with different grades, or no feature has enough rows on two sides.
    """
    from lightgbm.basic import LightGBMError  # training only

    better, worse, weights = _list_pairs(grades, groups)
    if not len(better):
        raise ValueError("no group has rows with different grades")
    used = np.unique(np.concatenate([better, worse]))
    better, worse = np.searchsorted(used, better), np.searchsorted(used, worse)
    objective = _make_pairwise_loss(better, worse, weights, len(used))
    try:
        return _fit(features[used], grades[used], parameters, objective, 0.0)
    except LightGBMError as error:  # it accepts no loss of our own for rows that it cannot split
        raise ValueError("no feature has enough rows on two sides") from error


def _list_pairs(grades: FloatArray, groups: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the better and the worse row of each pair of a group, and weights of mean 1."""
    order = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[order])) + 1
    pairs = [_pair_rows(rows, grades[rows]) for rows in np.split(order, ends)]
    better, worse = (np.concatenate(rows) for rows in zip(*pairs, strict=True))
    weights = np.concatenate([np.full(len(rows), max(len(rows), 1) ** -_GROUP_DISCOUNT) for rows, _ in pairs])
    return better, worse, weights / weights.mean() if len(weights) else weights


def _pair_rows(rows: IntArray, grades: FloatArray) -> tuple[IntArray, IntArray]:
    better, worse = np.nonzero(grades[:, None] > grades[None, :])
    return rows[better], rows[worse]


def _make_pairwise_loss(
    better: IntArray, worse: IntArray, weights: FloatArray, size: int
) -> Callable[[FloatArray, Any], tuple[FloatArray, FloatArray]]:
    def differentiate(scores: FloatArray, _: object) -> tuple[FloatArray, FloatArray]:
        wrong = 1 / (1 + np.exp(scores[better] - scores[worse]))
        slope, curve = weights * wrong, weights * wrong * (1 - wrong)
        gradient = _sum_rows(worse, slope, size) - _sum_rows(better, slope, size)
        curvature = _sum_rows(worse, curve, size) + _sum_rows(better, curve, size)
        return gradient, np.maximum(curvature, _MIN_CURVATURE)

    return differentiate


def _sum_rows(rows: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.bincount(rows, values, size).astype(np.float64)


def _fit(
    features: FeatureArray,
    labels: np.ndarray[Any, Any],
    parameters: BoostingParameters,
    objective: Any,
    bias: float,
) -> DecisionTrees:
    """Fit all ensembles; their trees are one sum, in which each ensemble counts equally."""
    import lightgbm  # training only

    data = lightgbm.Dataset(
        features, labels.astype(np.float64), params=_options(parameters, 0), free_raw_data=False
    )
    trees = []
    for seed in range(parameters.ensembles):
        options = _options(parameters, seed) | {"objective": objective, "boost_from_average": False}
        data.set_init_score(np.full(len(features), bias))
        booster = lightgbm.train(options, data, parameters.rounds)
        trees += booster.dump_model()["tree_info"]
    fitted = DecisionTrees.from_lightgbm(trees)
    return replace(fitted, values=fitted.values / parameters.ensembles, bias=np.array([bias]))


def _options(parameters: BoostingParameters, seed: int) -> dict[str, Any]:
    return {
        "num_leaves": parameters.leaves,
        "learning_rate": parameters.learning_rate,
        "min_data_in_leaf": parameters.min_leaf_rows,
        "feature_fraction": parameters.feature_fraction,
        "bagging_fraction": parameters.row_fraction,
        "bagging_freq": 1,
        "lambda_l2": parameters.ridge,
        "max_bin": parameters.max_bins,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": seed,
        "verbosity": -1,
    }
