"""Baselines of features and their comparison with later values."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from script_shared.drift.feature_comparison import compare_feature
from script_shared.drift.features import BinaryFeature, NumericFeature, parse_feature, record_feature
from tests.support.contracts import contract

NAN = math.nan
VALUES = arrays(
    np.float64, st.integers(1, 150), elements=st.one_of(st.floats(-1e3, 1e3), st.just(NAN), st.integers(0, 1))
)


def find(comparison, test):
    return next(finding for finding in comparison.findings if finding.test == test)


def repeat(*values, times=100):
    return np.repeat(np.array(values, float), times)


def test_zeros_and_ones_are_binary_and_missing_values_do_not_matter():
    feature = record_feature(np.array([1, 0, NAN, 1.0]))
    assert isinstance(feature, BinaryFeature)
    assert (feature.rows, feature.missing, feature.hits, feature.rate) == (4, 1, 2, 2 / 3)


@pytest.mark.parametrize("values", [[0.0, 2.0], [0.5], [NAN, NAN]])
def test_other_values_are_numeric(values):
    assert isinstance(record_feature(np.array(values)), NumericFeature)


def test_numeric_feature_has_mean_deviation_and_histogram():
    feature = record_feature(np.array([1.0, 3.0, NAN, math.inf]))
    assert (feature.rows, feature.missing, feature.mean, feature.deviation) == (4, 2, 2.0, 1.0)
    assert feature.histogram.counts.tolist() == [1, 1, 0]


@contract
@given(values=VALUES)
def test_a_feature_is_restored_from_json(values):
    feature = record_feature(values)
    document = json.loads(json.dumps(feature.document(), allow_nan=False))
    assert parse_feature(document).document() == document


@contract
@given(values=VALUES, later=VALUES)
def test_any_values_can_be_compared(values, later):
    comparison = compare_feature("x", record_feature(values), later)
    assert comparison.rows == len(later)
    for finding in comparison.findings:
        assert 0 <= finding.p_value <= 1
        assert not math.isnan(finding.change)


def test_change_of_a_rate_is_its_difference():
    comparison = compare_feature("x", record_feature(repeat(1, 0, 0, 0)), repeat(1, 1, 0, 0))
    assert (comparison.kind, comparison.baseline, comparison.current) == ("binary", 0.25, 0.5)
    rate = find(comparison, "rate")
    assert (rate.change, rate.threshold) == (0.25, 0.15)
    assert rate.is_drift(1e-6)


def test_a_rate_that_changes_by_less_than_the_threshold_is_no_drift_however_certain():
    comparison = compare_feature(
        "x", record_feature(repeat(1, 0, times=50_000)), repeat(*[1] * 3, 0, 0, times=20_000)
    )
    rate = find(comparison, "rate")
    assert rate.p_value < 1e-100
    assert rate.change == pytest.approx(0.1)
    assert not rate.is_drift(0.05)


def test_a_change_that_is_chance_is_no_drift_however_large():
    comparison = compare_feature("x", record_feature(repeat(1, 0)), np.array([1.0, 1.0, 1.0]))
    assert find(comparison, "rate").change == 0.5
    assert not find(comparison, "rate").is_drift(0.01)


def test_change_of_a_mean_is_in_deviations_of_the_baseline():
    rng = np.random.default_rng(0)
    before = rng.normal(10, 2, 5_000)
    shifted = compare_feature("x", record_feature(before), rng.normal(17, 2, 200))
    assert find(shifted, "mean").change == pytest.approx(3.5, abs=0.2)
    assert {finding.test for finding in shifted.findings if finding.is_drift(1e-4)} == {"mean", "psi", "ks"}
    half = compare_feature("x", record_feature(before), rng.normal(13, 2, 200))
    assert {finding.test for finding in half.findings if finding.is_drift(1e-4)} == {"psi", "ks"}


def test_a_wider_distribution_with_the_same_mean_is_found():
    rng = np.random.default_rng(0)
    comparison = compare_feature("x", record_feature(rng.normal(0, 1, 5_000)), rng.normal(0, 3, 500))
    assert {finding.test for finding in comparison.findings if finding.is_drift(1e-4)} == {"psi", "ks"}


def test_a_constant_that_changes_is_found():
    comparison = compare_feature("x", record_feature(np.full(500, 7.0)), np.full(200, 8.0))
    assert find(comparison, "mean").change == math.inf
    assert find(comparison, "mean").is_drift(1e-6)
    same = compare_feature("x", record_feature(np.full(500, 7.0)), np.full(200, 7.0))
    assert not any(finding.is_drift(1) for finding in same.findings)


def test_missing_values_are_compared_as_a_rate():
    rng = np.random.default_rng(0)
    values = rng.normal(size=400)
    comparison = compare_feature("x", record_feature(values), np.where(rng.random(400) < 0.5, NAN, values))
    missing = find(comparison, "missing")
    assert missing.change == pytest.approx(0.5, abs=0.1)
    assert [finding.test for finding in comparison.findings if finding.is_drift(1e-4)] == ["missing"]


@pytest.mark.parametrize("before", [[1.0, 0.0], [0.5, 3.0]])
def test_a_feature_that_is_no_longer_known_is_missing_only(before):
    comparison = compare_feature("x", record_feature(repeat(*before)), np.full(100, NAN))
    assert (comparison.current, comparison.psi, comparison.ks) == (None, None, None)
    assert [finding.test for finding in comparison.findings if finding.is_drift(1e-6)] == ["missing"]


def test_few_rows_have_no_stability_test():
    rng = np.random.default_rng(0)
    comparison = compare_feature("x", record_feature(rng.normal(size=5_000)), rng.normal(9, 1, 99))
    assert find(comparison, "psi").p_value == 1
    assert find(comparison, "ks").is_drift(1e-6)
