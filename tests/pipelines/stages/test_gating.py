"""The gate that decides whether a run becomes champion, with the real stages."""

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
#: Each retriever returns one item, so that the scorer has almost nothing to rank.
_NO_CHOICE = NewsParameters(two_stage=TwoStageParameters(retrieve={}, retrieve_others=1))
BAD = replace(GOOD, choose_parameters=lambda _: _NO_CHOICE.model_dump(mode="json"))


class RunHistory:
    """Runs on the same raw files, one after the other."""

    def __init__(self, raw, volume):
        self.raw, self.volume, self.registry = raw, volume, Registry(volume.releases)

    def run_to_evaluation(self, plan, run):
        """Run the stages from download to evaluate."""
        download(plan, self.volume, run, "globo", str(self.raw), 1.0)
        refine(plan, self.volume, run, "globo")
        encode(plan, self.volume, run)
        segment(plan, self.volume, run)
        for name in SEGMENTS:
            train(plan, self.volume, run, name)
        for name in SEGMENTS:
            evaluate(plan, self.volume, run, 1, name, users=150)

    def run_to_publish(self, plan, run):
        """Run all stages; return the result of publish."""
        self.run_to_evaluation(plan, run)
        report(plan, self.volume, run)
        return publish(plan, self.volume, run)

    def list_models(self, run, name="logged"):
        """Return the models that were evaluated on a segment."""
        folder = self.volume.evaluation / "cutoffs" / run / f"1-{name}"
        return set(pl.read_parquet(folder / "scores.parquet")["model"])

    def read_report(self, run):
        return (self.volume.evaluation / "reports" / run / "index.html").read_text()


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    raw = tmp_path_factory.mktemp("clicks")
    write_clicks(raw, hours=12, articles=120, users=300, clicks_an_hour=400)
    return RunHistory(raw, Volume(tmp_path_factory.mktemp("data") / "news"))


@pytest.fixture(scope="module")
def first(history):
    return history.run_to_publish(GOOD, "first")


@pytest.fixture(scope="module")
def second(history, first):
    return history.run_to_publish(GOOD, "second")


@pytest.fixture(scope="module")
def worse(history, second):
    return history.run_to_publish(BAD, "worse")


def test_first_release_becomes_champion(history, first):
    assert first.promoted
    assert first.champion == first.release
    assert first.reason.startswith("there is no champion yet; ndcg@10 is not worse: ")


def test_same_configuration_on_other_data_is_not_refitted(history, second):
    assert second.promoted
    assert second.reason.startswith("the champion has the same configuration; ")
    assert CHAMPION not in history.list_models("second")


def test_worse_configuration_stays_challenger_with_the_reason(history, second, worse):
    assert not worse.promoted
    assert (worse.champion, history.registry.find(CHALLENGER)) == (second.release, worse.release)
    assert worse.reason.startswith("ndcg@10 is worse: ")
    assert "against champion: failed" in worse.reason
    assert str(worse).startswith(f"{worse.release} stays challenger: {worse.reason}. ")
    assert str(worse).endswith("python -m pipelines releases promote")
    assert f"Stays challenger: {worse.reason}." in history.read_report("worse")
    assert "<td>logged</td><td>champion</td>" in history.read_report("worse")
    assert CHAMPION in history.list_models("worse")


def test_champion_and_challenger_are_scored_on_the_same_users(history, worse):
    scores = pl.read_parquet(history.volume.evaluation / "cutoffs" / "worse" / "1-logged" / "scores.parquet")
    users = scores.group_by("model").agg(pl.col("query_id").sort())["query_id"].to_list()
    assert len(users[0]) >= 30
    assert all(names == users[0] for names in users)


def test_refitted_champion_has_the_scores_of_its_original_run(history, worse):
    """Both runs use the same files, so that the refitted model equals the served one."""
    of_second, of_worse = (
        pl.read_parquet(history.volume.evaluation / "cutoffs" / run / "1-logged" / "scores.parquet")
        for run in ("second", "worse")
    )
    refitted = of_worse.filter(model=CHAMPION).drop("model")
    assert refitted.equals(of_second.filter(model="served").drop("model"))


def test_repeated_publish_changes_nothing(history, second, worse):
    assert publish(BAD, history.volume, "worse") == worse
    assert history.registry.find() == second.release


@pytest.fixture(scope="module")
def promoted_by_hand(history, worse):
    """Promote the challenger by hand; return its id."""
    settings = {"DATA_ROOT": str(history.volume.root.parent)}
    done = CliRunner().invoke(app, ["releases", "promote"], env=settings)
    return done.stdout.strip()


def test_challenger_can_be_promoted_by_hand(history, worse, promoted_by_hand):
    assert promoted_by_hand == worse.release == history.registry.find()
    assert history.registry.find(CHALLENGER) is None
    repeated = publish(BAD, history.volume, "worse")
    assert (repeated.promoted, repeated.reason) == (True, f"promoted by hand, though {worse.reason}")


@pytest.fixture(scope="module")
def late(history, promoted_by_hand):
    """A run that is evaluated while a weak champion is served."""
    history.run_to_evaluation(GOOD, "late")
    return "late"


def test_champion_that_changed_after_the_comparison_is_not_replaced(history, promoted_by_hand, late):
    report(GOOD, history.volume, late)
    assert GateDecision.read(history.volume, late).verdict.promoted
    assert history.registry.rollback() != promoted_by_hand
    result = publish(GOOD, history.volume, late)
    assert not result.promoted
    assert result.reason.endswith(f"but {result.champion} serves now: evaluate it again")
    assert history.registry.find() == result.champion


def test_champion_that_changed_between_evaluations_is_not_compared(history, promoted_by_hand, first, late):
    history.registry.publish(promoted_by_hand, CHAMPION)
    evaluate(GOOD, history.volume, late, 1, "logged", users=150)
    history.registry.publish(first.release, CHAMPION)
    evaluate(GOOD, history.volume, late, 1, "anonymous", users=150)
    report(GOOD, history.volume, late)
    result = publish(GOOD, history.volume, late)
    assert not result.promoted
    assert result.reason == "the champion changed while the run was evaluated: evaluate it again"
    assert "Stays challenger: the champion changed" in history.read_report(late)


def test_release_without_evaluation_stays_challenger(history, first):
    volume = Volume(history.volume.root.parent / "other")
    other = RunHistory(history.raw, volume)
    other.run_to_evaluation(GOOD, "run")
    result = publish(GOOD, volume, "run")
    assert (result.promoted, result.reason, result.champion) == (False, "it has not been evaluated", None)
    assert other.registry.find(CHALLENGER) == result.release


def test_unreadable_or_incompatible_champion_is_not_compared(history, second):
    _, parameters = load_dataset(history.volume, "second")
    folder = Volume(history.volume.root.parent / "older")
    facts = Facts(domain="news", run="older", as_of_ms=0, parameters={"of": "old"})
    old_release = write_release(folder.releases, facts, lambda _: None)
    Registry(folder.releases).publish(old_release.id, CHAMPION)
    refit = find_champion_refit(GOOD, folder, parameters)
    assert (refit.release, refit.parameters) == (old_release.id, None)
    assert refit.reason == "the current code does not accept the champion's configuration"
    (old_release.folder / "manifest.json").write_text("{")
    assert find_champion_refit(GOOD, folder, parameters).reason.startswith("the champion cannot be read: ")
