from math import log2

import polars as pl
import pytest

from script_shared.evaluation.sessions import (
    now_of,
    reads_before,
    score_lists,
    sessions_of,
    summarise_sessions,
    targets_of,
)

HOUR = 3_600_000
START = now_of(0)


def clicks(*rows):
    """Rows of (window, session, item, minutes after window 0 began)."""
    frame = pl.DataFrame(rows, ["window", "session_id", "item_id", "minute"], orient="row")
    moment = (START + pl.col("minute") * 60_000).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    frame = frame.with_columns(user_id=pl.lit("u") + pl.col("session_id"), timestamp=moment)
    return frame.drop("minute").cast({"window": pl.Int32})


def predictions(*rows, protocol="next-click-strict"):
    """Rows of (model, window, session, the list)."""
    frame = pl.DataFrame(rows, ["model", "cutoff", "query_id", "item_id"], orient="row")
    ranked = frame.with_columns(rank=pl.int_ranges(1, pl.col("item_id").list.len() + 1))
    return ranked.explode("item_id", "rank").with_columns(protocol=pl.lit(protocol))


def test_window_0_begins_with_the_clicks_of_globo():
    assert now_of(2) == 1_506_825_380_000 + 2 * HOUR


def test_a_session_keeps_the_first_click_of_each_article_in_order_of_time():
    found = sessions_of(clicks((0, "1", "b", 5), (0, "1", "a", 1), (0, "1", "a", 7), (0, "1", "c", 6)))
    assert found["items"].to_list() == [["a", "b", "c"]]
    assert [time.minute for time in found["times"][0]] == [37, 41, 42]


def test_clicks_of_one_moment_stay_in_the_order_of_the_file():
    found = sessions_of(clicks((0, "1", "b", 5), (0, "1", "a", 5), (0, "1", "c", 5)))
    assert found["items"].to_list() == [["b", "a", "c"]]


def test_a_session_of_one_article_is_dropped_even_when_it_was_clicked_twice():
    found = sessions_of(clicks((0, "1", "a", 1), (0, "1", "a", 2), (0, "2", "a", 1), (0, "2", "b", 2)))
    assert found["session_id"].to_list() == ["2"]


def test_of_a_long_session_the_first_twenty_count():
    found = sessions_of(clicks(*((0, "1", f"i{n:02}", n) for n in range(30))))
    assert found["items"][0].to_list() == [f"i{n:02}" for n in range(20)]
    assert targets_of(found).rows() == [(0, "1", "i19")]


def test_the_target_is_the_last_article_and_sessions_stand_by_number():
    rows = [(1, "10", "a", 60), (1, "10", "b", 61), (1, "9", "c", 62), (1, "9", "d", 63)]
    assert targets_of(sessions_of(clicks(*rows))).rows() == [(1, "9", "d"), (1, "10", "b")]


WORLD = clicks((0, "1", "a", 10), (0, "1", "b", 75), (1, "2", "c", 61), (2, "3", "d", 119))


def test_the_published_state_holds_whole_sessions_with_what_is_later_dated_now():
    held = reads_before(WORLD, 1, "published")
    assert held["item_id"].to_list() == ["a", "b"]
    assert held["timestamp"].dt.epoch("ms").to_list() == [START + 10 * 60_000, START + HOUR]


def test_the_strict_state_holds_clicks_before_now_only():
    assert reads_before(WORLD, 1, "strict")["item_id"].to_list() == ["a"]
    assert reads_before(WORLD, 2, "strict")["item_id"].to_list() == ["a", "c", "b"]


def test_a_click_at_the_moment_itself_is_not_before_it():
    assert reads_before(clicks((0, "1", "a", 60)), 1, "strict").is_empty()


def test_no_state_holds_a_click_of_the_window_itself():
    assert "d" not in reads_before(WORLD, 2, "strict")["item_id"].to_list()


def test_windows_may_begin_elsewhere():
    assert reads_before(WORLD, 1, "strict", START - HOUR).is_empty()


def test_scores_by_hand():
    """A hit at rank 3 gives 1 / log2(4); beyond 20, or nowhere, nothing."""
    targets = pl.DataFrame({"cutoff": [5, 5, 5], "query_id": ["1", "2", "3"], "item_id": ["x", "y", "z"]})
    others = [f"i{n}" for n in range(20)]
    lists = predictions(
        ("m", 5, "1", ["a", "b", "x"]), ("m", 5, "2", [*others, "y"]), ("m", 5, "3", [*others[:19], "z"])
    )
    scores = score_lists(lists, targets)
    assert scores["hit_rate"].to_list() == [1, 0, 1]
    assert scores["ndcg"].to_list() == pytest.approx([1 / log2(4), 0, 1 / log2(21)])


def test_a_session_without_a_list_is_a_miss_and_windows_not_asked_for_are_left_out():
    targets = pl.DataFrame({"cutoff": [5, 5, 6], "query_id": ["1", "2", "3"], "item_id": ["x", "y", "z"]})
    scores = score_lists(predictions(("m", 5, "1", ["x"])), targets)
    assert scores["query_id", "hit_rate", "ndcg"].rows() == [("1", 1, 1), ("2", 0, 0)]


def test_a_busy_window_weighs_no_more_than_a_quiet_one():
    targets = pl.DataFrame(
        {"cutoff": [5, 5, 5, 6], "query_id": ["1", "2", "3", "4"], "item_id": ["x", "x", "x", "x"]}
    )
    lists = predictions(
        *(("good", w, q, ["x"]) for w, q in targets["cutoff", "query_id"].rows()),
        *(("half", w, q, ["x" if w == 6 else "o"]) for w, q in targets["cutoff", "query_id"].rows()),
    )
    table = summarise_sessions(score_lists(lists, targets))
    assert table["model", "windows", "sessions", "hit_rate", "ndcg"].rows() == [
        ("good", 2, 4, 1.0, 1.0),
        ("half", 2, 4, 0.5, 0.5),
    ]


def test_the_interval_holds_the_mean_and_is_as_wide_as_chance_makes_it():
    targets = pl.DataFrame(
        {"cutoff": [5] * 400, "query_id": [str(n) for n in range(400)], "item_id": ["x"] * 400}
    )
    lists = predictions(*(("m", 5, str(n), ["x" if n % 2 else "o"]) for n in range(400)))
    row = summarise_sessions(score_lists(lists, targets)).row(0, named=True)
    assert row["hit_rate"] == 0.5
    # A mean of 400 fair coins has a standard error of .025.
    assert row["hit_rate_high"] - row["hit_rate_low"] == pytest.approx(4 * 0.025, rel=0.15)


def test_models_scored_on_other_sessions_are_refused():
    rows = [("p", "a", 5, "1", 1.0, 1.0), ("p", "b", 5, "2", 1.0, 1.0)]
    names = ["protocol", "model", "cutoff", "query_id", "hit_rate", "ndcg"]
    with pytest.raises(ValueError, match="not scored on the same sessions of window 5"):
        summarise_sessions(pl.DataFrame(rows, names, orient="row"))
