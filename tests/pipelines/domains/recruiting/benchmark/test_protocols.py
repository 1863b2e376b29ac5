"""All protocols on generated data, with few trees."""

import json

import polars as pl
import pytest

from pipelines.benchmarks.recruiting import run_recruiting, write_recruiting
from pipelines.domains.recruiting.benchmark.periods import PERIODS
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.models.ranking.boosting import BoostingParameters

FEW = BoostingParameters(rounds=5, ensembles=1)
PARAMETERS = MatchParameters(trees=FEW, order=FEW)
PROTOCOLS = ["find", "rank", "hire", "match"]


@pytest.fixture(scope="module")
def result(generated_files, tmp_path_factory):
    out = tmp_path_factory.mktemp("benchmark")
    write_recruiting(run_recruiting("decision", str(generated_files), PARAMETERS), out)
    return out


@pytest.fixture(scope="module")
def predictions(result):
    return pl.read_parquet(result / "predictions.parquet")


@pytest.fixture(scope="module")
def records(result):
    return pl.DataFrame(json.loads((result / "metrics.json").read_text(encoding="utf-8")))


def test_predictions_have_the_columns_of_the_protocols(predictions):
    assert predictions.columns == ["protocol", "model", "segment", "query_id", "rank", "item_id", "score"]
    assert predictions["protocol"].unique(maintain_order=True).to_list() == PROTOCOLS
    assert set(predictions.filter(pl.col("protocol") != "find")["model"]) == {"served"}
    assert predictions["query_id"].str.starts_with("opening:").all()
    assert predictions["item_id"].str.starts_with("applicant:").all()


def test_ranks_are_complete_in_each_opening(predictions):
    """An opening with applicants in both periods has a list in each."""
    ranked = predictions.filter(pl.col("protocol").is_in(["find", "rank"]), pl.col("model") == "served")
    counts = ranked.group_by("protocol", "query_id", "rank").len().sort("rank")
    for part in counts.partition_by("protocol", "query_id"):
        assert part["rank"].to_list() == list(range(1, len(part) + 1))
        assert part["len"].is_sorted(descending=True)
        assert part["len"].max() <= len(PERIODS)
    assert predictions.filter(pl.col("protocol").is_in(["hire", "match"]))["rank"].is_null().all()


def test_the_score_of_a_hire_is_a_probability(predictions):
    scores = predictions.filter(pl.col("protocol") == "hire")["score"]
    assert len(scores) > 100
    assert scores.is_between(0, 1).all()


def test_every_protocol_reports_the_periods_apart(records):
    for protocol in PROTOCOLS:
        assert set(records.filter(pl.col("protocol") == protocol)["period"]) == set(PERIODS)
    assert set(records.filter(pl.col("protocol") == "hire")["population"]) == {
        "all",
        "decided",
        "whole window",
    }


def test_intervals_contain_their_values(records):
    means = records.filter(pl.col("protocol") == "rank")
    assert (means["low"] <= means["value"]).all()
    assert (means["value"] <= means["high"]).all()


def test_promises_say_why_there_is_no_threshold(result):
    promises = json.loads((result / "promises.json").read_text(encoding="utf-8"))
    assert {row["promised"] for row in promises} == {0.3, 0.5, 0.8}
    assert all(row["reason"] for row in promises if row["threshold"] is None)
