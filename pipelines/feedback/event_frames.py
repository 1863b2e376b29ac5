"""Events of the log as tables."""

from __future__ import annotations

from collections.abc import Sequence

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


def frame_of(rows: Sequence[LoggedEvent]) -> pl.DataFrame:
    """Return events and their offsets as a table; the details are JSON."""
    return pl.DataFrame([(offset, *to_row(event)) for offset, event in rows], SCHEMA, orient="row")


def reads_of(events: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the reads with the columns of a domain's interactions, and `log_offset` and `user_type`.

    Args:
        events: of any kind.
        schema: the interactions'; a column that no field of an event fills is looked for in its details.
    """
    told = {
        "user_id": pl.col("user_id"),
        "item_id": pl.col("item_id"),
        "timestamp": pl.col("time_ms").cast(_TIME),
        "session_id": pl.col("session_id"),
    }
    columns = {each.name: told.get(each.name, _detail(each.name, each.dtype)) for each in schema.columns}
    return events.filter(pl.col("kind") == INTERACTION).select(OFFSET, "user_type", **columns)


def items_of(events: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the items that were reported, with the columns of a domain's items; null is not reported.

    Of each column the newest value counts.
    """
    told = {
        "item_id": pl.col("item_id"),
        "published_at": _detail("published_ms", pl.Int64()).cast(_TIME),
    }
    columns = {each.name: told.get(each.name, _detail(each.name, each.dtype)) for each in schema.columns}
    reported = events.filter(pl.col("kind") == ITEM).sort(OFFSET).select(**columns)
    newest = pl.exclude("item_id").drop_nulls().last()
    return reported.group_by("item_id", maintain_order=True).agg(newest).select(list(columns))


def valid(events: pl.DataFrame) -> pl.DataFrame:
    """Return the events that a state accepts; see `script_shared.events.validation`."""
    timed = events.filter(
        pl.col("kind").is_in(list(KINDS)) & pl.col("time_ms").is_between(EARLIEST_MS, LATEST_MS)
    )
    # Of the others no details are judged, and there are many more of them.
    items = timed.filter(pl.col("kind") == ITEM)
    accepted = [invalid_reason(from_row(row)) is None for row in items.drop(OFFSET).iter_rows()]
    rejected = items.filter(~pl.Series(accepted, dtype=pl.Boolean))
    return timed.join(rejected, on=OFFSET, how="anti", maintain_order="left")


def withdrawn(events: pl.DataFrame) -> list[str]:
    """Return the ids of the items that were withdrawn and not reported since."""
    items = events.filter(pl.col("kind").is_in([ITEM, WITHDRAW])).sort(OFFSET)
    last = items.group_by("item_id", maintain_order=True).agg(pl.col("kind").last())
    return last.filter(pl.col("kind") == WITHDRAW)["item_id"].to_list()


def expires_ms(events: pl.DataFrame) -> dict[str, int]:
    """Return, by item id, when it expires, ms UTC; the newest report that says so counts."""
    items = events.filter(pl.col("kind") == ITEM).sort(OFFSET)
    last = items.group_by("item_id", maintain_order=True).agg(
        _detail("expires_ms", pl.Int64()).drop_nulls().last().alias("ms")
    )
    return dict(last.drop_nulls().iter_rows())


def last_reports(events: pl.DataFrame) -> dict[str, int]:
    """Return, by item id, when it was reported last, ms UTC."""
    reported = events.filter(pl.col("kind") == ITEM).group_by("item_id").agg(pl.col("time_ms").max())
    return dict(reported.iter_rows())


def offsets_of_new_items(events: pl.DataFrame, since_ms: int) -> list[int]:
    """Return the offsets of the reports of items that are published after a moment."""
    published = pl.coalesce(_detail("published_ms", pl.Int64()), "time_ms")
    return events.filter((pl.col("kind") == ITEM) & (published > since_ms))[OFFSET].to_list()


def _detail(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a field of the details; null where it is not told, or is no value of its type."""
    text = pl.col("details").str.json_path_match(f"$.{name}")
    return text.cast(pl.Float64, strict=False).cast(dtype, strict=False) if dtype.is_numeric() else text
