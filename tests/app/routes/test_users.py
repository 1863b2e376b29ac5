"""What is known of a reader, and how it is forgotten."""

import pytest

from tests.app.middleware.test_problems import check
from tests.support.services import EVENTS_KEY, READERS_KEY

HEADERS = {"X-API-Key": READERS_KEY}


@pytest.fixture
def read(live):
    def read(reader, *items, **more):
        body = [{"user_id": reader, "item_id": item, **more} for item in items]
        assert live.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).status_code == 200

    return read


def shown(client, reader):
    answer = client.get("/recommendations", params={"user_id": reader, "num_recs": 100}).json()
    return [item["item_id"] for item in answer["items"]], answer["segment"]


def test_a_reader_is_described(live, read, clock, reads):
    read("3", "100", user_type="Logged")
    told = live.get("/users/3", headers=HEADERS)
    body = told.json()
    assert told.headers["cache-control"] == "no-store"
    assert (body["user_id"], body["user_type"], body["segment"], body["model"]) == (
        *("3", "Logged"),
        *("logged", "hybrid"),
    )
    assert {each["item_id"] for each in body["recent"]} <= reads["3"] | {"100"}
    assert (body["recent"][0]["item_id"], body["recent"][0]["title"]) == ("100", "first")
    assert len(body["recent"]) == min(body["interactions"], 20)
    moments = [each["read_at"] for each in body["recent"]]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("reader", ["3", "somebody new", "a/b?c"])
def test_who_is_forgotten_is_unknown_from_the_next_request_on(live, read, reader):
    path = f"/users/{reader.replace('?', '%3F')}"
    items = shown(live, reader)[0][:3]
    read(reader, *items)
    assert shown(live, reader)[1] != "anonymous"
    assert live.delete(path, headers=HEADERS).status_code == 204
    assert shown(live, reader)[1] == "anonymous"
    assert set(items) <= set(shown(live, reader)[0])
    check(live.get(path, headers=HEADERS), 404)
    [(_, last)] = live.app.state.event_consumer.log.read(0, 9)
    assert (last.kind, last.user_id, last.item_id, last.details) == ("forget", reader, "", {})


@pytest.mark.parametrize("reader", ["3", "somebody new"])
def test_who_comes_back_begins_anew(live, read, reader):
    read(reader, *shown(live, reader)[0][:6])
    live.delete(f"/users/{reader}", headers=HEADERS)
    item = shown(live, reader)[0][0]
    read(reader, item)
    assert live.get(f"/users/{reader}", headers=HEADERS).json()["interactions"] == 1
    assert item not in shown(live, reader)[0]


def test_others_are_as_they_were(live, read, reads):
    before = {reader: live.get(f"/users/{reader}", headers=HEADERS).json() for reader in ("2", "4")}
    live.delete("/users/3", headers=HEADERS)
    assert {reader: live.get(f"/users/{reader}", headers=HEADERS).json() for reader in before} == before


def test_a_release_that_still_knows_them_forgets_when_it_is_loaded(live, read, publish):
    read("5", shown(live, "5")[0][0])
    for reader in ("3", "5"):
        assert live.delete(f"/users/{reader}", headers=HEADERS).status_code == 204
    publish("second")
    live.app.state.release_watcher.look()
    for reader in ("3", "5"):
        assert shown(live, reader)[1] == "anonymous"
        check(live.get(f"/users/{reader}", headers=HEADERS), 404)


def test_nothing_of_the_reader_is_left_in_the_state(live, whole):
    engine = live.app.state.release_watcher.served.engine
    user = engine._router.users.find("3")
    assert engine._state.histories.of(user)[1].min() > 0
    live.delete("/users/3", headers=HEADERS)
    assert engine._state.histories.of(user)[1].max() == 0


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"X-API-Key": "wrong"}, 401), ({"X-API-Key": EVENTS_KEY}, 403)]
)
def test_the_door_has_a_key_of_its_own(live, method, headers, status):
    check(getattr(live, method)("/users/3", headers=headers), status)


def test_nobody_is_forgotten_who_is_not_known(live):
    assert live.delete("/users/nobody", headers=HEADERS).status_code == 204
    check(live.get("/users/nobody", headers=HEADERS), 404)
