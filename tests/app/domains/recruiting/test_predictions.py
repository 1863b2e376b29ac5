"""`POST /predict`, `POST /match` and `GET /version` with small classifiers, and the log of predictions."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domains.recruiting.api import RECRUITING_API
from script_shared.domains.recruiting.domain import RECRUITING
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.requirement_model import RequirementModel
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.predictions.factory import open_predictions
from tests.app.middleware.test_problems import check_problem
from tests.support.classifiers import write_classifiers
from tests.support.processes.api_client import KEYS, make_client
from tests.support.processes.api_process import wait_for
from tests.support.processes.recruiting_client import USERS, get_json, post
from tests.support.processes.recruiting_with_classifiers import API
from tests.support.releases.release_copies import create_registry, publish_copy

NOTHING = dict.fromkeys(HIRE_FEATURES, 0)
FITTING = NOTHING | {"cv_sap": 1, "ingl_avancado": 1}
END_MS = 4_102_444_800_000


@pytest.fixture
def serve(release, tmp_path, clock):
    clients = []

    def serve(threshold=0.5):
        registry = create_registry(tmp_path, "recruiting")
        publish_copy(registry, release, None, lambda folder: write_classifiers(folder, threshold))
        clients.append(make_client(tmp_path, clock, False, API, domain="recruiting", **KEYS))
        client = clients[-1].__enter__()
        client.app.state.release_watcher.refresh()
        return client

    yield serve
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def predictor(serve):
    return serve()


@pytest.fixture
def read_log(tmp_path):
    """Waits until the log contains so many predictions, and returns them."""

    def read_log(count):
        log = open_predictions("", tmp_path / "recruiting" / "events")
        try:
            wait_for(lambda: len(log.read(0, END_MS)) == count, f"{count} predictions are logged")
            return log.read(0, END_MS)
        finally:
            log.close()

    return read_log


def predict(client, features, **fields):
    response = client.post("/predict", json={"features": features, **fields})
    assert response.status_code == 200, response.text
    return response.json()


def test_response_has_the_documented_format(predictor):
    body = predict(predictor, FITTING, codigo_profissional=31001)
    assert body.pop("probabilidade_contratacao") > 0.5
    assert {reason["feature"] for reason in body.pop("reasons")} >= {"cv_sap", "ingl_avancado"}
    assert body == {
        "aprovado_pelo_modelo": True,
        "threshold": 0.5,
        "operating_mode": "prec80",
        "codigo_profissional": 31001,
    }


def test_code_is_optional(predictor):
    body = predict(predictor, NOTHING)
    assert (body["codigo_profissional"], body["aprovado_pelo_modelo"]) == (None, False)


def test_order_of_the_features_does_not_matter(predictor):
    backwards = dict(reversed(list(FITTING.items())))
    assert predict(predictor, backwards) == predict(predictor, FITTING)


def test_unknown_values_are_null(predictor):
    assert 0 <= predict(predictor, FITTING | {"salario_valor": None})["probabilidade_contratacao"] <= 1


def test_missing_and_unknown_features_are_named(predictor):
    features = {name: value for name, value in FITTING.items() if name not in ("cv_sap", "tem_email")}
    problem = check_problem(predictor.post("/predict", json={"features": features | {"cv_excel": 1}}), 422)
    fields = [error["field"] for error in problem["errors"]]
    assert fields == ["features.tem_email", "features.cv_sap", "features.cv_excel"]


def test_applicant_of_the_release_needs_no_features(predictor):
    body = predictor.post("/predict", json={"applicant_id": "1020"}).json()
    assert body["codigo_profissional"] == "1020"
    assert (
        body["probabilidade_contratacao"]
        == predict(predictor, dict.fromkeys(HIRE_FEATURES, 1))["probabilidade_contratacao"]
    )
    check_problem(predictor.post("/predict", json={"applicant_id": "1021"}), 404)


def test_model_that_keeps_no_promise_approves_nobody(serve):
    client = serve(threshold=math.inf)
    body = predict(client, FITTING)
    assert (body["threshold"], body["aprovado_pelo_modelo"]) == (None, False)
    assert get_json(client, "/version")["threshold"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"features": NOTHING, "applicant_id": "1020"},
        {"applicant_id": "1020", "codigo_profissional": 1},
        {"features": NOTHING, "codigo_profissional": -1},
        {"features": NOTHING, "codigo_profissional": 1.5},
        {"features": NOTHING | {"cv_sap": "Sim"}},
        {"features": NOTHING | {"salario_valor": 1e10}},
        {"features": []},
        {"features": NOTHING, "nome": "x"},
    ],
)
def test_body_out_of_bounds_is_refused(predictor, body):
    check_problem(predictor.post("/predict", json=body), 422)


def test_version_describes_the_classifier(predictor):
    body = get_json(predictor, "/version")
    release = predictor.app.state.release_watcher.release.id
    assert body["feature_columns"] == list(HIRE_FEATURES)
    assert (body["operating_mode"], body["threshold"]) == ("prec80", 0.5)
    assert body["artifact_path"] == f"releases/{release}/models/predict"
    assert body["metadata"] == {"population": "decided applications"}
    assert body["name"] == "manchete"


def test_match_scores_each_applicant(predictor):
    body = post(predictor, "/match", {"opening": "140", "applicants": ["1020", "1021"]}, {})
    assert [match["applicant_id"] for match in body["matches"]] == ["1020", "1021"]
    assert body["matches"][0]["is_approved"]
    assert not body["matches"][1]["is_approved"]
    assert [match["rank"] for match in body["matches"]] == [1, 2]
    assert body["matches"][0]["reasons"][0]["feature"] == "similarity"
    assert (body["opening_id"], body["threshold"]) == ("140", 0.5)


def test_match_knows_an_applicant_who_was_reported_a_moment_ago(predictor):
    post(predictor, "/applicants", {"applicant_id": "9000", "title": "Consultor SAP MM"})
    body = post(predictor, "/match", {"opening": "140", "applicants": ["9000"]}, {})
    assert body["matches"][0]["is_approved"]


def test_unknown_entities_of_a_match_are_named(predictor):
    check_problem(predictor.post("/match", json={"opening": "unheard", "applicants": ["1020"]}), 404)
    applicants = ["1020", "unheard", "140"]
    problem = check_problem(predictor.post("/match", json={"opening": "140", "applicants": applicants}), 422)
    assert [error["field"] for error in problem["errors"]] == ["applicants.1", "applicants.2"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"opening": "140"},
        {"opening": "140", "applicants": []},
        {"opening": "140", "applicants": ["1"] * 101},
        {"opening": "1/2", "applicants": ["1"]},
    ],
)
def test_match_out_of_bounds_is_refused(predictor, body):
    check_problem(predictor.post("/match", json=body), 422)


def test_every_prediction_is_logged_under_a_pseudonym(predictor, read_log, clock):
    score = predict(predictor, FITTING, codigo_profissional=31001)["probabilidade_contratacao"]
    predict(predictor, NOTHING)
    post(predictor, "/match", {"opening": "140", "applicants": ["1020"]}, {})
    by_classifier = {(row.classifier, row.pseudonym is None): row for row in read_log(3)}
    row = by_classifier["predict", False]
    assert row.pseudonym == Pseudonyms([KEYS["inference_log_keys"]]).derive("applicant:31001").name
    assert (row.time_ms, row.score, row.decision, row.threshold) == (clock.ms, score, True, 0.5)
    assert row.release == predictor.app.state.release_watcher.release.id
    assert row.payload == {name: float(value) for name, value in FITTING.items()}
    assert by_classifier["predict", True].decision is False
    assert set(by_classifier["match", False].payload) == {"similarity", "applications"}


def test_erased_applicant_leaves_the_log_of_predictions(predictor, read_log):
    predict(predictor, FITTING, codigo_profissional=1020)
    predict(predictor, FITTING, codigo_profissional=1021)
    read_log(2)
    assert predictor.delete("/applicants/1020", headers=USERS).status_code == 204
    [row] = read_log(1)
    assert row.pseudonym == Pseudonyms([KEYS["inference_log_keys"]]).derive("applicant:1021").name


def test_predictions_are_counted(predictor, read_log):
    predict(predictor, FITTING)
    predict(predictor, NOTHING)
    read_log(2)
    metrics = predictor.get("/metrics").text
    assert 'manchete_predictions_total{classifier="predict",decision="approved"} 1.0' in metrics
    assert 'manchete_predictions_total{classifier="predict",decision="not_approved"} 1.0' in metrics
    assert "manchete_predictions_logged_total 2.0" in metrics


def test_trained_classifiers_of_a_release_predict_and_match(client):
    assert get_json(client, "/version")["feature_columns"] == list(HIRE_FEATURES)
    assert 0 <= predict(client, NOTHING)["probabilidade_contratacao"] <= 1
    body = post(client, "/match", {"opening": "140", "applicants": ["1020", "1021"]}, {})
    assert all(0 <= match["probability"] <= 1 for match in body["matches"])


def test_domain_without_the_classifiers_refuses_predictions(release, tmp_path, clock):
    publish_copy(create_registry(tmp_path, "recruiting"), release, None)
    domain = replace(RECRUITING, classifiers=lambda parameters: {"requirements": RequirementModel()})
    api = replace(RECRUITING_API, domain=domain)
    with make_client(tmp_path, clock, False, api, domain="recruiting", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        check_problem(client.post("/predict", json={"features": NOTHING}), 503)
        check_problem(client.post("/match", json={"opening": "140", "applicants": ["1020"]}), 503)
        assert get_json(client, "/version")["feature_columns"] is None


VALUES = st.none() | st.text(max_size=9) | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(["codigo_profissional", "features", "applicant_id", "opening", "applicants"])
FEATURES = st.dictionaries(st.sampled_from(HIRE_FEATURES[:4]) | st.text(max_size=5), VALUES, max_size=4)
BODIES = st.dictionaries(FIELDS, VALUES | FEATURES, max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["/predict", "/match"]), BODIES.map(json.dumps) | st.text(max_size=20))
def test_any_body_is_answered(predictor, path, body):
    response = predictor.post(path, content=body.encode(), headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 404, 422)
