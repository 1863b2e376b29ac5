"""Targets of the next-hour protocol against values computed by hand."""

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
    timestamps = [CUTOFF + timedelta(minutes=minutes) for minutes in frame["timestamp"]]
    return frame.with_columns(timestamp=pl.Series(timestamps, dtype=TIMESTAMP))


def make_users(*rows):
    return pl.DataFrame(rows, schema=["segment", "cutoff", "query_id"], orient="row")


INTERACTIONS = make_interactions(
    ("ann", "old", -30), ("ann", "old", 5), ("ann", "new", 0), ("ann", "new", 9), ("ann", "late", 60),
    ("bob", "new", 59), ("bob", "more", 10), ("eve", "new", 1),
)  # fmt: skip


def test_targets_are_items_without_earlier_interactions_in_the_hour():
    targets = find_targets(make_users(("all", NOON, "ann"), ("all", NOON, "bob")), INTERACTIONS)
    assert sorted(targets.rows()) == [
        ("all", NOON, "ann", "new"),
        ("all", NOON, "bob", "more"),
        ("all", NOON, "bob", "new"),
    ]


def test_target_of_an_hour_is_not_a_target_of_the_next_hour():
    hour = 3_600_000
    targets = find_targets(make_users(("few", NOON, "ann"), ("many", NOON + hour, "ann")), INTERACTIONS)
    assert sorted(targets.rows()) == [("few", NOON, "ann", "new"), ("many", NOON + hour, "ann", "late")]


def make_predictions(*rows):
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
    predictions = make_predictions(
        (1, "ann", ["x", "a", "y"]), (1, "bob", ["b", "x", "c"]), (2, "ann", ["x", "y", "z"])
    )
    curve = recall_by_length(predictions, targets, 3)
    first = [(0 + 1 / 2) / 2, (1 + 1 / 2) / 2, (1 + 2 / 2) / 2]
    assert curve["length"].to_list() == [1, 2, 3]
    assert curve["recall"].to_list() == pytest.approx([(recall + 0) / 2 for recall in first])
