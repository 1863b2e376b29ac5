"""Reads refined recruiting tables in tests."""

from datetime import UTC, datetime

from script_shared.clock import FixedClock
from script_shared.domains.recruiting.tables import (
    select_applicants,
    select_applications,
    select_openings,
)

#: 2025-03-10T00:00:00Z, a week after the end of the published data.
NOW = FixedClock(1_741_564_800_000)


def find_opening(refinement, code):
    """Return the row of an opening by its code."""
    return _find(select_openings(refinement.tables), "opening", code)


def find_applicant(refinement, code):
    """Return the row of an applicant by the code."""
    return _find(select_applicants(refinement.tables), "applicant", code)


def _find(frame, kind, code):
    rows = [row for row in frame.iter_rows(named=True) if row[f"{kind}_id"] == f"{kind}:{code}"]
    assert len(rows) == 1
    return rows[0]


def list_applications(refinement):
    """Return the applications as rows, by time."""
    return select_applications(refinement.tables).to_dicts()


def day(year, month, date, hour=0, minute=0, second=0):
    return datetime(year, month, date, hour, minute, second, tzinfo=UTC)


def list_rejected(refinement):
    """Return file, row, field, reason and content of each quarantined row."""
    return refinement.quarantine.rows()
