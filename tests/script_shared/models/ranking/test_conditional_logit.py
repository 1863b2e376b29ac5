"""The conditional logit on lists whose weights are known."""

from math import log

import numpy as np
import pytest

from script_shared.models.ranking.conditional_logit import fit_logit


@pytest.mark.parametrize("true_weights", [(1.5, -0.5, 0.0), (0.0, 2.0, -1.0)])
def test_fit_recovers_the_true_weights(true_weights):
    rng = np.random.default_rng(5)
    lists, length = 4_000, 8
    features = rng.normal(size=(lists * length, 3)).astype(np.float32)
    utility = (features @ np.array(true_weights) + rng.gumbel(size=lists * length)).reshape(lists, length)
    chosen = (utility == utility.max(axis=1, keepdims=True)).ravel()
    weights = fit_logit(features, np.arange(0, lists * length, length), chosen, ridge=0.0)
    assert weights == pytest.approx(true_weights, abs=0.1)


def test_constant_feature_has_no_weight_and_a_ridge_shrinks_the_others():
    rng = np.random.default_rng(1)
    features = np.stack([rng.normal(size=400), np.full(400, 7.0)], axis=1).astype(np.float32)
    chosen = (features[:, 0].reshape(100, 4) == features[:, 0].reshape(100, 4).max(axis=1)[:, None]).ravel()
    weakly_regularised, strongly_regularised = (
        fit_logit(features, np.arange(0, 400, 4), chosen, ridge) for ridge in (0.01, 1.0)
    )
    assert abs(weakly_regularised[1]) < 1e-6
    assert weakly_regularised[0] > strongly_regularised[0] > 0


def test_list_with_two_chosen_items_has_the_weight_of_one_query():
    """One user chooses the one item with the feature, another chooses both items without it."""
    first, second = [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]
    features = np.array([*first, *second], np.float32)[:, None]
    chosen = np.array([True, False, False, True, True, False])
    weights = fit_logit(features, np.array([0, 3]), chosen, ridge=1e-6)[0]
    # The likelihood is maximal where the expected feature equals the mean of the chosen rows, which is 0.
    assert weights == pytest.approx(log(2) / 2, abs=1e-3)
