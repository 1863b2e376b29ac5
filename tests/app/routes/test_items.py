"""`POST /items`: new items are recommended before the first interaction with them."""

import json

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, USERS_KEY

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
HEADERS = {"X-API-Key": ITEMS_KEY}


@pytest.fixture
def post(live, clock):
    def post(body, headers=HEADERS):
        answer = live.post("/items", content=json.dumps(body), headers=headers)
        clock.ms += 1_000
        return answer

    return post


@pytest.fixture
def read(live, clock):
    def read(user, item, **more):
        body = {"user_id": user, "item_id": item, **more}
        answer = live.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()
        clock.ms += 1_000
        return answer["events"][0]["status"]

    return read


def article(name, **more):
    return {"item_id": name, "title": f"Title of {name}", **more}


def shown(client, count=10, **who):
    answer = client.get("/recommendations", params={"num_recs": count, **who}).json()
    return {item["item_id"]: item for item in answer["items"]}


def catalogue_of(whole):
    return pq.ParquetFile(whole.path("catalogue.parquet")).read().to_pylist()


@pytest.mark.parametrize("who", [{"user_id": "3"}, {"user_id": "3", "user_type": "Non-Logged"}, {}])
def test_new_item_is_recommended_to_every_segment(live, post, who):
    report = article("n1", url="https://example.com/n1", category="economia", body="Juros e dólar.")
    assert post(report).json() == {
        "accepted": 1,
        "refused": 0,
        "items": [{"status": "new", "item_id": "n1"}],
    }
    found = shown(live, **who)["n1"]
    assert (found["title"], found["url"]) == (report["title"], report["url"])
    assert (found["category"], found["reason"], found["rank"]) == ("economia", "new", 10)
    assert found["published_at"] is not None


def test_reported_item_is_logged(live, post, clock):
    now = clock.ms
    post(article("n1", body="Text", region="20"))
    [(_, event)] = live.app.state.event_consumer.log.read(0, 9)
    assert (event.kind, event.user_id, event.item_id, event.time_ms) == ("item", "", "n1", now)
    assert event.details == {"title": "Title of n1", "body": "Text", "region": "20", "published_ms": now}


def test_user_gets_the_new_item_of_a_preferred_category(live, post, read, whole):
    known = [row for row in catalogue_of(whole) if row["category"]]
    first, second = sorted({row["category"] for row in known})[:2]
    for kind in (first, second):
        for item in [x["item_id"] for x in known if x["category"] == kind][:6]:
            assert read(f"fond of {kind}", item) == "accepted"
    post([article(f"new in {kind}", category=kind) for kind in (first, second)])
    for kind, other in ((first, second), (second, first)):
        found = shown(live, user_id=f"fond of {kind}")
        assert f"new in {kind}" in found
        assert f"new in {other}" not in found


def test_new_item_that_was_read_is_not_recommended_again(live, post, read):
    post(article("n1"))
    assert "n1" in shown(live, user_id="3")
    assert read("3", "n1") == "accepted"
    assert "n1" not in shown(live, 100, user_id="3")
    assert "n1" in shown(live, user_id="5")


def test_new_item_with_many_interactions_is_ranked_by_the_model(live, post, read):
    post(article("n1"))
    for number in range(12):
        read(f"reader {number}", "n1")
    assert shown(live, user_id="5", count=100)["n1"]["reason"] != "new"


def test_item_is_new_for_six_hours(live, post, clock):
    post(article("n1"))
    clock.ms += 6 * HOUR_MS
    assert "n1" not in shown(live)


def test_item_that_was_published_long_ago_is_known_and_not_new(live, post, clock):
    post(article("n1", published_at=clock.ms - 7 * HOUR_MS))
    assert "n1" not in shown(live)
    assert live.app.state.release_watcher.release.engine.has_item("n1")


def test_short_list_has_no_position_for_new_items(live, post):
    post(article("n1"))
    assert [len(shown(live, count)) for count in (1, 4, 5)] == [1, 4, 5]
    assert ["n1" in shown(live, count) for count in (1, 4, 5, 9)] == [False, False, True, True]


def test_list_of_one_hundred_has_ten_positions_for_new_items(live, post):
    post([article(f"n{number}") for number in range(30)])
    found = shown(live, 100)
    # Where all models together name too few, the newest of the catalogue follow.
    assert {item["reason"] for name, item in found.items() if name.startswith("n")} <= {"new", "catalogue"}
    fresh = [item["rank"] for name, item in found.items() if name.startswith("n") and item["reason"] == "new"]
    assert fresh == list(range(10, 101, 10))[: len(fresh)]
    assert len(fresh) >= 8
    scores = [item["score"] for item in found.values()]
    assert scores == sorted(scores, reverse=True)


def test_changed_item_has_its_new_columns_and_is_not_new(live, post, whole):
    item = next(item_id for item_id, row in shown(live, 100).items() if row["reason"] != "new")
    answer = post(article(item, url="https://example.com/now", category="a category that is new")).json()
    assert answer["items"] == [{"status": "changed", "item_id": item}]
    row = shown(live, 100)[item]
    assert (row["title"], row["category"]) == (f"Title of {item}", "a category that is new")
    assert row["reason"] != "new"


def test_last_report_of_an_item_in_a_request_counts(live, post):
    answer = post([article("n1"), article("n1", title="Corrected")]).json()
    assert [item["status"] for item in answer["items"]] == ["new", "changed"]
    assert shown(live)["n1"]["title"] == "Corrected"


def test_results_of_items_are_in_the_order_sent(post, clock):
    now = clock.ms
    answer = post(
        [
            article("n1", published_at="2020-01-01T00:00:00-03:00"),
            {"item_id": "n2"},
            article("n3", published_at=now + 5 * MINUTE_MS),
            article("n4", published_at=now + 5 * MINUTE_MS + 1),
            "n5",
        ]
    ).json()
    assert [item["status"] for item in answer["items"]] == ["new", "malformed", "new", "new", "malformed"]
    assert [item.get("field") for item in answer["items"]] == [None, "title", None, None, ""]
    assert (answer["accepted"], answer["refused"]) == (3, 2)


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
def test_malformed_item_is_refused_and_its_field_named(post, live, field, value):
    answer = post(article("n1") | {field: value})
    check(answer, 422)
    assert answer.json()["items"][0]["field"] == field
    assert live.app.state.event_consumer.log.end_offset() == 0


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
    check(post(article("n1"), headers), status)


def test_request_has_at_most_a_thousand_items(post):
    check(post([article(str(number)) for number in range(1_001)]), 413)
    assert "items" in post([article(str(number)) for number in range(1_001)]).json()["detail"]


def test_items_beyond_the_capacity_are_logged_for_the_next_release(live, post):
    engine = live.app.state.release_watcher.release.engine
    room = engine.free_positions
    for start in range(0, room, 1_000):
        post([article(f"n{number}") for number in range(start, min(start + 1_000, room))])
    assert engine.free_positions == 0
    assert [item["status"] for item in post([article("more"), article("n1")]).json()["items"]] == [
        "no-room",
        "changed",
    ]
    assert len(shown(live, 100)) == 100
    assert live.app.state.event_consumer.log.end_offset() == room + 2


def test_release_that_is_loaded_later_contains_the_reported_items(live, post, publish):
    post([article("n1"), article("n2", category="economia")])
    publish("second")
    live.app.state.release_watcher.refresh()
    assert {"n1", "n2"} & set(shown(live, 20))
    assert live.get("/health").json()["status"] == "ready"


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
def test_any_body_of_items_is_answered(client_with_keys, body):
    answer = client_with_keys.post("/items", content=body, headers=HEADERS)
    assert answer.status_code in (200, 413, 422)
