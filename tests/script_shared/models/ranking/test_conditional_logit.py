"""The conditional logit on lists whose weights are known."""

from math import log

import numpy as np
import pytest

from script_shared.models.ranking.conditional_logit import fit_logit


@pytest.mark.parametrize("truth", [(1.5, -0.5, 0.0), (0.0, 2.0, -1.0)])
def test_the_fit_recovers_the_true_weights(truth):
    rng = np.random.default_rng(5)
    lists, length = 4_000, 8
    features = rng.normal(size=(lists * length, 3)).astype(np.float32)
    utility = (features @ np.array(truth) + rng.gumbel(size=lists * length)).reshape(lists, length)
    chosen = (utility == utility.max(axis=1, keepdims=True)).ravel()
    found = fit_logit(features, np.arange(0, lists * length, length), chosen, ridge=0.0)
    assert found == pytest.approx(truth, abs=0.1)


def test_a_constant_feature_has_no_weight_and_a_ridge_shrinks_the_others():
    rng = np.random.default_rng(1)
    features = np.stack([rng.normal(size=400), np.full(400, 7.0)], axis=1).astype(np.float32)
    chosen = (features[:, 0].reshape(100, 4) == features[:, 0].reshape(100, 4).max(axis=1)[:, None]).ravel()
    weak, strong = (fit_logit(features, np.arange(0, 400, 4), chosen, ridge) for ridge in (0.01, 1.0))
    assert abs(weak[1]) < 1e-6
    assert weak[0] > strong[0] > 0


def test_a_list_with_two_chosen_items_has_the_weight_of_one_query():
    """One user chooses the feature, another its opposite, but twice as many items."""
    first, second = [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0]
    features = np.array([*first, *second], np.float32)[:, None]
    chosen = np.array([True, False, False, True, True, False])
    found = fit_logit(features, np.array([0, 3]), chosen, ridge=1e-6)[0]
    # The likelihood is highest where the expected feature equals the mean of the chosen rows: 0.
    assert found == pytest.approx(log(2) / 2, abs=1e-3)
