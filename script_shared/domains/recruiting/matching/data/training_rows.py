"""Applications with features and known outcomes, from which the trees are fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.domains.recruiting.matching.data.labelled_applications import LabelledApplications
from script_shared.domains.recruiting.matching.feature_builder import FeatureBuilder
from script_shared.types import BoolArray, FeatureArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRows:
    """Applications with known outcomes of both kinds, by day; arrays of shape (n,) unless stated otherwise.

    Attributes:
        features: as of the days of the applications, shape (n, features).
        positive: the outcome that the probability is of.
        days: of the applications, days since 1970.
        openings: positions of the openings.
        outcomes: which of `OUTCOMES` are true, shape (n, len(OUTCOMES)).
    """

    features: FeatureArray
    positive: BoolArray
    days: IntArray
    openings: IntArray
    outcomes: BoolArray

    @classmethod
    def build(cls, builder: FeatureBuilder, rows: IntArray, labels: LabelledApplications) -> TrainingRows:
        """Compute the features of applications.

        Args:
            builder: of the features.
            rows: applications, ascending.
            labels: of all applications.
        """
        table = builder.data.applications
        return cls(
            builder.build_past(rows),
            labels.positive[rows],
            labels.days[rows],
            table.openings[rows],
            table.outcomes[rows],
        )

    def split(self, day: int, calibration_days: int) -> IntArray:
        """Return 0 for the earlier rows, 1 and 2 for the halves of the last days before a day."""
        half = calibration_days // 2
        return (self.days >= day - 2 * half).astype(np.int32) + (self.days >= day - half)
