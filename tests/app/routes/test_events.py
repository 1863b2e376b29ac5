"""`POST /events`: interactions change the next recommendations."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check
from tests.support.processes.api_client import EVENTS_KEY, KEYS, USERS_KEY, make_client

MINUTE_MS = 60_000
HEADERS = {"X-API-Key": EVENTS_KEY}


@pytest.fixture
def post(live):
    def post(body, headers=HEADERS):
        return live.post("/events", content=json.dumps(body), headers=headers)

    return post


def shown(client, user, count=10):
    answer = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in answer["items"]], answer["segment"]


def read(user, item, **more):
    return {"user_id": user, "item_id": item, **more}


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_item_that_was_read_is_not_recommended_again(live, post, user):
    for _ in range(5):
        first = shown(live, user)[0][0]
        assert post(read(user, first)).json()["accepted"] == 1
        assert first not in shown(live, user, 100)[0]


def test_unknown_user_changes_segment_after_events(live, post):
    items, segment = shown(live, "somebody new")
    assert segment == "anonymous"
    post([read("somebody new", item) for item in items[:2]])
    assert shown(live, "somebody new")[1] == "semi_logged"


@pytest.mark.parametrize("user", ["3", "somebody new"])
def test_user_type_of_the_newest_event_determines_the_segment(live, post, user):
    items = shown(live, user)[0]
    segments = []
    for item, user_type in zip(items, ["Logged", "Non-Logged"], strict=False):
        post(read(user, item, user_type=user_type))
        segments.append(shown(live, user)[1])
    assert segments == ["logged", "semi_logged"]


def test_popular_item_is_trending_and_changes_anonymous_lists(live, post, clock):
    before = shown(live, None, 50)[0]
    post([read(f"r{number}", before[-1]) for number in range(300)])
    clock.ms += 1_000
    assert live.get("/trending").json()["items"][0]["item_id"] == before[-1]
    assert shown(live, None, 50)[0] != before


def test_results_of_events_are_in_the_order_sent(post, clock, catalogue):
    item, now = min(catalogue), clock.ms
    answer = post(
        [
            read("r", item),
            read("r", item, timestamp=now - 61 * MINUTE_MS),
            read("r", "unheard of"),
            read("r", item, event_id="e1"),
            read("r", item, event_id="e1"),
            read("r", item, timestamp=now + 5 * MINUTE_MS),
            read("r", item, timestamp=now + 5 * MINUTE_MS + 1),
            {"user_id": "r"},
            17,
        ]
    ).json()
    statuses = [event["status"] for event in answer["events"]]
    assert statuses == [
        *("accepted", "late", "unknown-item", "accepted", "duplicate"),
        *("accepted", "future", "malformed", "malformed"),
    ]
    assert (answer["accepted"], answer["duplicates"], answer["refused"]) == (5, 1, 3)
    assert [event.get("field") for event in answer["events"][-3:]] == ["timestamp", "item_id", ""]
    assert len({event["event_id"] for event in answer["events"][:4]}) == 4


def test_repeated_batch_counts_once(live, post, catalogue):
    batch = [read("r", item, event_id=f"e{item}") for item in sorted(catalogue)[:3]]
    assert post(batch).json()["accepted"] == 3
    segment, length = shown(live, "r")[1], live.app.state.event_consumer.log.end_offset()
    assert post(batch).json()["duplicates"] == 3
    assert (shown(live, "r")[1], live.app.state.event_consumer.log.end_offset()) == (segment, length)


def test_timestamp_is_milliseconds_or_iso(live, post, clock, catalogue):
    time_ms = clock.ms - 5_000
    iso = datetime.fromtimestamp(time_ms / 1000, UTC).isoformat()
    post([read("r", min(catalogue), timestamp=timestamp) for timestamp in (time_ms, iso)])
    assert [event.time_ms for _, event in live.app.state.event_consumer.log.read(0, 9)] == [time_ms, time_ms]


def test_all_fields_of_an_event_are_logged(live, post, catalogue):
    columns = {"region": "20", "device": "3", "seconds": 35.5, "scroll": 80.0}
    item = min(catalogue)
    post(
        read(
            "r",
            item,
            event_id="e",
            session_id="s",
            user_type="Logged",
            timestamp=1_700_000_000_000,
            **columns,
        )
    )
    [(offset, event)] = live.app.state.event_consumer.log.read(0, 9)
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
    first, second, third = post([read("r", item), {**read("r", item), field: value}, read("r", item)]).json()[
        "events"
    ]
    assert (first["status"], second["status"], third["status"]) == ("accepted", "malformed", "accepted")
    assert second["field"] == field
    assert second["message"]


def test_request_without_valid_events_is_a_problem(post, live):
    for body in ({"user_id": "r"}, [{"user_id": "r"}]):
        problem = check(post(body), 422)
        assert problem["errors"] == [{"field": "0.item_id", "message": "Field required"}]
        assert problem["events"][0]["status"] == "malformed"
    assert live.app.state.event_consumer.log.end_offset() == 0


@pytest.mark.parametrize(
    "body", [b"", b"[", b"3", b'"x"', b"null", b"\xff", b"{} {}", b"[" * 100_000, b"[NaN]x"]
)
def test_body_that_is_not_a_list_of_events_is_a_problem(live, body):
    check(live.post("/events", content=body, headers=HEADERS), 422)


def test_empty_list_is_accepted(post):
    assert post([]).json() == {"accepted": 0, "duplicates": 0, "refused": 0, "events": []}


def test_request_has_at_most_a_thousand_events(post, live, catalogue):
    item = min(catalogue)
    assert "1000" in check(post([read("r", item)] * 1_001), 413)["detail"]
    assert live.app.state.event_consumer.log.end_offset() == 0
    assert post([read("r", item)] * 1_000).json()["accepted"] == 1_000
    check(live.post("/events", content=b" " * 2_000_000, headers=HEADERS), 413)


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
def test_any_body_of_events_is_answered(live, body):
    answer = live.post("/events", content=body, headers=HEADERS)
    assert answer.status_code in (200, 422)
    assert answer.json()


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
def test_events_need_a_key_for_events(live, post, catalogue, headers, status):
    answer = post(read("r", min(catalogue)), headers)
    assert answer.status_code == status
    assert live.app.state.event_consumer.log.end_offset() == (status == 200)
    if status != 200:
        check(answer, status)
    assert (answer.headers.get("www-authenticate") == "Bearer") == (status == 401)


def test_events_without_configured_keys_are_refused_with_the_name_of_the_setting(fresh, look, publish):
    publish("first")
    look()
    body = check(fresh.post("/events", content=b"[]", headers=HEADERS), 403)
    assert "API_KEYS_EVENTS" in body["detail"]


def test_events_are_refused_without_a_release(tmp_path, registry):
    with make_client(tmp_path, **KEYS) as client:
        check(client.post("/events", content=b"[]", headers=HEADERS), 503)


def test_unwritable_log_is_a_problem_and_recommendations_are_answered(publish, tmp_path, clock):
    publish("first")
    (tmp_path / "file").write_text("")
    with make_client(tmp_path, clock, events_url=f"sqlite://{tmp_path}/file/log", **KEYS) as client:
        client.app.state.release_watcher.refresh()
        item = shown(client, "r")[0][0]
        answer = client.post("/events", json=read("r", item), headers=HEADERS)
        assert "nothing of this request was kept" in check(answer, 503)["detail"]
        assert answer.headers["retry-after"] == "5"
        assert str(tmp_path) not in answer.text
        assert shown(client, "r")[0][0] == item


def test_new_release_contains_the_events_before_it_is_served(live, post, publish):
    items = shown(live, "somebody new")[0][:3]
    post([read("somebody new", item) for item in items])
    second = publish("second")
    live.app.state.release_watcher.refresh()
    assert live.get("/health/ready").json()["release"] == second
    found, segment = shown(live, "somebody new", 100)
    assert segment == "semi_logged"
    assert not set(items) & set(found)


def test_release_that_lacks_compacted_events_is_refused(live, post, publish, catalogue):
    post([read("r", item) for item in sorted(catalogue)[:3]])
    live.app.state.event_consumer.log.compact(2)
    publish("second")
    live.app.state.release_watcher.refresh()
    assert "up to 2 have been removed" in live.get("/health").json()["reason"]
    third = publish("third", log_after=2, log_until=2)
    live.app.state.release_watcher.refresh()
    assert live.get("/health/ready").json()["release"] == third


def test_events_are_counted_by_status(live, post, catalogue):
    item = min(catalogue)
    post([read("r", item, event_id="e"), read("r", item, event_id="e"), read("r", "unheard of"), 3])
    text = live.get("/metrics").text
    for status in ("accepted", "duplicate", "unknown-item", "malformed"):
        assert f'manchete_events_total{{status="{status}"}} 1.0' in text
    assert "manchete_events_left_out_total 1.0" in text
    assert "manchete_event_log_lag_events 0.0" in text
    assert "manchete_event_fold_seconds_count 1.0" in text


def test_api_document_describes_the_body_of_events(live):
    operation = live.get("/openapi.json").json()["paths"]["/events"]["post"]
    one, many = operation["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
    assert set(one["required"]) == {"user_id", "item_id"}
    assert {"timestamp", "event_id", "session_id", "region", "device", "seconds"} <= set(one["properties"])
    assert many["maxItems"] == 1_000
    assert operation["security"] == [{"HTTPBearer": []}, {"APIKeyHeader": []}]


@pytest.mark.parametrize(
    "timestamp", ["0001-01-01T00:00:00+01:00", "1999-12-31T23:59:59Z", "2100-01-02T00:00:00Z", 0]
)
def test_timestamps_outside_2000_to_2100_are_refused(live, timestamp):
    event = {"user_id": "old", "item_id": "1", "timestamp": timestamp}
    answer = live.post("/events", json=event, headers={"X-API-Key": EVENTS_KEY})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "0.timestamp"
