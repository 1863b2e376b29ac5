"""Events of the log as tables."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from script_shared.events.event import ITEM, READ, to_row
from script_shared.events.log import Logged
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


def frame_of(rows: Sequence[Logged]) -> pl.DataFrame:
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
    return events.filter(pl.col("kind") == READ).select(OFFSET, "user_type", **columns)


def items_of(events: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Return the items that were told of, as they were told last, with the columns of a domain's items."""
    told = {
        "item_id": pl.col("item_id"),
        "published_at": _detail("published_ms", pl.Int64()).cast(_TIME),
    }
    columns = {each.name: told.get(each.name, _detail(each.name, each.dtype)) for each in schema.columns}
    newest = events.filter(pl.col("kind") == ITEM).sort(OFFSET).unique("item_id", keep="last")
    return newest.select(**columns)


def _detail(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a field of the details; null where it is not told, or is no value of its type."""
    text = pl.col("details").str.json_path_match(f"$.{name}")
    return text.cast(pl.Float64, strict=False).cast(dtype, strict=False) if dtype.is_numeric() else text
