from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from script_shared.evaluation.targets import recall_by_length, targets_of

TIMESTAMP = pl.Datetime("ms", "UTC")
CUTOFF = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON = int(CUTOFF.timestamp() * 1000)


def reads(*rows):
    """Make reads from (reader, item, minutes after noon)."""
    frame = pl.DataFrame(rows, schema=["user_id", "item_id", "timestamp"], orient="row")
    moments = [CUTOFF + timedelta(minutes=minutes) for minutes in frame["timestamp"]]
    return frame.with_columns(timestamp=pl.Series(moments, dtype=TIMESTAMP))


def readers(*rows):
    return pl.DataFrame(rows, schema=["segment", "cutoff", "query_id"], orient="row")


READS = reads(
    ("ann", "old", -30), ("ann", "old", 5), ("ann", "new", 0), ("ann", "new", 9), ("ann", "late", 60),
    ("bob", "new", 59), ("bob", "more", 10), ("eve", "new", 1),
)  # fmt: skip


def test_targets_are_read_within_the_hour_and_not_before():
    found = targets_of(readers(("all", NOON, "ann"), ("all", NOON, "bob")), READS)
    assert sorted(found.rows()) == [
        ("all", NOON, "ann", "new"),
        ("all", NOON, "bob", "more"),
        ("all", NOON, "bob", "new"),
    ]


def test_an_hour_later_what_was_a_target_is_known():
    hour = 3_600_000
    found = targets_of(readers(("few", NOON, "ann"), ("many", NOON + hour, "ann")), READS)
    assert sorted(found.rows()) == [("few", NOON, "ann", "new"), ("many", NOON + hour, "ann", "late")]


def lists(*rows):
    """Make predictions from (cut-off, reader, items)."""
    frame = pl.DataFrame(rows, schema=["cutoff", "query_id", "item_id"], orient="row").explode("item_id")
    rank = pl.int_range(1, pl.len() + 1).over("cutoff", "query_id")
    return frame.with_columns(rank=rank, segment=pl.lit("all"), model=pl.lit("served"))


def test_recall_grows_with_every_hit_and_every_cutoff_counts_alike():
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
