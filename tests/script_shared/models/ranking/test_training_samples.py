"""The queries that models are trained on and judged by."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from script_shared.dataset import encode_tables
from script_shared.models.ranking.training_samples import draw
from script_shared.state.state import State, StateParameters
from script_shared.tables import Tables

TIMESTAMP = pl.Datetime("ms", "UTC")
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
HOUR_MS = 3_600_000


def dataset(*rows):
    """Make a data set from reads: (reader, item, region, minutes after noon), in order of time."""
    reads = pl.DataFrame(
        [(user, item, region, NOON + timedelta(minutes=minutes)) for user, item, region, minutes in rows],
        schema={"user_id": pl.String, "item_id": pl.String, "region": pl.String, "timestamp": TIMESTAMP},
        orient="row",
    )
    items = reads.select("item_id").unique().with_columns(category=pl.lit("x"), published_at=pl.lit(NOON))
    users = reads.select("user_id").unique().with_columns(user_type=pl.lit(None, pl.String))
    tables = Tables(reads, items.with_columns(pl.col("published_at").cast(TIMESTAMP)), users)
    return encode_tables(tables, ["region"], pl.lit(1.0), NOON_MS + 2 * HOUR_MS)


DATA = dataset(
    ("ann", "old", "north", -30),
    ("bob", "old", "south", -20),
    ("ann", "old", "south", 1),
    ("ann", "new", "north", 5),
    ("bob", "old", "south", 7),
    ("eve", "old", "north", 8),
    ("eve", "more", "south", 9),
    ("ann", "late", "north", 60),
)


def drawn(serves=lambda reader: True, limit=10):
    past = DATA.before(NOON_MS)
    following = DATA.interactions.between(NOON_MS, NOON_MS + HOUR_MS)
    samples = draw(past, State.from_dataset(past, StateParameters()), following, serves, limit)
    return {DATA.users[sample.query.user]: sample for sample in samples}


def test_targets_are_what_was_read_in_the_hour_and_not_before():
    """Bob read nothing new: there is nothing to judge a list for him by."""
    found = {reader: {DATA.items[i] for i in sample.targets} for reader, sample in drawn().items()}
    assert found == {"ann": {"new"}, "eve": {"old", "more"}}


def test_a_query_knows_the_hour_by_its_first_read_alone():
    """Region and moment are those of a request at the hour's start; the history ends before it."""
    samples = drawn()
    regions = {reader: [DATA.keys[key] for key in sample.query.keys] for reader, sample in samples.items()}
    assert regions == {"ann": ["region:south"], "eve": ["region:north"]}
    assert {sample.query.now_ms for sample in samples.values()} == {NOON_MS}
    assert [DATA.items[i] for i in samples["ann"].query.history] == ["old"]
    assert len(samples["eve"].query.history) == 0


def test_readers_are_told_apart_by_what_they_had_read_before_the_hour():
    assert set(drawn(lambda reader: reader.interactions == 0)) == {"eve"}
    assert set(drawn(lambda reader: reader.interactions == 1)) == {"ann"}


@pytest.mark.parametrize("limit", [1, 2])
def test_no_more_readers_than_asked_for_and_the_same_ones_every_time(limit):
    assert len(drawn(limit=limit)) <= limit
    assert set(drawn(limit=limit)) == set(drawn(limit=limit))
