"""`DELETE /applicants/{id}`: an erased applicant is in no list, log or file (LGPD, article 18)."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import (
    EVENTS,
    ITEMS,
    USERS,
    applicant_codes,
    get_json,
    opening_codes,
    post,
    search,
)

CV_WORD = "word-of-the-secret-cv"


@pytest.fixture
def applicant(client):
    """The code of an applicant who was reported, applied, and is part of a logged list."""
    post(client, "/applicants", {"applicant_id": "9000", "title": "Consultor SAP MM", "body": CV_WORD})
    assert "9000" in applicant_codes(client, "140", num_recs=10)
    opening_codes(client, "9000", num_recs=5)
    post(client, "/applications", {"opening_id": "141", "applicant_id": "9000"}, EVENTS)
    return "9000"


def erase(client, code):
    assert client.delete(f"/applicants/{code}", headers=USERS).status_code == 204


@pytest.mark.parametrize("code", ["9000", "1020"])
def test_erased_applicant_is_found_nowhere(client, applicant, code):
    erase(client, code)
    check_problem(client.get(f"/applicants/{code}/openings"), 404)
    check_problem(client.get("/similarity/vacancies", params={"applicant_id": code}), 404)
    assert client.get(f"/users/applicant:{code}", headers=USERS).status_code == 404
    everybody = applicant_codes(client, "140", num_recs=100) + applicant_codes(
        client, "140", num_recs=100, offset=100
    )
    assert code not in everybody
    found = search(client, "applicants", text="consultor sap mm", num_recs=100)
    assert code not in [entity["applicant_id"] for entity in found]


def test_no_other_history_names_an_erased_applicant(client, applicant):
    assert "applicant:9000" in client.get("/users/opening:141", headers=USERS).text
    erase(client, applicant)
    assert "applicant:9000" not in client.get("/users/opening:141", headers=USERS).text


def test_erased_applicant_is_in_no_log(client, applicant, tmp_path):
    erase(client, applicant)
    events = [event for _, event in client.app.state.event_consumer.log.read(0, 99)]
    assert [(event.kind, event.user_id) for event in events] == [("forget", "applicant:9000")]
    files = [path for path in (tmp_path / "recruiting" / "events").iterdir() if path.is_file()]
    assert len(files) >= 2
    assert all(CV_WORD.encode() not in path.read_bytes() for path in files)
    impressions = [path for path in files if "impressions" in path.name]
    assert impressions
    assert all(b"applicant:9000" not in path.read_bytes() for path in impressions)


def test_erased_applicant_who_comes_back_starts_anew(client, applicant):
    erase(client, applicant)
    result = post(client, "/applicants", {"applicant_id": "9000", "title": "Desenvolvedor Java"})
    assert result["applicants"][0]["status"] == "new"
    assert get_json(client, "/applicants/9000/openings")["segment"] == "profile_only"


def test_unknown_applicant_may_be_erased(client):
    erase(client, "unheard-of")


def test_erasure_needs_a_key_for_users(client):
    check_problem(client.delete("/applicants/1020"), 401)
    check_problem(client.delete("/applicants/1020", headers=ITEMS), 403)
