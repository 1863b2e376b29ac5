"""Limits of proportions: against SciPy, and by their coverage of a known proportion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from script_shared.evaluation.proportions import clopper_pearson_lower, ratio_interval, wilson_interval
from tests.support.contracts import contract

COUNTS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@contract
@given(counts=COUNTS, confidence=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_interval_equals_that_of_scipy(counts, confidence):
    low, high = wilson_interval(*counts, confidence)
    expected = binomtest(*counts).proportion_ci(confidence, method="wilson")
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


@contract
@given(counts=COUNTS, confidence=st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_clopper_pearson_limit_equals_that_of_scipy(counts, confidence):
    expected = binomtest(*counts, alternative="greater").proportion_ci(confidence, method="exact")
    assert float(clopper_pearson_lower(*counts, confidence)) == pytest.approx(expected.low, abs=1e-9)


@pytest.mark.parametrize("proportion", [0.3, 0.5, 0.8, 0.95])
@pytest.mark.parametrize("n", [11, 40, 200])
def test_clopper_pearson_limit_exceeds_the_proportion_in_at_most_5_percent(n, proportion):
    successes = np.arange(n + 1)
    wrong = clopper_pearson_lower(successes, np.full(n + 1, n)) > proportion
    assert binom.pmf(successes, n, proportion)[wrong].sum() <= 0.05


def test_without_a_trial_the_interval_is_everything():
    low, high = wilson_interval([0], [0])
    assert (low.tolist(), high.tolist()) == ([0.0], [1.0])


def test_limits_of_no_successes_and_of_successes_only_are_zero_and_one():
    low, high = wilson_interval([0, 9], [9, 9])
    assert low[0] == 0
    assert high[1] == 1
    assert low[1] == pytest.approx(9 / (9 + 1.959964**2), abs=1e-6)


def test_ratio_interval_contains_the_ratio_and_moves_with_it():
    low, high = ratio_interval(([10, 40], [100, 100]), ([50, 50], [100, 100]))
    assert low[0] < 0.2 < high[0] < 0.8
    assert low[1] < 0.8 < high[1]
    assert high[1] > 1


def test_ratio_interval_of_no_successes_begins_at_zero():
    low, high = ratio_interval(([0], [10]), ([5], [10]))
    assert low.tolist() == [0.0]
    assert 0 < high[0] < 1


@pytest.mark.parametrize(
    ("n", "p", "base_n", "base_p"), [(40, 0.1, 400, 0.2), (900, 0.03, 900, 0.05), (30, 0.5, 60, 0.6)]
)
def test_ratio_interval_contains_the_true_ratio_in_95_percent_of_trials(n, p, base_n, base_p):
    rng = np.random.default_rng(3)
    successes, base = rng.binomial(n, p, 5_000), np.maximum(rng.binomial(base_n, base_p, 5_000), 1)
    low, high = ratio_interval((successes, np.full(5_000, n)), (base, np.full(5_000, base_n)))
    assert np.mean((low <= p / base_p) & (p / base_p <= high)) == pytest.approx(0.95, abs=0.015)
