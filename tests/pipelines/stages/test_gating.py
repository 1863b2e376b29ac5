"""Which of several runs comes to serve, by the real stages."""

from dataclasses import replace

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.stages.artifacts import load_dataset
from pipelines.stages.champion_refit import find_champion_refit
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.gating import GateDecision
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.domains.news.segments import NewsParameters
from script_shared.models.two_stage import TwoStageParameters
from script_shared.releases.manifest import Facts
from script_shared.releases.registry import CHALLENGER, CHAMPION, Registry
from script_shared.releases.store import write_release
from script_shared.storage.volume import Volume
from tests.support.data.clicks import write_clicks
from tests.support.releases.small_release import SEGMENTS

GOOD = load("news")
#: One item of each part is all there is to choose from.
_NO_CHOICE = NewsParameters(two_stage=TwoStageParameters(retrieve={}, retrieve_others=1))
BAD = replace(GOOD, choose_parameters=lambda _: _NO_CHOICE.model_dump(mode="json"))


class History:
    """Runs on the same raw files, one after the other."""

    def __init__(self, raw, volume):
        self.raw, self.volume, self.registry = raw, volume, Registry(volume.releases)

    def scored(self, plan, run):
        """Do everything up to the scores."""
        download(plan, self.volume, run, "globo", str(self.raw), 1.0)
        refine(plan, self.volume, run, "globo")
        encode(plan, self.volume, run)
        segment(plan, self.volume, run)
        for name in SEGMENTS:
            train(plan, self.volume, run, name)
        for name in SEGMENTS:
            evaluate(plan, self.volume, run, 1, name, users=150)

    def published(self, plan, run):
        self.scored(plan, run)
        report(plan, self.volume, run)
        return publish(plan, self.volume, run)

    def models(self, run, name="logged"):
        """What was scored in a segment."""
        folder = self.volume.evaluation / "cutoffs" / run / f"1-{name}"
        return set(pl.read_parquet(folder / "scores.parquet")["model"])

    def page(self, run):
        return (self.volume.evaluation / "reports" / run / "index.html").read_text()


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    raw = tmp_path_factory.mktemp("clicks")
    write_clicks(raw, hours=12, articles=120, users=300, clicks_an_hour=400)
    return History(raw, Volume(tmp_path_factory.mktemp("data") / "news"))


@pytest.fixture(scope="module")
def first(history):
    return history.published(GOOD, "first")


@pytest.fixture(scope="module")
def second(history, first):
    return history.published(GOOD, "second")


@pytest.fixture(scope="module")
def worse(history, second):
    return history.published(BAD, "worse")


def test_a_first_release_serves(history, first):
    assert first.promoted
    assert first.champion == first.release
    assert first.reason.startswith("there is no champion yet; ndcg@10 is not worse: ")


def test_the_same_configuration_on_other_data_is_not_fitted_twice(history, second):
    assert second.promoted
    assert second.reason.startswith("the champion has the same configuration; ")
    assert CHAMPION not in history.models("second")


def test_a_worse_configuration_stays_challenger_and_says_why(history, second, worse):
    assert not worse.promoted
    assert (worse.champion, history.registry.find(CHALLENGER)) == (second.release, worse.release)
    assert worse.reason.startswith("ndcg@10 is worse: ")
    assert "against champion: failed" in worse.reason
    assert str(worse).startswith(f"{worse.release} stays challenger: {worse.reason}. ")
    assert str(worse).endswith("python -m pipelines promote")
    assert f"Stays challenger: {worse.reason}." in history.page("worse")
    assert "<td>logged</td><td>champion</td>" in history.page("worse")
    assert CHAMPION in history.models("worse")


def test_both_are_scored_on_the_same_readers(history, worse):
    scores = pl.read_parquet(history.volume.evaluation / "cutoffs" / "worse" / "1-logged" / "scores.parquet")
    readers = scores.group_by("model").agg(pl.col("query_id").sort())["query_id"].to_list()
    assert len(readers[0]) >= 30
    assert all(each == readers[0] for each in readers)


def test_the_champion_s_scores_are_those_it_has_by_itself(history, worse):
    """Refitted for the comparison, or served by its own run on the same files: the same figures."""
    of_second, of_worse = (
        pl.read_parquet(history.volume.evaluation / "cutoffs" / run / "1-logged" / "scores.parquet")
        for run in ("second", "worse")
    )
    refitted = of_worse.filter(model=CHAMPION).drop("model")
    assert refitted.equals(of_second.filter(model="served").drop("model"))


def test_publishing_again_changes_nothing(history, second, worse):
    assert publish(BAD, history.volume, "worse") == worse
    assert history.registry.find() == second.release


@pytest.fixture(scope="module")
def promoted_by_hand(history, worse):
    """The challenger, made champion by somebody who knows better."""
    settings = {"DATA_ROOT": str(history.volume.root.parent)}
    done = CliRunner().invoke(app, ["promote"], env=settings)
    return done.stdout.strip()


def test_a_person_may_promote_the_challenger(history, worse, promoted_by_hand):
    assert promoted_by_hand == worse.release == history.registry.find()
    assert history.registry.find(CHALLENGER) is None
    again = publish(BAD, history.volume, "worse")
    assert (again.promoted, again.reason) == (True, f"promoted by hand, though {worse.reason}")


@pytest.fixture(scope="module")
def late(history, promoted_by_hand):
    """A run that is scored while a champion serves that is easy to beat."""
    history.scored(GOOD, "late")
    return "late"


def test_a_champion_that_changed_after_the_comparison_is_not_replaced(history, promoted_by_hand, late):
    report(GOOD, history.volume, late)
    assert GateDecision.read(history.volume, late).verdict.promoted
    assert history.registry.rollback() != promoted_by_hand
    found = publish(GOOD, history.volume, late)
    assert not found.promoted
    assert found.reason.endswith(f"but {found.champion} serves now: evaluate it again")
    assert history.registry.find() == found.champion


def test_a_champion_that_changed_between_two_scores_is_not_compared_with(
    history, promoted_by_hand, first, late
):
    history.registry.publish(promoted_by_hand, CHAMPION)
    evaluate(GOOD, history.volume, late, 1, "logged", users=150)
    history.registry.publish(first.release, CHAMPION)
    evaluate(GOOD, history.volume, late, 1, "anonymous", users=150)
    report(GOOD, history.volume, late)
    found = publish(GOOD, history.volume, late)
    assert not found.promoted
    assert found.reason == "the champion changed while the run was evaluated: evaluate it again"
    assert "Stays challenger: the champion changed" in history.page(late)


def test_what_was_not_evaluated_stays_challenger(history, first):
    volume = Volume(history.volume.root.parent / "other")
    other = History(history.raw, volume)
    other.scored(GOOD, "run")
    found = publish(GOOD, volume, "run")
    assert (found.promoted, found.reason, found.champion) == (False, "it has not been evaluated", None)
    assert other.registry.find(CHALLENGER) == found.release


def test_a_champion_that_today_s_code_cannot_read_or_refit_is_not_compared_with(history, second):
    _, parameters = load_dataset(history.volume, "second")
    folder = Volume(history.volume.root.parent / "older")
    facts = Facts(domain="news", run="older", as_of_ms=0, parameters={"of": "old"})
    older = write_release(folder.releases, facts, lambda _: None)
    Registry(folder.releases).publish(older.id, CHAMPION)
    met = find_champion_refit(GOOD, folder, parameters)
    assert (met.release, met.parameters) == (older.id, None)
    assert met.reason == "the current code does not accept the champion's configuration"
    (older.folder / "manifest.json").write_text("{")
    assert find_champion_refit(GOOD, folder, parameters).reason.startswith("the champion cannot be read: ")
