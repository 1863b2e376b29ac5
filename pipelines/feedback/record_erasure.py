"""Deletes forgotten users from the database of raw records."""

from __future__ import annotations

import structlog

from pipelines.feedback.erasure import ForgottenUsers
from pipelines.plans.plan import Plan

_LOG = structlog.get_logger(__name__)


def erase_records(plan: Plan, forgotten: ForgottenUsers, database: str) -> int:
    """Delete the records of all forgotten users; return the number of users who were found.

    A file of the source may contain such a user again: every run repeats it, and so does every ingestion.

    Args:
        plan: the domain's plan.
        forgotten: the list of forgotten users.
        database: URL of the database of raw records; without one nothing is done.

    Raises:
        InputError: the database refuses a statement.
        DownloadError: the database cannot be reached now.
    """
    if not database or not len(forgotten):
        return 0
    # A format that extends another one has its tables.
    distinct = {type(source).erase: source for source in plan.sources.values()}
    count = sum(source.erase(database, forgotten.select) for source in distinct.values())
    _LOG.info("erased from the database of raw records", users=count)
    return count
