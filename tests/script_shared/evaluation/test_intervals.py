"""Bootstrap intervals against known distributions."""

import numpy as np
import pytest

from script_shared.evaluation.intervals import bootstrap_means, interval


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
