"""Calibrators: on probabilities that are distorted in a known way."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from script_shared.arrays import Bundle
from script_shared.evaluation.classification.calibration import METHODS, Calibrator, choose, fit_calibrator
from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.evaluation.classification.reliability import calibration_error, log_loss
from tests.support.contracts import contract
from tests.support.docker.images import ROOT

SEEDS = st.integers(0, 2**32 - 1)


def logit(probabilities):
    return np.log(probabilities / (1 - probabilities))


def draw_fold(rng, n, truth=lambda p: p, rate=0.2):
    """Return n probabilities around a rate, and labels that are true with the probability truth(p)."""
    probabilities = sigmoid(rng.normal(logit(rate), 1.5, n))
    return probabilities, rng.random(n) < truth(probabilities)


def overconfident(probabilities):
    """The true logit is half the forecast's, less .7."""
    return sigmoid(0.5 * logit(probabilities) - 0.7)


class CalibratorContract:
    """The tests of every method; a subclass names it."""

    method: str

    @contract
    @given(seed=SEEDS, n=st.integers(1, 80), rate=st.sampled_from([0.02, 0.3, 0.9]))
    def test_result_is_a_probability_that_does_not_decrease(self, seed, n, rate):
        calibrator = fit_calibrator(self.method, *draw_fold(np.random.default_rng(seed), n, rate=rate))
        calibrated = calibrator.apply(np.linspace(0, 1, 101))
        assert ((calibrated >= 0) & (calibrated <= 1)).all()
        assert (np.diff(calibrated) >= -1e-12).all()

    @pytest.mark.parametrize("label", [True, False])
    def test_a_fold_of_one_class_can_be_fitted(self, label):
        probabilities = np.linspace(0.1, 0.9, 20)
        calibrated = fit_calibrator(self.method, probabilities, np.full(20, label)).apply(probabilities)
        assert np.isfinite(calibrated).all()

    def test_a_loaded_calibrator_is_equal(self, tmp_path):
        calibrator = fit_calibrator(self.method, *draw_fold(np.random.default_rng(1), 500))
        calibrator.dump().write(tmp_path / "calibrator")
        loaded = Calibrator.load(Bundle.read(tmp_path / "calibrator"))
        grid = np.linspace(0, 1, 50)
        assert loaded.method == self.method
        assert np.array_equal(loaded.apply(grid), calibrator.apply(grid))

    def test_any_shape_is_calibrated(self):
        calibrator = fit_calibrator(self.method, *draw_fold(np.random.default_rng(1), 100))
        assert calibrator.apply(np.full((2, 3), 0.4)).shape == (2, 3)
        assert calibrator.apply(0.4).shape == ()

    def test_a_large_well_calibrated_fold_changes_little(self):
        rng = np.random.default_rng(3)
        calibrator = fit_calibrator(self.method, *draw_fold(rng, 20_000))
        probabilities, labels = draw_fold(rng, 20_000)
        assert calibration_error(calibrator.apply(probabilities), labels) < 0.015


class TestNone(CalibratorContract):
    method = "none"


class TestPlatt(CalibratorContract):
    method = "platt"


class TestShrunkenPlatt(CalibratorContract):
    method = "shrunken_platt"


class TestBeta(CalibratorContract):
    method = "beta"


class TestIsotonic(CalibratorContract):
    method = "isotonic"


def test_all_methods_are_tested():
    assert {contract.method for contract in CalibratorContract.__subclasses__()} == set(METHODS)


def test_platt_finds_slope_and_intercept():
    fold = draw_fold(np.random.default_rng(0), 50_000, overconfident)
    assert fit_calibrator("platt", *fold).parameters == pytest.approx([0.5, -0.7], abs=0.05)


def test_beta_finds_its_parameters():
    """The true logit is 2·log p − .5·log(1 − p) + .3."""
    fold = draw_fold(
        np.random.default_rng(0),
        50_000,
        lambda p: sigmoid(2 * np.log(p) - 0.5 * np.log(1 - p) + 0.3),
        rate=0.5,
    )
    assert fit_calibrator("beta", *fold).parameters == pytest.approx([2, 0.5, 0.3], abs=0.15)


def test_beta_with_a_negative_parameter_is_fitted_again_without_it():
    fold = draw_fold(
        np.random.default_rng(0), 20_000, lambda p: sigmoid(np.log(p) + 0.5 * np.log(1 - p)), rate=0.5
    )
    a, b, _ = fit_calibrator("beta", *fold).parameters
    assert a > 0
    assert b == 0


def test_isotonic_equals_that_of_scikit_learn():
    probabilities, labels = draw_fold(np.random.default_rng(0), 1_000, overconfident)
    expected = IsotonicRegression(out_of_bounds="clip").fit(probabilities, labels)
    grid = np.linspace(0, 1, 200)
    assert fit_calibrator("isotonic", probabilities, labels).apply(grid) == pytest.approx(
        expected.predict(grid)
    )


def test_shrunken_platt_is_between_platt_and_no_calibration():
    """With few positives it is near the identity (1, 0), with many near Platt's parameters."""
    rng = np.random.default_rng(0)
    for n, lowest, highest in ((200, 0.0, 0.5), (100_000, 0.9, 1.01)):
        fold = draw_fold(rng, n, overconfident, rate=0.05)
        platt, shrunken = (fit_calibrator(name, *fold).parameters for name in ("platt", "shrunken_platt"))
        moved = (1 - shrunken[0]) / (1 - platt[0])
        assert lowest < moved < highest


def test_shrunken_platt_loses_less_where_the_later_rate_returns():
    """A fold of 3,500 rows has half the usual rate of 6 %; the next one has it again."""
    rng = np.random.default_rng(0)
    halved = lambda p: sigmoid(logit(p) - 0.7)  # noqa: E731
    losses = dict.fromkeys(["platt", "shrunken_platt"], 0.0)
    for _ in range(20):
        fold, later = draw_fold(rng, 3_500, halved, rate=0.04), draw_fold(rng, 3_500, rate=0.04)
        for name in losses:
            losses[name] += log_loss(fit_calibrator(name, *fold).apply(later[0]), later[1])
    assert losses["shrunken_platt"] < losses["platt"]


def test_none_is_chosen_for_probabilities_that_need_no_calibration():
    rng = np.random.default_rng(4)
    choice = choose(*draw_fold(rng, 300), *draw_fold(rng, 100_000))
    assert choice.calibrator.method == "none"
    assert set(choice.losses) == set(METHODS)


@pytest.mark.parametrize(
    ("truth", "expected"),
    [
        (overconfident, {"platt", "shrunken_platt", "beta"}),
        (lambda p: np.where(p > 0.3, 0.6, 0.1), {"isotonic"}),
    ],
)
def test_the_method_that_fits_the_distortion_is_chosen(truth, expected):
    rng = np.random.default_rng(2)
    later = draw_fold(rng, 20_000, truth)
    choice = choose(*draw_fold(rng, 20_000, truth), *later)
    assert choice.calibrator.method in expected
    assert log_loss(choice.calibrator.apply(later[0]), later[1]) == min(choice.losses.values())
    assert calibration_error(choice.calibrator.apply(later[0]), later[1]) < 0.02


def test_ties_are_decided_for_no_calibration():
    constant = np.full(4, 0.5), [True, False, True, False]
    assert choose(*constant, *constant).calibrator.method == "none"


def test_only_the_given_methods_are_tried():
    rng = np.random.default_rng(2)
    choice = choose(*draw_fold(rng, 100), *draw_fold(rng, 100), methods=["platt", "none"])
    assert set(choice.losses) == {"platt", "none"}


@pytest.mark.parametrize(
    ("method", "probabilities", "labels", "message"),
    [
        ("sigmoid", [0.5], [True], "isotonic"),
        ("platt", [], [], "at least one row"),
        ("platt", [1.5], [True], "between 0 and 1"),
        ("platt", [0.5], [True, False], "one a row"),
    ],
)
def test_invalid_arguments_are_rejected(method, probabilities, labels, message):
    with pytest.raises(ValueError, match=message):
        fit_calibrator(method, probabilities, labels)


def test_applying_a_calibrator_loads_numpy_alone():
    program = """
import sys, numpy as np
from script_shared.evaluation.classification.calibration import Calibrator
from script_shared.arrays import Bundle
fitted = {"platt": np.ones(2), "beta": np.ones(3), "isotonic": np.eye(2), "none": np.empty(0)}
for method, parameters in fitted.items():
    Calibrator.load(Bundle({"calibration": parameters}, {"calibration": method})).apply(np.linspace(0, 1, 5))
print([name for name in ("scipy", "sklearn", "polars", "pandas") if name in sys.modules])
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("method", ["platt", "shrunken_platt", "beta"])
def test_probabilities_that_order_a_fold_the_wrong_way_round_become_its_rate(method):
    probabilities, labels = draw_fold(np.random.default_rng(0), 20_000, lambda p: 1 - p, rate=0.5)
    calibrated = fit_calibrator(method, probabilities, labels).apply([0.1, 0.5, 0.9])
    assert calibrated == pytest.approx(np.full(3, 0.5), abs=0.02)
