"""`POST /openings`, `POST /applicants` and `DELETE /openings/{id}`."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import (
    ITEMS,
    USERS,
    applicant_codes,
    get_json,
    list_openings,
    opening_codes,
    post,
    search,
)

OPENING = {
    "opening_id": "900",
    "title": "Desenvolvedor Java Sênior",
    "skills": "java spring jpa",
    "level": "Sênior",
    "city": "Campinas",
    "is_for_disabled": True,
}
APPLICANT = {"applicant_id": "9000", "title": "Desenvolvedor Java", "body": "experiência em java e spring"}


def test_new_opening_is_stored_and_has_a_list_at_once(client):
    result = post(client, "/openings", OPENING)
    assert result == {"accepted": 1, "refused": 0, "openings": [{"status": "new", "opening_id": "900"}]}
    body = get_json(client, "/openings/900/applicants", num_recs=5)
    assert (body["segment"], len(body["applicants"])) == ("profile_only", 5)


def test_new_applicant_is_stored_and_has_a_list_at_once(client):
    result = post(client, "/applicants", APPLICANT)
    assert result["applicants"] == [{"status": "new", "applicant_id": "9000"}]
    assert len(opening_codes(client, "9000", num_recs=5)) == 5


def test_new_opening_and_applicant_find_each_other(client):
    post(client, "/openings", OPENING)
    post(client, "/applicants", APPLICANT)
    assert "9000" in applicant_codes(client, "900", num_recs=10)
    assert "900" in opening_codes(client, "9000", num_recs=10)


def test_new_opening_passes_the_filters_of_its_values(client):
    post(client, "/openings", OPENING)
    found = list_openings(client, "1021", num_recs=100, city="Campinas", is_for_disabled=True)
    [mine] = [opening for opening in found if opening["opening_id"] == "900"]
    assert (mine["title"], mine["level"]) == ("Desenvolvedor Java Sênior", "Sênior")


def test_changed_opening_keeps_the_fields_that_are_left_out(client):
    post(client, "/openings", OPENING)
    changed = post(client, "/openings", {"opening_id": "900", "title": "Líder Java", "level": "Pleno"})
    assert changed["openings"] == [{"status": "changed", "opening_id": "900"}]
    [opening] = [x for x in search(client, "openings", title="Líder Java") if x["opening_id"] == "900"]
    assert (opening["title"], opening["level"], opening["city"]) == ("Líder Java", "Pleno", "Campinas")


def test_batch_has_a_result_for_each_element(client):
    elements = [
        OPENING,
        {"opening_id": "901"},
        {"opening_id": 902, "title": "SAP"},
        {"title": "x", "nome": "y"},
    ]
    result = post(client, "/openings", elements)
    assert (result["accepted"], result["refused"]) == (2, 2)
    statuses = [opening["status"] for opening in result["openings"]]
    assert statuses == ["new", "malformed", "new", "malformed"]
    assert result["openings"][1]["field"] == "title"


@pytest.mark.parametrize(
    "field",
    ["nome", "name", "email", "telefone", "phone", "sexo", "pcd", "comentario", "cpf", "faixa_etaria"],
)
def test_personal_and_protected_fields_are_refused(client, field):
    response = client.post("/applicants", json={**APPLICANT, field: "x"}, headers=ITEMS)
    check_problem(response, 422)
    assert response.json()["applicants"][0]["field"] == field


@pytest.mark.parametrize(
    ("path", "element"),
    [
        ("/openings", {"opening_id": "1/2", "title": "x"}),
        ("/openings", {"opening_id": "", "title": "x"}),
        ("/openings", {"opening_id": "9", "title": "x" * 501}),
        ("/openings", {"opening_id": "9", "title": "x", "city": "x" * 201}),
        ("/openings", {"opening_id": "9", "title": "x", "is_sap": "Sim"}),
        ("/applicants", {"applicant_id": "9", "body": "x" * 20_001}),
        ("/applicants", {"applicant_id": "9", "salary": -1}),
        ("/applicants", {"applicant_id": "9", "salary": "R$ 12.000,00"}),
        ("/applicants", {"applicant_id": "9", "published_at": "12-04-2021"}),
    ],
)
def test_values_out_of_bounds_are_refused(client, path, element):
    check_problem(client.post(path, json=element, headers=ITEMS), 422)


@pytest.mark.parametrize("path", ["/openings", "/applicants"])
def test_writing_needs_a_key_for_items(client, path):
    check_problem(client.post(path, json=[]), 401)
    check_problem(client.post(path, json=[], headers=USERS), 403)


def test_withdrawn_opening_is_not_shown_until_it_is_reported_again(client):
    post(client, "/openings", OPENING)
    assert client.delete("/openings/900", headers=ITEMS).status_code == 204
    check_problem(client.get("/openings/900/applicants"), 404)
    assert "900" not in opening_codes(client, "1021", num_recs=100)
    assert "900" not in [x["opening_id"] for x in search(client, "openings", text="java", num_recs=100)]
    check_problem(client.delete("/openings/900", headers=ITEMS), 404)
    post(client, "/openings", OPENING)
    assert get_json(client, "/openings/900/applicants")["applicants"]


def test_stored_event_has_the_kind_and_the_columns(client, clock):
    post(client, "/applicants", {**APPLICANT, "salary": 9_000, "has_email": True})
    [(_, event)] = client.app.state.event_consumer.log.read(0, 9)
    assert (event.kind, event.user_id, event.item_id) == ("item", "", "applicant:9000")
    assert event.details == {
        "title": "Desenvolvedor Java",
        "body": "experiência em java e spring",
        "salary": 9_000,
        "has_email": True,
        "category": "applicant",
        "published_ms": clock.ms,
    }


VALUES = st.none() | st.text(max_size=9) | st.integers() | st.booleans() | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(
    ["opening_id", "applicant_id", "title", "body", "city", "salary", "published_at", "x"]
)
ELEMENTS = st.dictionaries(FIELDS, VALUES, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["/openings", "/applicants"]), ELEMENTS | st.lists(ELEMENTS, max_size=3) | st.text())
def test_any_body_is_answered(client, path, body):
    response = client.post(path, content=json.dumps(body), headers=ITEMS)
    assert response.status_code in (200, 413, 422)
