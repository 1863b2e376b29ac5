"""The benchmark of recruiting: its requests, and a short run on a small release; no time is asserted."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from benchmarks.__main__ import app
from benchmarks.serving.recruiting_requests import (
    LISTED_APPLICANTS,
    LISTED_OPENINGS,
    PREDICTION,
    SEARCH,
    draw_requests,
)
from script_shared.releases.registry import Registry
from tests.support.data.recruiting import write_decision_files
from tests.support.releases.small_release import publish_small_release

ENTITIES = pl.DataFrame(
    [
        ("1", "opening", "Java"),
        ("2", "opening", "SAP"),
        ("7", "applicant", "Java e Spring"),
        ("8", "applicant", ""),
    ],
    ["code", "kind", "text"],
    orient="row",
)


def read_body(request):
    head, body = request.split(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    return json.loads(body)


class TestRequests:
    def test_every_endpoint_has_as_many(self):
        requests = draw_requests(ENTITIES, 4, ["cv_sap", "has_cert"])
        assert set(requests) == {LISTED_APPLICANTS, LISTED_OPENINGS, SEARCH, PREDICTION}
        assert {len(of_endpoint) for of_endpoint in requests.values()} == {4}

    def test_lists_are_of_entities_with_a_text(self):
        requests = draw_requests(ENTITIES, 4, [])
        assert {line.split()[1] for line in requests[LISTED_APPLICANTS]} == {
            b"/openings/1/applicants?num_recs=10",
            b"/openings/2/applicants?num_recs=10",
        }
        assert {line.split()[1] for line in requests[LISTED_OPENINGS]} == {
            b"/applicants/7/openings?num_recs=10"
        }

    def test_searches_are_for_the_other_kind(self):
        bodies = [read_body(request) for request in draw_requests(ENTITIES, 4, [])[SEARCH]]
        wanted = {body["text"]: body["wanted"] for body in bodies}
        assert wanted == {"Java": "applicants", "SAP": "applicants", "Java e Spring": "openings"}

    def test_predictions_have_every_feature(self):
        requests = draw_requests(ENTITIES, 3, ["cv_sap", "has_cert"])[PREDICTION]
        assert all(list(read_body(request)["features"]) == ["cv_sap", "has_cert"] for request in requests)

    def test_there_are_no_predictions_without_a_classifier(self):
        assert PREDICTION not in draw_requests(ENTITIES, 3, [])


@pytest.mark.integration
@pytest.mark.slow
def test_command_measures_lists_searches_and_replicas(tmp_path):
    raw = write_decision_files(tmp_path / "raw")
    volume = publish_small_release(raw, tmp_path / "data", source="decision", domain="recruiting")
    registry = Registry(volume.releases)
    if registry.find() is None:
        registry.promote()
    options = ("--volume", volume.root.parent, "--out", tmp_path / "out", "--rounds", 1)
    arguments = ["recruiting", *map(str, options), "--seconds", "0.3", "--applicants", "4"]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    table = pl.read_csv(tmp_path / "out" / "recruiting.csv")
    assert {LISTED_APPLICANTS, LISTED_OPENINGS, SEARCH} <= set(table["request"])
    assert (table["p50_ms"] <= table["p99_ms"]).all()
    assert "ready after" in result.output
    assert "found by the other" in result.output
