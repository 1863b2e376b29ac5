"""Compares later values of a feature with its baseline."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from script_shared.drift.features import BinaryFeature, Feature, NumericFeature
from script_shared.drift.finding import MIN_KS, MIN_MEAN_CHANGE, MIN_PSI, MIN_RATE_CHANGE, Finding
from script_shared.drift.histogram import count_cells
from script_shared.drift.significance import (
    chi_square_p_value,
    fisher_p_values,
    ks_p_value,
    ks_statistic,
    population_stability_index,
)
from script_shared.types import FloatArray

#: With fewer later rows a tenth of the baseline has under ten of them, and χ² is a poor approximation.
MIN_PSI_ROWS = 100


class FeatureComparison(NamedTuple):
    """A feature in the baseline and later; values that cannot be computed are None.

    Attributes:
        kind: `binary`, `numeric` or `categorical`.
        rows, missing: number of later rows, and of those without a value.
        baseline_missing: share of rows without a value in the baseline.
        baseline, current: rate of 1, or mean; None for categories.
        change: difference of the rates, or of the means in standard deviations of the baseline; infinite
            where a constant changed.
        psi: population stability index.
        ks: distance of the distribution functions; None unless the feature is numeric.
        findings: the tests.
    """

    kind: str
    rows: int
    missing: int
    baseline_missing: float
    baseline: float | None
    current: float | None
    change: float | None
    psi: float | None
    ks: float | None
    findings: tuple[Finding, ...]


def compare_feature(name: str, feature: Feature, values: FloatArray) -> FeatureComparison:
    """Compare later values of a feature with its baseline.

    Args:
        name: of the feature.
        feature: the baseline, with at least one row.
        values: shape (rows,), NaN where missing, at least one row.
    """
    if isinstance(feature, BinaryFeature):
        return _compare_binary(name, feature, BinaryFeature.of(values))
    return _compare_numeric(name, feature, values)


def _compare_binary(name: str, before: BinaryFeature, after: BinaryFeature) -> FeatureComparison:
    common = ("binary", after.rows, after.missing, before.missing / before.rows, before.rate, after.rate)
    missing = compare_missing(name, before, after)
    if before.rate is None or after.rate is None:
        return FeatureComparison(*common, None, None, None, (missing,))
    change = after.rate - before.rate
    cells = ([part.hits, part.known - part.hits] for part in (before, after))
    psi = population_stability_index(*cells)
    p_value = float(fisher_p_values(before.hits, before.known, after.hits, after.known))
    rate = Finding("rate", name, change, MIN_RATE_CHANGE, p_value)
    return FeatureComparison(
        *common, change, psi, None, (missing, rate, Finding("psi", name, psi, MIN_PSI, p_value))
    )


def _compare_numeric(name: str, before: NumericFeature, values: FloatArray) -> FeatureComparison:
    known = values[np.isfinite(values)]
    mean = float(known.mean()) if len(known) else None
    missing_rows = len(values) - len(known)
    common = ("numeric", len(values), missing_rows, before.missing / before.rows, before.mean, mean)
    after = BinaryFeature(len(values), missing_rows, 0)
    missing, histogram = compare_missing(name, before, after), before.histogram
    if histogram is None or mean is None:
        return FeatureComparison(*common, None, None, None, (missing,))
    counts = count_cells(histogram.edges, known)
    ks = ks_statistic(histogram.counts / before.known, counts / len(known))
    ks_p = ks_p_value(ks, before.known, len(known))
    coarse = histogram.merge(histogram.counts), histogram.merge(counts)
    psi = population_stability_index(*coarse)
    psi_p = chi_square_p_value(*coarse) if len(known) >= MIN_PSI_ROWS else 1.0
    change = _standardise(mean - (before.mean or 0.0), before.deviation or 0.0)
    findings = (
        missing,
        # The distance of the distributions decides on chance: it needs no normal distribution.
        Finding("mean", name, change, MIN_MEAN_CHANGE, ks_p),
        Finding("psi", name, psi, MIN_PSI, psi_p),
        Finding("ks", name, ks, MIN_KS, ks_p),
    )
    return FeatureComparison(*common, change, psi, ks, findings)


def compare_missing(name: str, before: Feature, after: BinaryFeature) -> Finding:
    """Compare the share of missing values."""
    p_value = float(fisher_p_values(before.missing, before.rows, after.missing, after.rows))
    change = after.missing / after.rows - before.missing / before.rows
    return Finding("missing", name, change, MIN_RATE_CHANGE, p_value)


def _standardise(difference: float, deviation: float) -> float:
    if deviation > 0:
        return difference / deviation
    return math.copysign(math.inf, difference) if difference else 0.0
