"""The paths of the earlier similarity service."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import ITEMS, get_json, search


def test_applicants_are_similar_to_a_vacancy(client):
    body = get_json(client, "/similarity/applicants", vacancy_id="141", limit=7)
    assert body["source"] == {"id": "141"}
    documents = body["similar_documents"]
    assert len(documents) == 7
    assert {int(document["id"]) % 4 for document in documents} == {1}
    scores = [document["score"] for document in documents]
    assert scores == sorted(scores, reverse=True)


def test_vacancies_are_similar_to_an_applicant(client):
    documents = get_json(client, "/similarity/vacancies", applicant_id="1022")["similar_documents"]
    assert len(documents) == 5
    assert {int(document["id"]) % 4 for document in documents} == {2}
    assert all(100 <= int(document["id"]) < 1000 for document in documents)


@pytest.mark.parametrize("collection", ["applicants", "vacancies"])
def test_document_is_stored_and_found(client, collection):
    body = {"id": "900", "title": "Desenvolvedor Java", "description": "java spring", "location": "Campinas"}
    response = client.post(f"/document/{collection}", json=body, headers=ITEMS)
    assert response.status_code == 201
    assert response.json() == {"id": "900", "collection": collection, "status": "new"}
    wanted = {"applicants": "applicants", "vacancies": "openings"}[collection]
    found = search(client, wanted, title="Desenvolvedor Java", location="Campinas", num_recs=100)
    assert "900" in [entity.get("applicant_id", entity.get("opening_id")) for entity in found]


def test_unknown_entity_is_not_found(client):
    check_problem(client.get("/similarity/applicants", params={"vacancy_id": "unheard"}), 404)
    check_problem(client.get("/similarity/vacancies", params={"applicant_id": "unheard"}), 404)


def test_invalid_requests_are_refused(client):
    check_problem(client.get("/similarity/applicants"), 422)
    check_problem(client.get("/similarity/applicants", params={"vacancy_id": "141", "limit": 0}), 422)
    check_problem(client.post("/document/people", json={"id": "1", "title": "x"}, headers=ITEMS), 422)
    check_problem(client.post("/document/applicants", json={"id": "1", "title": ""}, headers=ITEMS), 422)
    check_problem(client.post("/document/applicants", json={"id": "1", "title": "x"}), 401)
