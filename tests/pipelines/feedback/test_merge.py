"""Events of the log merged with the rows of files; expected values are computed by hand."""

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
from pipelines.plans.plan import Refinement
from script_shared.domains.news.tables import INTERACTIONS, ITEMS
from script_shared.errors import MancheteError
from script_shared.events.event import ITEM, WITHDRAW, Event
from script_shared.tables import Column, Schema
from tests.support.data.events import make_event

HOUR = 3_600_000
START = 1_700_000_000_000 // HOUR * HOUR
PLAN = load("news")


def refinement(rows, items=()):
    """Return the refinement of files with rows of user, item and minute."""
    interactions = pl.DataFrame(
        [(user, item, START + minute * 60_000) for user, item, minute in rows],
        {"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64},
        orient="row",
    ).with_columns(pl.col("timestamp").cast(pl.Datetime("ms", "UTC")))
    item_table = pl.DataFrame([*items] or None, {"item_id": pl.String, "title": pl.String}, orient="row")
    tables = PLAN.build_tables(interactions, ITEMS.conform(item_table), None)
    return Refinement(tables, pl.DataFrame(), PLAN.find_as_of(interactions["timestamp"]), {"reads": {}})


def collected_events(*rows, until=None, forgotten=None):
    """Return collected events, with offsets from 1, of rows of user, item, minute and further fields."""
    logged = [
        (offset, make_event(offset, user, item, START + minute * 60_000, **fields))
        for offset, (user, item, minute, fields) in enumerate(rows, start=1)
    ]
    return CollectedEvents(events_to_frame(logged), until or len(logged), forgotten)


def merge(refined, events, now=START + 10 * HOUR):
    return merge_events(PLAN, refined, events, now)


@pytest.fixture
def forgotten(tmp_path):
    return ForgottenUsers(tmp_path / "forgotten")


def list_interactions(result):
    return [
        (user, item, (int(time.timestamp() * 1000) - START) // 60_000)
        for user, item, time in result.tables.interactions.select(
            "user_id", "item_id", "timestamp"
        ).iter_rows()
    ]


def test_logged_interactions_are_merged_by_time_without_those_of_the_files(forgotten):
    refined = refinement([("a", "1", 0), ("a", "2", 40), ("a", "2", 40)])
    rows = [("b", "1", 50, {}), ("b", "1", 50, {}), ("a", "1", 0, {}), ("b", "2", 20, {})]
    result = merge(refined, collected_events(*rows, forgotten=forgotten))
    assert list_interactions(result) == [
        ("a", "1", 0),
        ("b", "2", 20),
        ("a", "2", 40),
        ("a", "2", 40),
        ("b", "1", 50),
    ]
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


def test_events_after_the_end_of_the_data_stay_in_the_log(forgotten):
    refined = refinement([("a", str(n % 3), n) for n in range(120)])
    assert refined.as_of_ms == START + 2 * HOUR
    rows = [("b", "1", 100, {}), ("b", "2", 121, {}), ("c", "1", 110, {})]
    result = merge(refined, collected_events(*rows, until=7, forgotten=forgotten))
    assert result.as_of_ms == refined.as_of_ms
    assert [row for row in list_interactions(result) if row[0] in "bc"] == [("b", "1", 100), ("c", "1", 110)]
    assert (result.report["log"]["after"], result.report["log"]["until"]) == (1, 7)
    # An hour with enough interactions moves the end.
    rows += [("d", "1", 130 + n, {}) for n in range(5)]
    result = merge(refined, collected_events(*rows, forgotten=forgotten))
    assert (result.as_of_ms, result.report["log"]["after"]) == (START + 3 * HOUR, 8)


def test_interactions_in_the_future_are_dropped(forgotten):
    refined = refinement([("a", str(n % 3), n) for n in range(120)])
    rows = [("b", "1", 900 + n, {}) for n in range(50)] + [("b", "2", 30, {})]
    result = merge(refined, collected_events(*rows, forgotten=forgotten), START + 2 * HOUR)
    assert result.as_of_ms == refined.as_of_ms
    assert [row for row in list_interactions(result) if row[0] == "b"] == [("b", "2", 30)]
    log = result.report["log"]
    assert (log["after"], log["until"], log["in_the_future"]) == (51, 51, 50)


def test_reported_items_override_the_file(forgotten):
    refined = refinement([("a", "1", 0), ("a", "2", 1)], [("1", "old"), ("2", "kept")])
    published = {"published_ms": START + 60_000}
    article = {"title": "5", "category": "sport", "url": "https://x", "body": "two words"} | published
    rows = [
        ("", "1", 0, {"kind": ITEM, "details": {"title": "first"} | published}),
        ("", "9", 0, {"kind": ITEM, "details": {"title": "new"} | published}),
        ("", "1", 0, {"kind": ITEM, "details": article}),
        ("b", "7", 30, {}),
    ]
    items = merge(refined, collected_events(*rows, forgotten=forgotten)).tables.items
    by_id = {row["item_id"]: row for row in items.iter_rows(named=True)}
    titles = {name: row["title"] for name, row in by_id.items()}
    assert titles == {"1": "5", "2": "kept", "7": None, "9": "new"}
    assert [by_id["1"][name] for name in ("category", "url", "body")] == ["sport", "https://x", "two words"]
    dates = {name: row["published_at"] for name, row in by_id.items()}
    assert dates["2"] is None
    minutes = {name: (date.timestamp() * 1000 - START) / 60_000 for name, date in dates.items() if date}
    # An item without metadata is published at its first interaction.
    assert minutes == {"1": 1, "9": 1, "7": 30}


def test_newest_login_state_is_used(forgotten):
    refined = refinement([("a", "1", 0), ("b", "1", 1), ("c", "1", 2)])
    types = pl.DataFrame({"user_id": ["a", "b", "c"], "user_type": ["Logged", "Logged", "Logged"]})
    refined.tables.users.replace_column(1, types["user_type"])
    logged_out, logged_in = {"user_type": "Non-Logged"}, {"user_type": "Logged"}
    rows = [("a", "1", 3, logged_out), ("b", "1", 4, {}), ("d", "1", 5, logged_in)]
    users = merge(refined, collected_events(*rows, forgotten=forgotten)).tables.users
    assert dict(users.select("user_id", "user_type").rows()) == {
        "a": "Non-Logged",
        "b": "Logged",
        "c": "Logged",
        "d": "Logged",
    }


def test_numeric_details_become_numbers_and_others_stay_text():
    details = {"seconds": 90, "scroll": 50.5, "region": "20", "device": "1", "weight": 2, "unheard": "of"}
    (row,) = select_interactions(
        collected_events(("a", "1", 0, {"details": details})).events, INTERACTIONS
    ).iter_rows(named=True)
    assert {name: row[name] for name in details if name != "unheard"} == {
        "seconds": 90.0,
        "scroll": 50.5,
        "region": "20",
        "device": "1",
        "weight": 2.0,
    }
    assert (row["clicks"], row["referrer"], row["session_id"]) == (None, None, None)


def test_empty_log_gives_empty_tables_with_the_schema():
    no_events = events_to_frame([])
    assert (
        select_interactions(no_events, INTERACTIONS).drop("log_offset", "user_type").schema
        == INTERACTIONS.dtypes
    )
    assert select_items(no_events, ITEMS).schema == ITEMS.dtypes


def test_details_have_the_types_of_the_columns():
    columns = (Column("item_id", "String"), Column("flag", "Boolean"), Column("at", "Timestamp"))
    details = [{"flag": True, "at": START}, {"flag": False}, {"flag": "perhaps", "at": "yesterday"}]
    events = [
        (offset, make_event(offset, "", str(offset), kind=ITEM, details=fields))
        for offset, fields in enumerate(details, start=1)
    ]
    items = select_items(events_to_frame(events), Schema("items", columns))
    assert items.schema["at"] == pl.Datetime("ms", "UTC")
    assert items["flag"].to_list() == [True, False, None]
    assert items["at"].dt.epoch("ms").to_list() == [START, None, None]


class TestForgotten:
    def test_interactions_and_events_up_to_the_erasure_point_are_excluded(self, forgotten):
        forgotten.add({"a": ErasurePoint(5, START + 60_000)})
        refined = refinement([("a", "1", 1), ("a", "1", 2), ("b", "1", 1)])
        interactions = refined.tables.interactions
        kept = interactions.filter(forgotten.keep_interactions_mask(interactions)).select("user_id").rows()
        assert sorted(kept) == [("a",), ("b",)]
        events = events_to_frame(
            [(4, make_event("x", "a")), (6, make_event("y", "a")), (4, make_event("z", "b"))]
        )
        assert forgotten.keep_events_mask(events).to_list() == [False, True, True]

    def test_forgotten_users_who_are_items_are_excluded_as_items_too(self, tmp_path):
        forgotten = ForgottenUsers(tmp_path / "f", users_are_items=True)
        forgotten.add({"a": ErasurePoint(5, START + 60_000)})
        refined = refinement([("b", "a", 1), ("b", "a", 2), ("b", "c", 1)], [("a", "A"), ("c", "C")])
        interactions, items = refined.tables.interactions, refined.tables.items
        assert forgotten.keep_interactions_mask(interactions).to_list() == [False, True, True]
        assert items.filter(forgotten.keep_items_mask(items))["item_id"].to_list() == ["c"]
        events = events_to_frame(
            [
                (4, make_event("x", "b", "a")),
                (6, make_event("y", "b", "a")),
                (4, make_event("z", "", "a", kind=ITEM)),
            ]
        )
        assert forgotten.keep_events_mask(events).to_list() == [False, True, False]

    def test_items_of_other_domains_are_kept(self, forgotten):
        forgotten.add({"a": ErasurePoint(5, START)})
        items = refinement([("b", "a", 1)], [("a", "A")]).tables.items
        assert forgotten.keep_items_mask(items).to_list() == [True]

    def test_list_is_persistent_and_pseudonymous_and_its_key_is_private(self, tmp_path):
        ForgottenUsers(tmp_path / "f").add({"someone-to-forget": ErasurePoint(5, 6)})
        ForgottenUsers(tmp_path / "f").add({"b": ErasurePoint(7, 8)})
        reloaded = ForgottenUsers(tmp_path / "f")
        assert len(reloaded) == 2
        events = events_to_frame([(5, make_event("x", "someone-to-forget")), (5, make_event("y", "c"))])
        assert reloaded.keep_events_mask(events).to_list() == [False, True]
        assert "someone" not in (tmp_path / "f" / "users.json").read_text()
        assert stat.S_IMODE((tmp_path / "f" / "key").stat().st_mode) == 0o600
        assert ForgottenUsers(tmp_path / "other").keep_events_mask(events).to_list() == [True, True]

    def test_list_without_its_key_is_rejected(self, tmp_path):
        ForgottenUsers(tmp_path).add({"a": ErasurePoint(5, 6)})
        (tmp_path / "key").unlink()
        with pytest.raises(MancheteError, match="the key of the list of forgotten users is missing"):
            ForgottenUsers(tmp_path)


class TestArchive:
    def test_files_are_contiguous_and_each_event_id_is_kept_once(self, tmp_path):
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

    def test_retain_deletes_rows_from_the_files(self, tmp_path):
        archive = EventArchive(tmp_path)
        archive.add(events_to_frame([(1, make_event("x", "someone-to-forget")), (2, make_event("y"))]), 0, 2)
        assert archive.retain(lambda events: events["user_id"] != "someone-to-forget") == 1
        assert archive.read(2)["event_id"].to_list() == ["y"]
        assert archive.end() == 2


def item_frame(*events):
    return events_to_frame(list(enumerate(events, start=1)))


def make_item_event(number, item_id, kind=ITEM, ms=START, **details):
    return Event(f"e{number}", "", item_id, ms, details=details, kind=kind)


def test_correction_keeps_the_fields_that_it_omits():
    items = select_items(
        item_frame(
            make_item_event(1, "a", title="First", category="sp", published_ms=START),
            make_item_event(2, "a", title="Second"),
        ),
        ITEMS,
    )
    row = items.row(0, named=True)
    assert (row["title"], row["category"]) == ("Second", "sp")
    assert int(row["published_at"].timestamp() * 1000) == START


def test_file_provides_the_fields_that_were_not_reported(forgotten):
    refined = refinement([("u", "a", 0), ("u", "b", 1)], [("a", "of the file")])
    events = item_frame(make_item_event(1, "a", category="sp"), make_item_event(2, "b", title="of the API"))
    items = merge(refined, CollectedEvents(events, 2, forgotten)).tables.items.sort("item_id")
    assert items["title"].to_list() == ["of the file", "of the API"]
    assert items["category"].to_list() == ["sp", None]


def test_last_event_of_an_item_decides_withdrawal_and_expiry():
    events = item_frame(
        make_item_event(1, "gone", title="x"),
        make_item_event(2, "gone", WITHDRAW),
        make_item_event(3, "back", WITHDRAW),
        make_item_event(4, "back", title="x"),
        make_item_event(5, "short", title="x", expires_ms=START + HOUR),
        make_item_event(6, "short", title="corrected"),
        make_item_event(7, "gone and short", title="x", expires_ms=START),
        make_item_event(8, "gone and short", WITHDRAW),
    )
    assert find_withdrawn(events) == ["gone", "gone and short"]
    assert find_expiry_times(events) == {"short": START + HOUR, "gone and short": START}


def test_events_with_invalid_times_are_dropped(forgotten):
    year_one = -62_135_600_400_000
    events = item_frame(
        make_item_event(1, "a", title="x", published_ms=year_one),
        make_item_event(2, "b", title="x"),
        Event("e3", "u", "b", year_one),
    )
    result = merge(refinement([("u", "b", 0)]), CollectedEvents(events, 3, forgotten))
    assert result.tables.items["item_id"].to_list() == ["b"]
    assert result.report["log"]["rejected"] == 2


def test_release_replays_the_log_from_its_first_new_item(forgotten):
    events = item_frame(
        make_item_event(1, "old", title="x", published_ms=START - 30 * HOUR),
        make_item_event(2, "new", title="x", published_ms=START),
        make_item_event(3, "old", title="y", published_ms=START - 30 * HOUR),
    )
    assert (
        merge(refinement([("u", "b", 0)]), CollectedEvents(events, 3, forgotten)).report["log"]["after"] == 1
    )
