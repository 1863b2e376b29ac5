"""The parameter search on generated clicks."""

import json
from dataclasses import replace

import optuna
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.benchmarks.next_hour import HourOptions, refine_files
from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.stages.evaluate import score_period
from pipelines.tuning.parameters import set_values
from pipelines.tuning.search_space import Choice, NumericRange
from pipelines.tuning.tune import TuneOptions, tune
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import encode_tables
from script_shared.errors import NotEnoughDataError, SettingsError
from tests.support.data.clicks import START_MS, write_clicks

SPACE = {
    "two_stage.fit_negatives": NumericRange(5, 40, integer=True),
    "two_stage.scorer.ridge": NumericRange(1e-3, 100.0, log=True),
    "state.co_occurrence.half_lives": Choice(((1.0, 4.0), (0.5, 2.0))),
    "als.alpha": NumericRange(1, 20, segments=("logged",)),
}
NEWS = load("news")


def choose_weak_parameters(tables):
    """Return default parameters that are easy to improve."""
    return set_values(NEWS.choose_parameters(tables), {"two_stage.scorer.ridge": 100.0})


PLAN = replace(NEWS, search_space=SPACE, choose_parameters=choose_weak_parameters)
OPTIONS = TuneOptions(HourOptions((7, 9), users=60, epoch_ms=START_MS), segments=("anonymous",), trials=3)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=12, articles=60, users=2_000, clicks_an_hour=150)
    return str(folder)


def search(raw, out, options=OPTIONS):
    return tune(PLAN, "globo", raw, options, out)


def trials(out):
    return json.loads((out / "trials.json").read_text())


def decode(value):
    """Decode a value; options of a choice are written as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def tuned(raw, tmp_path_factory):
    out = tmp_path_factory.mktemp("search") / "new"
    return search(raw, out, replace(OPTIONS, confirm=(10,))), out


def test_first_trial_is_the_default_with_the_score_of_the_evaluation(raw, tuned, tmp_path):
    first = trials(tuned[1])[0]
    refined = refine_files(PLAN, "globo", raw, tmp_path)
    parameters = PLAN.choose_parameters(refined.tables)
    assert first["two_stage.fit_negatives"] == parameters["two_stage"]["fit_negatives"]
    assert first["two_stage.scorer.ridge"] == parameters["two_stage"]["scorer"]["ridge"]
    assert json.loads(first["state.co_occurrence.half_lives"]) == [1.0, 4.0]
    dataset = encode_tables(refined.tables, PLAN.domain.context, PLAN.weight, refined.as_of_ms)
    times = [START_MS + hour * MS_PER_HOUR for hour in (7, 9)]
    scored = [score_period(PLAN.domain, parameters, dataset, time, "anonymous", 60)[0] for time in times]
    means = [scores.filter(model="served")["ndcg"].mean() for scores in scored]
    assert first["ndcg"] == pytest.approx(sum(means) / 2)
    assert tuned[0]["default"] == first["ndcg"]


def test_parameters_of_other_segments_are_not_searched(tuned):
    assert set(SPACE) - set(trials(tuned[1])[0]) == {"als.alpha"}


def test_best_trial_has_the_highest_written_score(tuned):
    summary, out = tuned
    written = trials(out)
    assert len(written) == summary["configurations"] == 3
    complete = [row for row in written if row["complete"]]
    best = max(complete, key=lambda row: row["ndcg"])
    assert (summary["best"]["number"], summary["best"]["ndcg"]) == (best["number"], best["ndcg"])
    for path, (before, after) in summary["best"]["changes"].items():
        assert (before, after) == (decode(written[0][path]), decode(best[path]))
    assert json.loads((out / "summary.json").read_text()) == summary
    assert pl.read_csv(out / "trials.csv")["ndcg"].to_list() == [row["ndcg"] for row in written]


def test_every_score_can_be_recomputed_from_the_scores_of_the_users(tuned):
    for row in trials(tuned[1]):
        scores = pl.read_parquet(tuned[1] / "scores" / f"{row['number']}.parquet")
        means = scores.group_by("cutoff").agg(pl.col("ndcg").mean())["ndcg"]
        assert row["cutoffs"] == len(means)
        assert row["ndcg"] == pytest.approx(means.mean())


def test_best_trial_is_compared_with_the_default_on_search_and_confirmation_hours(tuned):
    summary, out = tuned
    number = summary["best"]["number"]
    assert number > 0
    chosen, confirmed = summary["gains"]
    assert (chosen["hours"], confirmed["hours"]) == ("7, 9", "10")
    written = trials(out)
    assert chosen["gain"] == pytest.approx(written[number]["ndcg"] - written[0]["ndcg"])
    for row in (chosen, confirmed):
        assert row["gain"] == pytest.approx(row["best"] - row["default"])
        assert row["low"] <= row["gain"] <= row["high"]


def test_resumed_search_has_the_trials_of_an_uninterrupted_one(raw, tuned, tmp_path):
    first = search(raw, tmp_path, replace(OPTIONS, trials=1))
    assert (first["configurations"], first["best"]["number"], first["gains"]) == (1, 0, [])
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path / 'study.db'}")
    optuna.load_study(study_name="tune", storage=storage).ask()  # the trial of a killed process
    storage.remove_session()
    storage.engine.dispose()
    search(raw, tmp_path)
    assert trials(tmp_path) == trials(tuned[1])


def test_complete_search_only_reports_its_result(raw, tuned):
    before = trials(tuned[1])
    repeated = search(raw, tuned[1], replace(OPTIONS, trials=2))
    assert trials(tuned[1]) == before
    assert repeated["best"] == tuned[0]["best"]


def test_another_seed_draws_other_trials_after_the_default(raw, tuned, tmp_path):
    search(raw, tmp_path, replace(OPTIONS, trials=2, seed=100))
    seeded, default_seeded = trials(tmp_path), trials(tuned[1])
    assert seeded[0] == default_seeded[0]
    assert seeded[1]["two_stage.scorer.ridge"] != default_seeded[1]["two_stage.scorer.ridge"]


def test_folder_of_another_search_is_rejected(raw, tuned):
    other = replace(OPTIONS, hours=replace(OPTIONS.hours, users=50), seed=1)
    with pytest.raises(SettingsError, match="other users, seed"):
        search(raw, tuned[1], other)


def test_trial_worse_than_the_median_is_pruned_after_one_cutoff(raw, tmp_path):
    summary = search(raw, tmp_path, replace(OPTIONS, trials=9))
    pruned = [row for row in trials(tmp_path) if not row["complete"]]
    assert len(pruned) == summary["pruned"] > 0
    first = {
        row["number"]: pl.read_parquet(tmp_path / "scores" / f"{row['number']}.parquet")
        .filter(cutoff=START_MS + 7 * MS_PER_HOUR)["ndcg"]
        .mean()
        for row in trials(tmp_path)
    }
    for row in pruned:
        assert (row["number"] >= 4, row["cutoffs"]) == (True, 1)
        complete = [trial["number"] for trial in trials(tmp_path)[: row["number"]] if trial["complete"]]
        assert row["ndcg"] < pl.Series([first[number] for number in complete]).median()


def test_gains_include_all_segments_together(raw, tmp_path):
    options = replace(OPTIONS, segments=("anonymous", "semi_logged"), trials=2)
    summary = search(raw, tmp_path, options)
    rows = summary["gains"]
    assert [row["segment"] for row in rows] == ["anonymous", "semi_logged", "all"]
    assert rows[2]["gain"] == pytest.approx((rows[0]["gain"] + rows[1]["gain"]) / 2)
    assert rows[2]["best"] == pytest.approx(summary["best"]["ndcg"])


@pytest.mark.parametrize("late", [{"cutoffs": (7, 200)}, {"confirm": (308,)}], ids=str)
def test_hours_reserved_for_reporting_are_rejected(raw, tmp_path, late):
    hours = replace(OPTIONS.hours, cutoffs=late.get("cutoffs", (7,)))
    with pytest.raises(SettingsError, match="choose hours below 200"):
        search(raw, tmp_path / "new", replace(OPTIONS, hours=hours, confirm=late.get("confirm", ())))
    assert not (tmp_path / "new").exists()


def test_confirmation_on_search_hours_is_rejected(raw, tmp_path):
    with pytest.raises(SettingsError, match="selected on these hours"):
        search(raw, tmp_path / "new", replace(OPTIONS, confirm=(9,)))


def test_hour_outside_the_data_is_rejected(raw, tmp_path):
    with pytest.raises(SettingsError, match="choose hours from 1 to 11"):
        search(raw, tmp_path / "new", replace(OPTIONS, confirm=(50,)))


def test_hours_without_users_are_an_error(raw, tmp_path):
    # No user has the five interactions of the segment `logged` by then.
    hours = HourOptions((1,), users=60, epoch_ms=START_MS)
    with pytest.raises(NotEnoughDataError, match="logged"):
        search(raw, tmp_path, replace(OPTIONS, hours=hours, segments=("logged",), trials=1))


def test_command_rejects_hours_from_200_on(raw, tmp_path):
    arguments = ["tune", "--uri", raw, "--out", str(tmp_path / "new"), "--cutoffs", "58,208"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, SettingsError)
    assert "208" in str(done.exception)
    assert "choose hours below 200" in str(done.exception)
    assert not (tmp_path / "new").exists()


def test_command_rejects_hours_that_are_not_numbers(raw, tmp_path):
    done = CliRunner().invoke(app, ["tune", "--uri", raw, "--out", str(tmp_path), "--confirm", "noon"])
    assert done.exit_code == 2
    assert "--confirm" in done.output
