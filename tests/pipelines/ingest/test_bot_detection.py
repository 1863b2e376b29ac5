"""Users with more interactions than people can have are excluded from training and evaluation."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.domains import load
from pipelines.ingest.bot_detection import find_bots
from pipelines.settings import BotLimits, RefineOptions
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.anonymous import ANONYMOUS_PREFIX
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
LIMITS = BotLimits(per_hour=100, per_day=400)


def make_interactions(*users):
    """Return the interactions of users, given as (id, number of interactions, minutes between two)."""
    rows = [
        (name, NOON + timedelta(minutes=gap * number))
        for name, count, gap in users
        for number in range(count)
    ]
    schema = {"user_id": pl.String, "timestamp": pl.Datetime("ms", "UTC")}
    return pl.DataFrame(rows, schema, orient="row")


def make_people(count, interactions=3, gap=5.0):
    return [(f"reader-{number}", interactions, gap) for number in range(count)]


def find_bot_ids(*users, limits=LIMITS):
    return find_bots(make_interactions(*users), limits).users["user_id"].to_list()


def test_crawler_with_most_of_the_interactions_is_found():
    bots = find_bots(make_interactions(*make_people(60), ("crawler", 2_820, 0.5)), LIMITS)
    assert bots.users.to_dicts() == [
        {"user_id": "crawler", "interactions": 2_820, "busiest_hour": 120, "busiest_day": 1_440}
    ]
    assert bots.summary() == {
        "users": 1, "interactions": 2_820, "per_hour": 150, "per_day": 400, "most_active": ["crawler"]
    }  # fmt: skip


def test_bot_below_the_hourly_limit_is_found_by_the_daily_limit():
    assert find_bot_ids(*make_people(60), ("patient", 720, 1.5)) == ["patient"]


def test_very_active_users_are_no_bots_where_most_users_are_very_active():
    assert find_bot_ids(*make_people(20, interactions=700, gap=1.0), ("keen", 900, 1.0)) == []


@pytest.mark.parametrize("limits", [BotLimits(0, 0), BotLimits(0, 5_000), BotLimits(5_000, 0)])
def test_limit_of_zero_is_disabled(limits):
    assert find_bot_ids(*make_people(60), ("crawler", 2_820, 0.5), limits=limits) == []


def test_empty_data_has_no_bots():
    assert find_bot_ids() == []


@settings(deadline=None, derandomize=True, database=None, max_examples=40)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=12), st.sampled_from([0.1, 1.0, 60.0]))
def test_users_within_the_limits_are_never_suspected(counts, gap):
    assert find_bot_ids(*((f"reader-{number}", count, gap) for number, count in enumerate(counts))) == []


def refine_users(tmp_path, *users):
    frame = make_interactions(*users)
    rows = frame.with_columns((pl.int_range(pl.len()) % 7).cast(pl.String).alias("item_id"))
    (tmp_path / "raw").mkdir()
    rows.write_parquet(tmp_path / "raw" / "interactions.parquet")
    volume = Volume(tmp_path / "data")
    download(load("news"), volume, "run", "tables", str(tmp_path / "raw"), 1.0)
    report = refine(load("news"), volume, "run", "tables", RefineOptions(bot_limits=LIMITS))
    return volume.refined / "run", report


def test_refine_excludes_and_reports_bots(tmp_path):
    folder, report = refine_users(tmp_path, *make_people(60), ("crawler", 2_820, 0.1))
    assert report["suspected_bots"]["users"] == 1
    assert json.loads((folder / "report.json").read_text())["suspected_bots"]["most_active"] == ["crawler"]
    assert pl.read_parquet(folder / "suspected_bots.parquet")["interactions"].to_list() == [2_820]
    tables = Tables.read(folder)
    assert tables.interactions.height == 180
    assert "crawler" not in tables.users["user_id"]


def test_only_user_is_not_a_bot(tmp_path):
    assert refine_users(tmp_path, ("one", 6_000, 0.01))[1]["suspected_bots"]["users"] == 0


def test_anonymous_interactions_do_not_lower_the_limits_and_their_sessions_are_checked():
    alone = [(f"{ANONYMOUS_PREFIX}read {number}", 1, 1.0) for number in range(500)]
    crawler = f"{ANONYMOUS_PREFIX}session c"
    bots = find_bots(make_interactions(*make_people(60), *alone, (crawler, 2_820, 0.1)), LIMITS)
    assert (bots.per_hour, bots.per_day) == (150, 400)
    assert bots.users["user_id"].to_list() == [crawler]
    assert bots.summary()["most_active"] == []
