"""Applications with labels: what became of them, where that was known before a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import (
    DAY_MS,
    order_applications,
    to_days,
)
from script_shared.domains.recruiting.tables import select_applications
from script_shared.tables import Tables
from script_shared.types import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class LabelledApplications:
    """The labels of applications in the order of `order_applications`; arrays of shape (n,).

    Attributes:
        days: of the applications, days since 1970.
        updated: of the last update, -1 where unknown.
        positive: whether the status is one of the outcome's.
    """

    days: IntArray
    updated: IntArray
    positive: BoolArray

    @classmethod
    def read(cls, tables: Tables, statuses: Sequence[str]) -> LabelledApplications:
        """Read the labels of all applications; an open one is negative."""
        frame = order_applications(select_applications(tables))
        positive = frame["status"].fill_null("").is_in(statuses).to_numpy()
        return cls(to_days(frame["timestamp"]), to_days(frame["updated_at"]), positive)

    def known_before(self, day: int) -> IntArray:
        """Return the applications before a day whose status was not updated on it or later.

        The status of the others on that day is not known: the data has the last one only.
        """
        return np.flatnonzero((self.days < day) & (self.updated < day))

    def of_period(self, start: int, end: int) -> IntArray:
        """Return the applications from one day to another, exclusive."""
        return np.flatnonzero((self.days >= start) & (self.days < end))


def to_day(time_ms: int) -> int:
    """Return the day of a time, days since 1970: applications of the day itself are not known at the time."""
    return time_ms // DAY_MS
