"""The refined tables of news."""

from __future__ import annotations

import polars as pl

from script_shared.tables import INTERACTION_COLUMNS, ITEM_COLUMNS, USER_COLUMNS, Column, Schema

#: Columns of a read that a request may carry too; each value becomes a context key.
CONTEXT = ("region", "device")

INTERACTIONS = Schema(
    "interactions",
    (
        *INTERACTION_COLUMNS,
        Column("session_id", pl.String),
        Column("region", pl.String),
        Column("device", pl.String),
        Column("referrer", pl.String),
        Column("clicks", pl.Float32),
        Column("seconds", pl.Float32),
        Column("scroll", pl.Float32),
        Column("visits", pl.Float32),
    ),
)
ITEMS = Schema(
    "items",
    (
        *ITEM_COLUMNS,
        Column("region", pl.String),
        Column("body", pl.String),
        Column("words", pl.Int32),
    ),
    key=("item_id",),
)
USERS = Schema(
    "users",
    (
        *USER_COLUMNS,
        Column("reads", pl.UInt32, nullable=False),
        Column("first_seen", pl.Datetime("ms", "UTC"), nullable=False),
        Column("last_seen", pl.Datetime("ms", "UTC"), nullable=False),
    ),
    key=("user_id",),
)
