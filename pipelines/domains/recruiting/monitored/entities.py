"""Features, categories and texts of openings and applicants, from the files and from what is reported."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.monitored.reference_period import ARRIVAL_DAYS, ReferencePeriod
from pipelines.feedback.event_frames import select_items
from pipelines.feedback.event_window import read_events
from pipelines.plans.monitoring import LogWindow, MonitoredInput
from script_shared.domains.recruiting.tables import APPLICANT, ITEMS, OPENING
from script_shared.storage.partitions import find_partition, get_alias
from script_shared.storage.volume import Volume

#: The column of an entity's whole text.
TEXT = "text"
_ITEMS_FILE = "items.parquet"
_PROFILE_FIELDS = ("english", "degree", "areas")


def describe_openings(items: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each opening; items of other kinds are left out."""
    openings = items.filter(pl.col("category") == OPENING)
    return openings.select(
        *("client", "areas", "level", "english", "contract", "state"),
        *("is_sap", "is_for_disabled"),
        _join_texts("title", "body", "skills").alias(TEXT),
    )


def describe_applicants(items: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each applicant; items of other kinds are left out.

    `has_form` tells whether the fields of the site's form are filled, `names_salary` whether such an
    applicant states a salary.
    """
    has_form = pl.any_horizontal(pl.col(_PROFILE_FIELDS).is_not_null())
    applicants = items.filter(pl.col("category") == APPLICANT)
    return applicants.select(
        *("english", "degree", "state", "salary"),
        *("has_email", "has_phone", "has_linkedin", "has_location", "has_objective"),
        has_form.alias("has_form"),
        pl.when(has_form).then(pl.col("salary").is_not_null()).alias("names_salary"),
        _join_texts("title", "body", "skills").alias(TEXT),
    )


def _join_texts(*names: str) -> pl.Expr:
    return pl.concat_str(names, separator="\n", ignore_nulls=True)


def read_items(volume: Volume, run: str) -> pl.DataFrame:
    """Return the openings and applicants of the last year of a run's data."""
    items = pl.scan_parquet(find_partition(volume.refined, run) / _ITEMS_FILE)
    return items.filter(ReferencePeriod.find(volume, run).contains("published_at")).collect()


def read_reported_items(window: LogWindow) -> pl.DataFrame:
    """Return the openings and applicants that were reported in a period.

    A report may contain the changed fields only: the others have the values of the newest refined tables.
    """
    reported = select_items(read_events(window, users_are_items=True), ITEMS)
    run = get_alias(window.volume.refined, "latest")
    if run is None or reported.is_empty():
        return reported
    path = find_partition(window.volume.refined, run) / _ITEMS_FILE
    is_reported = pl.col("item_id").is_in(reported["item_id"].implode())
    known = pl.scan_parquet(path).filter(is_reported).collect()
    both = reported.join(known, on="item_id", how="left", suffix="_known", maintain_order="left")
    names = [name for name in reported.columns if name != "item_id"]
    return both.select("item_id", *(pl.coalesce(name, f"{name}_known") for name in names))


OPENINGS = MonitoredInput(
    reference=lambda volume, run: describe_openings(read_items(volume, run)),
    arrivals=lambda window: describe_openings(read_reported_items(window)),
    texts=(TEXT,),
    days=ARRIVAL_DAYS,
)
APPLICANTS = MonitoredInput(
    reference=lambda volume, run: describe_applicants(read_items(volume, run)),
    arrivals=lambda window: describe_applicants(read_reported_items(window)),
    texts=(TEXT,),
    days=ARRIVAL_DAYS,
)
