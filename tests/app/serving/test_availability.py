"""An item is recommended from its published time until it expires or is withdrawn."""

import json

import pytest

from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, USERS_KEY

HOUR_MS = 3_600_000


@pytest.fixture
def post(client, clock):
    def post(body, path="/items", key=ITEMS_KEY):
        response = client.post(path, content=json.dumps(body), headers={"X-API-Key": key})
        clock.ms += 1_000
        return response

    return post


@pytest.fixture
def withdraw(client, clock):
    def withdraw(item_id, key=ITEMS_KEY):
        response = client.delete(f"/items/{item_id}", headers={"X-API-Key": key})
        clock.ms += 1_000
        return response.status_code

    return withdraw


def make_item(name, **fields):
    return {"item_id": name, "title": f"Title of {name}", "category": "novelty", **fields}


def get_item_ids(response):
    return [item["item_id"] for item in response.json()["items"]]


def find_lists_with(client, name):
    """Return the names of the lists with an item, for a user who has not interacted with it."""
    user = {"user_id": "3"}
    lists = {
        "list": get_item_ids(client.get("/recommendations", params={**user, "num_recs": 100})),
        "category": get_item_ids(client.get("/recommendations", params={"category": "novelty"})),
        "new": get_item_ids(client.get("/recommendations", params={"max_age_hours": 2, "num_recs": 100})),
        "trending": get_item_ids(client.get("/trending", params={"num_recs": 100})),
        "similar": get_item_ids(client.get("/similar/1", params={"num_recs": 100})),
        "predict": [
            item["item_id"]
            for item in client.post("/predict", json={"userId": "3", "max_results": 100}).json()[
                "recommendations"
            ]
        ],
    }
    return {list_name for list_name, item_ids in lists.items() if name in item_ids}


def send_interactions(post, name, users):
    post([{"user_id": user, "item_id": name} for user in users], "/events", EVENTS_KEY)


def test_embargoed_item_is_recommended_from_its_published_time(client, post, clock):
    assert post(make_item("soon", published_at=clock.ms + 6 * HOUR_MS)).json()["items"][0]["status"] == "new"
    send_interactions(post, "soon", [f"editor {number}" for number in range(30)])
    assert find_lists_with(client, "soon") == set()
    assert client.get("/similar/soon").status_code == 404
    clock.ms += 6 * HOUR_MS
    assert {"category", "new"} <= find_lists_with(client, "soon"), "earlier interactions do not count"
    assert client.get("/similar/soon").status_code == 200


def test_expired_item_is_not_recommended(client, post, clock):
    post(make_item("short", expires_at=clock.ms + HOUR_MS))
    assert "category" in find_lists_with(client, "short")
    clock.ms += HOUR_MS
    assert find_lists_with(client, "short") == set()


def test_withdrawn_item_is_recommended_again_after_a_report(client, post, withdraw):
    post(make_item("n1"))
    send_interactions(post, "n1", [f"r{number}" for number in range(30)])
    assert "trending" in find_lists_with(client, "n1")
    assert withdraw("n1") == 204
    assert find_lists_with(client, "n1") == set()
    post(make_item("n1"))
    assert "trending" in find_lists_with(client, "n1")


def test_withdrawn_item_is_removed_from_cached_lists(client, withdraw):
    def get_list():
        return get_item_ids(client.get("/recommendations", params={"user_id": "3", "num_recs": 10}))

    for _ in range(25):
        first = get_list()[0]
        assert withdraw(first) == 204
        after = get_list()
        assert len(after) == 10
        assert first not in after


def test_unknown_item_stays_withdrawn(client, withdraw, post):
    assert withdraw("later") == 204
    send_interactions(post, "later", ["somebody"])
    assert find_lists_with(client, "later") == set()


def test_withdrawal_needs_a_key_for_items(withdraw):
    assert withdraw("1", USERS_KEY) == 403


def test_correction_keeps_fields_that_it_leaves_out(client, post):
    post(make_item("n1", url="https://example.com/n1", published_at="2020-01-01T00:00:00Z"))
    post({"item_id": "n1", "title": "Corrected"})
    item = client.get("/recommendations", params={"category": "novelty"}).json()["items"][0]
    assert item["title"] == "Corrected"
    assert (item["url"], item["category"]) == ("https://example.com/n1", "novelty")
    assert item["published_at"] == "2020-01-01T00:00:00Z"
    assert "new" not in find_lists_with(client, "n1")


@pytest.mark.parametrize("empty_value", [None, ""])
def test_optional_fields_may_be_null_or_empty(client, post, empty_value):
    assert post(make_item("n1", url=empty_value, published_at=empty_value)).json()["accepted"] == 1
    event = {"user_id": "a", "item_id": "n1", "region": empty_value, "seconds": empty_value}
    assert post(event, "/events", EVENTS_KEY).json()["accepted"] == 1
    assert post({**event, "user_id": empty_value}, "/events", EVENTS_KEY).status_code == 422


def test_ids_may_be_whole_numbers(client, post):
    post(make_item(1234))
    post({"user_id": 17, "item_id": 1234}, "/events", EVENTS_KEY)
    headers = {"X-API-Key": USERS_KEY}
    assert client.get("/users/17", headers=headers).json()["recent"][0]["item_id"] == "1234"


def test_backslash_escapes_commas_and_blanks_of_excluded_ids(client, post):
    post([make_item("story,42"), make_item(" lead"), make_item("back\\slash")])
    parameters = {"category": "novelty", "exclude": ["story\\,42", "\\ lead"]}
    assert get_item_ids(client.get("/recommendations", params=parameters)) == ["back\\slash"]
    parameters = {"category": "novelty", "exclude": "story\\,42, back\\\\slash"}
    assert get_item_ids(client.get("/recommendations", params=parameters)) == [" lead"]


def test_pages_are_parts_of_one_list(client):
    full_list = client.get("/recommendations", params={"user_id": "3", "num_recs": 60}).json()["items"]
    pages = [
        client.get("/recommendations", params={"user_id": "3", "num_recs": 20, "offset": first}).json()[
            "items"
        ]
        for first in (0, 20, 40)
    ]
    assert [(item["item_id"], item["rank"]) for page in pages for item in page] == [
        (item["item_id"], item["rank"]) for item in full_list
    ]
    page = client.get("/recommendations", params={"user_id": "3", "offset": 500}).json()["items"]
    assert page == []


def test_request_excludes_at_most_five_hundred_items(client):
    listed = get_item_ids(client.get("/recommendations", params={"num_recs": 10}))
    params = {"exclude": ",".join([*listed, *(f"other{number}" for number in range(490))])}
    assert not set(listed) & set(get_item_ids(client.get("/recommendations", params=params)))
    params = {"exclude": ",".join(f"other{number}" for number in range(501))}
    assert client.get("/recommendations", params=params).status_code == 422


def test_rejected_events_are_listed_for_administrators(client):
    response = client.get("/events/rejected", headers={"X-API-Key": ADMIN_KEY})
    assert response.json() == {"count": 0, "events": []}
    assert client.get("/events/rejected", headers={"X-API-Key": ITEMS_KEY}).status_code == 403


def test_withdrawal_keeps_the_expiry_of_an_item(client, post, withdraw, clock):
    post(make_item("short", expires_at=clock.ms + HOUR_MS))
    withdraw("short")
    post(make_item("short"))
    assert "category" in find_lists_with(client, "short")
    clock.ms += HOUR_MS
    assert find_lists_with(client, "short") == set()


def test_report_and_correction_in_one_body_both_count(client, post, clock):
    post([make_item("n1", expires_at=clock.ms + HOUR_MS), {"item_id": "n1", "title": "Corrected"}])
    item = client.get("/recommendations", params={"category": "novelty"}).json()["items"][0]
    assert (item["item_id"], item["title"]) == ("n1", "Corrected")
    clock.ms += HOUR_MS
    assert find_lists_with(client, "n1") == set()
