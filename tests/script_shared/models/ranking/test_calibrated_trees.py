"""The calibrator of boosted trees is one of the methods that are tried, and does not change their order."""

import numpy as np
import pytest

from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.models.ranking.boosting import BoostingParameters
from script_shared.models.ranking.calibrated_trees import CalibratedTrees

TREES = BoostingParameters(rounds=10, ensembles=1, learning_rate=0.1)


@pytest.fixture(scope="module")
def rows():
    """3,000 rows whose rate of positives falls from .4 to .1 before the calibration fold."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(3_000, 3)).astype(np.float32)
    halves = np.repeat(np.array([0, 1, 2], np.int32), 1_000)
    shift = np.where(halves == 0, -0.4, -2.2)
    labels = rng.random(3_000) < sigmoid(features[:, 0] + shift)
    return features, labels, halves


def fit(rows, methods):
    return CalibratedTrees.fit(*rows, np.arange(3), TREES, methods)


def test_without_calibration_the_probabilities_are_those_of_the_trees(rows):
    trees, fold = fit(rows, ("none",))
    features, _, halves = rows
    np.testing.assert_array_equal(trees.predict(features), sigmoid(trees.trees.score(features)))
    assert set(fold.losses) == {"none"}
    np.testing.assert_array_equal(np.isnan(fold.probabilities), halves < 2)


def test_only_the_given_methods_are_tried(rows):
    trees, fold = fit(rows, ("none", "platt"))
    assert set(fold.losses) == {"none", "platt"}
    assert trees.calibrator.method == "platt"


def test_a_calibrator_corrects_a_change_of_the_rate_that_the_trees_have_seen(rows):
    """The trees of all rows know some of the lower rate: the probabilities become too low."""
    features, labels, halves = rows
    later = halves == 2
    rate = labels[later].mean()
    means = {method: fit(rows, (method,))[0].predict(features[later]).mean() for method in ("none", "platt")}
    assert means["platt"] < means["none"]
    assert means["platt"] < rate
