"""Readers that read more than people do are left out of counts, training and evaluation."""

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
BOUNDS = BotLimits(per_hour=100, per_day=400)


def reads(*readers):
    """Return reads of readers, given as (id, reads, minutes between two)."""
    rows = [
        (name, NOON + timedelta(minutes=gap * turn)) for name, count, gap in readers for turn in range(count)
    ]
    schema = {"user_id": pl.String, "timestamp": pl.Datetime("ms", "UTC")}
    return pl.DataFrame(rows, schema, orient="row")


def people(count, each=3, gap=5.0):
    return [(f"reader-{number}", each, gap) for number in range(count)]


def found(*readers, bounds=BOUNDS):
    return find_bots(reads(*readers), bounds).users["user_id"].to_list()


def test_a_crawler_with_most_of_all_reads_is_found():
    bots = find_bots(reads(*people(60), ("crawler", 2_820, 0.5)), BOUNDS)
    assert bots.users.to_dicts() == [
        {"user_id": "crawler", "interactions": 2_820, "busiest_hour": 120, "busiest_day": 1_440}
    ]
    assert bots.summary() == {
        "users": 1, "interactions": 2_820, "per_hour": 150, "per_day": 400, "most_active": ["crawler"]
    }  # fmt: skip


def test_one_that_reads_all_day_and_never_much_in_an_hour_is_found():
    assert found(*people(60), ("patient", 720, 1.5)) == ["patient"]


def test_a_site_whose_readers_read_much_loses_none():
    assert found(*people(20, each=700, gap=1.0), ("keen", 900, 1.0)) == []


@pytest.mark.parametrize("bounds", [BotLimits(0, 0), BotLimits(0, 5_000), BotLimits(5_000, 0)])
def test_without_a_bound_nobody_is_beyond_it(bounds):
    assert found(*people(60), ("crawler", 2_820, 0.5), bounds=bounds) == []


def test_no_read_has_no_bots():
    assert found() == []


@settings(deadline=None, derandomize=True, database=None, max_examples=40)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=12), st.sampled_from([0.1, 1.0, 60.0]))
def test_who_reads_no_more_than_the_bounds_is_never_suspected(counts, gap):
    assert found(*((f"reader-{place}", count, gap) for place, count in enumerate(counts))) == []


def refined(tmp_path, *readers):
    times = reads(*readers)
    rows = times.with_columns((pl.int_range(pl.len()) % 7).cast(pl.String).alias("item_id"))
    (tmp_path / "raw").mkdir()
    rows.write_parquet(tmp_path / "raw" / "interactions.parquet")
    volume = Volume(tmp_path / "data")
    download(load("news"), volume, "run", "tables", str(tmp_path / "raw"), 1.0)
    report = refine(load("news"), volume, "run", "tables", RefineOptions(bot_limits=BOUNDS))
    return volume.refined / "run", report


def test_refining_sets_them_apart_and_says_so(tmp_path):
    folder, report = refined(tmp_path, *people(60), ("crawler", 2_820, 0.1))
    assert report["suspected_bots"]["users"] == 1
    assert json.loads((folder / "report.json").read_text())["suspected_bots"]["most_active"] == ["crawler"]
    assert pl.read_parquet(folder / "suspected_bots.parquet")["interactions"].to_list() == [2_820]
    tables = Tables.read(folder)
    assert tables.interactions.height == 180
    assert "crawler" not in tables.users["user_id"]


def test_readers_who_are_all_alike_are_none(tmp_path):
    assert refined(tmp_path, ("one", 6_000, 0.01))[1]["suspected_bots"]["users"] == 0


def test_reads_without_a_reader_do_not_lower_the_bounds_and_their_sessions_are_bound_too():
    alone = [(f"{ANONYMOUS_PREFIX}read {number}", 1, 1.0) for number in range(500)]
    crawler = f"{ANONYMOUS_PREFIX}session c"
    bots = find_bots(reads(*people(60), *alone, (crawler, 2_820, 0.1)), BOUNDS)
    assert (bots.per_hour, bots.per_day) == (150, 400)
    assert bots.users["user_id"].to_list() == [crawler]
    assert bots.summary()["most_active"] == []
