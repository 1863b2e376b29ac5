"""`POST /openings/{id}/what-if`: an edit changes requirements, and the places of the applicants."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import ITEMS, find_secrets, get_json, list_applicants, post

OPENING = "140"


def compare(client, code=OPENING, **edit):
    response = client.post(f"/openings/{code}/what-if", json=edit)
    assert response.status_code == 200, response.text
    return response.json()


def names(requirements):
    return {requirement["requirement"] for requirement in requirements}


def check_places(body):
    """Check that the ranks are 1, 2, … and follow the scores, and that no two previous ranks are equal."""
    applicants = body["applicants"]
    scores = [applicant["score"] for applicant in applicants]
    assert [applicant["rank"] for applicant in applicants] == list(range(1, len(applicants) + 1))
    assert scores == sorted(scores, reverse=True)
    previous = [applicant["previous_rank"] for applicant in applicants]
    assert len(set(previous)) == len(previous)
    assert min(previous, default=1) >= 1


class TestWithoutAnEdit:
    def test_nothing_changes(self, shared_client):
        body = compare(shared_client)
        assert (body["added"], body["removed"], body["changed"]) == ([], [], [])
        assert len(body["applicants"]) == 10
        assert all(applicant["rank"] == applicant["previous_rank"] for applicant in body["applicants"])
        check_places(body)

    def test_own_values_change_nothing(self, shared_client):
        opening = get_json(shared_client, f"/openings/{OPENING}")
        own = {name: opening[name] for name in ("title", "skills", "body", "english", "level")}
        body = compare(shared_client, **own, spanish=None)
        assert (body["added"], body["removed"], body["changed"]) == ([], [], [])


class TestAddedRequirement:
    def test_is_reported(self, shared_client):
        opening = get_json(shared_client, f"/openings/{OPENING}")
        body = compare(shared_client, skills=f"{opening['skills']}\nKubernetes")
        assert (names(body["added"]), body["removed"], body["changed"]) == ({"Kubernetes"}, [], [])

    def test_is_among_the_results_of_each_applicant(self, shared_client):
        body = compare(shared_client, body="Atuar com java spring", num_recs=100)
        assert "Java" in names(body["added"])
        for applicant in body["applicants"]:
            [java] = [r for r in applicant["requirements"] if r["requirement"] == "Java"]
            assert java["status"] in {"met", "missing", "unknown"}

    def test_applicants_of_the_edited_text_are_considered(self, shared_client):
        text = {"title": "Desenvolvedor Java", "skills": "java spring jpa", "body": "java spring jpa"}
        before = {applicant["applicant_id"] for applicant in compare(shared_client)["applicants"]}
        body = compare(shared_client, **text, num_recs=100)
        new = {applicant["applicant_id"] for applicant in body["applicants"]} - before
        assert any(int(code) % 4 == 1 for code in new)

    def test_is_met_by_who_has_it_and_missing_for_who_has_not(self, client):
        cv = "Trabalhei com sap mm, abap e hana em projetos de compras e de estoque. " * 4
        for code, knowledge in (("9000", "kubernetes e docker"), ("9001", "pedidos e estoque")):
            body = f"{cv} Conheço {knowledge}."
            post(client, "/applicants", {"applicant_id": code, "title": "Consultor SAP MM", "body": body})
        body = compare(client, skills="sap mm abap\nKubernetes\nDocker", num_recs=100)
        check_places(body)
        statuses = {
            applicant["applicant_id"]: result["status"]
            for applicant in body["applicants"]
            for result in applicant["requirements"]
            if result["requirement"] == "Kubernetes"
        }
        assert (statuses["9000"], statuses["9001"]) == ("met", "missing")


class TestRemovedRequirement:
    def test_is_reported_where_the_text_lacks_it(self, shared_client):
        required = names(get_json(shared_client, f"/openings/{OPENING}")["requirements"])
        body = compare(shared_client, title="Consultor", skills="", body="")
        skills = {name for name in required if name not in {"English", "Spanish", "Seniority", "Degree"}}
        assert skills
        assert skills <= names(body["removed"])

    def test_is_reported_where_it_is_removed_by_name(self, shared_client):
        body = compare(shared_client, remove=["SAP MM", "Unheard of"])
        assert (body["added"], names(body["removed"]), body["changed"]) == ([], {"SAP MM"}, [])
        assert all("SAP MM" not in names(applicant["requirements"]) for applicant in body["applicants"])
        check_places(body)

    def test_all_can_be_removed(self, shared_client):
        required = names(get_json(shared_client, f"/openings/{OPENING}")["requirements"])
        body = compare(shared_client, remove=sorted(required))
        assert names(body["removed"]) == required
        assert all(applicant["requirements"] == [] for applicant in body["applicants"])


class TestChangedLevel:
    @pytest.fixture
    def basic(self, shared_client):
        """An opening that asks for basic English."""
        found = get_json(shared_client, "/openings", english="Básico", num_recs=1)
        return found["openings"][0]["opening_id"]

    def test_is_reported_with_both_levels(self, shared_client, basic):
        [change] = compare(shared_client, basic, english="Fluente")["changed"]
        assert (change["before"]["requirement"], change["after"]["requirement"]) == ("English", "English")
        assert (change["before"]["level"], change["after"]["level"]) == ("Básico", "Fluente")

    def test_lowest_level_removes_it(self, shared_client, basic):
        assert names(compare(shared_client, basic, english="Nenhum")["removed"]) == {"English"}

    def test_results_and_places_of_the_applicants_follow_it(self, shared_client, basic):
        body = compare(shared_client, basic, english="Fluente", num_recs=100)
        check_places(body)
        levels = {"Fluente": set(), "other": set()}
        for applicant in body["applicants"]:
            [english] = [r for r in applicant["requirements"] if r["requirement"] == "English"]
            is_fluent = applicant["english"] == "Fluente"
            assert english["status"] == ("met" if is_fluent else "missing")
            levels["Fluente" if is_fluent else "other"].add(applicant["score"])
        # In generated data a met requirement may also lower the score.
        assert levels["Fluente"] != levels["other"]
        assert any(applicant["rank"] != applicant["previous_rank"] for applicant in body["applicants"])


def test_edit_is_not_stored(client):
    before = get_json(client, f"/openings/{OPENING}"), list_applicants(client, OPENING, explain=True)
    compare(client, title="Desenvolvedor Java", skills="java", english="Fluente", remove=["SAP MM"])
    assert (
        get_json(client, f"/openings/{OPENING}"),
        list_applicants(client, OPENING, explain=True),
    ) == before


def test_reported_opening_can_be_edited_and_a_withdrawn_one_not(client):
    post(client, "/openings", {"opening_id": "900", "title": "Desenvolvedor", "skills": "Java"})
    assert names(compare(client, "900", skills="Java e Docker")["added"]) == {"Docker"}
    assert client.delete("/openings/900", headers=ITEMS).status_code == 204
    check_problem(client.post("/openings/900/what-if", json={}), 404)


@pytest.mark.parametrize("code", ["unheard-of", "1020"])
def test_unknown_opening_is_not_found(shared_client, code):
    check_problem(shared_client.post(f"/openings/{code}/what-if", json={}), 404)


def test_contains_no_name_contact_or_cv(shared_client):
    assert find_secrets(compare(shared_client, num_recs=100)) == []


@pytest.mark.parametrize(
    "body",
    [
        {"num_recs": 0},
        {"num_recs": 101},
        {"num_recs": 1.5},
        {"title": ""},
        {"title": "x" * 501},
        {"body": "x" * 20_001},
        {"english": ""},
        {"english": "x" * 201},
        {"remove": "SAP MM"},
        {"remove": ["x"] * 201},
        {"nome": "x"},
        [],
    ],
)
def test_body_out_of_bounds_is_refused(shared_client, body):
    check_problem(shared_client.post(f"/openings/{OPENING}/what-if", json=body), 422)


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["java spring", "SAP MM e ABAP", "Inglês fluente", "não exige"]
)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("title", "skills", "body"), TEXTS),
        **dict.fromkeys(("english", "spanish", "level", "degree"), TEXTS | st.none()),
        "remove": st.lists(st.sampled_from(["SAP MM", "Java", "English", "Seniority"]) | TEXTS, max_size=3),
        "num_recs": st.integers(-1, 101),
    },
)
VALUES = st.none() | st.text(max_size=9) | st.integers() | st.booleans() | st.lists(st.integers(), max_size=2)
BODIES = EDITS | st.dictionaries(st.sampled_from(["title", "body", "remove", "num_recs", "x"]), VALUES)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES)
def test_any_edit_is_answered_and_its_changes_are_consistent(shared_client, edit):
    response = shared_client.post(f"/openings/{OPENING}/what-if", content=json.dumps(edit))
    assert response.status_code in (200, 422)
    if response.status_code == 200:
        body = response.json()
        assert not names(body["added"]) & names(body["removed"])
        assert not names(body["added"]) & set(edit.get("remove") or [])
        check_places(body)
