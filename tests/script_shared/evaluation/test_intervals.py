"""Bootstrap intervals against known distributions."""

import numpy as np
import pytest

from script_shared.evaluation.classification.measures import roc_auc
from script_shared.evaluation.intervals import bootstrap_means, bootstrap_statistic, interval


def test_interval_of_a_mean_equals_that_of_the_normal_distribution():
    """Half of 10,000 values are 0 and half are 1: the standard error of their mean is .5 / 100."""
    values = np.repeat([0.0, 1.0], 5_000)[:, None]
    low, high = interval(bootstrap_means([values], rounds=2_000))[:, 0]
    assert low == pytest.approx(0.5 - 1.96 * 0.005, abs=0.001)
    assert high == pytest.approx(0.5 + 1.96 * 0.005, abs=0.001)


def test_groups_have_equal_weight():
    """The means of the groups are .5 and 0; their mean is .25, with half the standard error of the first."""
    groups = [np.repeat([0.0, 1.0], 5_000)[:, None], np.zeros((10, 1))]
    draws = bootstrap_means(groups, rounds=2_000)
    assert draws.mean() == pytest.approx(0.25, abs=0.0005)
    assert draws.std() == pytest.approx(0.0025, rel=0.1)


def test_columns_use_the_same_samples():
    """A model that is .1 better for every user is .1 better in every round."""
    values = np.random.default_rng(1).random(300)
    draws = bootstrap_means([np.stack([values, values + 0.1], axis=1)])
    assert draws[:, 1] - draws[:, 0] == pytest.approx(np.full(len(draws), 0.1))
    assert draws[:, 0].std() > 0.01


def test_users_are_sampled_within_their_group():
    """If users were sampled over both groups, the mean would vary; each group alone is constant."""
    draws = bootstrap_means([np.full((50, 1), 1.0), np.full((7, 1), 3.0)])
    assert draws == pytest.approx(np.full((len(draws), 1), 2.0))


def test_equal_seeds_give_equal_samples():
    values = [np.random.default_rng(1).random((40, 2))]
    assert np.array_equal(bootstrap_means(values), bootstrap_means(values))
    assert not np.array_equal(bootstrap_means(values), bootstrap_means(values, seed=1))


@pytest.mark.parametrize("groups", [[], [np.empty((0, 1))], [np.ones((3, 1)), np.empty((0, 1))]])
def test_empty_group_is_rejected(groups):
    with pytest.raises(ValueError, match="at least one user"):
        bootstrap_means(groups)


def test_statistic_of_whole_groups_has_the_error_of_groups_not_of_rows():
    """400 groups of 25 equal rows: the standard error of the mean is .5 / √400, as if there were 400 rows."""
    groups = np.repeat(np.arange(400), 25)
    values = np.repeat(np.arange(400) % 2, 25).astype(float)
    draws = bootstrap_statistic(lambda weights: np.average(values, weights=weights), groups)
    assert draws.shape == (1_000,)
    assert draws.std() == pytest.approx(0.5 / 20, rel=0.1)


def test_statistics_of_two_models_use_the_same_samples():
    rng = np.random.default_rng(4)
    groups, labels = rng.integers(0, 60, 900), rng.random(900) < 0.3
    good, better = labels + rng.normal(0, 1.5, 900), labels + rng.normal(0, 0.9, 900)
    areas = bootstrap_statistic(
        lambda weights: [roc_auc(scores, labels, weights) for scores in (good, better)], groups, rounds=300
    )
    low, high = interval(areas[:, 1] - areas[:, 0])
    assert 0 < low < roc_auc(better, labels) - roc_auc(good, labels) < high
    same = bootstrap_statistic(lambda weights: roc_auc(good, labels, weights), groups, rounds=300)
    assert np.array_equal(same, areas[:, 0])


def test_statistic_without_rows_is_rejected():
    with pytest.raises(ValueError, match="at least one row"):
        bootstrap_statistic(lambda weights: 0.0, [])
