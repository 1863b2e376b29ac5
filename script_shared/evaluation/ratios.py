"""Ratios of sums over users, with standard errors.

The users are the independent draws, not their impressions, which are correlated. The variance of a ratio of
two means follows by the delta method (Deng, Knoblich & Lu, "Applying the Delta Method in Metric Analytics",
KDD 2018).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from script_shared.types import FloatArray

#: 95 % of a normal distribution are within so many standard deviations of the mean.
_Z_95 = 1.959963984540054


class Estimate(NamedTuple):
    """A value with its standard error, which is NaN with fewer than two users."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self.value - _Z_95 * self.error

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return self.value + _Z_95 * self.error

    def minus(self, other: Estimate) -> Estimate:
        """Return the difference from an estimate of other users."""
        return Estimate(self.value - other.value, math.hypot(self.error, other.error))


def ratio(numerators: FloatArray, denominators: FloatArray) -> Estimate:
    """Return the sum of the numerators over the sum of the denominators.

    Args:
        numerators: one a user.
        denominators: one a user, positive.
    """
    n = len(denominators)
    if n == 0:
        return Estimate(math.nan, math.nan)
    value = float(numerators.sum() / denominators.sum())
    if n == 1:
        return Estimate(value, math.nan)
    # The residuals' variance is s_y² − 2·r·s_xy + r²·s_x².
    residuals = (numerators - value * denominators) / denominators.mean()
    return Estimate(value, float(np.sqrt(residuals.var(ddof=1) / n)))
