"""Confidence limits of proportions: for each of n trials an event happened or did not."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from script_shared.types import FloatArray


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of two-sided score intervals (Wilson, JASA 1927).

    Args:
        successes: counts, any shape.
        trials: counts of the same shape; without a trial the interval is [0, 1].
        confidence: probability that an interval contains the proportion.
    """
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    scale = n + z * z
    centre = (k + z * z / 2) / scale
    half = z * np.sqrt(k * (1 - k / np.maximum(n, 1)) + z * z / 4) / scale
    low = np.where(k == 0, 0.0, centre - half)
    return np.clip(low, 0.0, 1.0), np.where(k == n, 1.0, np.clip(centre + half, 0.0, 1.0))


def clopper_pearson_lower(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = 0.95
) -> FloatArray:
    """Return one-sided exact lower limits (Clopper & Pearson, Biometrika 1934).

    Whatever the proportion is, the limit exceeds it with at most probability 1 − `confidence`. Wilson's
    limit does not promise that: after 11 successes in 11 trials its one-sided 95 % limit is .80, though a
    proportion of .80 gives 11 successes with probability .086.

    Args:
        successes: counts, any shape.
        trials: positive counts of the same shape.
        confidence: probability that a limit is below the proportion.
    """
    from scipy.stats import beta  # the service does not need it

    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    limit = beta.ppf(1 - confidence, np.maximum(k, 1), n - k + 1)
    return np.where(k > 0, limit, 0.0)


def ratio_interval(
    successes_and_trials: tuple[npt.ArrayLike, npt.ArrayLike],
    base: tuple[npt.ArrayLike, npt.ArrayLike],
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of intervals of ratios of independent proportions (Donner & Zou, MOVER-R, 2012).

    The intervals of the two proportions are Wilson's; the upper end may be infinite.

    Args:
        successes_and_trials: counts of the numerators, trials positive.
        base: counts of the denominators, successes and trials positive.
        confidence: probability that an interval contains the ratio.
    """
    (p, low, high), (q, base_low, base_high) = (
        (np.divide(*counts), *wilson_interval(*counts, confidence)) for counts in (successes_and_trials, base)
    )
    product = p * q
    at_low = low * (2 * p - low)
    at_high = high * (2 * p - high)
    base_at_high, base_at_low = base_high * (2 * q - base_high), base_low * (2 * q - base_low)
    # These are the published formulas, multiplied by their conjugates where a denominator could be zero.
    lower = at_low / np.maximum(product + np.sqrt(product**2 - at_low * base_at_high), 1e-300)
    upper = (product + np.sqrt(np.maximum(product**2 - at_high * base_at_low, 0.0))) / base_at_low
    return np.clip(lower, 0.0, None), upper
