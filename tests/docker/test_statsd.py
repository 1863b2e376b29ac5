"""The mapping of Airflow's metrics for statsd-exporter."""

import pytest

from tests.support.docker.images import ROOT
from tests.support.docker.statsd import Mapping


@pytest.fixture
def mapping(tmp_path):
    """Makes a mapping of one rule."""

    def make_mapping(match, match_type="glob"):
        file = tmp_path / "mapping.yml"
        file.write_text(
            "defaults: {histogram_options: {buckets: [1]}}\n"
            f"mappings: [{{match: '{match}', match_type: {match_type}, name: found, labels: {{part: $1}}}}]\n"
        )
        return Mapping(file)

    return make_mapping


@pytest.mark.parametrize("match", ["airflow.*_heartbeat", "airflow.a*", "airflow", "airflow..a", "airflow.1"])
def test_glob_that_the_exporter_rejects_raises_an_error(mapping, match):
    with pytest.raises(ValueError, match="invalid match"):
        mapping(match)


def test_glob_matches_whole_names_and_a_regular_expression_any_part(mapping):
    assert mapping("a.*").apply("a.b", {}) == ("found", {"part": "b"})
    assert mapping("a.*").apply("x.a.b", {}) == ("x_a_b", {})
    assert mapping("a(.)", "regex").apply("x.ab.c", {}) == ("found", {"part": "b"})


def test_only_heartbeats_of_components_are_mapped_to_heartbeats():
    mapping = Mapping(ROOT / "docker" / "statsd" / "mapping.yml")
    assert mapping.apply("airflow.scheduler_heartbeat", {}) == (
        "airflow_heartbeats_total",
        {"component": "scheduler"},
    )
    for name in (
        "airflow.scheduler_heartbeat_failure",
        "airflow.local.job_heartbeat",
        "x.airflow.a_heartbeat",
    ):
        assert mapping.apply(name, {})[0] != "airflow_heartbeats_total"
