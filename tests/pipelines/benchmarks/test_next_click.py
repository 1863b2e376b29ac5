"""P2 and P3 on generated clicks: who is asked, what a state may know, what is written."""

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
#: So early that many readers are not known well.
EARLY = 2


def asked(windows=WINDOWS, sessions=40):
    return WindowOptions(windows, sessions, processes=2, windows_ms=START_MS)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=HOURS, articles=60, users=150, clicks_an_hour=400)
    return folder


@pytest.fixture(scope="module")
def cut_off(raw, tmp_path_factory):
    """The same clicks without those after the early window."""
    folder = tmp_path_factory.mktemp("cut")
    (folder / "clicks").mkdir()
    (folder / "articles_metadata.csv").write_bytes((raw / "articles_metadata.csv").read_bytes())
    for file in sorted((raw / "clicks").glob("*.csv")):
        whole = pl.read_csv(file, schema_overrides={"session_id": pl.String})
        # Each session keeps what it is asked for; of everybody else's later clicks nothing is left.
        kept = whole.filter(pl.col("click_timestamp") < START_MS + (EARLY + 1) * HOUR_MS)
        kept.write_csv(folder / "clicks" / file.name)
    return folder


@pytest.fixture(scope="module", params=[FROZEN, LIVE], ids=["frozen", "live"])
def found(request, raw):
    return request.param, *next_click(load("news"), str(raw), asked(), request.param)


def test_every_session_has_a_list_of_each_model_and_kind(found):
    kinds, predictions, sessions = found
    assert set(predictions["protocol"]) == {f"next-click-{kind}" for kind in kinds}
    assert set(predictions["model"]) == {"served", "most_popular_0.25h"}
    lists = predictions.unique(["protocol", "model", "cutoff", "query_id"])
    assert len(lists) == 2 * 2 * len(sessions)
    assert set(sessions["window"]) == set(WINDOWS)


def test_a_list_holds_distinct_articles_ranked_from_one_and_none_of_the_input(found):
    _, predictions, sessions = found
    lists = predictions.group_by("protocol", "model", "query_id").agg("rank", "item_id")
    assert lists["rank"].list.max().max() <= K
    assert (lists["item_id"].list.n_unique() == lists["item_id"].list.len()).all()
    assert all(ranks == list(range(1, len(ranks) + 1)) for ranks in lists["rank"].to_list())
    read = {query: items[:-1] for query, items in sessions["session_id", "items"].iter_rows()}
    assert not any(set(items) & set(read[query]) for query, items in lists["query_id", "item_id"].iter_rows())


def test_a_strict_state_knows_nothing_of_what_comes_after_its_window_began(raw, cut_off):
    first = asked((EARLY,))
    whole, _ = next_click(load("news"), str(raw), first, ["strict"])
    less, _ = next_click(load("news"), str(cut_off), first, ["strict"])
    # Texts are described once for all windows, and texts count for the logged alone.
    less = less.filter(pl.col("segment") != "logged")
    assert len(less)
    key = ["model", "query_id", "rank"]
    both = less.join(whole, on=key, how="left", suffix="_whole")
    assert (both["item_id"] == both["item_id_whole"]).all()


def test_what_is_written_can_be_computed_again_from_the_lists(found, tmp_path):
    kinds, predictions, sessions = found
    tables = write_sessions(predictions, sessions, tmp_path / "out")
    assert len(tables) == len(kinds)
    metrics = {
        (m["protocol"], m["model"]): m for m in json.loads((tmp_path / "out/metrics.json").read_text())
    }
    target = dict(zip(sessions["session_id"], sessions["items"].list.last(), strict=True))
    lists = pl.read_parquet(tmp_path / "out/predictions.parquet").rows(named=True)
    hits = {
        (row["protocol"], row["model"], row["query_id"])
        for row in lists
        if row["item_id"] == target[row["query_id"]]
    }
    for (protocol, model), told in metrics.items():
        rates = [
            sum((protocol, model, query) in hits for query in part["session_id"]) / len(part)
            for part in sessions.partition_by("window")
        ]
        assert told["hit_rate"] == pytest.approx(sum(rates) / len(rates))


def test_windows_without_sessions_are_refused(raw):
    with pytest.raises(SettingsError, match="the windows contain no session"):
        next_click(load("news"), str(raw), asked((200,)), ["strict"])


def test_windows_may_be_ranges():
    assert parse_windows("2-5") == (2, 3, 4, 5)
    assert parse_windows("10-30/10,7") == (7, 10, 20, 30)


def test_frozen_windows_share_models_until_the_data_has_grown_and_live_ones_never():
    assert group_windows([2, 3, 4, 5, 6, 9, 10], live=False) == [[2], [3], [4, 5], [6], [9, 10]]
    assert all(block[-1] - block[0] < 24 for block in group_windows(range(2, 309), live=False))
    assert group_windows([10, 20], live=True) == [[10], [20]]
