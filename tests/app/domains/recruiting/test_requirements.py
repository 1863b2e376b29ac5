"""Requirements of openings, who meets them, and what an edit changes."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import (
    EVENTS,
    USERS,
    get_json,
    list_applicants,
    post,
)

OPENING = {
    "opening_id": "500",
    "title": "Desenvolvedor Java Sênior",
    "skills": "Java, Spring Boot e Docker. Desejável Kubernetes. Boa comunicação com o time.",
    "english": "Avançado",
}
CV = """desenvolvedor java em projetos de grande porte
sem experiência em docker
contato: a.b@exemplo.com java
"""
APPLICANT = {"applicant_id": "9001", "title": "Desenvolvedor", "body": CV * 3, "english": "Fluente"}


@pytest.fixture
def reported(client):
    """The service, after an opening and an applicant were reported."""
    post(client, "/openings", OPENING)
    post(client, "/applicants", APPLICANT)
    return client


def edit(client, body, headers=USERS):
    return client.post("/openings/500/what-if", json=body, headers=headers)


def test_a_new_opening_has_requirements_at_once(reported):
    body = get_json(reported, "/openings/500/requirements")
    found = [(row["requirement"], row["is_optional"], row["level"]) for row in body["requirements"]]
    assert found == [
        ("English", False, "Avançado"),
        ("Seniority", False, "Sênior"),
        ("Java", False, None),
        ("Spring Boot", False, None),
        ("Docker", False, None),
        ("Kubernetes", True, None),
    ]
    assert body["requirements"][3]["phrase"] == "Java, Spring Boot e Docker"
    assert body["unrecognised"] == ["Boa comunicação com o time"]


def test_an_unknown_opening_has_none(client):
    check_problem(client.get("/openings/none/requirements"), 404)


def test_a_list_is_explained_with_evidence(reported):
    response = reported.get(
        "/openings/500/applicants", params={"explain": True, "num_recs": 100}, headers=USERS
    )
    applicants = {row["applicant_id"]: row for row in response.json()["applicants"]}
    results = {row["requirement"]: row for row in applicants["9001"]["requirements"]}
    assert {name: row["status"] for name, row in results.items()} == {
        "English": "met",
        "Seniority": "unknown",
        "Java": "met",
        "Spring Boot": "missing",
        "Docker": "missing",
        "Kubernetes": "missing",
    }
    assert results["Java"]["evidence"] == "desenvolvedor java em projetos de grande porte"
    assert results["Docker"]["evidence"] == "sem experiência em docker"
    assert results["Spring Boot"]["evidence"] is None


def test_openings_of_an_applicant_are_explained(reported):
    response = reported.get("/applicants/9001/openings", params={"explain": True}, headers=USERS)
    openings = response.json()["openings"]
    assert openings
    assert all(row["status"] for opening in openings for row in opening["requirements"])


def test_without_explain_nothing_is_quoted(reported):
    assert {row["requirements"] for row in list_applicants(reported, "500")} == {None}


@pytest.mark.parametrize("headers", [{}, EVENTS])
def test_quotes_need_a_key_for_users(reported, headers):
    response = reported.get("/openings/500/applicants", params={"explain": True}, headers=headers)
    assert response.status_code == (403 if headers else 401)
    assert edit(reported, {"skills": "Java"}, headers).status_code == (403 if headers else 401)


def test_no_quote_contains_an_address(reported):
    response = reported.get("/openings/500/applicants", params={"explain": True}, headers=USERS)
    assert "exemplo.com" not in response.text


def test_an_edit_is_compared_and_not_stored(reported):
    response = edit(reported, {"skills": "Java. Desejável Spring Boot", "applicants": ["9001"]})
    assert response.status_code == 200
    body = response.json()
    assert [row["requirement"] for row in body["removed"]] == ["Docker", "Kubernetes"]
    assert body["added"] == []
    [changed] = body["changed"]
    assert (changed["before"]["is_optional"], changed["after"]["is_optional"]) == (False, True)
    [applicant] = body["applicants"]
    assert (applicant["applicant_id"], applicant["rank_after"]) == ("9001", 1)
    assert len(get_json(reported, "/openings/500/requirements")["requirements"]) == 6


def test_by_default_the_applicants_of_the_list_are_compared(reported):
    body = edit(reported, {"english": "Básico", "num_recs": 5}).json()
    assert len(body["applicants"]) == 5
    assert [row["rank_after"] for row in body["applicants"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "body",
    [{}, {"num_recs": 5}, {"skills": "x" * 20_001}, {"sexo": "F"}, {"skills": "x", "applicants": ["a/b"]}],
)
def test_an_edit_out_of_bounds_is_refused(reported, body):
    check_problem(edit(reported, body), 422)


def test_an_erased_applicant_is_forgotten(reported):
    response = reported.delete("/applicants/9001", headers=USERS)
    assert response.status_code in (200, 202, 204)
    body = edit(reported, {"skills": "Java", "applicants": ["9001"]}).json()
    assert body["applicants"][0]["requirements"] == []
    explained = reported.app.state.release_watcher.release.classifiers["requirements"]
    assert explained.records.find("applicant:9001") is None
