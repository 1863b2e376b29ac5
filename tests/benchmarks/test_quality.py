import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.peers.environment import create_environment
from benchmarks.peers.registry import NEXT_HOUR_ONLY, PEERS
from pipelines.benchmarks.next_hour import EPOCH_MS
from pipelines.domains.news.session_windows import read_windows
from pipelines.stages.evaluate import PREDICTION_SCHEMA
from script_shared.errors import InputError, SettingsError
from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.sessions import extract_sessions, session_targets
from tests.support.data.clicks import HOUR_MS, START_MS, write_clicks

pytestmark = pytest.mark.slow

CUTOFF = (START_MS - EPOCH_MS) // HOUR_MS + 6
NAMES = [name for name in PEERS if not name.startswith("rectools")]
PERSONALISED = {name for name in NAMES if not name.startswith("popularity")}


def run_command(*arguments):
    return CliRunner().invoke(app, ["quality", *map(str, arguments)])


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=9, articles=40, users=1_500, clicks_an_hour=400)
    return folder


@pytest.fixture(scope="module")
def product_predictions(raw, tmp_path_factory):
    """Perfect predictions of the product, the target at rank 1, for every second session."""
    folder = tmp_path_factory.mktemp("ours")
    targets = session_targets(extract_sessions(read_windows(str(raw)))).gather_every(2)
    lists = [
        targets.with_columns(
            protocol=pl.lit(f"next-click-{state}"), model=pl.lit("served"), segment=pl.lit("logged"), rank=1
        )
        for state in ("published", "strict")
    ]
    pl.concat(lists).select(list(PREDICTION_SCHEMA)).write_parquet(folder / "predictions.parquet")
    return folder


@pytest.fixture(scope="module")
def output_and_folder(raw, product_predictions, tmp_path_factory):
    out = tmp_path_factory.mktemp("quality")
    result = run_command(
        *(
            "--uri",
            raw,
            "--out",
            out,
            "--ours",
            product_predictions,
            "--windows-ms",
            START_MS,
            "--processes",
            2,
        ),
        *("--cutoffs", CUTOFF, "--windows", "5,6", "--peers", ",".join(NAMES)),
    )
    assert result.exit_code == 0, result.output
    return result.output, out


@pytest.fixture(scope="module")
def metrics(output_and_folder):
    return {
        name: pl.read_csv(output_and_folder[1] / name / "metrics.csv") for name in ("next-hour", "next-click")
    }


def test_every_peer_is_scored_in_both_protocols(metrics):
    next_hour = metrics["next-hour"]
    for segment in ("logged", "semi_logged", "anonymous"):
        assert (
            set(next_hour.filter(segment=segment)["model"]) >= {"served", "most_popular_0.25h"} | PERSONALISED
        )
    for state in ("published", "strict"):
        rows = metrics["next-click"].filter(protocol=f"next-click-{state}", windows_of="all windows")
        assert set(rows["model"]) == {"served", *NAMES} - set(NEXT_HOUR_ONLY)
        assert set(rows["windows"]) == {2}


def test_product_predictions_are_scored_with_the_peers(metrics):
    served = metrics["next-click"].filter(model="served")
    assert served["hit_rate", "hit_rate_low", "ndcg"].rows() == [(1.0, 1.0, 1.0)] * len(served)
    others = metrics["next-click"].filter(pl.col("model") != "served")
    assert others["hit_rate"].max() < 1


def test_metrics_have_every_beyond_accuracy_column(metrics):
    for table in metrics.values():
        assert set(LIST_METRICS) <= set(table.columns)


def test_tables_print_the_metrics_of_the_files(output_and_folder, metrics):
    for row in metrics["next-click"].to_dicts():
        assert f"{row['ndcg']:.3f} [{row['ndcg_low']:.3f} {row['ndcg_high']:.3f}]" in output_and_folder[0]


def test_hit_rate_can_be_recomputed_from_the_predictions(
    output_and_folder, metrics, raw, product_predictions
):
    predictions = pl.read_parquet(output_and_folder[1] / "next-click" / "predictions.parquet")
    assert predictions.columns == list(PREDICTION_SCHEMA)
    predicted = pl.read_parquet(product_predictions / "predictions.parquet")["query_id"].unique()
    sessions = extract_sessions(read_windows(str(raw))).filter(
        pl.col("window").is_in([5, 6]) & pl.col("session_id").is_in(predicted.to_list())
    )
    for model in ("popularity_0.5h", "vsknn"):
        lists = predictions.filter(model=model, protocol="next-click-strict").sort("rank")
        ranked = dict(lists.group_by("query_id", maintain_order=True).agg("item_id").iter_rows())
        hits = {5: [], 6: []}
        for window, query, items in sessions["window", "session_id", "items"].rows():
            listed = ranked.get(query, [])
            assert not set(items[:-1]) & set(listed)
            hits[window].append(items[-1] in listed[:20])
        mean = sum(sum(window_hits) / len(window_hits) for window_hits in hits.values()) / 2
        row = metrics["next-click"].row(
            by_predicate=(pl.col("model") == model) & (pl.col("protocol") == "next-click-strict"), named=True
        )
        assert row["hit_rate"] == pytest.approx(mean)


def test_sample_limits_the_number_of_sessions(raw, tmp_path):
    result = run_command(
        *("--uri", raw, "--out", tmp_path, "--windows-ms", START_MS, "--processes", 1),
        *("--cutoffs", "", "--windows", "5,99", "--sample", 7, "--peers", "popularity_1h"),
    )
    assert result.exit_code == 0, result.output
    scores = pl.read_parquet(tmp_path / "next-click" / "scores.parquet")
    assert scores["query_id"].n_unique() == 7


def test_windows_without_sessions_raise_an_error(raw, tmp_path):
    result = run_command(
        "--uri", raw, "--out", tmp_path, "--cutoffs", "", "--windows", 99, "--peers", "vsknn"
    )
    assert isinstance(result.exception, SettingsError)
    assert "no window contains a session" in str(result.exception)


def test_unknown_peer_raises_an_error_with_the_known_ones(raw, tmp_path):
    result = run_command("--uri", raw, "--out", tmp_path, "--peers", "vsknn,oracle")
    assert "no peer 'oracle'" in str(result.exception)
    assert "vstan" in str(result.exception)


def test_missing_predictions_raise_an_error_with_the_command_that_makes_them(raw, tmp_path):
    result = run_command(
        "--uri", raw, "--ours", tmp_path, "--cutoffs", "", "--windows", 5, "--peers", "vsknn"
    )
    assert isinstance(result.exception, InputError)
    assert "pipelines benchmark next-click" in str(result.exception)


def test_failed_environment_raises_an_error_with_a_remedy(tmp_path):
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no such line\n")
    with pytest.raises(SettingsError, match="leave RecTools' peers out with --peers"):
        create_environment(requirements, tmp_path / "environment")
    assert list((tmp_path / "environment").glob(".requirements-*")) == []
