"""What is told and what files hold, put together; each expectation by hand."""

import stat

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.feedback.archive import EventArchive
from pipelines.feedback.erasure import ErasurePoint, ForgottenUsers
from pipelines.feedback.event_frames import (
    events_to_frame,
    find_expiry_times,
    find_withdrawn,
    select_interactions,
    select_items,
)
from pipelines.feedback.merge import CollectedEvents, merge_events
from pipelines.plan import Refinement
from script_shared.domains.news.tables import INTERACTIONS, ITEMS
from script_shared.errors import MancheteError
from script_shared.events.event import ITEM, WITHDRAW, Event
from tests.support.data.events import make_event

HOUR = 3_600_000
START = 1_700_000_000_000 // HOUR * HOUR
PLAN = load("news")


def refinement(rows, items=()):
    """Tables of files: rows of reader, article, minute."""
    reads = pl.DataFrame(
        [(user, item, START + minute * 60_000) for user, item, minute in rows],
        {"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64},
        orient="row",
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")))
    told = pl.DataFrame([*items] or None, {"item_id": pl.String, "title": pl.String}, orient="row")
    tables = PLAN.build_tables(reads, ITEMS.conform(told), None)
    return Refinement(tables, pl.DataFrame(), PLAN.find_as_of(reads["timestamp"]), {"reads": {}})


def told(*rows, until=None, forgotten=None, tmp_path=None):
    """Events by offset from 1: (reader, article, minute, more)."""
    logged = [
        (place, make_event(place, user, item, START + minute * 60_000, **more))
        for place, (user, item, minute, more) in enumerate(rows, start=1)
    ]
    return CollectedEvents(events_to_frame(logged), until or len(logged), forgotten)


def joined(found, told, now=START + 10 * HOUR):
    return merge_events(PLAN, found, told, now)


@pytest.fixture
def nobody(tmp_path):
    return ForgottenUsers(tmp_path / "forgotten")


def triples(result):
    return [
        (user, item, (int(time.timestamp() * 1000) - START) // 60_000)
        for user, item, time in result.tables.interactions.select(
            "user_id", "item_id", "timestamp"
        ).iter_rows()
    ]


def test_reads_are_added_in_the_order_of_time_and_those_the_files_hold_count_once(nobody):
    found = refinement([("a", "1", 0), ("a", "2", 40), ("a", "2", 40)])
    rows = [("b", "1", 50, {}), ("b", "1", 50, {}), ("a", "1", 0, {}), ("b", "2", 20, {})]
    result = joined(found, told(*rows, forgotten=nobody))
    assert triples(result) == [("a", "1", 0), ("b", "2", 20), ("a", "2", 40), ("a", "2", 40), ("b", "1", 50)]
    assert result.report["log"] == {
        "after": 4,
        "until": 4,
        "interactions": 2,
        "repeated": 2,
        "rejected": 0,
        "in_the_future": 0,
        "left_to_the_log": 0,
        "items": 0,
        "forgotten_interactions": 0,
    }
    assert result.tables.users.select("user_id", "interactions").rows() == [("a", 3), ("b", 2)]
    assert result.report["reads"] == {}


def test_what_happened_after_the_data_ends_stays_with_the_log(nobody):
    found = refinement([("a", str(n % 3), n) for n in range(120)])
    assert found.as_of_ms == START + 2 * HOUR
    rows = [("b", "1", 100, {}), ("b", "2", 121, {}), ("c", "1", 110, {})]
    result = joined(found, told(*rows, until=7, forgotten=nobody))
    assert result.as_of_ms == found.as_of_ms
    assert [row for row in triples(result) if row[0] in "bc"] == [("b", "1", 100), ("c", "1", 110)]
    assert (result.report["log"]["after"], result.report["log"]["until"]) == (1, 7)
    # An hour with enough reads moves the end.
    rows += [("d", "1", 130 + n, {}) for n in range(5)]
    result = joined(found, told(*rows, forgotten=nobody))
    assert (result.as_of_ms, result.report["log"]["after"]) == (START + 3 * HOUR, 8)


def test_reads_of_a_clock_that_had_jumped_are_left_out_for_good(nobody):
    found = refinement([("a", str(n % 3), n) for n in range(120)])
    rows = [("b", "1", 900 + n, {}) for n in range(50)] + [("b", "2", 30, {})]
    result = joined(found, told(*rows, forgotten=nobody), START + 2 * HOUR)
    assert result.as_of_ms == found.as_of_ms
    assert [row for row in triples(result) if row[0] == "b"] == [("b", "2", 30)]
    log = result.report["log"]
    assert (log["after"], log["until"], log["in_the_future"]) == (51, 51, 50)


def test_what_was_told_of_an_article_stands_in_place_of_what_a_file_says(nobody):
    found = refinement([("a", "1", 0), ("a", "2", 1)], [("1", "old"), ("2", "kept")])
    published = {"published_ms": START + 60_000}
    article = {"title": "5", "category": "sport", "url": "https://x", "body": "two words"} | published
    rows = [
        ("", "1", 0, {"kind": ITEM, "details": {"title": "first"} | published}),
        ("", "9", 0, {"kind": ITEM, "details": {"title": "new"} | published}),
        ("", "1", 0, {"kind": ITEM, "details": article}),
        ("b", "7", 30, {}),
    ]
    items = joined(found, told(*rows, forgotten=nobody)).tables.items
    by_id = {row["item_id"]: row for row in items.iter_rows(named=True)}
    titles = {name: row["title"] for name, row in by_id.items()}
    assert titles == {"1": "5", "2": "kept", "7": None, "9": "new"}
    assert [by_id["1"][name] for name in ("category", "url", "body")] == ["sport", "https://x", "two words"]
    dates = {name: row["published_at"] for name, row in by_id.items()}
    assert dates["2"] is None
    minutes = {name: (date.timestamp() * 1000 - START) / 60_000 for name, date in dates.items() if date}
    # One that only reads know is as old as its first.
    assert minutes == {"1": 1, "9": 1, "7": 30}


def test_the_newest_login_state_counts(nobody):
    found = refinement([("a", "1", 0), ("b", "1", 1), ("c", "1", 2)])
    types = pl.DataFrame({"user_id": ["a", "b", "c"], "user_type": ["Logged", "Logged", "Logged"]})
    found.tables.users.replace_column(1, types["user_type"])
    out, logged = {"user_type": "Non-Logged"}, {"user_type": "Logged"}
    rows = [("a", "1", 3, out), ("b", "1", 4, {}), ("d", "1", 5, logged)]
    users = joined(found, told(*rows, forgotten=nobody)).tables.users
    assert dict(users.select("user_id", "user_type").rows()) == {
        "a": "Non-Logged",
        "b": "Logged",
        "c": "Logged",
        "d": "Logged",
    }


def test_measures_are_read_as_numbers_and_words_as_words():
    details = {"seconds": 90, "scroll": 50.5, "region": "20", "device": "1", "weight": 2, "unheard": "of"}
    (row,) = select_interactions(told(("a", "1", 0, {"details": details})).events, INTERACTIONS).iter_rows(
        named=True
    )
    assert {name: row[name] for name in details if name != "unheard"} == {
        "seconds": 90.0,
        "scroll": 50.5,
        "region": "20",
        "device": "1",
        "weight": 2.0,
    }
    assert (row["clicks"], row["referrer"], row["session_id"]) == (None, None, None)


def test_no_events_make_empty_tables_of_the_right_columns():
    nothing = events_to_frame([])
    assert (
        select_interactions(nothing, INTERACTIONS).drop("log_offset", "user_type").schema
        == INTERACTIONS.dtypes
    )
    assert select_items(nothing, ITEMS).schema == ITEMS.dtypes


class TestForgotten:
    def test_reads_up_to_the_moment_and_events_up_to_the_place_are_left_out(self, nobody):
        nobody.add({"a": ErasurePoint(5, START + 60_000)})
        found = refinement([("a", "1", 1), ("a", "1", 2), ("b", "1", 1)])
        reads = found.tables.interactions
        kept = reads.filter(nobody.keep_interactions_mask(reads)).select("user_id").rows()
        assert sorted(kept) == [("a",), ("b",)]
        events = events_to_frame(
            [(4, make_event("x", "a")), (6, make_event("y", "a")), (4, make_event("z", "b"))]
        )
        assert nobody.keep_events_mask(events).to_list() == [False, True, True]

    def test_the_list_outlives_the_process_names_nobody_and_its_key_is_ours_alone(self, tmp_path):
        ForgottenUsers(tmp_path / "f").add({"someone-to-forget": ErasurePoint(5, 6)})
        ForgottenUsers(tmp_path / "f").add({"b": ErasurePoint(7, 8)})
        again = ForgottenUsers(tmp_path / "f")
        assert len(again) == 2
        events = events_to_frame([(5, make_event("x", "someone-to-forget")), (5, make_event("y", "c"))])
        assert again.keep_events_mask(events).to_list() == [False, True]
        assert "someone" not in (tmp_path / "f" / "users.json").read_text()
        assert stat.S_IMODE((tmp_path / "f" / "key").stat().st_mode) == 0o600
        assert ForgottenUsers(tmp_path / "other").keep_events_mask(events).to_list() == [True, True]

    def test_a_list_without_its_key_is_no_list(self, tmp_path):
        ForgottenUsers(tmp_path).add({"a": ErasurePoint(5, 6)})
        (tmp_path / "key").unlink()
        with pytest.raises(MancheteError, match="the key of the list of forgotten users is missing"):
            ForgottenUsers(tmp_path)


class TestArchive:
    def test_stretches_follow_each_other_and_an_id_counts_once(self, tmp_path):
        archive = EventArchive(tmp_path / "a")
        assert (archive.end(), archive.read(9).height) == (0, 0)
        archive.add(events_to_frame([(2, make_event("x")), (3, make_event("y"))]), 0, 4)
        archive.add(events_to_frame([(5, make_event("x")), (6, make_event("z"))]), 4, 6)
        assert archive.end() == 6
        assert archive.read(6)["log_offset"].to_list() == [2, 3, 6]
        assert archive.read(4)["log_offset"].to_list() == [2, 3]
        assert archive.fingerprint(4) != archive.fingerprint(6)
        assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
            "000000000000001-000000000000004.parquet",
            "000000000000005-000000000000006.parquet",
        ]

    def test_what_is_not_kept_leaves_the_files(self, tmp_path):
        archive = EventArchive(tmp_path)
        archive.add(events_to_frame([(1, make_event("x", "someone-to-forget")), (2, make_event("y"))]), 0, 2)
        assert archive.retain(lambda events: events["user_id"] != "someone-to-forget") == 1
        assert archive.read(2)["event_id"].to_list() == ["y"]
        assert archive.end() == 2


def items_told(*events):
    return events_to_frame([(at, one) for at, one in enumerate(events, start=1)])


def about(number, item_id, kind=ITEM, ms=START, **details):
    return Event(f"e{number}", "", item_id, ms, details=details, kind=kind)


def test_a_correction_keeps_what_it_does_not_name():
    told_items = select_items(
        items_told(
            about(1, "a", title="First", category="sp", published_ms=START),
            about(2, "a", title="Second"),
        ),
        ITEMS,
    )
    row = told_items.row(0, named=True)
    assert (row["title"], row["category"]) == ("Second", "sp")
    assert int(row["published_at"].timestamp() * 1000) == START


def test_the_file_says_what_was_not_reported(nobody):
    found = refinement([("u", "a", 0), ("u", "b", 1)], [("a", "of the file")])
    events = items_told(about(1, "a", category="sp"), about(2, "b", title="of the API"))
    items = joined(found, CollectedEvents(events, 2, nobody)).tables.items.sort("item_id")
    assert items["title"].to_list() == ["of the file", "of the API"]
    assert items["category"].to_list() == ["sp", None]


def test_what_may_not_be_named_is_reported_by_its_last_word():
    events = items_told(
        about(1, "gone", title="x"),
        about(2, "gone", WITHDRAW),
        about(3, "back", WITHDRAW),
        about(4, "back", title="x"),
        about(5, "short", title="x", expires_ms=START + HOUR),
        about(6, "short", title="corrected"),
        about(7, "gone and short", title="x", expires_ms=START),
        about(8, "gone and short", WITHDRAW),
    )
    assert find_withdrawn(events) == ["gone", "gone and short"]
    assert find_expiry_times(events) == {"short": START + HOUR, "gone and short": START}


def test_events_with_impossible_times_are_left_out(nobody):
    year_one = -62_135_600_400_000
    events = items_told(
        about(1, "a", title="x", published_ms=year_one),
        about(2, "b", title="x"),
        Event("e3", "u", "b", year_one),
    )
    result = joined(refinement([("u", "b", 0)]), CollectedEvents(events, 3, nobody))
    assert result.tables.items["item_id"].to_list() == ["b"]
    assert result.report["log"]["rejected"] == 2


def test_a_service_reads_again_from_the_first_item_that_is_new(nobody):
    events = items_told(
        about(1, "old", title="x", published_ms=START - 30 * HOUR),
        about(2, "new", title="x", published_ms=START),
        about(3, "old", title="y", published_ms=START - 30 * HOUR),
    )
    assert joined(refinement([("u", "b", 0)]), CollectedEvents(events, 3, nobody)).report["log"]["after"] == 1
