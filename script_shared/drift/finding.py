"""The result of one test of drift."""

from __future__ import annotations

from typing import NamedTuple

#: What a test may compare.
TESTS = ("rate", "mean", "psi", "ks", "missing", "category", "languages", "term", "outcome")

# Smaller changes are no drift, however certain.
#: Of the rate of 1, and of the shares of missing values and of a category.
MIN_RATE_CHANGE = 0.15
#: Of the mean, in standard deviations of the baseline.
MIN_MEAN_CHANGE = 3.0
#: Of the share of a category that is gone.
MIN_GONE_SHARE = 0.05
#: Population stability index.
MIN_PSI = 0.2
#: Distance of two distribution functions.
MIN_KS = 0.1
#: Of the share of a language.
MIN_LANGUAGE_CHANGE = 0.1
#: Of the mean TF-IDF weight of a term.
MIN_WEIGHT_CHANGE = 0.25
#: Of the rate of an outcome, in proportion to the baseline's rate.
MIN_OUTCOME_CHANGE = 1 / 3


class Finding(NamedTuple):
    """The result of one test: it is drift where the change is at least the threshold and is not chance.

    Attributes:
        test: what was compared, one of `TESTS`.
        subject: the feature or column; for a term or category also which one, after a colon.
        change: the size of the change, in the unit of the threshold; infinite where a constant changed.
        threshold: the smallest change that counts.
        p_value: probability of such a change by chance.
    """

    test: str
    subject: str
    change: float
    threshold: float
    p_value: float

    def is_drift(self, level: float) -> bool:
        """Return whether this is drift at a level of significance, which is corrected for all tests."""
        return abs(self.change) >= self.threshold and self.p_value <= level
