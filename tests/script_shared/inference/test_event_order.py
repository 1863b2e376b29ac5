"""The state depends on the events, not on the order in which they arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import ReplayClock
from script_shared.domains.news.domain import NEWS
from script_shared.events.event import ITEM, Event
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.types import Request
from tests.script_shared.inference.test_replica import MINUTE_MS, get_results, make_replica

HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def draw_interactions(data, now):
    rows = data.draw(
        st.lists(
            st.tuples(st.sampled_from(["3", "new", "newer"]), st.integers(0, 30), st.integers(0, 1_000)),
            max_size=30,
            unique_by=lambda row: row[2],
        )
    )
    return [Event(f"e{minute}", user, str(item), now - minute * MINUTE_MS) for user, item, minute in rows]


def apply_in_parts(replica, events, data):
    position = 0
    while events:
        size = data.draw(st.integers(1, len(events)))
        position += size
        replica.apply(events[:size], position)
        events = events[size:]


@settings(deadline=None, derandomize=True, database=None, max_examples=25)
@given(st.data())
def test_interactions_may_arrive_in_any_order(release, data):
    events = draw_interactions(data, release.manifest.as_of_ms)
    (in_order, _), (shuffled, _) = make_replica(release), make_replica(release)
    apply_in_parts(in_order, sorted(events, key=lambda event: event.time_ms), data)
    apply_in_parts(shuffled, data.draw(st.permutations(events)), data)
    users = ["3", "new", "newer", None]
    assert get_results(in_order, users) == get_results(shuffled, users)
    for user in users[:3]:
        assert in_order.engine.user_profile(user) == shuffled.engine.user_profile(user)


@settings(deadline=None, derandomize=True, database=None, max_examples=15)
@given(st.data())
def test_interaction_may_arrive_before_its_item(release, data):
    now = release.manifest.as_of_ms
    details = {"title": "Just out", "published_ms": now - HOUR_MS}
    events = [
        Event("item", "", "just out", now, details=details, kind=ITEM),
        Event("interaction", "zoe", "just out", now - 2),
        Event("another", "zoe", "3", now - 1),
    ]
    replica, _ = make_replica(release)
    apply_in_parts(replica, data.draw(st.permutations(events)), data)
    assert replica.engine.user_profile("zoe").interactions == 2
    assert "just out" not in [item.item_id for item in replica.engine.recommend(Request("zoe", n=100)).items]


def test_forgotten_user_has_no_pending_interactions(release):
    now = release.manifest.as_of_ms
    replica, _ = make_replica(release)
    replica.apply([Event("interaction", "zoe", "just out", now)], 1)
    replica.engine.forget("zoe")
    replica.apply([Event("item", "", "just out", now, details={"title": "Just out"}, kind=ITEM)], 2)
    assert replica.engine.user_profile("zoe") is None


def test_first_live_event_switches_a_replay_to_the_wall_clock(release):
    created_ms = round(release.manifest.created_at.timestamp() * 1000)
    engine = Engine.load(release, NEWS, ReplayClock(release.manifest.as_of_ms))
    # Events of replayed data are not live events, even after days of serving.
    assert not engine.switch_to_live_clock(release.manifest.as_of_ms + MINUTE_MS)
    assert not engine.switch_to_live_clock(created_ms + 365 * 24 * HOUR_MS)
    assert engine.now_ms() < release.manifest.as_of_ms + HOUR_MS
    assert engine.switch_to_live_clock(created_ms)
    assert engine.now_ms() >= created_ms
    assert not engine.switch_to_live_clock(created_ms)
