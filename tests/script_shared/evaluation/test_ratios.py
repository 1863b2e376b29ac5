"""Ratios over users: against values computed by hand, and on generated users with a known true ratio."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.evaluation.ratios import Estimate, ratio

IMPRESSIONS = st.lists(st.integers(1, 20), min_size=2, max_size=40)


def test_ratio_and_its_error_equal_the_formula():
    # Three users click 1 of 2, 0 of 2 and 3 of 4 impressions: 4 / 8.
    # The residuals are 0, -1 and 1, divided by the mean of 8 / 3: 0, -3/8 and 3/8.
    # Their variance is (9/64 + 9/64) / 2 = 9/64, that of the mean of three 3/64.
    estimate = ratio(np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    assert estimate.value == 0.5
    assert estimate.error == pytest.approx(math.sqrt(3) / 8)
    assert estimate.low == pytest.approx(0.5 - 1.959964 * math.sqrt(3) / 8)


def test_with_one_impression_a_user_the_error_is_that_of_a_proportion():
    clicks = np.array([1.0] * 30 + [0.0] * 70)
    estimate = ratio(clicks, np.ones(100))
    assert estimate.error == pytest.approx(math.sqrt(0.3 * 0.7 / 99))


def test_variances_of_independent_estimates_add_up():
    assert Estimate(0.5, 0.03).minus(Estimate(0.4, 0.04)) == (pytest.approx(0.1), pytest.approx(0.05))


def test_with_fewer_than_two_users_the_error_is_nan():
    assert math.isnan(ratio(np.empty(0), np.empty(0)).value)
    one_user = ratio(np.array([1.0]), np.array([4.0]))
    assert one_user.value == 0.25
    assert math.isnan(one_user.error)


@given(impressions=IMPRESSIONS, seed=st.integers(0, 2**32 - 1))
def test_error_equals_the_delta_method(impressions, seed):
    x = np.array(impressions, float)
    y = np.random.default_rng(seed).binomial(impressions, 0.3).astype(float)
    estimate, (c_xx, c_xy, _, c_yy) = ratio(y, x), np.cov(x, y).ravel()
    value = y.mean() / x.mean()
    variance = (c_yy - 2 * value * c_xy + value * value * c_xx) / x.mean() ** 2 / len(x)
    assert estimate.error == pytest.approx(math.sqrt(max(variance, 0.0)), abs=1e-9)


def draw_clicks(rng, users, rate):
    """Return clicks and impressions of users with different activity; the true ratio is `rate`."""
    impressions = 1 + rng.poisson(rng.gamma(1.0, 4.0, users))
    rates = rng.beta(4 * rate, 4 * (1 - rate), users)
    return rng.binomial(impressions, rates).astype(float), impressions.astype(float)


@pytest.mark.parametrize(("champion", "challenger"), [(0.2, 0.2), (0.2, 0.23), (0.1, 0.05)])
def test_interval_contains_the_true_difference_in_95_percent_of_trials(champion, challenger):
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(600):
        estimate = ratio(*draw_clicks(rng, 700, challenger)).minus(ratio(*draw_clicks(rng, 900, champion)))
        covered += estimate.low <= challenger - champion <= estimate.high
    # Four standard deviations of a binomial with p = .95 and n = 600.
    assert abs(covered / 600 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 600)


def test_error_exceeds_that_of_independent_impressions():
    rng = np.random.default_rng(7)
    clicks, impressions = draw_clicks(rng, 2_000, 0.2)
    share = clicks.sum() / impressions.sum()
    assert ratio(clicks, impressions).error > 1.3 * math.sqrt(share * (1 - share) / impressions.sum())
