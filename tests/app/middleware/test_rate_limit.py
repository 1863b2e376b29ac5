"""Requests beyond a rate get 429 with the seconds to wait."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.middleware.rate_limit import TokenBuckets, sender_of
from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY, KEYS, USERS_KEY, make_client
from tests.support.releases.release_copies import create_registry, publish_copy

RATES = {"api_rate_per_address": 0.01, "api_rate_per_key": 0.01, "api_burst_seconds": 300}
#: Requests that the burst allows.
BURST = 3


class ManualClock:
    """A clock that tests set."""

    seconds = 1_000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def limited_client(tmp_path):
    with make_client(tmp_path, **KEYS, **RATES) as client:
        yield client


def statuses(client, count, path="/health", **options):
    return [client.get(path, **options).status_code for _ in range(count)]


def test_requests_of_an_address_beyond_the_rate_get_429(limited_client):
    assert statuses(limited_client, BURST, "/nothing") == [404] * BURST
    response = limited_client.get("/nothing")
    assert "Retry-After" in check_problem(response, 429)["remedy"]
    assert 90 <= int(response.headers["retry-after"]) <= 100


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_checks_are_not_limited(limited_client, path):
    assert 429 not in statuses(limited_client, BURST + 2, path)


def test_valid_keys_have_separate_limits_and_invalid_keys_count_by_address(limited_client):
    events_header, users_header = {"X-API-Key": EVENTS_KEY}, {"Authorization": f"Bearer {USERS_KEY}"}
    assert statuses(limited_client, BURST + 1, "/nothing", headers=events_header) == [404] * BURST + [429]
    assert statuses(limited_client, BURST + 1, "/nothing", headers=users_header) == [404] * BURST + [429]
    guesses = [
        limited_client.get("/users/3", headers={"X-API-Key": f"guess-{n}"}).status_code for n in range(4)
    ]
    assert guesses == [401] * BURST + [429]
    assert statuses(limited_client, 1, "/nothing") == [429]


def test_address_limit_does_not_apply_to_keys(tmp_path):
    with make_client(tmp_path, **KEYS, **RATES | {"api_rate_per_key": 0}) as client:
        assert statuses(client, 9, "/nothing", headers={"X-API-Key": EVENTS_KEY}) == [404] * 9
        assert statuses(client, BURST + 1, "/nothing")[-1] == 429


def test_events_of_a_key_beyond_the_rate_get_429_and_not_kept(tmp_path, release):
    publish_copy(create_registry(tmp_path), release, "first")
    rates = {"api_events_per_key": 0.1, "api_burst_seconds": 50}
    with make_client(tmp_path, **KEYS, **rates) as client:
        events_header = {"X-API-Key": EVENTS_KEY}
        client.app.state.release_watcher.refresh()
        item = client.get("/recommendations").json()["items"][0]["item_id"]

        def send(*events):
            interactions = [{"user_id": "u", "item_id": item, "event_id": event} for event in events]
            return client.post("/events", headers=events_header, json=interactions)

        assert send("1", "2").json()["accepted"] == 2
        assert send(*map(str, range(3, 10))).json()["accepted"] == 7
        response = send("10")
        assert 1 <= int(response.headers["retry-after"]) <= 100
        assert "events" in check_problem(response, 429)["detail"]
        assert statuses(client, 9, "/nothing", headers=events_header) == [404] * 9


def test_requests_are_not_limited_by_default(empty_client):
    assert statuses(empty_client, 50, "/nothing") == [404] * 50


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from([0.5, 3.0, 100.0]),
    st.sampled_from([0.0, 1.0, 10.0]),
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_token_buckets_allow_exactly_burst_and_rate(rate, burst, pauses):
    clock = ManualClock()
    buckets = TokenBuckets(rate, burst, clock)
    tokens = capacity = max(1.0, rate * burst)
    for pause in pauses:
        clock.seconds += pause
        tokens = min(capacity, tokens + pause * rate)
        wait = buckets.take("a")
        if abs(tokens - 1) > 1e-3:
            assert (wait == 0) == (tokens > 1)
        if wait == 0:
            tokens -= 1
        else:
            assert wait == pytest.approx((1 - tokens) / rate, abs=1e-3)


def test_request_after_the_wait_is_accepted():
    clock = ManualClock()
    buckets = TokenBuckets(2.0, 1.0, clock)
    assert [buckets.take("a"), buckets.take("a")] == [0, 0]
    clock.seconds += buckets.take("a")
    assert buckets.take("a") == 0
    assert buckets.take("b") == 0


def test_full_table_forgets_the_sender_silent_longest():
    clock = ManualClock()
    buckets = TokenBuckets(1.0, 1.0, clock, max_senders=10)
    assert buckets.take("busy") == 0
    for sender in range(1_000):
        assert buckets.take(sender) == 0
        assert buckets.take("busy") > 0
    assert len(buckets._full_at) == 10


@pytest.mark.parametrize(
    ("address", "sender"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_sender_is_an_ipv4_address_or_an_ipv6_network(address, sender):
    assert sender_of({"client": (address, 1)}) == sender


def test_clients_without_an_address_are_one_sender():
    assert sender_of({"client": None}) == ""
