"""Ratios over readers: by hand, and on generated readers whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.evaluation.ratios import Estimate, ratio

SHOWN = st.lists(st.integers(1, 20), min_size=2, max_size=40)


def test_a_golden_case_by_hand():
    # Three readers: 1 of 2, 0 of 2 and 3 of 4 impressions were followed: 4 / 8.
    # What is left of them at one half: 0, -1 and 1; over the mean of 8 / 3: 0, -3/8, 3/8.
    # Their variance is (9/64 + 9/64) / 2 = 9/64, that of the mean of three 3/64.
    found = ratio(np.array([1.0, 0.0, 3.0]), np.array([2.0, 2.0, 4.0]))
    assert found.value == 0.5
    assert found.error == pytest.approx(math.sqrt(3) / 8)
    assert found.low == pytest.approx(0.5 - 1.959964 * math.sqrt(3) / 8)


def test_where_each_has_one_impression_it_is_the_error_of_a_share():
    parts = np.array([1.0] * 30 + [0.0] * 70)
    found = ratio(parts, np.ones(100))
    assert found.error == pytest.approx(math.sqrt(0.3 * 0.7 / 99))


def test_a_difference_of_other_readers_adds_variances():
    assert Estimate(0.5, 0.03).minus(Estimate(0.4, 0.04)) == (pytest.approx(0.1), pytest.approx(0.05))


def test_too_few_readers_are_sure_of_nothing():
    assert math.isnan(ratio(np.empty(0), np.empty(0)).value)
    alone = ratio(np.array([1.0]), np.array([4.0]))
    assert alone.value == 0.25
    assert math.isnan(alone.error)


@given(shown=SHOWN, seed=st.integers(0, 2**32 - 1))
def test_it_is_the_textbook_s_delta_method(shown, seed):
    x = np.array(shown, float)
    y = np.random.default_rng(seed).binomial(shown, 0.3).astype(float)
    found, (c_xx, c_xy, _, c_yy) = ratio(y, x), np.cov(x, y).ravel()
    r = y.mean() / x.mean()
    variance = (c_yy - 2 * r * c_xy + r * r * c_xx) / x.mean() ** 2 / len(x)
    assert found.error == pytest.approx(math.sqrt(max(variance, 0.0)), abs=1e-9)


def generated(rng, readers, rate):
    """Readers who differ in how often they come and in how much they follow; the true ratio is `rate`."""
    shown = 1 + rng.poisson(rng.gamma(1.0, 4.0, readers))
    own = rng.beta(4 * rate, 4 * (1 - rate), readers)
    return rng.binomial(shown, own).astype(float), shown.astype(float)


@pytest.mark.parametrize(("champion", "challenger"), [(0.2, 0.2), (0.2, 0.23), (0.1, 0.05)])
def test_the_interval_holds_the_true_difference_as_often_as_it_says(champion, challenger):
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(600):
        found = ratio(*generated(rng, 700, challenger)).minus(ratio(*generated(rng, 900, champion)))
        held += found.low <= challenger - champion <= found.high
    # Four standard deviations of a binomial with p = .95 and n = 600.
    assert abs(held / 600 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 600)


def test_impressions_as_if_each_were_a_reader_would_be_too_sure():
    rng = np.random.default_rng(7)
    parts, wholes = generated(rng, 2_000, 0.2)
    share = parts.sum() / wholes.sum()
    assert ratio(parts, wholes).error > 1.3 * math.sqrt(share * (1 - share) / wholes.sum())
