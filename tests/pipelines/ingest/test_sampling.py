from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.ingest.sampling import sample_users
from pipelines.validation.rules import TIMESTAMP
from script_shared.errors import NotEnoughDataError
from script_shared.settings import Settings
from script_shared.tables import Tables


def tables(numbers):
    time = pl.lit(datetime(2022, 7, 1, tzinfo=UTC), TIMESTAMP)
    users = pl.DataFrame({"user_id": [f"reader-{n}" for n in numbers]}, schema={"user_id": pl.String})
    interactions = pl.concat([users, users]).with_columns(item_id=pl.lit("a"), timestamp=time)
    return Tables(interactions=interactions, items=pl.DataFrame({"item_id": ["a", "b"]}), users=users)


def test_sample_has_a_tenth_of_the_users_with_all_their_interactions_and_all_items():
    sample = sample_users(tables(range(20_000)), 0.1)
    assert sample.users.height == pytest.approx(2_000, rel=0.06)
    assert sample.interactions.height == 2 * sample.users.height
    assert set(sample.interactions["user_id"]) == set(sample.users["user_id"])
    assert sample.items.height == 2


def test_sample_depends_only_on_the_user_id():
    small, large = sample_users(tables(range(500)), 0.1), sample_users(tables(range(1_000)), 0.1)
    known = set(tables(range(500)).users["user_id"])
    assert set(small.users["user_id"]) == set(large.users["user_id"]) & known
    assert set(small.users["user_id"]) < set(sample_users(tables(range(500)), 0.3).users["user_id"])


def test_sample_is_the_same_on_every_machine():
    kept = sample_users(tables(range(60)), 0.1).users["user_id"].to_list()
    assert kept == ["reader-2", "reader-9", "reader-48", "reader-51"]


def test_full_sample_returns_the_same_tables():
    full = tables(range(10))
    assert sample_users(full, 1.0) is full


def test_empty_sample_is_an_error_with_a_remedy():
    with pytest.raises(NotEnoughDataError, match="none of 2 users") as caught:
        sample_users(tables([0, 1]), 1e-9)
    assert "ENV=staging" in caught.value.remedy


@pytest.mark.parametrize(("env", "share"), [("dev", 0.1), ("staging", 1.0), ("prod", 1.0)])
def test_only_the_dev_environment_samples_users(env, share):
    assert Settings(env=env).user_share == share
