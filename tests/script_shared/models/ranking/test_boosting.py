"""Boosted trees learn probabilities, and orders within groups."""

import numpy as np
import pytest

from script_shared.evaluation.classification.measures import roc_auc
from script_shared.evaluation.classification.within_groups import roc_auc_within
from script_shared.models.ranking.boosting import BoostingParameters, fit_order, fit_probabilities

PARAMETERS = BoostingParameters(rounds=60, learning_rate=0.1, feature_fraction=1.0)


def test_probabilities_are_those_of_the_data():
    rng = np.random.default_rng(0)
    features = rng.integers(0, 2, (4_000, 2)).astype(np.float32)
    rates = np.array([[0.1, 0.3], [0.5, 0.9]])[features[:, 0].astype(int), features[:, 1].astype(int)]
    trees = fit_probabilities(features, rng.random(4_000) < rates, PARAMETERS)
    scores = trees.score(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32))
    assert 1 / (1 + np.exp(-scores)) == pytest.approx([0.1, 0.3, 0.5, 0.9], abs=0.04)


def test_order_ignores_what_only_tells_groups_apart():
    """The first feature decides which groups have positive rows, the second which of their rows."""
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(500), 8)
    features = np.stack([groups / 500, rng.normal(size=4_000)], axis=1).astype(np.float32)
    chance = 0.8 / (1 + np.exp(-features[:, 1] - 6 * features[:, 0] + 4))
    labels = rng.random(4_000) < chance
    ordered = fit_order(features, labels.astype(float), groups, PARAMETERS).score(features)
    assert roc_auc_within(ordered, labels, groups).mean() > 0.7
    assert roc_auc(features[:, 0], labels) > roc_auc(ordered, labels)


def test_shuffled_labels_are_not_learned():
    rng = np.random.default_rng(2)
    features, labels = rng.normal(size=(6_000, 5)).astype(np.float32), rng.random(6_000) < 0.3
    trees = fit_probabilities(features[:3_000], labels[:3_000], PARAMETERS)
    assert roc_auc(trees.score(features[3_000:]), labels[3_000:]) == pytest.approx(0.5, abs=0.03)


def test_group_without_different_grades_is_no_lesson():
    with pytest.raises(ValueError, match="different grades"):
        fit_order(np.zeros((4, 1), np.float32), np.zeros(4), np.array([0, 0, 1, 1]), PARAMETERS)


def test_rows_that_no_feature_can_split_are_no_lesson():
    with pytest.raises(ValueError, match="no feature"):
        fit_order(np.zeros((4, 1), np.float32), np.array([0.0, 1, 0, 1]), np.array([0, 0, 1, 1]), PARAMETERS)


def test_fit_is_reproducible():
    rng = np.random.default_rng(3)
    features, labels = rng.normal(size=(500, 3)).astype(np.float32), rng.random(500) < 0.5
    first, second = (fit_probabilities(features, labels, PARAMETERS).score(features) for _ in range(2))
    assert first.tolist() == second.tolist()
