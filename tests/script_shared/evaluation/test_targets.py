"""Targets of the next-hour protocol by hand."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from script_shared.evaluation.targets import find_targets, recall_by_length

TIMESTAMP = pl.Datetime("ms", "UTC")
CUTOFF = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON = int(CUTOFF.timestamp() * 1000)


def make_interactions(*rows):
    """Return interactions from (user, item, minutes after noon)."""
    frame = pl.DataFrame(rows, schema=["user_id", "item_id", "timestamp"], orient="row")
    moments = [CUTOFF + timedelta(minutes=minutes) for minutes in frame["timestamp"]]
    return frame.with_columns(timestamp=pl.Series(moments, dtype=TIMESTAMP))


def make_users(*rows):
    return pl.DataFrame(rows, schema=["segment", "cutoff", "query_id"], orient="row")


INTERACTIONS = make_interactions(
    ("ann", "old", -30), ("ann", "old", 5), ("ann", "new", 0), ("ann", "new", 9), ("ann", "late", 60),
    ("bob", "new", 59), ("bob", "more", 10), ("eve", "new", 1),
)  # fmt: skip


def test_targets_are_the_new_items_of_the_hour():
    found = find_targets(make_users(("all", NOON, "ann"), ("all", NOON, "bob")), INTERACTIONS)
    assert sorted(found.rows()) == [
        ("all", NOON, "ann", "new"),
        ("all", NOON, "bob", "more"),
        ("all", NOON, "bob", "new"),
    ]


def test_a_target_of_one_hour_is_no_target_of_the_next():
    hour = 3_600_000
    found = find_targets(make_users(("few", NOON, "ann"), ("many", NOON + hour, "ann")), INTERACTIONS)
    assert sorted(found.rows()) == [("few", NOON, "ann", "new"), ("many", NOON + hour, "ann", "late")]


def lists(*rows):
    """Return predictions from (cut-off, user, items)."""
    frame = pl.DataFrame(rows, schema=["cutoff", "query_id", "item_id"], orient="row").explode("item_id")
    rank = pl.int_range(1, pl.len() + 1).over("cutoff", "query_id")
    return frame.with_columns(rank=rank, segment=pl.lit("all"), model=pl.lit("served"))


def test_recall_by_length_is_averaged_over_users_then_over_cutoffs():
    targets = pl.DataFrame(
        [("all", 1, "ann", "a"), ("all", 1, "bob", "b"), ("all", 1, "bob", "c"), ("all", 2, "ann", "d")],
        schema=["segment", "cutoff", "query_id", "item_id"],
        orient="row",
    )
    predictions = lists((1, "ann", ["x", "a", "y"]), (1, "bob", ["b", "x", "c"]), (2, "ann", ["x", "y", "z"]))
    curve = recall_by_length(predictions, targets, 3)
    first = [(0 + 1 / 2) / 2, (1 + 1 / 2) / 2, (1 + 2 / 2) / 2]
    assert curve["length"].to_list() == [1, 2, 3]
    assert curve["recall"].to_list() == pytest.approx([(recall + 0) / 2 for recall in first])
