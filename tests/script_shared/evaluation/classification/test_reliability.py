"""Agreement of probabilities and outcomes: by hand, and against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from script_shared.evaluation.classification.reliability import (
    brier_score,
    calibration_error,
    log_loss,
    reliability_curve,
)
from tests.support.contracts import contract


@contract
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 50))
def test_losses_equal_those_of_scikit_learn(seed, n):
    rng = np.random.default_rng(seed)
    probabilities, labels = rng.uniform(0.001, 0.999, n), rng.random(n) < 0.4
    assert log_loss(probabilities, labels) == pytest.approx(
        sklearn_log_loss(labels, probabilities, labels=[False, True])
    )
    assert brier_score(probabilities, labels) == pytest.approx(
        brier_score_loss(labels, probabilities, labels=[False, True], pos_label=True)
    )


def test_a_wrong_certainty_has_a_large_but_finite_loss():
    assert log_loss([0.0], [True]) == pytest.approx(6 * math.log(10), rel=1e-3)


def test_calibration_error_is_the_mean_distance_weighted_by_rows():
    """Three bins: .2 against a rate of .5, .6 against 0, .8 against 1."""
    probabilities = [0.2, 0.2, 0.6, 0.8]
    labels = [True, False, False, True]
    curve = reliability_curve(probabilities, labels, bins=4)
    assert curve.rows.tolist() == [2, 1, 1]
    assert curve.rates.tolist() == [0.5, 0.0, 1.0]
    assert calibration_error(probabilities, labels, bins=4) == pytest.approx((2 * 0.3 + 0.6 + 0.2) / 4)


def test_bins_have_equal_numbers_of_rows():
    rng = np.random.default_rng(0)
    probabilities = rng.beta(1, 20, 15_000)
    curve = reliability_curve(probabilities, rng.random(15_000) < probabilities)
    assert curve.rows.tolist() == [1_000] * 15
    assert (np.diff(curve.probabilities) > 0).all()
    assert ((curve.low < curve.rates) & (curve.rates < curve.high)).all()


@contract
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_tied_rows_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    probabilities, labels, order = rng.integers(1, 5, 60) / 5, rng.random(60) < 0.5, rng.permutation(60)
    first = calibration_error(probabilities, labels)
    assert calibration_error(probabilities[order], labels[order]) == pytest.approx(first)


def test_equal_probabilities_are_in_one_bin():
    curve = reliability_curve(np.full(100, 0.3), np.arange(100) < 30)
    assert curve.rows.tolist() == [100]
    assert calibration_error(np.full(100, 0.3), np.arange(100) < 30) == pytest.approx(0)


def test_a_perfect_forecast_has_the_error_of_chance_and_a_wrong_one_has_more():
    rng = np.random.default_rng(1)
    probabilities = np.full(3_000, 0.2) + rng.uniform(-0.01, 0.01, 3_000)
    errors = [calibration_error(probabilities, rng.random(3_000) < probabilities) for _ in range(100)]
    assert np.mean(errors) == pytest.approx(0.8 * math.sqrt(0.2 * 0.8 * 15 / 3_000), rel=0.1)
    wrong = calibration_error(probabilities, rng.random(3_000) < probabilities + 0.2)
    assert wrong == pytest.approx(0.2, abs=0.03)
