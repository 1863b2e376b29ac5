"""Applications as arrays, ordered by day, with what became of them and when that was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.domains.recruiting.labels import (
    ADVANCED,
    FORWARDED,
    PLACED,
    REFUSED_BEFORE_CLIENT,
    REFUSED_BY_CLIENT,
    WITHDRAWN,
)
from script_shared.types import Arrays, BoolArray, IntArray
from script_shared.vocabulary import UNKNOWN, Vocabulary

if TYPE_CHECKING:
    import polars as pl

DAY_MS = 24 * MS_PER_HOUR
#: What may become of an application, with the statuses that say so; an application may have several.
OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "placed": PLACED,
    "advanced": ADVANCED,
    "forwarded": FORWARDED,
    "refused_by_client": REFUSED_BY_CLIENT,
    "refused_before_client": REFUSED_BEFORE_CLIENT,
    "withdrawn": WITHDRAWN,
}


@dataclass(frozen=True, slots=True, eq=False)
class ApplicationTable:
    """Applications in the order of their days; arrays of shape (n,) unless stated otherwise.

    Attributes:
        openings, applicants: positions of both sides in their tables.
        recruiters: position of who handled the application, -1 where unknown.
        days: of the application, days since 1970.
        updated: day of the last update, -1 where unknown.
        outcomes: which of `OUTCOMES` are true, shape (n, len(OUTCOMES)); all false without an update.
    """

    openings: IntArray
    applicants: IntArray
    recruiters: IntArray
    days: IntArray
    updated: IntArray
    outcomes: BoolArray

    def __len__(self) -> int:
        return len(self.days)

    def known_on(self, day: int) -> ApplicationTable:
        """Return the applications before a day, without what was updated on it or later."""
        before = np.flatnonzero(self.days < day)
        table = replace(self, **{field.name: getattr(self, field.name)[before] for field in fields(self)})
        known = table.updated < day
        updated = np.where(known, table.updated, UNKNOWN).astype(np.int32)
        return replace(table, updated=updated, outcomes=table.outcomes & known[:, None])

    def dump(self) -> Arrays:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def load(cls, arrays: Arrays) -> ApplicationTable:
        """Restore the table from the result of `dump`."""
        return cls(**{field.name: np.asarray(arrays[field.name]) for field in fields(cls)})  # type: ignore[arg-type]


def read_applications(
    applications: pl.DataFrame, openings: Vocabulary, applicants: Vocabulary, recruiters: Vocabulary
) -> ApplicationTable:
    """Return the applications between known openings and applicants as arrays.

    Args:
        applications: the result of `order_applications`.
        openings: ids by position.
        applicants: ids by position.
        recruiters: pseudonyms by position.
    """
    updated = to_days(applications["updated_at"])
    known = updated >= 0
    status = applications["status"].fill_null("")
    outcomes = np.stack([status.is_in(names).to_numpy() & known for names in OUTCOMES.values()], axis=1)
    return ApplicationTable(
        find_positions(openings, applications["opening_id"].to_list()),
        find_positions(applicants, applications["applicant_id"].to_list()),
        find_positions(recruiters, applications["recruiter"].fill_null("").to_list()),
        to_days(applications["timestamp"]),
        updated,
        outcomes,
    )


def find_positions(vocabulary: Vocabulary, values: Sequence[str]) -> IntArray:
    """Return the position of each value, -1 where it is unknown."""
    return np.fromiter((vocabulary.find(value) for value in values), np.int32, len(values))


def order_applications(applications: pl.DataFrame) -> pl.DataFrame:
    """Order applications by day; within a day by ids, so that the order of a file has no effect."""
    import polars as pl

    return applications.sort(pl.col("timestamp").dt.date(), "opening_id", "applicant_id")


def to_days(times: pl.Series) -> IntArray:
    """Return times as days since 1970, -1 where unknown."""
    milliseconds = times.dt.epoch("ms").fill_null(-DAY_MS).to_numpy()
    return (milliseconds // DAY_MS).astype(np.int32)
