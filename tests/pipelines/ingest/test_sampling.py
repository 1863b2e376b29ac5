from datetime import UTC, datetime

import polars as pl
import pytest

from pipelines.domains.news.validation.rules import TIMESTAMP
from pipelines.ingest.sampling import sample_users
from script_shared.errors import NotEnoughDataError
from script_shared.settings import Settings
from script_shared.tables import Tables


def tables(readers):
    moment = pl.lit(datetime(2022, 7, 1, tzinfo=UTC), TIMESTAMP)
    users = pl.DataFrame({"user_id": [f"reader-{n}" for n in readers]}, schema={"user_id": pl.String})
    reads = pl.concat([users, users]).with_columns(item_id=pl.lit("a"), timestamp=moment)
    return Tables(interactions=reads, items=pl.DataFrame({"item_id": ["a", "b"]}), users=users)


def test_a_tenth_of_the_readers_with_all_their_reads_and_all_items():
    sample = sample_users(tables(range(20_000)), 0.1)
    assert sample.users.height == pytest.approx(2_000, rel=0.06)
    assert sample.interactions.height == 2 * sample.users.height
    assert set(sample.interactions["user_id"]) == set(sample.users["user_id"])
    assert sample.items.height == 2


def test_the_id_alone_decides():
    some, more = sample_users(tables(range(500)), 0.1), sample_users(tables(range(1_000)), 0.1)
    known = set(tables(range(500)).users["user_id"])
    assert set(some.users["user_id"]) == set(more.users["user_id"]) & known
    assert set(some.users["user_id"]) < set(sample_users(tables(range(500)), 0.3).users["user_id"])


def test_the_sample_is_the_same_on_every_machine():
    kept = sample_users(tables(range(60)), 0.1).users["user_id"].to_list()
    assert kept == ["reader-2", "reader-9", "reader-48", "reader-51"]


def test_all_of_them_are_the_tables_themselves():
    whole = tables(range(10))
    assert sample_users(whole, 1.0) is whole


def test_an_empty_sample_says_what_to_do():
    with pytest.raises(NotEnoughDataError, match="none of 2 users") as caught:
        sample_users(tables([0, 1]), 1e-9)
    assert "ENV=staging" in caught.value.remedy


@pytest.mark.parametrize(("env", "share"), [("dev", 0.1), ("staging", 1.0), ("prod", 1.0)])
def test_only_dev_samples(env, share):
    assert Settings(env=env).user_share == share
