"""Tests of whether two samples have the same distribution, with two-sided p values."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from script_shared.types import FloatArray

#: Terms of the Kolmogorov distribution's series; the rest is below 1e-16 for λ > .2.
_TERMS = 100


def ks_statistic(first_shares: npt.ArrayLike, second_shares: npt.ArrayLike) -> float:
    """Return the largest distance of two distribution functions.

    Args:
        first_shares: share of the first sample in each cell, the cells in order.
        second_shares: share of the second sample in the same cells.
    """
    difference = np.cumsum(np.asarray(first_shares, np.float64) - np.asarray(second_shares, np.float64))
    return float(np.abs(difference).max())


def ks_p_value(statistic: float, first_rows: int, second_rows: int) -> float:
    """Return the probability of such a distance by chance (Kolmogorov–Smirnov, two samples).

    It uses the asymptotic distribution with Stephens' correction for small samples (JRSS B, 1970). With ties
    or cells the true probability is lower.

    Args:
        statistic: the distance.
        first_rows: size of the first sample, positive.
        second_rows: size of the second sample, positive.
    """
    root = math.sqrt(first_rows * second_rows / (first_rows + second_rows))
    scaled = (root + 0.12 + 0.11 / root) * statistic
    if scaled < 0.2:
        return 1.0
    k = np.arange(1, _TERMS + 1)
    series = 2 * (-1.0) ** (k - 1) * np.exp(-2 * k * k * scaled * scaled)
    return float(np.clip(series.sum(), 0.0, 1.0))


def chi_square_p_value(first_counts: npt.ArrayLike, second_counts: npt.ArrayLike) -> float:
    """Return the p value of Pearson's test that two samples have equal shares of the same cells.

    Args:
        first_counts: rows of the first sample in each cell, at least one in all.
        second_counts: rows of the second sample in the same cells, at least one in all.
    """
    from scipy.stats import chi2  # the service does not need it

    counts = np.stack([np.asarray(first_counts, np.float64), np.asarray(second_counts, np.float64)])
    counts = counts[:, counts.sum(axis=0) > 0]
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    statistic = ((counts - expected) ** 2 / expected).sum()
    return float(chi2.sf(statistic, counts.shape[1] - 1)) if counts.shape[1] > 1 else 1.0


def fisher_p_values(
    first_hits: npt.ArrayLike, first_rows: int, second_hits: npt.ArrayLike, second_rows: int
) -> FloatArray:
    """Return p values of Fisher's exact test that two samples have the same rate.

    The probability of the shorter tail is doubled, so that the level holds on either side.

    Args:
        first_hits: rows of the first sample that have the property, one entry a test.
        first_rows: size of the first sample.
        second_hits: rows of the second sample that have the property, one entry a test.
        second_rows: size of the second sample.
    """
    from scipy.stats import hypergeom  # the service does not need it

    first, second = np.asarray(first_hits, np.int64), np.asarray(second_hits, np.int64)
    law = hypergeom(first_rows + second_rows, first + second, second_rows)
    return np.minimum(2 * np.minimum(law.cdf(second), law.sf(second - 1)), 1.0)


def population_stability_index(first_counts: npt.ArrayLike, second_counts: npt.ArrayLike) -> float:
    """Return Σ (p − q)·ln(p / q) over cells: 0 for equal shares; above .25 usually calls for action.

    Half a row is added to each cell, so that an empty cell counts, but not infinitely. By chance two samples
    of n and m rows have an index of about (cells − 1)·(1/n + 1/m).

    Args:
        first_counts: rows of the first sample in each cell.
        second_counts: rows of the second sample in the same cells.
    """
    first, second = (np.asarray(counts, np.float64) + 0.5 for counts in (first_counts, second_counts))
    p, q = first / first.sum(), second / second.sum()
    return float(((p - q) * np.log(p / q)).sum())
