"""Lists ranked ahead: given again while they hold, and no longer."""

import json

import pytest

from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.result_cache import MAX_AGE_MS
from script_shared.types import Interaction, Request
from tests.app.server.test_wire import request, talk
from tests.support.editions import publish_edition, registry_at
from tests.support.servers import serving, until_ready
from tests.support.services import EVENTS_KEY, KEYS

SECOND = 1_000


def post(client, *reads):
    body = json.dumps([{"user_id": reader, "item_id": item} for reader, item in reads])
    answer = client.post("/events", content=body, headers={"X-API-Key": EVENTS_KEY})
    assert answer.json()["accepted"] == len(reads)


def shown(client, reader, count=50):
    answer = client.get("/recommendations", params={"user_id": reader, "num_recs": count}).json()
    return [item["item_id"] for item in answer["items"]]


@pytest.fixture
def engine(whole, clock):
    return Engine.load(whole, NEWS, clock, cache_size=2)


def test_a_list_is_given_again_until_its_time_is_up(engine, clock):
    first = engine.recommend(Request("3"))
    clock.ms += MAX_AGE_MS - 1
    assert engine.recommend(Request("3")) is first
    clock.ms += 1
    assert engine.recommend(Request("3")) is not first


def test_who_was_not_asked_for_longest_makes_room(engine):
    first, second = engine.recommend(Request("3")), engine.recommend(Request("5"))
    assert engine.recommend(Request("3")) is first
    engine.recommend(Request("7"))
    assert engine.recommend(Request("3")) is first
    assert engine.recommend(Request("5")) is not second


def test_a_list_that_a_read_has_overtaken_makes_room_for_the_next(engine, clock):
    others = engine.recommend(Request("5"))
    for _ in range(3):
        own = engine.recommend(Request("3"))
        engine.apply([Interaction("3", own.items[0].item_id, clock.ms)])
    assert engine.recommend(Request("5")) is others


@pytest.mark.parametrize(
    "other", [{"n": 11}, {"diversity": 0.5}, {"context": {"region": "1"}}, {"user_type": "Logged"}]
)
def test_another_question_gets_an_answer_of_its_own(engine, other):
    first = engine.recommend(Request("3"))
    assert engine.recommend(Request(**{"user_id": "3", **other})) is not first


@pytest.mark.parametrize("rare", [{"exclude": ("1",)}, {"recent_items": ("1",)}, {"max_age_hours": 5.0}])
def test_what_is_asked_once_is_not_kept(engine, rare):
    assert engine.recommend(Request("3", **rare)) is not engine.recommend(Request("3", **rare))


def test_strangers_share_a_list(engine):
    assert engine.recommend(Request("nobody")) is engine.recommend(Request(None))


def test_a_read_reaches_its_reader_at_once_and_changes_nothing_for_others(engine, clock):
    own, others = engine.recommend(Request("3")), engine.recommend(Request("5"))
    item = own.items[0].item_id
    engine.apply([Interaction("3", item, clock.ms)])
    after = engine.recommend(Request("3"))
    assert item not in [each.item_id for each in after.items]
    clock.ms += SECOND
    assert engine.recommend(Request("5")) is others


@pytest.mark.parametrize("begin", range(0, SECOND, 150))
def test_what_many_read_within_a_second_is_in_everybodys_list_before_the_second_is_over(
    engine, whole, clock, begin
):
    """They ask all the while: a list that is made too early to know may not stand."""
    item, anew = unheard_of(engine), Engine.load(whole, NEWS, clock)
    for moment in range(0, 3 * SECOND, 50):
        for each in (engine, anew) if moment == begin + SECOND else ():
            each.apply([Interaction(f"r{number}", item, clock.ms) for number in range(300)])
        lists = {reader: names(engine, reader) for reader in ("12", "nobody")}
        if moment >= begin + 2 * SECOND:
            assert all(item in names(anew, reader) for reader in lists)
            assert all(item in told for told in lists.values())
        clock.ms += 50


def names(engine, reader):
    return {each.item_id for each in engine.recommend(Request(reader, n=30)).items}


def unheard_of(engine):
    """Return an item of which nobody is told, however long the list."""
    told = {each.item_id for each in engine.recommend(Request("nobody", n=50)).items}
    return next(
        str(number) for number in range(1, 200) if engine.has_item(str(number)) and str(number) not in told
    )


def test_a_kept_list_is_what_would_be_ranked_now(engine, whole, clock):
    anew = Engine.load(whole, NEWS, clock)
    for reader in ("3", "5", "nobody", "3", "5", "nobody"):
        assert engine.recommend(Request(reader)) == anew.recommend(Request(reader))


@pytest.mark.parametrize("reader", ["3", "somebody new"])
def test_who_reads_and_asks_over_and_over_is_never_shown_what_was_read(live, reader):
    read = set()
    for _ in range(4):
        first = shown(live, reader)[0]
        assert first in shown(live, reader)
        post(live, (reader, first))
        read.add(first)
        assert not read & set(shown(live, reader))


def test_what_many_read_changes_lists_that_were_kept(live, clock):
    before = {reader: shown(live, reader) for reader in ("3", "5", "nobody")}
    last = before["nobody"][-1]
    post(live, *((f"r{number}", last) for number in range(300)))
    clock.ms += SECOND
    assert live.get("/trending").json()["items"][0]["item_id"] == last
    assert shown(live, "nobody") != before["nobody"]


def test_a_reader_who_is_forgotten_is_a_stranger_at_once(live):
    assert live.get("/recommendations", params={"user_id": "3"}).json()["segment"] != "anonymous"
    key = {"X-API-Key": KEYS["api_keys_users"]}
    assert live.delete("/users/3", headers=key).status_code == 204
    assert live.get("/recommendations", params={"user_id": "3"}).json()["segment"] == "anonymous"


def test_a_request_that_came_before_is_checked_as_well(live):
    plain = "/recommendations?user_id=3&num_recs=5"
    first = live.get(plain)
    again = live.get(plain)
    assert first.json()["impression_id"] != again.json()["impression_id"]
    assert first.json() | {"impression_id": None} == again.json() | {"impression_id": None}
    assert {**first.headers} == {**again.headers}
    assert live.get(plain + "&explain=true").status_code == 401
    assert [live.get("/recommendations?num_recs=0").status_code for _ in range(2)] == [422, 422]
    assert live.put(plain).status_code == 405


def test_a_filter_holds_when_asked_again(live):
    url = f"/recommendations?user_id=3&exclude={shown(live, '3')[0]}"
    assert live.get(url).json()["items"] == live.get(url).json()["items"]
    assert shown(live, "3")[0] not in [each["item_id"] for each in live.get(url).json()["items"]]


@pytest.mark.integration
def test_answers_are_whole_on_the_wire_with_a_body_and_without(whole, tmp_path):
    publish_edition(registry_at(tmp_path), whole, "first")
    with serving(tmp_path, tmp_path / "log") as (_, client):
        until_ready(client)
        key = f"X-API-Key: {KEYS['api_keys_users']}"
        forgotten = talk(client, request("DELETE /users/3 HTTP/1.1", key, "Connection: close"))
        assert forgotten.startswith(b"HTTP/1.1 204")
        assert forgotten.endswith(b"\r\n\r\n")
        live = request("GET /health/live HTTP/1.1")
        last = request("GET /health/live HTTP/1.1", "Connection: close")
        assert talk(client, live + live + last).count(b"HTTP/1.1 200 OK\r\n") == 3
        waits = request(
            "POST /predict HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", "Connection: close"
        )
        assert talk(client, waits, b"{}").startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422")
