"""Protocols P2 and P3 on generated clicks: queried sessions, the cut-off of a state, written files."""

import json

import polars as pl
import pytest

from pipelines.benchmarks.commands import parse_windows
from pipelines.benchmarks.next_click import FROZEN, LIVE, WindowOptions, group_windows, next_click
from pipelines.benchmarks.session_results import write_sessions
from pipelines.domains import load
from script_shared.errors import SettingsError
from script_shared.evaluation.sessions import K
from tests.support.data.clicks import HOUR_MS, START_MS, write_clicks

HOURS = 9
WINDOWS = (6, 7)
#: A window in which many users have a short history.
EARLY = 2


def make_options(windows=WINDOWS, sessions=40):
    return WindowOptions(windows, sessions, processes=2, windows_ms=START_MS)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=HOURS, articles=60, users=150, clicks_an_hour=400)
    return folder


@pytest.fixture(scope="module")
def truncated_raw(raw, tmp_path_factory):
    """The same clicks without those after the early window."""
    folder = tmp_path_factory.mktemp("cut")
    (folder / "clicks").mkdir()
    (folder / "articles_metadata.csv").write_bytes((raw / "articles_metadata.csv").read_bytes())
    for file in sorted((raw / "clicks").glob("*.csv")):
        clicks = pl.read_csv(file, schema_overrides={"session_id": pl.String})
        # The sessions of the early window keep their targets; all later clicks are removed.
        kept = clicks.filter(pl.col("click_timestamp") < START_MS + (EARLY + 1) * HOUR_MS)
        kept.write_csv(folder / "clicks" / file.name)
    return folder


@pytest.fixture(scope="module", params=[FROZEN, LIVE], ids=["frozen", "live"])
def results(request, raw):
    return request.param, *next_click(load("news"), str(raw), make_options(), request.param)


def test_every_session_has_a_list_for_each_model_and_kind(results):
    kinds, predictions, sessions = results
    assert set(predictions["protocol"]) == {f"next-click-{kind}" for kind in kinds}
    assert set(predictions["model"]) == {"served", "most_popular_0.25h"}
    lists = predictions.unique(["protocol", "model", "cutoff", "query_id"])
    assert len(lists) == 2 * 2 * len(sessions)
    assert set(sessions["window"]) == set(WINDOWS)


def test_lists_contain_distinct_items_ranked_from_one_without_the_input(results):
    _, predictions, sessions = results
    lists = predictions.group_by("protocol", "model", "query_id").agg("rank", "item_id")
    assert lists["rank"].list.max().max() <= K
    assert (lists["item_id"].list.n_unique() == lists["item_id"].list.len()).all()
    assert all(ranks == list(range(1, len(ranks) + 1)) for ranks in lists["rank"].to_list())
    inputs = {query: items[:-1] for query, items in sessions["session_id", "items"].iter_rows()}
    assert not any(
        set(items) & set(inputs[query]) for query, items in lists["query_id", "item_id"].iter_rows()
    )


def test_strict_state_does_not_depend_on_clicks_after_the_window_starts(raw, truncated_raw):
    options = make_options((EARLY,))
    full, _ = next_click(load("news"), str(raw), options, ["strict"])
    truncated, _ = next_click(load("news"), str(truncated_raw), options, ["strict"])
    # Item vectors are computed once for all windows, and only the logged segment uses them.
    truncated = truncated.filter(pl.col("segment") != "logged")
    assert len(truncated)
    key = ["model", "query_id", "rank"]
    both = truncated.join(full, on=key, how="left", suffix="_full")
    assert (both["item_id"] == both["item_id_full"]).all()


def test_written_metrics_can_be_recomputed_from_the_lists(results, tmp_path):
    kinds, predictions, sessions = results
    tables = write_sessions(predictions, sessions, tmp_path / "out")
    assert len(tables) == len(kinds)
    metrics = {
        (row["protocol"], row["model"]): row
        for row in json.loads((tmp_path / "out/metrics.json").read_text())
    }
    target = dict(zip(sessions["session_id"], sessions["items"].list.last(), strict=True))
    lists = pl.read_parquet(tmp_path / "out/predictions.parquet").rows(named=True)
    hits = {
        (row["protocol"], row["model"], row["query_id"])
        for row in lists
        if row["item_id"] == target[row["query_id"]]
    }
    for (protocol, model), record in metrics.items():
        rates = [
            sum((protocol, model, query) in hits for query in part["session_id"]) / len(part)
            for part in sessions.partition_by("window")
        ]
        assert record["hit_rate"] == pytest.approx(sum(rates) / len(rates))


def test_windows_without_sessions_are_rejected(raw):
    with pytest.raises(SettingsError, match="the windows contain no session"):
        next_click(load("news"), str(raw), make_options((200,)), ["strict"])


def test_parse_windows_accepts_ranges():
    assert parse_windows("2-5") == (2, 3, 4, 5)
    assert parse_windows("10-30/10,7") == (7, 10, 20, 30)


def test_frozen_windows_share_models_until_the_data_grows_and_live_windows_do_not():
    assert group_windows([2, 3, 4, 5, 6, 9, 10], live=False) == [[2], [3], [4, 5], [6], [9, 10]]
    assert all(block[-1] - block[0] < 24 for block in group_windows(range(2, 309), live=False))
    assert group_windows([10, 20], live=True) == [[10], [20]]
