import csv
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.benchmarks.next_hour import EPOCH_MS
from pipelines.cli.main import app
from script_shared.errors import SettingsError
from script_shared.evaluation.ranking import METRICS, score_list
from tests.support.data.clicks import HOUR_MS, START_MS, write_clicks

FIRST = (START_MS - EPOCH_MS) // HOUR_MS
CUTOFFS = (FIRST + 7, FIRST + 10)


def run(*arguments):
    return CliRunner().invoke(app, ["benchmark", "next-hour", *map(str, arguments)])


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=12, articles=60, users=2_000)
    return folder


@pytest.fixture(scope="module")
def benchmark(raw, tmp_path_factory):
    out = tmp_path_factory.mktemp("p1") / "new"
    cutoffs = ",".join(map(str, CUTOFFS))
    done = run("--uri", raw, "--out", out, "--cutoffs", cutoffs, "--processes", 2)
    assert done.exit_code == 0, done.output
    return done.output, out


@pytest.fixture(scope="module")
def clicks(raw):
    files = sorted((raw / "clicks").glob("*.csv"))
    frame = pl.concat(pl.read_csv(file) for file in files)
    return frame.select(
        pl.col("user_id", "click_article_id").cast(pl.String),
        hour=(pl.col("click_timestamp") - EPOCH_MS) / HOUR_MS,
    ).rows()


def test_predictions_have_the_protocol_columns(benchmark):
    predictions = pl.read_parquet(benchmark[1] / "predictions.parquet")
    assert predictions.columns == ["protocol", "model", "segment", "cutoff", "query_id", "rank", "item_id"]
    assert predictions["protocol"].unique().to_list() == ["next-hour"]
    assert set(predictions["cutoff"]) == set(CUTOFFS)
    assert {"served", "most_popular_0.25h"} <= set(predictions["model"])


def test_every_list_is_ranked_from_one_without_repeats(benchmark):
    predictions = pl.read_parquet(benchmark[1] / "predictions.parquet")
    lists = predictions.group_by("model", "segment", "cutoff", "query_id").agg(
        "rank", pl.col("item_id").n_unique()
    )
    assert lists["rank"].to_list() == [list(range(1, 11))] * len(lists)
    assert set(lists["item_id"]) == {10}


def test_metrics_can_be_recomputed_from_clicks_and_predictions(benchmark, clicks):
    """Repeat the protocol in plain Python: segments by earlier clicks, targets not clicked before."""
    predictions = pl.read_parquet(benchmark[1] / "predictions.parquet").filter(model="served").sort("rank")
    scores_by_segment = {}
    for (cutoff, user), rows in predictions.group_by("cutoff", "query_id"):
        before = [item for click_user, item, hour in clicks if click_user == user and hour < cutoff]
        after = {
            item for click_user, item, hour in clicks if click_user == user and cutoff <= hour < cutoff + 1
        }
        segment = "logged" if len(before) >= 5 else "semi_logged" if len(before) >= 2 else "anonymous"
        assert rows["segment"].unique().to_list() == [segment]
        assert not set(before) & set(rows["item_id"])
        score = score_list(rows["item_id"].to_list(), after - set(before))
        scores_by_segment.setdefault(segment, {}).setdefault(cutoff, []).append(score)
    with (benchmark[1] / "metrics.csv").open() as file:
        served = {row["segment"]: row for row in csv.DictReader(file) if row["model"] == "served"}
    assert scores_by_segment.keys() == served.keys() == {"logged", "semi_logged", "anonymous"}
    for segment, cutoffs in scores_by_segment.items():
        for metric in METRICS:
            means = [sum(score[metric] for score in scores) / len(scores) for scores in cutoffs.values()]
            assert float(served[segment][metric]) == pytest.approx(sum(means) / len(means))


def test_every_user_who_clicks_a_new_item_is_scored(benchmark, clicks):
    scores = pl.read_parquet(benchmark[1] / "scores.parquet").filter(model="served")
    for cutoff in CUTOFFS:
        earlier = {(user, item) for user, item, hour in clicks if hour < cutoff}
        expected = {
            user for user, item, hour in clicks if cutoff <= hour < cutoff + 1 and (user, item) not in earlier
        }
        assert set(scores.filter(cutoff=cutoff)["query_id"]) == expected


def test_table_shows_every_segment_and_the_gains(benchmark):
    output, out = benchmark
    for segment in ("logged", "semi_logged", "anonymous"):
        assert f"{segment} · all cut-offs" in output
    metrics = pl.read_csv(out / "metrics.csv")
    first = metrics.row(0, named=True)
    assert f"{first['recall']:.3f}" in output
    gains = pl.read_csv(out / "gains.csv")
    assert all(f"{gain:+.3f} [{low:+.3f} {high:+.3f}]" in output for gain, low, high in gains[:, -3:].rows())


def test_json_contains_the_same_records_as_csv(benchmark):
    for name in ("metrics", "gains"):
        records = json.loads((benchmark[1] / f"{name}.json").read_text())
        with (benchmark[1] / f"{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [{key: str(value) for key, value in record.items()} for record in records] == rows


def test_results_of_a_cutoff_do_not_depend_on_processes_or_other_cutoffs(raw, benchmark, tmp_path):
    done = run("--uri", raw, "--out", tmp_path, "--cutoffs", CUTOFFS[1], "--processes", 1)
    assert done.exit_code == 0, done.output
    for name in ("predictions.parquet", "scores.parquet"):
        expected = pl.read_parquet(benchmark[1] / name).filter(cutoff=CUTOFFS[1])
        assert pl.read_parquet(tmp_path / name).equals(expected)


@pytest.mark.parametrize("cutoff", [FIRST, FIRST + 12, 58])
def test_cutoff_outside_the_data_is_rejected_with_the_valid_hours(raw, tmp_path, cutoff):
    done = run("--uri", raw, "--out", tmp_path, "--cutoffs", cutoff)
    assert isinstance(done.exception, SettingsError)
    assert f"choose hours from {FIRST + 1} to {FIRST + 11}" in str(done.exception)
    assert list(tmp_path.iterdir()) == []


def test_cutoff_that_is_not_a_number_is_rejected(raw, tmp_path):
    done = run("--uri", raw, "--out", tmp_path, "--cutoffs", "58,noon")
    assert done.exit_code == 2
    assert "58,noon" in done.output
