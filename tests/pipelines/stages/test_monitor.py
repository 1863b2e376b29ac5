"""The report on a day: real stages, release and event log, with generated interactions."""

import json
import shutil
from dataclasses import replace
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from pipelines.domains import load
from pipelines.plans.monitoring_baselines import MonitoringBaselines
from pipelines.stages.collect import collect
from pipelines.stages.monitor import monitor
from pipelines.stages.publish import publish
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import NotEnoughDataError, ReleaseNotFoundError, SettingsError
from script_shared.events.event import Event
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import get_alias
from script_shared.storage.volume import Volume
from tests.support.monitored_news import MONITORING, monitored_plan

DAY, NEXT_DAY, EMPTY_DAY = "2026-11-28", "2026-11-29", "2026-12-24"
DAY_MS = 24 * MS_PER_HOUR
PLAN = monitored_plan()


def start_of(day):
    return int(datetime.fromisoformat(f"{day}T00:00Z").timestamp() * 1000)


def draw_events(day, rows=600, seed=0, **details):
    """Return interactions of a day with the users and items of `write_clicks`."""
    rng = np.random.default_rng(seed)
    users = rng.integers(400, size=rows) ** 2 // 400
    times = np.sort(rng.integers(0, DAY_MS, rows)) + start_of(day)
    items = rng.integers(0, 120, rows)
    columns = zip(users.tolist(), items.tolist(), times.tolist(), strict=True)
    return [
        Event(f"{day}-{n}", str(user), str(item), time, details={"region": str(user % 3 + 1), **details})
        for n, (user, item, time) in enumerate(columns)
    ]


@pytest.fixture(scope="module")
def volume(small_volume, tmp_path_factory):
    """A champion with a baseline, and a log of a quiet day and of one on which all regions are 9."""
    volume = Volume(tmp_path_factory.mktemp("monitored") / "news")
    shutil.copytree(small_volume.root, volume.root)
    if not publish(PLAN, volume, "run-1").promoted:
        Registry(volume.releases).promote()
    log = open_log("", volume.events)
    log.append(draw_events(DAY))
    log.append(draw_events(NEXT_DAY, seed=1, region="9"))
    log.close()
    return volume


@pytest.fixture(scope="module")
def quiet(volume):
    monitor(PLAN, volume, DAY)
    return json.loads((volume.monitoring / DAY / "report.json").read_text())


@pytest.fixture(scope="module")
def shifted(volume, quiet):
    result = monitor(PLAN, volume, NEXT_DAY)
    assert result["day"] == NEXT_DAY
    return json.loads((volume.monitoring / NEXT_DAY / "report.json").read_text())


def test_release_contains_the_baseline_of_the_training_data(volume):
    release = Registry(volume.releases).open()
    baseline = MonitoringBaselines.parse(release.json("baseline.json")).predictions
    interactions = pl.read_parquet(volume.refined / "run-1" / "interactions.parquet")
    assert baseline.rows == interactions.height
    assert set(baseline.features) == {"score", "is_even", "user", "region"}
    assert baseline.texts["title"].languages["pt"] == interactions.height


def test_release_of_a_domain_that_is_not_monitored_has_no_baseline(small_volume):
    assert "baseline.json" not in Registry(small_volume.releases).open().manifest.files


def test_quiet_day_has_no_drift(quiet, volume):
    assert (quiet["day"], quiet["rows"]) == (DAY, 600)
    assert quiet["release"] == Registry(volume.releases).find()
    assert quiet["drift"]["compared"]
    assert quiet["drift"]["drift"] == []
    assert quiet["drift"]["tests"] > 20
    assert quiet["drift"]["unmatched"] == []
    assert quiet["drift"]["texts"]["title"]["languages"]["pt"] == 1


def test_volume_and_mean_score_are_reported_by_hour(quiet):
    assert sum(hour["rows"] for hour in quiet["hours"]) == 600
    scores = [hour["rows"] * hour["mean_score"] for hour in quiet["hours"] if hour["rows"]]
    assert quiet["mean_score"] == pytest.approx(sum(scores) / 600)


def test_shifted_feature_is_found_on_the_day_after(shifted):
    found = {(finding["subject"], finding["test"]) for finding in shifted["drift"]["drift"]}
    assert {("region", "mean"), ("region", "psi"), ("region", "ks")} <= found
    assert {subject for subject, _ in found} == {"region"}


def test_quality_is_measured_where_outcomes_are_known(shifted):
    quality = shifted["quality"]
    assert (quality["days"], quality["predictions"]) == (3, 1_200)
    # The outcomes of the last hour are not known yet.
    assert 1_100 < quality["rows"] < 1_200
    assert 0 < quality["positives"] < quality["rows"]
    assert quality["mean_score"] == pytest.approx(0.5, abs=0.05)
    assert {"roc_auc", "pr_auc", "brier", "calibration_error"} <= set(quality)


def test_page_shows_findings_features_terms_and_figures(volume, shifted):
    page = (volume.monitoring / NEXT_DAY / "report.html").read_text()
    assert f"<h1>Predictions of {NEXT_DAY}</h1>" in page
    for text in (
        "tests found drift",
        "region",
        "distance of the distribution functions",
        "Text title",
        "roc auc",
    ):
        assert text in page
    assert page.count('src="data:image/svg+xml;base64,') == 3
    assert "http" not in page.replace("http-equiv", "")


def test_page_of_a_quiet_day_says_so(volume, quiet):
    page = (volume.monitoring / DAY / "report.html").read_text()
    assert "None of" in page
    assert "tests found drift" in page


def test_latest_report_is_that_of_the_newest_day(volume, shifted):
    assert get_alias(volume.monitoring, "latest") == NEXT_DAY
    monitor(PLAN, volume, DAY)
    assert get_alias(volume.monitoring, "latest") == NEXT_DAY


def test_a_repeated_report_is_equal(volume, shifted):
    before = {path.name: path.read_bytes() for path in (volume.monitoring / NEXT_DAY).iterdir()}
    monitor(PLAN, volume, NEXT_DAY)
    assert {path.name: path.read_bytes() for path in (volume.monitoring / NEXT_DAY).iterdir()} == before


def test_archived_events_are_monitored_too(volume, quiet, tmp_path):
    copy = Volume(tmp_path / "news")
    shutil.copytree(volume.root, copy.root)
    collect(PLAN, copy, "run-2")
    log = open_log("", copy.events)
    log.compact(log.end_offset())
    log.close()
    assert monitor(PLAN, copy, DAY)["rows"] == 600


def test_day_without_predictions_is_reported_and_not_compared(volume, shifted, tmp_path):
    copy = Volume(tmp_path / "news")
    shutil.copytree(volume.root, copy.root)
    assert monitor(PLAN, copy, EMPTY_DAY) == {"day": EMPTY_DAY, "rows": 0, "drift": 0}
    report = json.loads((copy.monitoring / EMPTY_DAY / "report.json").read_text())
    assert (report["mean_score"], report["drift"]["compared"]) == (None, False)
    assert report["quality"]["rows"] == 0
    assert "nothing is compared" in (copy.monitoring / EMPTY_DAY / "report.html").read_text()


def test_predictions_without_outcomes_have_no_quality(volume, quiet, tmp_path):
    copy = Volume(tmp_path / "news")
    shutil.copytree(volume.root, copy.root)
    without = replace(MONITORING, predictions=lambda window: MONITORING.predictions(window).drop("outcome"))
    monitor(replace(PLAN, monitoring=without), copy, DAY)
    report = json.loads((copy.monitoring / DAY / "report.json").read_text())
    assert report["quality"] == {"days": 3, "predictions": 600, "rows": 0, "positives": 0}


def test_domain_that_is_not_monitored_is_rejected(volume):
    with pytest.raises(SettingsError, match="'news' is not monitored"):
        monitor(load("news"), volume, DAY)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "../news"])
def test_invalid_day_is_rejected(volume, day):
    with pytest.raises(SettingsError, match="is no day"):
        monitor(PLAN, volume, day)


def test_champion_without_a_baseline_cannot_be_compared(small_volume):
    with pytest.raises(NotEnoughDataError, match="has no baseline"):
        monitor(PLAN, small_volume, DAY)


def test_without_a_champion_there_is_no_report(tmp_path):
    with pytest.raises(ReleaseNotFoundError):
        monitor(PLAN, Volume(tmp_path), DAY)


def test_run_without_rows_for_a_baseline_has_a_release_without_one(volume, tmp_path):
    copy = Volume(tmp_path / "news")
    shutil.copytree(volume.root, copy.root)
    plan = replace(
        PLAN, monitoring=replace(MONITORING, reference=lambda volume, run: pl.DataFrame({"score": []}))
    )
    publish(plan, copy, "run-1")
    Registry(copy.releases).promote()
    with pytest.raises(NotEnoughDataError, match="has no baseline"):
        monitor(plan, copy, DAY)
