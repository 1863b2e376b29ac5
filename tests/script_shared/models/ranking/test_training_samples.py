"""Samples of users for training and evaluation."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import polars as pl
import pytest

from script_shared.dataset import encode_tables
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.models.ranking.training_samples import Period, SampleKind, draw_samples, draw_user_samples
from script_shared.state.state import State, StateParameters
from script_shared.tables import Tables

TIMESTAMP = pl.Datetime("ms", "UTC")
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
HOUR_MS = 3_600_000


def make_dataset(*rows):
    """Return a data set of interactions (user, item, region, minutes after noon), in order of time."""
    interactions = pl.DataFrame(
        [(user, item, region, NOON + timedelta(minutes=minutes)) for user, item, region, minutes in rows],
        schema={"user_id": pl.String, "item_id": pl.String, "region": pl.String, "timestamp": TIMESTAMP},
        orient="row",
    )
    items = (
        interactions.select("item_id").unique().with_columns(category=pl.lit("x"), published_at=pl.lit(NOON))
    )
    users = interactions.select("user_id").unique().with_columns(user_type=pl.lit(None, pl.String))
    tables = Tables(interactions, items.with_columns(pl.col("published_at").cast(TIMESTAMP)), users)
    return encode_tables(tables, ["region"], pl.lit(1.0), NOON_MS + 2 * HOUR_MS)


DATASET = make_dataset(
    ("ann", "old", "north", -30),
    ("bob", "old", "south", -20),
    ("ann", "old", "south", 1),
    ("ann", "new", "north", 5),
    ("bob", "old", "south", 7),
    ("eve", "old", "north", 8),
    ("eve", "more", "south", 9),
    ("ann", "late", "north", 60),
)


def draw_by_user(accepts=lambda user: True, limit=10):
    past = DATASET.before(NOON_MS)
    interactions = DATASET.interactions.between(NOON_MS, NOON_MS + HOUR_MS)
    samples = draw_user_samples(
        past, State.from_dataset(past, StateParameters()), interactions, NOON_MS, accepts, limit
    )
    return {DATASET.users[sample.query.user]: sample for sample in samples}


def test_targets_are_items_without_earlier_interactions_in_the_hour():
    """Bob has no sample, since he clicked only an item of his history."""
    targets = {user: {DATASET.items[i] for i in sample.targets} for user, sample in draw_by_user().items()}
    assert targets == {"ann": {"new"}, "eve": {"old", "more"}}


def test_query_is_as_of_the_start_of_the_hour():
    """The region is that of the first interaction of the hour; the history ends before the hour."""
    samples = draw_by_user()
    regions = {user: [DATASET.keys[key] for key in sample.query.keys] for user, sample in samples.items()}
    assert regions == {"ann": ["region:south"], "eve": ["region:north"]}
    assert {sample.query.now_ms for sample in samples.values()} == {NOON_MS}
    assert [DATASET.items[i] for i in samples["ann"].query.history] == ["old"]
    assert len(samples["eve"].query.history) == 0


def test_segments_are_decided_by_the_history_before_the_hour():
    assert set(draw_by_user(lambda user: user.interactions == 0)) == {"eve"}
    assert set(draw_by_user(lambda user: user.interactions == 1)) == {"ann"}


@pytest.mark.parametrize("limit", [1, 2])
def test_limit_draws_the_same_users_each_time(limit):
    assert len(draw_by_user(limit=limit)) <= limit
    assert set(draw_by_user(limit=limit)) == set(draw_by_user(limit=limit))


@pytest.mark.parametrize("kind", get_args(SampleKind))
def test_period_without_interactions_has_no_samples(kind):
    replay = StateReplay(DATASET, StateParameters(), NOON_MS - HOUR_MS)
    period = Period(NOON_MS + 2 * HOUR_MS, NOON_MS + 3 * HOUR_MS)
    assert list(draw_samples(kind, replay, period, lambda user: True, 10)) == []
