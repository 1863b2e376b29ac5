"""Applications: whence they come, who handles them, and what became of them."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.monitored.reference_period import (
    ARRIVAL_DAYS,
    REFERENCE_DAYS,
    ReferencePeriod,
)
from pipelines.domains.recruiting.outcomes import merge_outcomes
from pipelines.feedback.event_frames import select_interactions
from pipelines.feedback.event_window import read_events
from pipelines.plans.monitoring import LogWindow, MonitoredInput
from script_shared.domains.recruiting.labels import HIRED, REFUSED
from script_shared.domains.recruiting.tables import INTERACTIONS, OPENING
from script_shared.storage.partitions import find_partition, get_alias
from script_shared.storage.volume import Volume

#: The status of an application through the firm's site, which nobody has looked at yet.
FROM_SITE = "Inscrito"
#: Recruiters come and go: they are compared with those of the last days.
RECRUITER_DAYS = 90
_FILE = "interactions.parquet"


def describe_applications(applications: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each application: whether it came through the site."""
    return applications.select(is_from_site=pl.col("status") == FROM_SITE)


def describe_recruiters(applications: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each opening and recruiter: a recruiter proposes several people for an opening."""
    pairs = applications.unique(("user_id", "recruiter"), keep="first", maintain_order=True)
    return pairs.select("recruiter")


def read_applications(volume: Volume, run: str) -> pl.LazyFrame:
    """Return the applications of a run's refined tables, one row each, from the opening's side."""
    return _of_openings(pl.scan_parquet(find_partition(volume.refined, run) / _FILE))


def read_reported_applications(window: LogWindow) -> pl.DataFrame:
    """Return the applications that were reported in a period; one that only was updated is none."""
    events = _of_openings(select_interactions(read_events(window, users_are_items=True), INTERACTIONS).lazy())
    applied = events.filter(pl.col("updated_at").is_null()).collect()
    return applied.unique(("user_id", "item_id"), keep="first", maintain_order=True)


def find_decided(window: LogWindow) -> pl.DataFrame:
    """Return the applications that are decided at the end of a period, and were so within it.

    Args:
        window: outcomes that were updated before its start are left out.

    Returns:
        applicant_id, decided_ms (of the last update, ms UTC), hired.
    """
    events = read_events(window._replace(from_ms=0), users_are_items=True)
    reported = select_interactions(events, INTERACTIONS).select(INTERACTIONS.dtypes.names())
    run = get_alias(window.volume.refined, "latest")
    frames = [_of_openings(reported.lazy()).collect()]
    if run is not None:
        frames.insert(0, read_applications(window.volume, run).collect())
    merged = merge_outcomes(pl.concat(frames))
    updated = pl.col("updated_at").dt.epoch("ms")
    is_inside = updated.is_between(window.from_ms, window.to_ms, closed="left")
    decided = merged.filter(is_inside & pl.col("status").is_in([*HIRED, *REFUSED]))
    return decided.select(applicant_id="item_id", decided_ms=updated, hired=pl.col("status").is_in(HIRED))


def _of_openings(interactions: pl.LazyFrame) -> pl.LazyFrame:
    return interactions.filter(pl.col("user_id").str.starts_with(f"{OPENING}:"))


def _read_reference(volume: Volume, run: str, days: int) -> pl.DataFrame:
    period = ReferencePeriod.find(volume, run, days)
    return read_applications(volume, run).filter(period.contains("timestamp")).collect()


APPLICATIONS = MonitoredInput(
    reference=lambda volume, run: describe_applications(_read_reference(volume, run, REFERENCE_DAYS)),
    arrivals=lambda window: describe_applications(read_reported_applications(window)),
    days=ARRIVAL_DAYS,
)
RECRUITERS = MonitoredInput(
    reference=lambda volume, run: describe_recruiters(_read_reference(volume, run, RECRUITER_DAYS)),
    arrivals=lambda window: describe_recruiters(read_reported_applications(window)),
    days=ARRIVAL_DAYS,
)
