"""The section of the model card on the data: period, counts and completeness."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl

from pipelines.plans.plan import ReleaseRecord
from pipelines.stages.artifacts import load_refine_report
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.tables import (
    APPLICANT_COLUMNS,
    OPENING_COLUMNS,
    SHARED_COLUMNS,
    select_applicants,
    select_applications,
    select_openings,
)
from script_shared.storage.partitions import find_partition
from script_shared.tables import Column, Tables


def describe_data(record: ReleaseRecord) -> dict[str, Any]:
    """Return the period, the counts and the completeness of a run's data as JSON values."""
    tables = Tables.read(find_partition(record.volume.refined, record.run))
    report = load_refine_report(record.volume, record.run)
    applications = select_applications(tables)
    openings, applicants = select_openings(tables), select_applicants(tables)
    status = applications["status"]
    return {
        "fingerprint": record.facts.data_fingerprint,
        "period": {
            "first_application": _format_day(applications["timestamp"].min()),
            "last_application": _format_day(applications["timestamp"].max()),
            "end_of_data": _format_day(datetime.fromtimestamp(record.facts.as_of_ms / 1000, UTC)),
        },
        "counts": {
            "openings": len(openings),
            "applicants": len(applicants),
            "applications": len(applications),
            "decided applications": int(status.is_in([*HIRED, *REFUSED]).sum()),
            "hires": int(status.is_in(HIRED).sum()),
        },
        "completeness": {
            "openings": _measure_completeness(openings, (*SHARED_COLUMNS, *OPENING_COLUMNS)),
            "applicants": _measure_completeness(applicants, (*SHARED_COLUMNS, *APPLICANT_COLUMNS)),
        },
        "warnings": list(report.get("warnings", [])) or ["none"],
    }


def _measure_completeness(frame: pl.DataFrame, columns: tuple[Column, ...]) -> dict[str, float]:
    """Return the share of rows that have a value, by column."""
    names = ["title", *(column.name for column in columns)]
    counts = frame.select(names).count().row(0)
    return {name: round(count / max(len(frame), 1), 3) for name, count in zip(names, counts, strict=True)}


def _format_day(time: object) -> str | None:
    return f"{time:%Y-%m-%d}" if isinstance(time, datetime) else None
