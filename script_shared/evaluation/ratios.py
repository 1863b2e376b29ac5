"""Ratios of sums over readers, and how sure they are.

Readers are what is drawn; the impressions of one reader are alike and must not count as so many draws. The
variance of a ratio of two means follows by the delta method (Deng, Knoblich and Lu, *Applying the Delta
Method in Metric Analytics*, KDD 2018).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from script_shared.types import FloatArray

#: Of a normal distribution 95 % lie so many standard deviations around the mean.
_REACH = 1.959963984540054


class Estimate(NamedTuple):
    """A figure with its standard error; the error is NaN where fewer than two readers speak."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """The lower end of the 95 % interval."""
        return self.value - _REACH * self.error

    @property
    def high(self) -> float:
        """The upper end of the 95 % interval."""
        return self.value + _REACH * self.error

    def minus(self, other: Estimate) -> Estimate:
        """Return what this has more than another one of other readers."""
        return Estimate(self.value - other.value, math.hypot(self.error, other.error))


def ratio(parts: FloatArray, wholes: FloatArray) -> Estimate:
    """Return the sum of the parts over the sum of the wholes.

    Args:
        parts: one a reader.
        wholes: one a reader, positive.
    """
    n = len(wholes)
    if n == 0:
        return Estimate(math.nan, math.nan)
    value = float(parts.sum() / wholes.sum())
    if n == 1:
        return Estimate(value, math.nan)
    # What is left of each reader when the ratio holds: its variance is s_y² − 2·r·s_xy + r²·s_x².
    rest = (parts - value * wholes) / wholes.mean()
    return Estimate(value, float(np.sqrt(rest.var(ddof=1) / n)))
