"""The metrics of the newest monitoring report."""

import json

import pytest
from prometheus_client import CollectorRegistry

from app.metrics.drift import MAX_FEATURES, DriftCollector
from script_shared.drift.finding import TESTS
from script_shared.storage.volume import Volume
from tests.support.data.monitoring_reports import DAY_MS, make_report, write_report

DAY = 20_785 * DAY_MS


@pytest.fixture
def volume(tmp_path):
    return Volume(tmp_path)


@pytest.fixture
def registry(volume):
    registry = CollectorRegistry()
    DriftCollector(registry, volume.monitoring)
    return registry


@pytest.fixture
def read(registry):
    """Returns the value of a gauge, or None."""
    return lambda name, **labels: registry.get_sample_value(f"manchete_drift_{name}", labels)


def names(registry):
    return {sample.name for family in registry.collect() for sample in family.samples}


def test_without_a_report_there_are_no_metrics(registry):
    assert names(registry) == set()


def test_report_is_exported(volume, read):
    report = make_report(DAY)
    write_report(volume, report)
    assert read("day_end_timestamp_seconds") == (DAY + DAY_MS) / 1000
    assert read("predictions") == 500
    assert read("mean_score") == report["mean_score"]
    assert read("mean_psi") == report["drift"]["mean_psi"]
    assert read("psi", feature="years") == report["drift"]["features"]["years"]["psi"]
    assert read("language_share", text="profile", language="en") == pytest.approx(1 / 6, abs=0.06)
    assert read("quality", measure="roc_auc") == report["quality"]["roc_auc"]


def test_findings_are_counted_by_test_and_tests_without_a_finding_are_zero(volume, read):
    write_report(volume, make_report(DAY))
    assert [read("findings", test=test) for test in TESTS] == [0] * len(TESTS)
    write_report(volume, make_report(DAY, years=20.0))
    assert [read("findings", test=test) for test in ("ks", "psi", "rate")] == [1, 1, 0]


def test_a_newer_report_replaces_the_older(volume, read):
    write_report(volume, make_report(DAY))
    assert read("predictions") == 500
    write_report(volume, make_report(DAY + DAY_MS, rows=700))
    assert read("predictions") == 700
    assert read("day_end_timestamp_seconds") == (DAY + 2 * DAY_MS) / 1000


def test_day_without_predictions_has_no_score(volume, read):
    write_report(volume, make_report(DAY, rows=0))
    assert (read("predictions"), read("mean_score"), read("mean_psi")) == (0, None, None)


def test_only_the_features_that_changed_most_have_a_series(volume, registry):
    report = make_report(DAY)
    part = report["drift"]["features"]["years"]
    report["drift"]["features"] = {f"f{n}": {**part, "psi": n / 1_000} for n in range(MAX_FEATURES + 50)}
    write_report(volume, report)
    samples = [sample for family in registry.collect() for sample in family.samples]
    values = [sample.value for sample in samples if sample.name == "manchete_drift_psi"]
    assert len(values) == MAX_FEATURES
    assert min(values) == 0.05


@pytest.mark.parametrize("content", ["{", "[]", '{"drift": null}', json.dumps({"drift": {"drift": []}})])
def test_a_broken_report_has_no_metrics_and_hides_no_others(volume, registry, content):
    write_report(volume, make_report(DAY))
    assert names(registry)
    report = make_report(DAY + DAY_MS)
    write_report(volume, report)
    (volume.monitoring / report["day"] / "report.json").write_text(content)
    assert names(registry) == set()
    assert names(registry) == set()


def test_a_report_that_was_missing_for_a_moment_is_read_again(volume, registry):
    report = make_report(DAY)
    write_report(volume, report)
    before = names(registry)
    folder = volume.monitoring / report["day"]
    folder.rename(folder.with_name("moved"))
    assert names(registry) == set()
    folder.with_name("moved").rename(folder)
    assert names(registry) == before


def test_the_service_exports_the_report_of_its_domain(empty_client):
    assert "manchete_drift" not in empty_client.get("/metrics").text
    releases = empty_client.app.state.release_watcher.registry.folder
    write_report(Volume(releases.parent), make_report(DAY))
    assert 'manchete_drift_findings{test="ks"} 0.0' in empty_client.get("/metrics").text
