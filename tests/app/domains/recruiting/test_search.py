"""`POST /search`: openings and applicants by text."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import post, search


@pytest.mark.parametrize(
    ("text", "area"), [("Consultor SAP MM", 0), ("java spring", 1), ("spark sql", 2), ("linux azure", 3)]
)
def test_text_finds_openings_and_applicants_of_its_area(client, text, area):
    openings = search(client, "openings", text=text)
    applicants = search(client, "applicants", text=text)
    assert {int(opening["opening_id"]) % 4 for opening in openings} == {area}
    assert {int(applicant["applicant_id"]) % 4 for applicant in applicants} == {area}
    assert [opening["rank"] for opening in openings] == list(range(1, 11))


def test_scores_are_cosines_in_descending_order(client):
    scores = [x["score"] for x in search(client, "openings", title="Consultor SAP MM Pleno", num_recs=50)]
    assert scores == sorted(scores, reverse=True)
    assert 0.99 < scores[0] <= 1.0001
    assert min(scores) >= -1


def test_each_part_is_compared_with_its_own_field(client):
    found = search(client, "openings", location="Pernambuco, Recife", num_recs=5)
    assert {opening["city"] for opening in found} == {"Recife"}


def test_filters_apply_before_the_list_is_cut(client):
    found = search(client, "openings", text="java", city=["Recife", "Curitiba"], level=["Pleno"], num_recs=8)
    assert {opening["city"] for opening in found} == {"Recife", "Curitiba"}
    assert {opening["level"] for opening in found} == {"Pleno"}


def test_pages_continue_the_list(client):
    everything = search(client, "applicants", text="java", num_recs=20)
    second = search(client, "applicants", text="java", num_recs=10, offset=10)
    assert second == everything[10:]


def test_new_applicant_is_found_at_once_and_changed_text_replaces_the_old_one(client):
    applicant = {"applicant_id": "9000", "title": "Consultor SAP MM", "body": "sap mm abap"}
    post(client, "/applicants", applicant)
    assert "9000" in [x["applicant_id"] for x in search(client, "applicants", text="sap mm", num_recs=100)]
    post(client, "/applicants", {"applicant_id": "9000", "title": "Engenheiro de Dados", "body": "spark sql"})
    assert (
        search(client, "applicants", title="Engenheiro de Dados", description="spark sql")[0]["score"] > 0.9
    )
    codes = [x["applicant_id"] for x in search(client, "applicants", text="spark sql", num_recs=60)]
    assert "9000" in codes


def test_text_without_known_words_finds_nothing(client):
    assert search(client, "openings", text="zzzzqq") == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"wanted": "openings"},
        {"wanted": "openings", "text": "  "},
        {"wanted": "people", "text": "x"},
        {"wanted": "openings", "text": "x" * 20_001},
        {"wanted": "openings", "text": "x", "num_recs": 101},
        {"wanted": "openings", "text": "x", "city": "Recife"},
        {"wanted": "openings", "text": "x", "nome": "y"},
    ],
)
def test_body_out_of_bounds_is_refused(client, body):
    check_problem(client.post("/search", json=body), 422)
