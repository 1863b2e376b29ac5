"""The schemas of the refined news tables."""

from __future__ import annotations

from script_shared.tables import INTERACTION_COLUMNS, ITEM_COLUMNS, USER_COLUMNS, Column, Schema

#: Columns of a read that a request may contain too; each value becomes a context key.
CONTEXT = ("region", "device")

INTERACTIONS = Schema(
    "interactions",
    (
        *INTERACTION_COLUMNS,
        Column("session_id", "String"),
        Column("region", "String"),
        Column("device", "String"),
        Column("referrer", "String"),
        Column("clicks", "Float32"),
        Column("seconds", "Float32"),
        Column("scroll", "Float32"),
        Column("visits", "Float32"),
        Column("weight", "Float32"),
    ),
)
ITEMS = Schema(
    "items",
    (*ITEM_COLUMNS, Column("region", "String"), Column("body", "String"), Column("words", "Int32")),
    key=("item_id",),
)
USERS = Schema(
    "users",
    (
        *USER_COLUMNS,
        Column("interactions", "UInt32", nullable=False),
        Column("first_seen", "Timestamp", nullable=False),
        Column("last_seen", "Timestamp", nullable=False),
    ),
    key=("user_id",),
)
