"""`POST /applications` and `DELETE /applications/{opening}/{applicant}`."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.recruiting_client import (
    EVENTS,
    ITEMS,
    USERS,
    applicant_codes,
    get_json,
    list_applicants,
    opening_codes,
    post,
)

OPENING = "140"


@pytest.fixture
def other(client):
    """The code of an applicant who has not applied to the opening."""
    return applicant_codes(client, OPENING, num_recs=1)[0]


def apply(client, opening, applicant, **fields):
    element = {"opening_id": opening, "applicant_id": applicant, **fields}
    return post(client, "/applications", element, EVENTS)["applications"][0]


def read_log(client):
    return [event for _, event in client.app.state.event_consumer.log.read(0, 99)]


def history(client, user):
    body = client.get(f"/users/{user}", headers=USERS).json()
    return body["interactions"], [row["item_id"] for row in body["recent"]]


def test_application_counts_for_both_sides_at_once(client, other):
    before = [history(client, f"opening:{OPENING}")[0], history(client, f"applicant:{other}")[0]]
    assert apply(client, OPENING, other)["status"] == "accepted"
    opening, applicant = history(client, f"opening:{OPENING}"), history(client, f"applicant:{other}")
    assert [opening[0], applicant[0]] == [count + 1 for count in before]
    assert (opening[1][0], applicant[1][0]) == (f"applicant:{other}", f"opening:{OPENING}")
    assert other not in applicant_codes(client, OPENING, num_recs=100)
    assert OPENING not in opening_codes(client, other, num_recs=100)


def test_application_is_logged_as_two_events(client, other, clock):
    apply(client, OPENING, other, event_id="e1", recruiter="R1")
    forward, reverse = read_log(client)
    assert (forward.event_id, forward.user_id, forward.user_type) == ("e1", f"opening:{OPENING}", "opening")
    assert (reverse.user_id, reverse.item_id) == (forward.item_id, forward.user_id)
    assert (reverse.event_id, reverse.user_type) == ("e1\x1freverse", "applicant")
    assert forward.details == reverse.details == {"recruiter": "R1", "status": "Prospect"}
    assert forward.time_ms == reverse.time_ms == clock.ms


def test_event_that_is_sent_again_counts_once(client, other):
    assert apply(client, OPENING, other, event_id="e1")["status"] == "accepted"
    count, _ = history(client, f"opening:{OPENING}")
    assert apply(client, OPENING, other, event_id="e1")["status"] == "duplicate"
    assert history(client, f"opening:{OPENING}")[0] == count
    assert len(read_log(client)) == 2


@pytest.mark.parametrize("status", ["advanced", "refused", "hired"])
def test_outcome_is_logged_with_its_time_and_does_not_raise_counts(client, other, status):
    apply(client, OPENING, other)
    popular = get_json(client, "/trending", num_recs=100)["items"]
    apply(client, OPENING, other, status=status)
    assert get_json(client, "/trending", num_recs=100)["items"] == popular
    event = read_log(client)[-1]
    assert event.details["updated_at"] == event.time_ms
    assert event.details["status"] != "Prospect"


def test_outcome_alone_belongs_to_the_history(client, other):
    apply(client, OPENING, other, status="refused")
    assert other not in applicant_codes(client, OPENING, num_recs=100)


def test_application_of_unknown_entities_counts_as_soon_as_they_are_reported(client):
    assert apply(client, "900", "1020")["status"] == "unknown-item"
    check_problem(client.get("/openings/900/applicants"), 404)
    assert apply(client, "140", "9000")["status"] == "unknown-item"
    assert "9000" not in applicant_codes(client, "141", num_recs=100)
    post(client, "/openings", {"opening_id": "900", "title": "Java"})
    assert get_json(client, "/openings/900/applicants")["segment"] == "with_history"
    post(client, "/applicants", {"applicant_id": "9000", "title": "Java"})
    assert "140" not in opening_codes(client, "9000", num_recs=100)


def test_entity_that_was_only_named_in_an_application_is_new_when_it_is_reported(client):
    apply(client, "900", "1020")
    result = post(client, "/openings", {"opening_id": "900", "title": "Java"})
    assert result["openings"][0]["status"] == "new"


def test_batch_has_a_result_for_each_element(client, other):
    elements = [
        {"opening_id": OPENING, "applicant_id": other, "event_id": "e1"},
        {"opening_id": OPENING, "applicant_id": other, "event_id": "e1"},
        {"opening_id": OPENING, "applicant_id": other, "timestamp": "2024-03-01T00:00:00Z"},
        {"opening_id": OPENING, "applicant_id": other, "timestamp": "2025-03-01T00:00:00Z"},
        {"opening_id": OPENING, "applicant_id": other, "status": "Contratado"},
        {"opening_id": OPENING},
    ]
    result = post(client, "/applications", elements, EVENTS)
    statuses = [application["status"] for application in result["applications"]]
    assert statuses == ["accepted", "duplicate", "late", "future", "malformed", "malformed"]
    assert (result["accepted"], result["duplicates"], result["refused"]) == (2, 1, 3)


def test_withdrawn_application_is_not_proposed_again(client, other):
    apply(client, OPENING, other)
    assert client.delete(f"/applications/{OPENING}/{other}", headers=EVENTS).status_code == 204
    assert read_log(client)[-1].details["status"] == "Desistiu"
    assert other not in applicant_codes(client, OPENING, num_recs=100)


def test_unknown_application_cannot_be_withdrawn(client, other):
    check_problem(client.delete(f"/applications/{OPENING}/{other}", headers=EVENTS), 404)
    check_problem(client.delete("/applications/unheard/of", headers=EVENTS), 404)


def test_writing_needs_a_key_for_events(client):
    check_problem(client.post("/applications", json=[]), 401)
    check_problem(client.post("/applications", json=[], headers=ITEMS), 403)
    check_problem(client.delete("/applications/1/2"), 401)


def test_comment_is_refused(client, other):
    element = {"opening_id": OPENING, "applicant_id": other, "comment": "x"}
    check_problem(client.post("/applications", json=element, headers=EVENTS), 422)


VALUES = st.none() | st.text(max_size=9) | st.integers() | st.booleans() | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(["opening_id", "applicant_id", "status", "timestamp", "event_id", "recruiter", "x"])
ELEMENTS = st.dictionaries(FIELDS, VALUES, max_size=5)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ELEMENTS | st.lists(ELEMENTS, max_size=3) | st.text())
def test_any_body_is_answered(client, body):
    response = client.post("/applications", content=json.dumps(body), headers=EVENTS)
    assert response.status_code in (200, 413, 422)
    assert list_applicants(client, OPENING, num_recs=1)
