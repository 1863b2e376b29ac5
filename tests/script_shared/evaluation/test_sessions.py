"""The next-click protocol against values computed by hand."""

from math import log2

import polars as pl
import pytest

from script_shared.evaluation.sessions import (
    clicks_before,
    extract_sessions,
    score_lists,
    session_targets,
    summarise_sessions,
    window_start,
)

HOUR = 3_600_000
START = window_start(0)


def make_clicks(*rows):
    """Return clicks from (window, session, item, minutes after the start of window 0)."""
    frame = pl.DataFrame(rows, ["window", "session_id", "item_id", "minute"], orient="row")
    timestamp = (START + pl.col("minute") * 60_000).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    frame = frame.with_columns(user_id=pl.lit("u") + pl.col("session_id"), timestamp=timestamp)
    return frame.drop("minute").cast({"window": pl.Int32})


def make_predictions(*rows, protocol="next-click-strict"):
    """Return predictions from (model, window, session, list)."""
    frame = pl.DataFrame(rows, ["model", "cutoff", "query_id", "item_id"], orient="row")
    ranked = frame.with_columns(rank=pl.int_ranges(1, pl.col("item_id").list.len() + 1))
    return ranked.explode("item_id", "rank").with_columns(protocol=pl.lit(protocol))


def test_window_0_starts_with_the_globo_clicks():
    assert window_start(2) == 1_506_825_380_000 + 2 * HOUR


def test_session_keeps_the_first_click_of_each_item_in_order_of_time():
    sessions = extract_sessions(
        make_clicks((0, "1", "b", 5), (0, "1", "a", 1), (0, "1", "a", 7), (0, "1", "c", 6))
    )
    assert sessions["items"].to_list() == [["a", "b", "c"]]
    assert [time.minute for time in sessions["times"][0]] == [37, 41, 42]


def test_simultaneous_clicks_keep_their_order():
    sessions = extract_sessions(make_clicks((0, "1", "b", 5), (0, "1", "a", 5), (0, "1", "c", 5)))
    assert sessions["items"].to_list() == [["b", "a", "c"]]


def test_session_with_one_item_is_dropped_even_if_it_was_clicked_twice():
    sessions = extract_sessions(
        make_clicks((0, "1", "a", 1), (0, "1", "a", 2), (0, "2", "a", 1), (0, "2", "b", 2))
    )
    assert sessions["session_id"].to_list() == ["2"]


def test_long_session_is_cut_after_twenty_items():
    sessions = extract_sessions(make_clicks(*((0, "1", f"i{n:02}", n) for n in range(30))))
    assert sessions["items"][0].to_list() == [f"i{n:02}" for n in range(20)]
    assert session_targets(sessions).rows() == [(0, "1", "i19")]


def test_target_is_the_last_item_and_sessions_are_sorted_by_number():
    rows = [(1, "10", "a", 60), (1, "10", "b", 61), (1, "9", "c", 62), (1, "9", "d", 63)]
    assert session_targets(extract_sessions(make_clicks(*rows))).rows() == [(1, "9", "d"), (1, "10", "b")]


CLICKS = make_clicks((0, "1", "a", 10), (0, "1", "b", 75), (1, "2", "c", 61), (2, "3", "d", 119))


def test_published_state_contains_whole_sessions_of_earlier_windows():
    before = clicks_before(CLICKS, 1, "published")
    assert before["item_id"].to_list() == ["a", "b"]
    assert before["timestamp"].dt.epoch("ms").to_list() == [START + 10 * 60_000, START + HOUR]


def test_strict_state_contains_earlier_clicks_only():
    assert clicks_before(CLICKS, 1, "strict")["item_id"].to_list() == ["a"]
    assert clicks_before(CLICKS, 2, "strict")["item_id"].to_list() == ["a", "c", "b"]


def test_click_at_the_start_of_the_window_is_not_before_it():
    assert clicks_before(make_clicks((0, "1", "a", 60)), 1, "strict").is_empty()


def test_no_state_contains_a_click_of_the_window():
    assert "d" not in clicks_before(CLICKS, 2, "strict")["item_id"].to_list()


def test_start_of_window_0_is_configurable():
    assert clicks_before(CLICKS, 1, "strict", START - HOUR).is_empty()


def test_scores_equal_the_formulas():
    """A hit at rank 3 scores 1 / log2(4); a hit after rank 20 scores 0."""
    targets = pl.DataFrame({"cutoff": [5, 5, 5], "query_id": ["1", "2", "3"], "item_id": ["x", "y", "z"]})
    others = [f"i{n}" for n in range(20)]
    lists = make_predictions(
        ("m", 5, "1", ["a", "b", "x"]), ("m", 5, "2", [*others, "y"]), ("m", 5, "3", [*others[:19], "z"])
    )
    scores = score_lists(lists, targets)
    assert scores["hit_rate"].to_list() == [1, 0, 1]
    assert scores["ndcg"].to_list() == pytest.approx([1 / log2(4), 0, 1 / log2(21)])


def test_session_without_a_list_is_a_miss_and_windows_without_lists_are_left_out():
    targets = pl.DataFrame({"cutoff": [5, 5, 6], "query_id": ["1", "2", "3"], "item_id": ["x", "y", "z"]})
    scores = score_lists(make_predictions(("m", 5, "1", ["x"])), targets)
    assert scores["query_id", "hit_rate", "ndcg"].rows() == [("1", 1, 1), ("2", 0, 0)]


def test_windows_have_equal_weight():
    targets = pl.DataFrame(
        {"cutoff": [5, 5, 5, 6], "query_id": ["1", "2", "3", "4"], "item_id": ["x", "x", "x", "x"]}
    )
    lists = make_predictions(
        *(("good", window, query, ["x"]) for window, query in targets["cutoff", "query_id"].rows()),
        *(
            ("half", window, query, ["x" if window == 6 else "o"])
            for window, query in targets["cutoff", "query_id"].rows()
        ),
    )
    table = summarise_sessions(score_lists(lists, targets))
    assert table["model", "windows", "sessions", "hit_rate", "ndcg"].rows() == [
        ("good", 2, 4, 1.0, 1.0),
        ("half", 2, 4, 0.5, 0.5),
    ]


def test_interval_has_the_width_of_the_binomial_distribution():
    targets = pl.DataFrame(
        {"cutoff": [5] * 400, "query_id": [str(n) for n in range(400)], "item_id": ["x"] * 400}
    )
    lists = make_predictions(*(("m", 5, str(n), ["x" if n % 2 else "o"]) for n in range(400)))
    row = summarise_sessions(score_lists(lists, targets)).row(0, named=True)
    assert row["hit_rate"] == 0.5
    # A mean of 400 fair coins has a standard error of .025.
    assert row["hit_rate_high"] - row["hit_rate_low"] == pytest.approx(4 * 0.025, rel=0.15)


def test_models_scored_on_different_sessions_are_rejected():
    rows = [("p", "a", 5, "1", 1.0, 1.0), ("p", "b", 5, "2", 1.0, 1.0)]
    names = ["protocol", "model", "cutoff", "query_id", "hit_rate", "ndcg"]
    with pytest.raises(ValueError, match="not scored on the same sessions of window 5"):
        summarise_sessions(pl.DataFrame(rows, names, orient="row"))
