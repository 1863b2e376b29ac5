"""`GET /users/{user_id}` and `DELETE /users/{user_id}`."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY, USERS_KEY

HEADERS = {"X-API-Key": USERS_KEY}


@pytest.fixture
def interact(client):
    def interact(user, *items, **fields):
        body = [{"user_id": user, "item_id": item, **fields} for item in items]
        assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).status_code == 200

    return interact


def recommend(client, user):
    result = client.get("/recommendations", params={"user_id": user, "num_recs": 100}).json()
    return [item["item_id"] for item in result["items"]], result["segment"]


def test_user_response_has_segment_and_recent_interactions(client, interact, clock, histories):
    interact("3", "100", user_type="Logged")
    response = client.get("/users/3", headers=HEADERS)
    body = response.json()
    assert response.headers["cache-control"] == "no-store"
    assert (body["user_id"], body["user_type"], body["segment"], body["model"]) == (
        *("3", "Logged"),
        *("logged", "hybrid"),
    )
    assert {interaction["item_id"] for interaction in body["recent"]} <= histories["3"] | {"100"}
    assert (body["recent"][0]["item_id"], body["recent"][0]["title"]) == ("100", "first")
    assert len(body["recent"]) == min(body["interactions"], 20)
    times = [interaction["read_at"] for interaction in body["recent"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("user", ["3", "somebody new", "a/b?c"])
def test_forgotten_user_is_unknown_from_the_next_request(client, interact, user):
    path = f"/users/{user.replace('?', '%3F')}"
    items = recommend(client, user)[0][:3]
    interact(user, *items)
    assert recommend(client, user)[1] != "anonymous"
    assert client.delete(path, headers=HEADERS).status_code == 204
    assert recommend(client, user)[1] == "anonymous"
    assert set(items) <= set(recommend(client, user)[0])
    check_problem(client.get(path, headers=HEADERS), 404)
    [(_, last)] = client.app.state.event_consumer.log.read(0, 9)
    assert (last.kind, last.user_id, last.item_id, last.details) == ("forget", user, "", {})


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_forgotten_user_who_returns_has_no_history(client, interact, user):
    interact(user, *recommend(client, user)[0][:6])
    client.delete(f"/users/{user}", headers=HEADERS)
    item = recommend(client, user)[0][0]
    interact(user, item)
    assert client.get(f"/users/{user}", headers=HEADERS).json()["interactions"] == 1
    assert item not in recommend(client, user)[0]


def test_forgetting_a_user_does_not_change_others(client, interact, histories):
    before = {user: client.get(f"/users/{user}", headers=HEADERS).json() for user in ("2", "4")}
    client.delete("/users/3", headers=HEADERS)
    assert {user: client.get(f"/users/{user}", headers=HEADERS).json() for user in before} == before


def test_new_release_forgets_users_when_it_is_loaded(client, interact, publish):
    interact("5", recommend(client, "5")[0][0])
    for user in ("3", "5"):
        assert client.delete(f"/users/{user}", headers=HEADERS).status_code == 204
    publish("second")
    client.app.state.release_watcher.refresh()
    for user in ("3", "5"):
        assert recommend(client, user)[1] == "anonymous"
        check_problem(client.get(f"/users/{user}", headers=HEADERS), 404)


def test_state_has_no_history_of_a_forgotten_user(client, release):
    engine = client.app.state.release_watcher.release.engine
    user = engine._router.users.find("3")
    assert engine._state.histories.get(user)[1].min() > 0
    client.delete("/users/3", headers=HEADERS)
    assert engine._state.histories.get(user)[1].max() == 0


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"X-API-Key": "wrong"}, 401), ({"X-API-Key": EVENTS_KEY}, 403)]
)
def test_users_need_a_key_for_users(client, method, headers, status):
    check_problem(getattr(client, method)("/users/3", headers=headers), status)


def test_forgetting_an_unknown_user_succeeds(client):
    assert client.delete("/users/nobody", headers=HEADERS).status_code == 204
    check_problem(client.get("/users/nobody", headers=HEADERS), 404)
