"""Cached results are returned only while they are valid."""

import json

import pytest

from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.result_cache import MAX_AGE_MS
from script_shared.types import Interaction, Request
from tests.app.server.test_wire import exchange, request
from tests.support.processes.api_client import EVENTS_KEY, KEYS
from tests.support.processes.api_process import run_api, wait_until_ready
from tests.support.releases.release_copies import create_registry, publish_copy

SECOND = 1_000


def post(client, *interactions):
    body = json.dumps([{"user_id": user, "item_id": item} for user, item in interactions])
    response = client.post("/events", content=body, headers={"X-API-Key": EVENTS_KEY})
    assert response.json()["accepted"] == len(interactions)


def get_item_ids(client, user, count=50):
    result = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in result["items"]]


@pytest.fixture
def engine(release, clock):
    return Engine.load(release, NEWS, clock, cache_size=2)


def test_cached_result_is_returned_until_it_expires(engine, clock):
    first = engine.recommend(Request("3"))
    clock.ms += MAX_AGE_MS - 1
    assert engine.recommend(Request("3")) is first
    clock.ms += 1
    assert engine.recommend(Request("3")) is not first


def test_least_recently_used_result_is_evicted(engine):
    first, second = engine.recommend(Request("3")), engine.recommend(Request("5"))
    assert engine.recommend(Request("3")) is first
    engine.recommend(Request("7"))
    assert engine.recommend(Request("3")) is first
    assert engine.recommend(Request("5")) is not second


def test_outdated_result_is_replaced_without_evicting_others(engine, clock):
    others = engine.recommend(Request("5"))
    for _ in range(3):
        result = engine.recommend(Request("3"))
        engine.apply([Interaction("3", result.items[0].item_id, clock.ms)])
    assert engine.recommend(Request("5")) is others


@pytest.mark.parametrize(
    "other", [{"n": 11}, {"diversity": 0.5}, {"context": {"region": "1"}}, {"user_type": "Logged"}]
)
def test_different_requests_have_separate_results(engine, other):
    first = engine.recommend(Request("3"))
    assert engine.recommend(Request(**{"user_id": "3", **other})) is not first


@pytest.mark.parametrize(
    "parameters", [{"exclude": ("1",)}, {"recent_items": ("1",)}, {"max_age_hours": 5.0}]
)
def test_requests_with_rare_parameters_are_not_cached(engine, parameters):
    assert engine.recommend(Request("3", **parameters)) is not engine.recommend(Request("3", **parameters))


def test_unknown_users_share_a_result(engine):
    assert engine.recommend(Request("nobody")) is engine.recommend(Request(None))


def test_interaction_invalidates_only_the_result_of_its_user(engine, clock):
    result, others = engine.recommend(Request("3")), engine.recommend(Request("5"))
    item = result.items[0].item_id
    engine.apply([Interaction("3", item, clock.ms)])
    after = engine.recommend(Request("3"))
    assert item not in [recommended.item_id for recommended in after.items]
    clock.ms += SECOND
    assert engine.recommend(Request("5")) is others


@pytest.mark.parametrize("start_ms", range(0, SECOND, 150))
def test_newly_popular_item_is_in_cached_results_within_a_second(engine, release, clock, start_ms):
    """Users request lists all the time; a result from before the interactions must not remain cached."""
    item, uncached = find_unlisted_item(engine), Engine.load(release, NEWS, clock)
    for time_ms in range(0, 3 * SECOND, 50):
        for target in (engine, uncached) if time_ms == start_ms + SECOND else ():
            target.apply([Interaction(f"r{number}", item, clock.ms) for number in range(300)])
        lists = {user: recommend_ids(engine, user) for user in ("12", "nobody")}
        if time_ms >= start_ms + 2 * SECOND:
            assert all(item in recommend_ids(uncached, user) for user in lists)
            assert all(item in item_ids for item_ids in lists.values())
        clock.ms += 50


def recommend_ids(engine, user):
    return {item.item_id for item in engine.recommend(Request(user, n=30)).items}


def find_unlisted_item(engine):
    """Return an item that is in no list of fifty for an unknown user."""
    listed = {item.item_id for item in engine.recommend(Request("nobody", n=50)).items}
    return next(
        str(number) for number in range(1, 200) if engine.has_item(str(number)) and str(number) not in listed
    )


def test_cached_result_equals_an_uncached_one(engine, release, clock):
    uncached = Engine.load(release, NEWS, clock)
    for user in ("3", "5", "nobody", "3", "5", "nobody"):
        assert engine.recommend(Request(user)) == uncached.recommend(Request(user))


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_cached_lists_never_have_items_of_the_history(client, user):
    clicked = set()
    for _ in range(4):
        first = get_item_ids(client, user)[0]
        assert first in get_item_ids(client, user)
        post(client, (user, first))
        clicked.add(first)
        assert not clicked & set(get_item_ids(client, user))


def test_popular_item_changes_cached_lists(client, clock):
    before = {user: get_item_ids(client, user) for user in ("3", "5", "nobody")}
    last_item = before["nobody"][-1]
    post(client, *((f"r{number}", last_item) for number in range(300)))
    clock.ms += SECOND
    assert client.get("/trending").json()["items"][0]["item_id"] == last_item
    assert get_item_ids(client, "nobody") != before["nobody"]


def test_forgotten_user_has_no_cached_list(client):
    assert client.get("/recommendations", params={"user_id": "3"}).json()["segment"] != "anonymous"
    key = {"X-API-Key": KEYS["api_keys_users"]}
    assert client.delete("/users/3", headers=key).status_code == 204
    assert client.get("/recommendations", params={"user_id": "3"}).json()["segment"] == "anonymous"


def test_repeated_request_is_validated_and_logged_again(client):
    url = "/recommendations?user_id=3&num_recs=5"
    first_response = client.get(url)
    second_response = client.get(url)
    assert first_response.json()["impression_id"] != second_response.json()["impression_id"]
    assert first_response.json() | {"impression_id": None} == second_response.json() | {"impression_id": None}
    assert {**first_response.headers} == {**second_response.headers}
    assert client.get(url + "&explain=true").status_code == 401
    assert [client.get("/recommendations?num_recs=0").status_code for _ in range(2)] == [422, 422]
    assert client.put(url).status_code == 405


def test_repeated_request_keeps_its_filters(client):
    url = f"/recommendations?user_id=3&exclude={get_item_ids(client, '3')[0]}"
    assert client.get(url).json()["items"] == client.get(url).json()["items"]
    assert get_item_ids(client, "3")[0] not in [item["item_id"] for item in client.get(url).json()["items"]]


@pytest.mark.integration
def test_responses_are_complete_with_and_without_a_body(release, tmp_path):
    publish_copy(create_registry(tmp_path), release, "first")
    with run_api(tmp_path, tmp_path / "log") as (_, client):
        wait_until_ready(client)
        key = f"X-API-Key: {KEYS['api_keys_users']}"
        forgotten = exchange(client, request("DELETE /users/3 HTTP/1.1", key, "Connection: close"))
        assert forgotten.startswith(b"HTTP/1.1 204")
        assert forgotten.endswith(b"\r\n\r\n")
        health_request = request("GET /health/live HTTP/1.1")
        last_request = request("GET /health/live HTTP/1.1", "Connection: close")
        assert (
            exchange(client, health_request + health_request + last_request).count(b"HTTP/1.1 200 OK\r\n")
            == 3
        )
        post_request = request(
            "POST /predict HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", "Connection: close"
        )
        assert exchange(client, post_request, b"{}").startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422")
