"""Converts events of the log to frames of interactions and items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from script_shared.events.event import EARLIEST_MS, INTERACTION, ITEM, LATEST_MS, WITHDRAW, from_row, to_row
from script_shared.events.log import LoggedEvent
from script_shared.events.validation import KINDS, invalid_reason
from script_shared.tables import Schema

OFFSET = "log_offset"
SCHEMA = pl.Schema(
    {
        OFFSET: pl.Int64,
        "event_id": pl.String,
        "user_id": pl.String,
        "item_id": pl.String,
        "time_ms": pl.Int64,
        "session_id": pl.String,
        "user_type": pl.String,
        "details": pl.String,
        "kind": pl.String,
    }
)
_TIME = pl.Datetime("ms", "UTC")


def events_to_frame(rows: Sequence[LoggedEvent]) -> pl.DataFrame:
    """Return events and their offsets as a frame of `SCHEMA`; the details are JSON."""
    return pl.DataFrame([(offset, *to_row(event)) for offset, event in rows], SCHEMA, orient="row")


def select_interactions(events: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the interactions in a domain's schema, and the columns `log_offset` and `user_type`.

    Args:
        events: events of all kinds.
        schema: the schema of the interactions; columns that are no field of an event are read from its
            details.
    """
    fields = {name: pl.col(name) for name in ("user_id", "item_id", "session_id")}
    fields["timestamp"] = pl.col("time_ms").cast(_TIME)
    columns = _build_columns(schema, fields)
    return events.filter(pl.col("kind") == INTERACTION).select(OFFSET, "user_type", **columns)


def select_items(events: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the newest reported value of each column of each reported item; null if never reported.

    Args:
        events: events of all kinds.
        schema: the schema of the items.
    """
    published = _read_detail("published_ms", pl.Int64()).cast(_TIME)
    columns = _build_columns(schema, {"item_id": pl.col("item_id"), "published_at": published})
    reported = events.filter(pl.col("kind") == ITEM).sort(OFFSET).select(**columns)
    newest = pl.exclude("item_id").drop_nulls().last()
    return reported.group_by("item_id", maintain_order=True).agg(newest).select(list(columns))


def select_valid(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events that pass `script_shared.events.validation`."""
    is_timed = pl.col("time_ms").is_between(EARLIEST_MS, LATEST_MS)
    timed = events.filter(pl.col("kind").is_in(list(KINDS)) & is_timed)
    # Only the details of item events are validated; most events are interactions.
    items = timed.filter(pl.col("kind") == ITEM)
    accepted = [invalid_reason(from_row(row)) is None for row in items.drop(OFFSET).iter_rows()]
    rejected = items.filter(~pl.Series(accepted, dtype=pl.Boolean))
    return timed.join(rejected, on=OFFSET, how="anti", maintain_order="left")


def find_withdrawn(events: pl.DataFrame) -> list[str]:
    """Return the ids of the items that were withdrawn and have not been reported again."""
    items = events.filter(pl.col("kind").is_in([ITEM, WITHDRAW])).sort(OFFSET)
    last = items.group_by("item_id", maintain_order=True).agg(pl.col("kind").last())
    return last.filter(pl.col("kind") == WITHDRAW)["item_id"].to_list()


def find_expiry_times(events: pl.DataFrame) -> dict[str, int]:
    """Return the expiry time by item id, ms UTC, from the newest report that contains one."""
    items = events.filter(pl.col("kind") == ITEM).sort(OFFSET)
    expires_ms = _read_detail("expires_ms", pl.Int64()).drop_nulls().last()
    last = items.group_by("item_id", maintain_order=True).agg(expires_ms.alias("ms"))
    return dict(last.drop_nulls().iter_rows())


def find_last_reports(events: pl.DataFrame) -> dict[str, int]:
    """Return the time of the last report by item id, ms UTC."""
    reported = events.filter(pl.col("kind") == ITEM).group_by("item_id").agg(pl.col("time_ms").max())
    return dict(reported.iter_rows())


def find_new_item_offsets(events: pl.DataFrame, since_ms: int) -> list[int]:
    """Return the offsets of the reports of items that were published after a time, ms UTC."""
    published = pl.coalesce(_read_detail("published_ms", pl.Int64()), "time_ms")
    return events.filter((pl.col("kind") == ITEM) & (published > since_ms))[OFFSET].to_list()


def _build_columns(schema: Schema, fields: Mapping[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Return an expression for each column of a schema: of a field, else of a detail of the event."""
    return {
        column.name: fields.get(column.name, _read_detail(column.name, column.dtype))
        for column in schema.columns
    }


def _read_detail(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a field of the details; null if it is missing or has the wrong type."""
    text = pl.col("details").str.json_path_match(f"$.{name}")
    if dtype == pl.Boolean():
        return text.replace_strict({"true": True, "false": False}, default=None, return_dtype=dtype)
    if dtype == _TIME:
        return text.cast(pl.Int64, strict=False).cast(dtype)
    return text.cast(pl.Float64, strict=False).cast(dtype, strict=False) if dtype.is_numeric() else text
