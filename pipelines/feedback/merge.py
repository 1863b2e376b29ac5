"""Merges the events of the service with the tables of a source's files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.erasure import ForgottenUsers
from pipelines.feedback.event_frames import (
    OFFSET,
    find_expiry_times,
    find_new_item_offsets,
    find_withdrawn,
    select_interactions,
    select_items,
    select_valid,
)
from pipelines.plans.plan import Plan, Refinement
from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE
from script_shared.models.components.cold_start_items import MAX_AGE_HOURS
from script_shared.tables import Tables

_CLOCK_SKEW_MS = 5 * MS_PER_MINUTE
_INTERACTION_KEY = ["user_id", "item_id", "timestamp"]


@dataclass(frozen=True, slots=True)
class CollectedEvents:
    """The events that a run collected from the event log.

    Attributes:
        events: the events up to an offset, without duplicates and forgotten users.
        until: that offset.
        forgotten: the users whose data must also be left out of the files.
    """

    events: pl.DataFrame
    until: int
    forgotten: ForgottenUsers


def merge_events(
    plan: Plan,
    refinement: Refinement,
    collected: CollectedEvents,
    now_ms: int,
    catalogue: CatalogueFile | None = None,
) -> Refinement:
    """Add the interactions and items of the event log to those of the files; docs/events.md has the rules.

    Args:
        plan: the domain's plan.
        refinement: the tables of the files.
        collected: the events of the log.
        now_ms: the current time, ms UTC; interactions later than this and a clock skew are left out.
        catalogue: since when the catalogue file has its values; if None, every report is newer.

    Returns:
        The merged tables. The report gets the entry `log`: the offsets that the tables contain (`after`,
        `until`, as in a release's manifest), and counts of what was added and left out.
    """
    file_rows = refinement.tables.interactions
    from_files = file_rows.filter(collected.forgotten.keep_interactions_mask(file_rows))
    events = select_valid(collected.events)
    from_log = select_interactions(events, plan.domain.interactions)
    interactions = from_log.filter(pl.col("timestamp").to_physical() <= now_ms + _CLOCK_SKEW_MS)
    new = interactions.unique(_INTERACTION_KEY, keep="first", maintain_order=True).join(
        from_files, on=_INTERACTION_KEY, how="anti", maintain_order="left"
    )
    merged = pl.concat([from_files, new.select(from_files.columns)])
    if merged.is_empty():
        return refinement
    as_of_ms = max(refinement.as_of_ms, plan.find_as_of(merged["timestamp"]))
    kept = merged.filter(pl.col("timestamp").to_physical() < as_of_ms)
    file_items = refinement.tables.items.filter(collected.forgotten.keep_items_mask(refinement.tables.items))
    items = _merge_items(plan, file_items, events, catalogue)
    file_users = refinement.tables.users
    is_kept = collected.forgotten.keep_items_mask(file_users.select(item_id="user_id"))
    users = _merge_user_types(file_users.filter(is_kept), interactions)
    tables = plan.build_tables(kept, items, users)
    log = {
        "after": _find_replay_start(new, events, as_of_ms, collected.until),
        "until": collected.until,
        "interactions": kept.height - from_files.height,
        "repeated": interactions.height - new.height,
        "rejected": collected.events.height - events.height,
        "in_the_future": from_log.height - interactions.height,
        "left_to_the_log": merged.height - kept.height,
        "items": select_items(events, plan.domain.items).height,
        "forgotten_interactions": file_rows.height - from_files.height,
    }
    report: dict[str, Any] = {
        **refinement.report,
        "log": log,
        "withdrawn": find_withdrawn(events),
        "expires_ms": find_expiry_times(events),
    }
    return replace(refinement, tables=_date_unknown_items(tables, items), as_of_ms=as_of_ms, report=report)


def _find_replay_start(interactions: pl.DataFrame, events: pl.DataFrame, as_of_ms: int, until: int) -> int:
    """Return the offset after which the service replays the log.

    The replay contains all interactions that are not in the tables, and all reports of new items, so that
    these stay new items in the next release.
    """
    later = interactions.filter(pl.col("timestamp").to_physical() >= as_of_ms)[OFFSET].to_list()
    new = find_new_item_offsets(events, as_of_ms - round(MAX_AGE_HOURS * MS_PER_HOUR))
    return min([*later, *new, until + 1]) - 1


def _merge_items(
    plan: Plan, items: pl.DataFrame, events: pl.DataFrame, catalogue: CatalogueFile | None
) -> pl.DataFrame:
    """Return the items with the newest value of each column, from a file or a report."""
    if catalogue is None:
        return _overwrite(items, select_items(events, plan.domain.items))
    since = catalogue.current_rows.select("item_id", "since_ms")
    dated = events.join(since, on="item_id", how="left", maintain_order="left")
    is_newer = (pl.col("time_ms") > pl.col("since_ms")).fill_null(value=True)
    newer, older = (select_items(dated.filter(part), plan.domain.items) for part in (is_newer, ~is_newer))
    return _overwrite(_fill(items, older), newer)


def _overwrite(items: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Replace values of a file by reported values, and add the items that no file contains."""
    both = reported.join(items, on="item_id", how="left", suffix="_of_file", maintain_order="left")
    columns = [name for name in reported.columns if name != "item_id"]
    merged = both.select("item_id", *(pl.coalesce(name, f"{name}_of_file") for name in columns))
    unchanged = items.join(reported, on="item_id", how="anti", maintain_order="left")
    return pl.concat([unchanged, merged.select(items.columns)])


def _fill(items: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Fill missing values of a file with reported values."""
    both = items.join(reported, on="item_id", how="left", suffix="_reported", maintain_order="left")
    columns = [name for name in items.columns if name != "item_id"]
    return both.select("item_id", *(pl.coalesce(name, f"{name}_reported") for name in columns))


def _merge_user_types(users: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    """Return the users of the files and of the events, with the newest type, and the files' other columns."""
    typed = interactions.filter(pl.col("user_type").is_not_null()).sort(OFFSET)
    types = pl.concat(frame.select("user_id", "user_type") for frame in (users, typed))
    newest = types.unique("user_id", keep="last", maintain_order=True)
    return newest.join(users.drop("user_type"), on="user_id", how="left", maintain_order="left")


def _date_unknown_items(tables: Tables, items: pl.DataFrame) -> Tables:
    """Set the published time of items without a description to the time of their first interaction."""
    unknown = tables.interactions.join(items, on="item_id", how="anti").group_by("item_id")
    dates = unknown.agg(first=pl.col("timestamp").min())
    dated = tables.items.join(dates, on="item_id", how="left", maintain_order="left")
    published = pl.coalesce("first", "published_at")
    return replace(tables, items=dated.with_columns(published_at=published).drop("first"))
