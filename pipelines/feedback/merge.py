"""Puts what the service was told and what a source's files hold together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.erasure import Forgotten
from pipelines.feedback.event_frames import (
    OFFSET,
    expires_ms,
    items_of,
    offsets_of_new_items,
    reads_of,
    valid,
    withdrawn,
)
from pipelines.plan import Plan, Refinement
from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE
from script_shared.models.components.cold_start_items import MAX_AGE_HOURS
from script_shared.tables import Tables

_FAST_CLOCK_MS = 5 * MS_PER_MINUTE
_SAME = ["user_id", "item_id", "timestamp"]


@dataclass(frozen=True, slots=True)
class Told:
    """What the service was told.

    Attributes:
        events: up to an offset of the log, each once, those of forgotten readers left out.
        until: that offset.
        forgotten: readers to leave out of the files.
    """

    events: pl.DataFrame
    until: int
    forgotten: Forgotten


def join(
    plan: Plan, found: Refinement, told: Told, now_ms: int, catalogue: CatalogueFile | None = None
) -> Refinement:
    """Add reads and items that were told of to those of the files; see docs/events.md for the rules.

    Args:
        plan: the domain's.
        found: what the files hold.
        told: what the service was told.
        now_ms: reads that lie further ahead than a clock may be fast are left out: one had jumped.
        catalogue: since when the files say what they say of items; without it every report is newer.

    Returns:
        All of it.

    The report gets `log`: up to where the tables hold the log (`after`, `until`, as in a release's manifest),
    and what was added and left out.
    """
    of_files = found.tables.interactions.filter(told.forgotten.keeps_reads(found.tables.interactions))
    events = valid(told.events)
    of_log = reads_of(events, plan.domain.interactions)
    interactions = of_log.filter(pl.col("timestamp").to_physical() <= now_ms + _FAST_CLOCK_MS)
    new = interactions.unique(_SAME, keep="first", maintain_order=True).join(
        of_files, on=_SAME, how="anti", maintain_order="left"
    )
    together = pl.concat([of_files, new.select(of_files.columns)])
    if together.is_empty():
        return found
    as_of_ms = max(found.as_of_ms, plan.end(together["timestamp"]))
    kept = together.filter(pl.col("timestamp").to_physical() < as_of_ms)
    items = items_of(events, plan.domain.items)
    described = _newest(plan, found.tables.items, events, catalogue)
    tables = plan.assemble(kept, described, _types(found.tables, interactions))
    log = {
        "after": _after(new, events, as_of_ms, told.until),
        "until": told.until,
        "interactions": kept.height - of_files.height,
        "repeated": interactions.height - new.height,
        "rejected": told.events.height - events.height,
        "in_the_future": of_log.height - interactions.height,
        "left_to_the_log": together.height - kept.height,
        "items": items.height,
        "forgotten_reads": found.tables.interactions.height - of_files.height,
    }
    report: dict[str, Any] = {
        **found.report,
        "log": log,
        "withdrawn": withdrawn(events),
        "expires_ms": expires_ms(events),
    }
    return replace(found, tables=_dated(tables, described), as_of_ms=as_of_ms, report=report)


def _after(interactions: pl.DataFrame, events: pl.DataFrame, as_of_ms: int, until: int) -> int:
    """Return the last offset before the first read that the tables do not hold, or the first new item.

    A service reads from there on, so that items keep their place among the new ones across releases.
    """
    beyond = interactions.filter(pl.col("timestamp").to_physical() >= as_of_ms)[OFFSET].to_list()
    new = offsets_of_new_items(events, as_of_ms - round(MAX_AGE_HOURS * MS_PER_HOUR))
    return min([*beyond, *new, until + 1]) - 1


def _newest(
    plan: Plan, items: pl.DataFrame, events: pl.DataFrame, catalogue: CatalogueFile | None
) -> pl.DataFrame:
    """Return the items with the newest value of each column, of a file or reported to the service."""
    if catalogue is None:
        return _over(items, items_of(events, plan.domain.items))
    since = catalogue.named.select("item_id", "since_ms")
    dated = events.join(since, on="item_id", how="left", maintain_order="left")
    is_newer = (pl.col("time_ms") > pl.col("since_ms")).fill_null(value=True)
    newer, older = (items_of(dated.filter(part), plan.domain.items) for part in (is_newer, ~is_newer))
    return _over(_under(items, older), newer)


def _over(items: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Put what was reported in the place of what a file says; add the items that no file names."""
    both = reported.join(items, on="item_id", how="left", suffix="_of_file", maintain_order="left")
    others = [name for name in reported.columns if name != "item_id"]
    merged = both.select("item_id", *(pl.coalesce(name, f"{name}_of_file") for name in others))
    unchanged = items.join(reported, on="item_id", how="anti", maintain_order="left")
    return pl.concat([unchanged, merged.select(items.columns)])


def _under(items: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Put what was reported where a file says nothing."""
    both = items.join(reported, on="item_id", how="left", suffix="_reported", maintain_order="left")
    others = [name for name in items.columns if name != "item_id"]
    return both.select("item_id", *(pl.coalesce(name, f"{name}_reported") for name in others))


def _types(tables: Tables, interactions: pl.DataFrame) -> pl.DataFrame:
    """Return each reader's login state, the newest that was told or else the files'."""
    told = interactions.filter(pl.col("user_type").is_not_null()).sort(OFFSET).select("user_id", "user_type")
    known = tables.users.select("user_id", "user_type")
    return pl.concat([known, told]).unique("user_id", keep="last", maintain_order=True)


def _dated(tables: Tables, described: pl.DataFrame) -> Tables:
    """Take an item that only the log's reads know as published when it was first read."""
    first = tables.interactions.join(described, on="item_id", how="anti").group_by("item_id")
    dates = first.agg(pl.col("timestamp").min().alias("first"))
    items = tables.items.join(dates, on="item_id", how="left", maintain_order="left")
    return replace(
        tables,
        items=items.with_columns(pl.coalesce("first", "published_at").alias("published_at")).drop("first"),
    )
