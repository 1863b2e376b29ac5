"""Refines small files of the source `decision`, and reads refined recruiting tables."""

from datetime import UTC, datetime

from pipelines.domains.recruiting.sources import DecisionSource
from script_shared.clock import FixedClock
from script_shared.domains.recruiting.tables import (
    select_applicants,
    select_applications,
    select_openings,
)
from tests.support.data.balance import assert_balanced
from tests.support.data.decision import applicant, application, opening, prospects, write_decision

#: 2025-03-10T00:00:00Z, a week after the end of the published data.
NOW = FixedClock(1_741_564_800_000)
SOURCE = DecisionSource(clock=NOW)


def refine(folder, **records):
    """Write the files that are given, and refine them."""
    refinement = SOURCE.refine(write_decision(folder, **records))
    assert_balanced(refinement)
    return refinement


def refine_one(folder, *, of_opening=None, of_applicant=None, of_application=None):
    """Refine one opening, one applicant and one application between them."""
    return refine(
        folder,
        vagas={"1": of_opening or opening()},
        applicants={"7": of_applicant or applicant()},
        prospects={"1": prospects(of_application or application("7"))},
    )


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
