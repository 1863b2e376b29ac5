"""An item is recommended while it is published, and neither expired nor withdrawn."""

import json

import pytest

from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, USERS_KEY

HOUR_MS = 3_600_000


@pytest.fixture
def post(live, clock):
    def post(body, path="/items", key=ITEMS_KEY):
        answer = live.post(path, content=json.dumps(body), headers={"X-API-Key": key})
        clock.ms += 1_000
        return answer

    return post


@pytest.fixture
def withdraw(live, clock):
    def withdraw(item_id, key=ITEMS_KEY):
        answer = live.delete(f"/items/{item_id}", headers={"X-API-Key": key})
        clock.ms += 1_000
        return answer.status_code

    return withdraw


def article(name, **more):
    return {"item_id": name, "title": f"Title of {name}", "category": "novelty", **more}


def ids(answer):
    return [item["item_id"] for item in answer.json()["items"]]


def lists_with(client, name):
    """Return the lists that have an item, for a user who has not read it."""
    user = {"user_id": "3"}
    lists = {
        "list": ids(client.get("/recommendations", params={**user, "num_recs": 100})),
        "category": ids(client.get("/recommendations", params={"category": "novelty"})),
        "new": ids(client.get("/recommendations", params={"max_age_hours": 2, "num_recs": 100})),
        "trending": ids(client.get("/trending", params={"num_recs": 100})),
        "similar": ids(client.get("/similar/1", params={"num_recs": 100})),
        "predict": [
            item["item_id"]
            for item in client.post("/predict", json={"userId": "3", "max_results": 100}).json()[
                "recommendations"
            ]
        ],
    }
    return {way for way, item_ids in lists.items() if name in item_ids}


def read_by(post, name, users):
    post([{"user_id": user, "item_id": name} for user in users], "/events", EVENTS_KEY)


def test_embargoed_item_is_recommended_from_its_published_time(live, post, clock):
    assert post(article("soon", published_at=clock.ms + 6 * HOUR_MS)).json()["items"][0]["status"] == "new"
    read_by(post, "soon", [f"editor {at}" for at in range(30)])
    assert lists_with(live, "soon") == set()
    assert live.get("/similar/soon").status_code == 404
    clock.ms += 6 * HOUR_MS
    assert {"category", "new"} <= lists_with(live, "soon"), "earlier interactions do not count"
    assert live.get("/similar/soon").status_code == 200


def test_expired_item_is_not_recommended(live, post, clock):
    post(article("short", expires_at=clock.ms + HOUR_MS))
    assert "category" in lists_with(live, "short")
    clock.ms += HOUR_MS
    assert lists_with(live, "short") == set()


def test_withdrawn_item_is_recommended_again_after_a_report(live, post, withdraw):
    post(article("n1"))
    read_by(post, "n1", [f"r{at}" for at in range(30)])
    assert "trending" in lists_with(live, "n1")
    assert withdraw("n1") == 204
    assert lists_with(live, "n1") == set()
    post(article("n1"))
    assert "trending" in lists_with(live, "n1")


def test_withdrawn_item_is_removed_from_cached_lists(live, withdraw):
    def recommended():
        return ids(live.get("/recommendations", params={"user_id": "3", "num_recs": 10}))

    for _ in range(25):
        first = recommended()[0]
        assert withdraw(first) == 204
        after = recommended()
        assert len(after) == 10
        assert first not in after


def test_unknown_item_stays_withdrawn(live, withdraw, post):
    assert withdraw("later") == 204
    read_by(post, "later", ["somebody"])
    assert lists_with(live, "later") == set()


def test_withdrawal_needs_a_key_for_items(withdraw):
    assert withdraw("1", USERS_KEY) == 403


def test_correction_keeps_fields_that_it_leaves_out(live, post):
    post(article("n1", url="https://example.com/n1", published_at="2020-01-01T00:00:00Z"))
    post({"item_id": "n1", "title": "Corrected"})
    found = live.get("/recommendations", params={"category": "novelty"}).json()["items"][0]
    assert found["title"] == "Corrected"
    assert (found["url"], found["category"]) == ("https://example.com/n1", "novelty")
    assert found["published_at"] == "2020-01-01T00:00:00Z"
    assert "new" not in lists_with(live, "n1")


@pytest.mark.parametrize("nothing", [None, ""])
def test_optional_fields_may_be_null_or_empty(live, post, nothing):
    assert post(article("n1", url=nothing, published_at=nothing)).json()["accepted"] == 1
    event = {"user_id": "a", "item_id": "n1", "region": nothing, "seconds": nothing}
    assert post(event, "/events", EVENTS_KEY).json()["accepted"] == 1
    assert post({**event, "user_id": nothing}, "/events", EVENTS_KEY).status_code == 422


def test_ids_may_be_whole_numbers(live, post):
    post(article(1234))
    post({"user_id": 17, "item_id": 1234}, "/events", EVENTS_KEY)
    headers = {"X-API-Key": USERS_KEY}
    assert live.get("/users/17", headers=headers).json()["recent"][0]["item_id"] == "1234"


def test_backslash_escapes_commas_and_blanks_of_excluded_ids(live, post):
    post([article("story,42"), article(" lead"), article("back\\slash")])
    parameters = {"category": "novelty", "exclude": ["story\\,42", "\\ lead"]}
    assert ids(live.get("/recommendations", params=parameters)) == ["back\\slash"]
    parameters = {"category": "novelty", "exclude": "story\\,42, back\\\\slash"}
    assert ids(live.get("/recommendations", params=parameters)) == [" lead"]


def test_pages_are_parts_of_one_list(live):
    whole = live.get("/recommendations", params={"user_id": "3", "num_recs": 60}).json()["items"]
    pages = [
        live.get("/recommendations", params={"user_id": "3", "num_recs": 20, "offset": first}).json()["items"]
        for first in (0, 20, 40)
    ]
    assert [(item["item_id"], item["rank"]) for page in pages for item in page] == [
        (item["item_id"], item["rank"]) for item in whole
    ]
    after_the_end = live.get("/recommendations", params={"user_id": "3", "offset": 500}).json()["items"]
    assert after_the_end == []


def test_request_excludes_at_most_five_hundred_items(live):
    some = ids(live.get("/recommendations", params={"num_recs": 10}))
    params = {"exclude": ",".join([*some, *(f"other{at}" for at in range(490))])}
    assert not set(some) & set(ids(live.get("/recommendations", params=params)))
    params = {"exclude": ",".join(f"other{at}" for at in range(501))}
    assert live.get("/recommendations", params=params).status_code == 422


def test_rejected_events_are_listed_for_administrators(live):
    answer = live.get("/events/rejected", headers={"X-API-Key": ADMIN_KEY})
    assert answer.json() == {"count": 0, "events": []}
    assert live.get("/events/rejected", headers={"X-API-Key": ITEMS_KEY}).status_code == 403


def test_withdrawal_keeps_the_expiry_of_an_item(live, post, withdraw, clock):
    post(article("short", expires_at=clock.ms + HOUR_MS))
    withdraw("short")
    post(article("short"))
    assert "category" in lists_with(live, "short")
    clock.ms += HOUR_MS
    assert lists_with(live, "short") == set()


def test_report_and_correction_in_one_body_both_count(live, post, clock):
    post([article("n1", expires_at=clock.ms + HOUR_MS), {"item_id": "n1", "title": "Corrected"}])
    found = live.get("/recommendations", params={"category": "novelty"}).json()["items"][0]
    assert (found["item_id"], found["title"]) == ("n1", "Corrected")
    clock.ms += HOUR_MS
    assert lists_with(live, "n1") == set()
