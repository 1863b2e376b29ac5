"""The search on generated clicks."""

import json
from dataclasses import replace

import optuna
import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.benchmarks.next_hour import HourOptions, refine_files
from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.stages.evaluate import score_hour
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


def hardly_fitted(tables):
    """A default that is easy to beat."""
    return set_values(NEWS.choose_parameters(tables), {"two_stage.scorer.ridge": 100.0})


PLAN = replace(NEWS, search_space=SPACE, choose_parameters=hardly_fitted)
WANTED = TuneOptions(HourOptions((7, 9), users=60, epoch_ms=START_MS), segments=("anonymous",), trials=3)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder, hours=12, articles=60, users=2_000, clicks_an_hour=150)
    return str(folder)


def search(raw, out, wanted=WANTED):
    return tune(PLAN, "globo", raw, wanted, out)


def trials(out):
    return json.loads((out / "trials.json").read_text())


def plain(value):
    """Choices are written as the text that Optuna chose from."""
    return json.loads(value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def found(raw, tmp_path_factory):
    out = tmp_path_factory.mktemp("search") / "new"
    return search(raw, out, replace(WANTED, confirm=(10,))), out


def test_the_default_comes_first_and_scores_what_the_evaluation_says(raw, found, tmp_path):
    first = trials(found[1])[0]
    refined = refine_files(PLAN, "globo", raw, tmp_path)
    parameters = PLAN.choose_parameters(refined.tables)
    assert first["two_stage.fit_negatives"] == parameters["two_stage"]["fit_negatives"]
    assert first["two_stage.scorer.ridge"] == parameters["two_stage"]["scorer"]["ridge"]
    assert json.loads(first["state.co_occurrence.half_lives"]) == [1.0, 4.0]
    dataset = encode_tables(refined.tables, PLAN.domain.context, PLAN.weight, refined.as_of_ms)
    moments = [START_MS + hour * MS_PER_HOUR for hour in (7, 9)]
    scored = [score_hour(PLAN.domain, parameters, dataset, at, "anonymous", 60)[0] for at in moments]
    means = [each.filter(model="served")["ndcg"].mean() for each in scored]
    assert first["ndcg"] == pytest.approx(sum(means) / 2)
    assert found[0]["default"] == first["ndcg"]


def test_parameters_of_other_segments_are_not_tried(found):
    assert set(SPACE) - set(trials(found[1])[0]) == {"als.alpha"}


def test_the_best_is_the_best_of_what_is_written(found):
    summary, out = found
    written = trials(out)
    assert len(written) == summary["configurations"] == 3
    complete = [row for row in written if row["complete"]]
    best = max(complete, key=lambda row: row["ndcg"])
    assert (summary["best"]["number"], summary["best"]["ndcg"]) == (best["number"], best["ndcg"])
    for place, (before, after) in summary["best"]["changes"].items():
        assert (before, after) == (plain(written[0][place]), plain(best[place]))
    assert json.loads((out / "summary.json").read_text()) == summary
    assert pl.read_csv(out / "trials.csv")["ndcg"].to_list() == [row["ndcg"] for row in written]


def test_every_score_can_be_computed_from_the_scores_of_the_readers(found):
    for row in trials(found[1]):
        scores = pl.read_parquet(found[1] / "scores" / f"{row['number']}.parquet")
        means = scores.group_by("cutoff").agg(pl.col("ndcg").mean())["ndcg"]
        assert row["cutoffs"] == len(means)
        assert row["ndcg"] == pytest.approx(means.mean())


def test_the_best_meets_the_default_where_it_was_chosen_and_elsewhere(found):
    summary, out = found
    number = summary["best"]["number"]
    assert number > 0
    chosen, confirmed = summary["gains"]
    assert (chosen["hours"], confirmed["hours"]) == ("7, 9", "10")
    written = trials(out)
    assert chosen["gain"] == pytest.approx(written[number]["ndcg"] - written[0]["ndcg"])
    for row in (chosen, confirmed):
        assert row["gain"] == pytest.approx(row["best"] - row["default"])
        assert row["low"] <= row["gain"] <= row["high"]


def test_an_interrupted_search_goes_on_as_if_it_had_not_been(raw, found, tmp_path):
    first = search(raw, tmp_path, replace(WANTED, trials=1))
    assert (first["configurations"], first["best"]["number"], first["gains"]) == (1, 0, [])
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path / 'study.db'}")
    optuna.load_study(study_name="tune", storage=storage).ask()  # a process that was killed over it
    storage.remove_session()
    storage.engine.dispose()
    search(raw, tmp_path)
    assert trials(tmp_path) == trials(found[1])


def test_a_search_that_has_enough_only_tells_what_it_found(raw, found):
    before = trials(found[1])
    again = search(raw, found[1], replace(WANTED, trials=2))
    assert trials(found[1]) == before
    assert again["best"] == found[0]["best"]


def test_another_seed_tries_something_else_after_the_default(raw, found, tmp_path):
    search(raw, tmp_path, replace(WANTED, trials=2, seed=100))
    own, others = trials(tmp_path), trials(found[1])
    assert own[0] == others[0]
    assert own[1]["two_stage.scorer.ridge"] != others[1]["two_stage.scorer.ridge"]


def test_a_folder_of_another_search_is_refused(raw, found):
    other = replace(WANTED, hours=replace(WANTED.hours, users=50), seed=1)
    with pytest.raises(SettingsError, match="other users, seed"):
        search(raw, found[1], other)


def test_who_does_worse_than_half_is_given_up_after_a_cutoff(raw, tmp_path):
    summary = search(raw, tmp_path, replace(WANTED, trials=9))
    given_up = [row for row in trials(tmp_path) if not row["complete"]]
    assert len(given_up) == summary["pruned"] > 0
    first = {
        row["number"]: pl.read_parquet(tmp_path / "scores" / f"{row['number']}.parquet")
        .filter(cutoff=START_MS + 7 * MS_PER_HOUR)["ndcg"]
        .mean()
        for row in trials(tmp_path)
    }
    for row in given_up:
        assert (row["number"] >= 4, row["cutoffs"]) == (True, 1)
        whole = [each["number"] for each in trials(tmp_path)[: row["number"]] if each["complete"]]
        assert row["ndcg"] < pl.Series([first[number] for number in whole]).median()


def test_segments_are_compared_together_too(raw, tmp_path):
    wanted = replace(WANTED, segments=("anonymous", "semi_logged"), trials=2)
    summary = search(raw, tmp_path, wanted)
    rows = summary["gains"]
    assert [row["segment"] for row in rows] == ["anonymous", "semi_logged", "all"]
    assert rows[2]["gain"] == pytest.approx((rows[0]["gain"] + rows[1]["gain"]) / 2)
    assert rows[2]["best"] == pytest.approx(summary["best"]["ndcg"])


@pytest.mark.parametrize("late", [{"cutoffs": (7, 200)}, {"confirm": (308,)}], ids=str)
def test_hours_that_are_reported_are_refused(raw, tmp_path, late):
    hours = replace(WANTED.hours, cutoffs=late.get("cutoffs", (7,)))
    with pytest.raises(SettingsError, match="choose hours below 200"):
        search(raw, tmp_path / "new", replace(WANTED, hours=hours, confirm=late.get("confirm", ())))
    assert not (tmp_path / "new").exists()


def test_the_best_is_not_confirmed_by_the_hours_it_was_chosen_by(raw, tmp_path):
    with pytest.raises(SettingsError, match="selected on these hours"):
        search(raw, tmp_path / "new", replace(WANTED, confirm=(9,)))


def test_an_hour_outside_the_data_is_refused(raw, tmp_path):
    with pytest.raises(SettingsError, match="choose hours from 1 to 11"):
        search(raw, tmp_path / "new", replace(WANTED, confirm=(50,)))


def test_hours_without_readers_say_so(raw, tmp_path):
    # Five reads in the first hours: nobody can be logged in by then.
    hours = HourOptions((1,), users=60, epoch_ms=START_MS)
    with pytest.raises(NotEnoughDataError, match="logged"):
        search(raw, tmp_path, replace(WANTED, hours=hours, segments=("logged",), trials=1))


def test_the_command_refuses_the_hours_from_200_on(raw, tmp_path):
    arguments = ["tune", "--uri", raw, "--out", str(tmp_path / "new"), "--cutoffs", "58,208"]
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, SettingsError)
    assert "208" in str(done.exception)
    assert "choose hours below 200" in str(done.exception)
    assert not (tmp_path / "new").exists()


def test_the_command_refuses_words_where_hours_belong(raw, tmp_path):
    done = CliRunner().invoke(app, ["tune", "--uri", raw, "--out", str(tmp_path), "--confirm", "noon"])
    assert done.exit_code == 2
    assert "--confirm" in done.output
