"""Who asks too often is told when to come back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.middleware.rate_limit import TokenBuckets, sender_of
from tests.app.middleware.test_problems import check
from tests.support.editions import publish_edition, registry_at
from tests.support.services import EVENTS_KEY, KEYS, READERS_KEY, started

RATES = {"api_rate_per_address": 0.01, "api_rate_per_key": 0.01, "api_burst_seconds": 300}
#: What the burst allows.
AT_ONCE = 3


class Now:
    """A clock that is set by hand."""

    seconds = 1_000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def limited(tmp_path):
    with started(tmp_path, **KEYS, **RATES) as client:
        yield client


def statuses(client, count, path="/health", **more):
    return [client.get(path, **more).status_code for _ in range(count)]


def test_an_address_may_ask_so_often_and_is_then_told_to_wait(limited):
    assert statuses(limited, AT_ONCE, "/nothing") == [404] * AT_ONCE
    answer = limited.get("/nothing")
    assert "Retry-After" in check(answer, 429)["remedy"]
    assert 90 <= int(answer.headers["retry-after"]) <= 100


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_who_watches_over_the_service_is_never_turned_away(limited, path):
    assert 429 not in statuses(limited, AT_ONCE + 2, path)


def test_each_valid_key_has_a_limit_of_its_own_and_others_are_the_address(limited):
    mine, others = {"X-API-Key": EVENTS_KEY}, {"Authorization": f"Bearer {READERS_KEY}"}
    assert statuses(limited, AT_ONCE + 1, "/nothing", headers=mine) == [404] * AT_ONCE + [429]
    assert statuses(limited, AT_ONCE + 1, "/nothing", headers=others) == [404] * AT_ONCE + [429]
    guesses = [limited.get("/users/3", headers={"X-API-Key": f"guess-{n}"}).status_code for n in range(4)]
    assert guesses == [401] * AT_ONCE + [429]
    assert statuses(limited, 1, "/nothing") == [429]


def test_a_limit_for_addresses_is_none_for_keys(tmp_path):
    with started(tmp_path, **KEYS, **RATES | {"api_rate_per_key": 0}) as client:
        assert statuses(client, 9, "/nothing", headers={"X-API-Key": EVENTS_KEY}) == [404] * 9
        assert statuses(client, AT_ONCE + 1, "/nothing")[-1] == 429


def test_a_key_sends_so_many_events_and_then_none_of_a_request_is_kept(tmp_path, whole):
    publish_edition(registry_at(tmp_path), whole, "first")
    rates = {"api_events_per_key": 0.1, "api_burst_seconds": 50}
    with started(tmp_path, **KEYS, **rates) as client:
        mine = {"X-API-Key": EVENTS_KEY}
        client.app.state.release_watcher.look()
        item = client.get("/recommendations").json()["items"][0]["item_id"]

        def send(*events):
            reads = [{"user_id": "u", "item_id": item, "event_id": event} for event in events]
            return client.post("/events", headers=mine, json=reads)

        assert send("1", "2").json()["accepted"] == 2
        assert send(*map(str, range(3, 10))).json()["accepted"] == 7
        answer = send("10")
        assert 1 <= int(answer.headers["retry-after"]) <= 100
        assert "events" in check(answer, 429)["detail"]
        assert statuses(client, 9, "/nothing", headers=mine) == [404] * 9


def test_without_rates_nobody_is_limited(fresh):
    assert statuses(fresh, 50, "/nothing") == [404] * 50


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.sampled_from([0.5, 3.0, 100.0]),
    st.sampled_from([0.0, 1.0, 10.0]),
    st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_no_more_pass_than_the_burst_and_the_rate_allow_and_no_fewer(rate, burst, pauses):
    now = Now()
    buckets = TokenBuckets(rate, burst, now)
    level = depth = max(1.0, rate * burst)
    for pause in pauses:
        now.seconds += pause
        level = min(depth, level + pause * rate)
        wait = buckets.take("a")
        if abs(level - 1) > 1e-3:
            assert (wait == 0) == (level > 1)
        if wait == 0:
            level -= 1
        else:
            assert wait == pytest.approx((1 - level) / rate, abs=1e-3)


def test_who_comes_back_when_told_is_let_in():
    now = Now()
    buckets = TokenBuckets(2.0, 1.0, now)
    assert [buckets.take("a"), buckets.take("a")] == [0, 0]
    now.seconds += buckets.take("a")
    assert buckets.take("a") == 0
    assert buckets.take("b") == 0


def test_no_more_than_so_many_are_remembered_and_the_busiest_of_all_is():
    now = Now()
    buckets = TokenBuckets(1.0, 1.0, now, max_senders=10)
    assert buckets.take("busy") == 0
    for other in range(1_000):
        assert buckets.take(other) == 0
        assert buckets.take("busy") > 0
    assert len(buckets._full_at) == 10


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_sender_is_an_address_or_a_network_that_one_has_as_a_whole(address, stands_for):
    assert sender_of({"client": (address, 1)}) == stands_for


def test_who_has_no_address_is_one_sender():
    assert sender_of({"client": None}) == ""
