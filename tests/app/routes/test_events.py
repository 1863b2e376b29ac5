"""`POST /events`: interactions change the next recommendations."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY, KEYS, USERS_KEY, make_client

MINUTE_MS = 60_000
HEADERS = {"X-API-Key": EVENTS_KEY}


@pytest.fixture
def post(client):
    def post(body, headers=HEADERS):
        return client.post("/events", content=json.dumps(body), headers=headers)

    return post


def recommend(client, user, count=10):
    result = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in result["items"]], result["segment"]


def make_interaction(user, item, **fields):
    return {"user_id": user, "item_id": item, **fields}


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_item_is_not_recommended_again_after_an_interaction(client, post, user):
    for _ in range(5):
        first = recommend(client, user)[0][0]
        assert post(make_interaction(user, first)).json()["accepted"] == 1
        assert first not in recommend(client, user, 100)[0]


def test_unknown_user_changes_segment_after_events(client, post):
    items, segment = recommend(client, "somebody new")
    assert segment == "anonymous"
    post([make_interaction("somebody new", item) for item in items[:2]])
    assert recommend(client, "somebody new")[1] == "semi_logged"


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_user_type_of_the_newest_event_determines_the_segment(client, post, user):
    items = recommend(client, user)[0]
    segments = []
    for item, user_type in zip(items, ["Logged", "Non-Logged"], strict=False):
        post(make_interaction(user, item, user_type=user_type))
        segments.append(recommend(client, user)[1])
    assert segments == ["logged", "semi_logged"]


def test_popular_item_is_trending_and_changes_anonymous_lists(client, post, clock):
    before = recommend(client, None, 50)[0]
    post([make_interaction(f"r{number}", before[-1]) for number in range(300)])
    clock.ms += 1_000
    assert client.get("/trending").json()["items"][0]["item_id"] == before[-1]
    assert recommend(client, None, 50)[0] != before


def test_results_of_events_are_in_the_order_sent(post, clock, catalogue):
    item, now = min(catalogue), clock.ms
    result = post(
        [
            make_interaction("r", item),
            make_interaction("r", item, timestamp=now - 61 * MINUTE_MS),
            make_interaction("r", "unheard of"),
            make_interaction("r", item, event_id="e1"),
            make_interaction("r", item, event_id="e1"),
            make_interaction("r", item, timestamp=now + 5 * MINUTE_MS),
            make_interaction("r", item, timestamp=now + 5 * MINUTE_MS + 1),
            {"user_id": "r"},
            17,
        ]
    ).json()
    statuses = [event["status"] for event in result["events"]]
    assert statuses == [
        *("accepted", "late", "unknown-item", "accepted", "duplicate"),
        *("accepted", "future", "malformed", "malformed"),
    ]
    assert (result["accepted"], result["duplicates"], result["refused"]) == (5, 1, 3)
    assert [event.get("field") for event in result["events"][-3:]] == ["timestamp", "item_id", ""]
    assert len({event["event_id"] for event in result["events"][:4]}) == 4


def test_repeated_batch_counts_once(client, post, catalogue):
    batch = [make_interaction("r", item, event_id=f"e{item}") for item in sorted(catalogue)[:3]]
    assert post(batch).json()["accepted"] == 3
    segment, length = recommend(client, "r")[1], client.app.state.event_consumer.log.end_offset()
    assert post(batch).json()["duplicates"] == 3
    assert (recommend(client, "r")[1], client.app.state.event_consumer.log.end_offset()) == (segment, length)


def test_timestamp_is_milliseconds_or_iso(client, post, clock, catalogue):
    time_ms = clock.ms - 5_000
    iso = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat()
    post([make_interaction("r", min(catalogue), timestamp=timestamp) for timestamp in (time_ms, iso)])
    assert [event.time_ms for _, event in client.app.state.event_consumer.log.read(0, 9)] == [
        time_ms,
        time_ms,
    ]


def test_all_fields_of_an_event_are_logged(client, post, catalogue):
    columns = {"region": "20", "device": "3", "seconds": 35.5, "scroll": 80.0}
    item = min(catalogue)
    post(
        make_interaction(
            "r",
            item,
            event_id="e",
            session_id="s",
            user_type="Logged",
            timestamp=1_700_000_000_000,
            **columns,
        )
    )
    [(offset, event)] = client.app.state.event_consumer.log.read(0, 9)
    assert (offset, *event) == (1, "e", "r", item, 1_700_000_000_000, "s", "Logged", columns, "read")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", ""),
        ("user_id", 3.5),
        ("user_id", None),
        ("user_id", "a\u0000"),
        ("item_id", "x" * 257),
        ("item_id", "a\nb"),
        ("event_id", "\u2028"),
        ("session_id", 1.5),
        ("timestamp", 1_700_000_000),
        ("timestamp", 1.7e12 + 0.5),
        ("timestamp", "1700000000000"),
        ("timestamp", "2023-11-14T22:13:20"),
        ("timestamp", "yesterday"),
        ("timestamp", True),
        ("timestamp", 10**30),
        ("user_type", "Admin"),
        ("region", "x" * 65),
        ("seconds", -1),
        ("seconds", "35"),
        ("clicks", 1e7),
        ("scroll", [80]),
        ("weight", {}),
        ("colour", "red"),
    ],
)
def test_malformed_event_is_named_by_its_field_and_the_others_count(post, catalogue, field, value):
    item = min(catalogue)
    first, second, third = post(
        [
            make_interaction("r", item),
            {**make_interaction("r", item), field: value},
            make_interaction("r", item),
        ]
    ).json()["events"]
    assert (first["status"], second["status"], third["status"]) == ("accepted", "malformed", "accepted")
    assert second["field"] == field
    assert second["message"]


def test_request_without_valid_events_is_a_problem(post, client):
    for body in ({"user_id": "r"}, [{"user_id": "r"}]):
        problem = check_problem(post(body), 422)
        assert problem["errors"] == [{"field": "0.item_id", "message": "Field required"}]
        assert problem["events"][0]["status"] == "malformed"
    assert client.app.state.event_consumer.log.end_offset() == 0


@pytest.mark.parametrize(
    "body", [b"", b"[", b"3", b'"x"', b"null", b"\xff", b"{} {}", b"[" * 100_000, b"[NaN]x"]
)
def test_body_that_is_not_a_list_of_events_is_a_problem(client, body):
    check_problem(client.post("/events", content=body, headers=HEADERS), 422)


def test_empty_list_is_accepted(post):
    assert post([]).json() == {"accepted": 0, "duplicates": 0, "refused": 0, "events": []}


def test_request_has_at_most_a_thousand_events(post, client, catalogue):
    item = min(catalogue)
    assert "1000" in check_problem(post([make_interaction("r", item)] * 1_001), 413)["detail"]
    assert client.app.state.event_consumer.log.end_offset() == 0
    assert post([make_interaction("r", item)] * 1_000).json()["accepted"] == 1_000
    check_problem(client.post("/events", content=b" " * 2_000_000, headers=HEADERS), 413)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["user_id", "item_id", "timestamp", "event_id", "seconds", "region", "weight", "x"])
EVENTS = (
    st.lists(st.dictionaries(FIELDS, JSON, max_size=6) | JSON, max_size=4).map(json.dumps).map(str.encode)
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | EVENTS)
def test_any_body_of_events_is_answered(client, body):
    response = client.post("/events", content=body, headers=HEADERS)
    assert response.status_code in (200, 422)
    assert response.json()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "wrong"}, 401),
        ({"X-API-Key": ""}, 401),
        ({"X-API-Key": "\u00e9".encode()}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Basic {EVENTS_KEY}"}, 401),
        ({"X-API-Key": EVENTS_KEY[:-1]}, 401),
        ({"X-API-Key": USERS_KEY}, 403),
        ({"X-API-Key": EVENTS_KEY}, 200),
        ({"X-API-Key": "another-key-for-events"}, 200),
        ({"Authorization": f"Bearer {EVENTS_KEY}"}, 200),
        ({"Authorization": f"bearer {EVENTS_KEY}"}, 200),
    ],
)
def test_events_need_a_key_for_events(client, post, catalogue, headers, status):
    response = post(make_interaction("r", min(catalogue)), headers)
    assert response.status_code == status
    assert client.app.state.event_consumer.log.end_offset() == (status == 200)
    if status != 200:
        check_problem(response, status)
    assert (response.headers.get("www-authenticate") == "Bearer") == (status == 401)


def test_events_without_configured_keys_are_refused_with_the_name_of_the_setting(
    empty_client, refresh, publish
):
    publish("first")
    refresh()
    body = check_problem(empty_client.post("/events", content=b"[]", headers=HEADERS), 403)
    assert "API_KEYS_EVENTS" in body["detail"]


def test_events_are_refused_without_a_release(tmp_path, registry):
    with make_client(tmp_path, **KEYS) as client:
        check_problem(client.post("/events", content=b"[]", headers=HEADERS), 503)


def test_unwritable_log_is_a_problem_and_recommendations_are_answered(publish, tmp_path, clock):
    publish("first")
    (tmp_path / "file").write_text("")
    with make_client(tmp_path, clock, events_url=f"sqlite://{tmp_path}/file/log", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        item = recommend(client, "r")[0][0]
        response = client.post("/events", json=make_interaction("r", item), headers=HEADERS)
        assert "nothing of this request was kept" in check_problem(response, 503)["detail"]
        assert response.headers["retry-after"] == "5"
        assert str(tmp_path) not in response.text
        assert recommend(client, "r")[0][0] == item


def test_new_release_contains_the_events_before_it_is_served(client, post, publish):
    items = recommend(client, "somebody new")[0][:3]
    post([make_interaction("somebody new", item) for item in items])
    second = publish("second")
    client.app.state.release_watcher.refresh()
    assert client.get("/health/ready").json()["release"] == second
    listed, segment = recommend(client, "somebody new", 100)
    assert segment == "semi_logged"
    assert not set(items) & set(listed)


def test_release_that_lacks_compacted_events_is_refused(client, post, publish, catalogue):
    post([make_interaction("r", item) for item in sorted(catalogue)[:3]])
    client.app.state.event_consumer.log.compact(2)
    publish("second")
    client.app.state.release_watcher.refresh()
    assert "up to 2 have been removed" in client.get("/health").json()["reason"]
    third = publish("third", log_after=2, log_until=2)
    client.app.state.release_watcher.refresh()
    assert client.get("/health/ready").json()["release"] == third


def test_events_are_counted_by_status(client, post, catalogue):
    item = min(catalogue)
    post(
        [
            make_interaction("r", item, event_id="e"),
            make_interaction("r", item, event_id="e"),
            make_interaction("r", "unheard of"),
            3,
        ]
    )
    text = client.get("/metrics").text
    for status in ("accepted", "duplicate", "unknown-item", "malformed"):
        assert f'manchete_events_total{{status="{status}"}} 1.0' in text
    assert "manchete_events_skipped_total 1.0" in text
    assert "manchete_event_log_lag_events 0.0" in text
    assert "manchete_event_fold_seconds_count 1.0" in text


def test_api_document_describes_the_body_of_events(client):
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/events"]["post"]
    reference, list_schema = operation["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert list_schema["items"] == reference
    event_schema = document["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    assert set(event_schema["required"]) == {"user_id", "item_id"}
    assert {"timestamp", "event_id", "session_id", "region", "device", "seconds"} <= set(
        event_schema["properties"]
    )
    assert list_schema["maxItems"] == 1_000
    assert operation["security"] == [{"HTTPBearer": []}, {"APIKeyHeader": []}]


@pytest.mark.parametrize(
    "timestamp", ["0001-01-01T00:00:00+01:00", "1999-12-31T23:59:59Z", "2100-01-02T00:00:00Z", 0]
)
def test_timestamps_outside_2000_to_2100_are_refused(client, timestamp):
    event = {"user_id": "old", "item_id": "1", "timestamp": timestamp}
    response = client.post("/events", json=event, headers={"X-API-Key": EVENTS_KEY})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "0.timestamp"
