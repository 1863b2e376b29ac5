"""`POST /items`: new items are recommended before the first interaction with them."""

import json

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, USERS_KEY

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
HEADERS = {"X-API-Key": ITEMS_KEY}


@pytest.fixture
def post(client, clock):
    def post(body, headers=HEADERS):
        response = client.post("/items", content=json.dumps(body), headers=headers)
        clock.ms += 1_000
        return response

    return post


@pytest.fixture
def interact(client, clock):
    def interact(user, item, **fields):
        body = {"user_id": user, "item_id": item, **fields}
        result = client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()
        clock.ms += 1_000
        return result["events"][0]["status"]

    return interact


def make_item(name, **fields):
    return {"item_id": name, "title": f"Title of {name}", **fields}


def recommend(client, count=10, **user):
    result = client.get("/recommendations", params={"num_recs": count, **user}).json()
    return {item["item_id"]: item for item in result["items"]}


def read_catalogue(release):
    return pq.ParquetFile(release.path("catalogue.parquet")).read().to_pylist()


@pytest.mark.parametrize("user", [{"user_id": "3"}, {"user_id": "3", "user_type": "Non-Logged"}, {}])
def test_new_item_is_recommended_to_every_segment(client, post, user):
    report = make_item("n1", url="https://example.com/n1", category="economia", body="Juros e dólar.")
    assert post(report).json() == {
        "accepted": 1,
        "refused": 0,
        "items": [{"status": "new", "item_id": "n1"}],
    }
    item = recommend(client, **user)["n1"]
    assert (item["title"], item["url"]) == (report["title"], report["url"])
    assert (item["category"], item["reason"], item["rank"]) == ("economia", "new", 10)
    assert item["published_at"] is not None


def test_reported_item_is_logged(client, post, clock):
    now = clock.ms
    post(make_item("n1", body="Text", region="20"))
    [(_, event)] = client.app.state.event_consumer.log.read(0, 9)
    assert (event.kind, event.user_id, event.item_id, event.time_ms) == ("item", "", "n1", now)
    assert event.details == {"title": "Title of n1", "body": "Text", "region": "20", "published_ms": now}


def test_user_gets_the_new_item_of_a_preferred_category(client, post, interact, release):
    known = [row for row in read_catalogue(release) if row["category"]]
    first, second = sorted({row["category"] for row in known})[:2]
    for category in (first, second):
        for item in [x["item_id"] for x in known if x["category"] == category][:6]:
            assert interact(f"fond of {category}", item) == "accepted"
    post([make_item(f"new in {category}", category=category) for category in (first, second)])
    for category, other in ((first, second), (second, first)):
        listed = recommend(client, user_id=f"fond of {category}")
        assert f"new in {category}" in listed
        assert f"new in {other}" not in listed


def test_new_item_is_not_recommended_again_after_an_interaction(client, post, interact):
    post(make_item("n1"))
    assert "n1" in recommend(client, user_id="3")
    assert interact("3", "n1") == "accepted"
    assert "n1" not in recommend(client, 100, user_id="3")
    assert "n1" in recommend(client, user_id="5")


def test_new_item_with_many_interactions_is_ranked_by_the_model(client, post, interact):
    post(make_item("n1"))
    for number in range(12):
        interact(f"reader {number}", "n1")
    assert recommend(client, user_id="5", count=100)["n1"]["reason"] != "new"


def test_item_is_new_for_six_hours(client, post, clock):
    post(make_item("n1"))
    clock.ms += 6 * HOUR_MS
    assert "n1" not in recommend(client)


def test_item_that_was_published_long_ago_is_known_and_not_new(client, post, clock):
    post(make_item("n1", published_at=clock.ms - 7 * HOUR_MS))
    assert "n1" not in recommend(client)
    assert client.app.state.release_watcher.release.engine.has_item("n1")


def test_short_list_has_no_position_for_new_items(client, post):
    post(make_item("n1"))
    assert [len(recommend(client, count)) for count in (1, 4, 5)] == [1, 4, 5]
    assert ["n1" in recommend(client, count) for count in (1, 4, 5, 9)] == [False, False, True, True]


def test_list_of_one_hundred_has_ten_positions_for_new_items(client, post):
    post([make_item(f"n{number}") for number in range(30)])
    listed = recommend(client, 100)
    # The newest items of the catalogue fill a list for which all models together have too few items.
    assert {item["reason"] for name, item in listed.items() if name.startswith("n")} <= {"new", "catalogue"}
    ranks = [
        item["rank"] for name, item in listed.items() if name.startswith("n") and item["reason"] == "new"
    ]
    assert ranks == list(range(10, 101, 10))[: len(ranks)]
    assert len(ranks) >= 8
    scores = [item["score"] for item in listed.values()]
    assert scores == sorted(scores, reverse=True)


def test_changed_item_has_its_new_columns_and_is_not_new(client, post, release):
    item = next(item_id for item_id, row in recommend(client, 100).items() if row["reason"] != "new")
    result = post(make_item(item, url="https://example.com/now", category="a category that is new")).json()
    assert result["items"] == [{"status": "changed", "item_id": item}]
    row = recommend(client, 100)[item]
    assert (row["title"], row["category"]) == (f"Title of {item}", "a category that is new")
    assert row["reason"] != "new"


def test_last_report_of_an_item_in_a_request_counts(client, post):
    result = post([make_item("n1"), make_item("n1", title="Corrected")]).json()
    assert [item["status"] for item in result["items"]] == ["new", "changed"]
    assert recommend(client)["n1"]["title"] == "Corrected"


def test_results_of_items_are_in_the_order_sent(post, clock):
    now = clock.ms
    result = post(
        [
            make_item("n1", published_at="2020-01-01T00:00:00-03:00"),
            {"item_id": "n2"},
            make_item("n3", published_at=now + 5 * MINUTE_MS),
            make_item("n4", published_at=now + 5 * MINUTE_MS + 1),
            "n5",
        ]
    ).json()
    assert [item["status"] for item in result["items"]] == ["new", "malformed", "new", "new", "malformed"]
    assert [item.get("field") for item in result["items"]] == [None, "title", None, None, ""]
    assert (result["accepted"], result["refused"]) == (3, 2)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("item_id", ""),
        ("item_id", "a\nb"),
        ("title", ""),
        ("title", None),
        ("title", "x" * 501),
        ("url", "javascript:alert(1)"),
        ("url", "https://a b"),
        ("url", "ftp://example.com"),
        ("body", "x" * 20_001),
        ("category", "x" * 65),
        ("published_at", "yesterday"),
        ("published_at", 1.5),
        ("html", "<p>"),
    ],
)
def test_malformed_item_is_refused_and_its_field_named(post, client, field, value):
    response = post(make_item("n1") | {field: value})
    check_problem(response, 422)
    assert response.json()["items"][0]["field"] == field
    assert client.app.state.event_consumer.log.end_offset() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"X-API-Key": EVENTS_KEY}, 403),
        ({"X-API-Key": USERS_KEY}, 403),
    ],
)
def test_items_need_a_key_for_items(post, headers, status):
    check_problem(post(make_item("n1"), headers), status)


def test_request_has_at_most_a_thousand_items(post):
    check_problem(post([make_item(str(number)) for number in range(1_001)]), 413)
    assert "items" in post([make_item(str(number)) for number in range(1_001)]).json()["detail"]


def test_items_beyond_the_capacity_are_logged_for_the_next_release(client, post):
    engine = client.app.state.release_watcher.release.engine
    capacity = engine.free_positions
    for start in range(0, capacity, 1_000):
        post([make_item(f"n{number}") for number in range(start, min(start + 1_000, capacity))])
    assert engine.free_positions == 0
    assert [item["status"] for item in post([make_item("more"), make_item("n1")]).json()["items"]] == [
        "no-room",
        "changed",
    ]
    assert len(recommend(client, 100)) == 100
    assert client.app.state.event_consumer.log.end_offset() == capacity + 2


def test_release_that_is_loaded_later_contains_the_reported_items(client, post, publish):
    post([make_item("n1"), make_item("n2", category="economia")])
    publish("second")
    client.app.state.release_watcher.refresh()
    assert {"n1", "n2"} & set(recommend(client, 20))
    assert client.get("/health").json()["status"] == "ready"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.text(max_size=9) | st.integers(),
            lambda x: (
                st.lists(x, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["item_id", "title", "url", "published_at", "x"]), x, max_size=4
                )
            ),
            max_leaves=9,
        ).map(lambda x: json.dumps(x).encode()),
    )
)
def test_any_body_of_items_is_answered(shared_client_with_keys, body):
    response = shared_client_with_keys.post("/items", content=body, headers=HEADERS)
    assert response.status_code in (200, 413, 422)
