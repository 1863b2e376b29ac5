"""The state of a replica is the release plus the events of the log, in whatever batches it reads them."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.events.event import FORGET, ITEM, Event
from script_shared.events.factory import open_log
from script_shared.inference.engine import Engine
from script_shared.inference.new_items import NewItemEncoder
from script_shared.inference.replica import Replica
from script_shared.releases.registry import Registry
from script_shared.types import Request

MINUTE_MS = 60_000


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def make_replica(release, **fields):
    clock = FixedClock(release.manifest.as_of_ms + MINUTE_MS)
    manifest = release.manifest.model_copy(update=fields)
    replica = Replica(Engine.load(release, NEWS, clock), NEWS, manifest, NewItemEncoder.load(release, NEWS))
    return replica, clock


def get_results(replica, users):
    results = [replica.engine.recommend(Request(user, n=20)) for user in users]
    return [
        (result.segment, [item._replace(score=round(item.score, 6)) for item in result.items])
        for result in results
    ]


def draw_events(data, release, limit=40):
    end = release.manifest.as_of_ms
    rows = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(["3", "5", "new", "newer"]),
                st.integers(0, 130),
                st.integers(-300, 1),
                st.sampled_from([{}, {"region": "1", "device": "1"}, {"seconds": 90.0}, {"weight": 2.0}]),
            ),
            max_size=limit,
        )
    )
    return [
        Event(f"e{number}", user, str(item), end + minute * MINUTE_MS, details=details)
        for number, (user, item, minute, details) in enumerate(rows)
    ]


@settings(
    deadline=None, database=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_replica_that_starts_late_equals_one_that_follows_from_the_start(release, tmp_path_factory, data):
    log = open_log("", tmp_path_factory.mktemp("events"))
    follower, clock = make_replica(release)
    events = draw_events(data, release)
    while events:
        size = data.draw(st.integers(1, len(events)))
        log.append(events[:size])
        events = events[size:]
        if data.draw(st.booleans()):
            follower.follow(log.read(follower.position, data.draw(st.integers(1, 50))))
        get_results(follower, ["3", "new", None])
    follower.replay(log)
    late_replica, late_clock = make_replica(release)
    late_replica.replay(log)
    assert follower.position == late_replica.position == log.end_offset()
    users = [None, *map(str, range(0, 400, 7)), "3", "5", "new", "newer"]
    # Cached lists may be stale until the staleness limit ends.
    clock.ms = late_clock.ms = clock.ms + 6 * MINUTE_MS
    assert get_results(follower, users) == get_results(late_replica, users)
    log.close()


def test_events_that_the_release_contains_are_not_applied_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    items = [item.item_id for item in make_replica(release)[0].engine.recommend(Request(None, n=4)).items]
    times = [end - 3, end - 2, end, end - 1]
    log.append([Event(f"e{time}", "new", item, time) for item, time in zip(items, times, strict=True)])
    replica, _ = make_replica(release, log_after=1, log_until=3)
    replica.replay(log)
    listed = {item.item_id for item in replica.engine.recommend(Request("new", n=100)).items}
    # Before `log_after`; in the release; not in the release, since at `as_of`; after `log_until`.
    assert [item in listed for item in items] == [True, True, False, False]
    log.close()


def test_details_of_an_event_define_its_weight(release):
    replica, _ = make_replica(release)
    item = replica.engine.recommend(Request(None, n=1)).items[0].item_id
    replica.apply([Event("e", "new", item, release.manifest.as_of_ms, details={"weight": 3.0})], 1)
    engine = replica.engine
    weights = engine._state.histories.get(engine._router.users.find("new"))[2]
    assert weights.tolist() == [3.0]


def test_replay_clock_continues_where_the_log_ends(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end + 60 * MINUTE_MS)])
    replica = Replica(Engine.load(release, NEWS), NEWS, release.manifest, NewItemEncoder.load(release, NEWS))
    assert end <= replica.engine.now_ms() < end + 60 * MINUTE_MS
    replica.replay(log)
    assert replica.engine.now_ms() >= end + 60 * MINUTE_MS
    log.close()


def test_user_that_the_release_has_forgotten_is_not_forgotten_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("f1", "3", "", end - 9, kind=FORGET), Event("f2", "5", "", end - 8, kind=FORGET)])
    replica, _ = make_replica(release, log_after=0, log_until=1)
    replica.replay(log)
    # The release contains the first request to forget and later interactions of that user.
    assert replica.engine.user_profile("3") is not None
    assert replica.engine.user_profile("5") is None
    log.close()


def test_log_that_ends_before_the_position_of_the_release_is_applied_from_its_start(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end - 1)])
    replica, _ = make_replica(release, log_after=700, log_until=700)
    replica.replay(log)
    assert replica.position == 1
    assert replica.engine.user_profile("new").interactions == 1
    log.close()


def test_items_of_a_release_replace_older_reports(release, tmp_path):
    """A catalogue file that is newer than the report may have removed or corrected the item."""
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append(
        [
            Event("i1", "", "1", end - 9, details={"title": "Of the API"}, kind=ITEM),
            Event("i2", "", "3", end + 1, details={"title": "Reported again"}, kind=ITEM),
        ]
    )
    manifest = release.manifest.model_copy(update={"log_until": 1, "withdrawn": ["1", "3"]})
    other_release = replace(release, manifest=manifest)
    reported = {}
    engine = Engine.load(other_release, NEWS, FixedClock(end + MINUTE_MS))
    replica = Replica(engine, NEWS, manifest, NewItemEncoder.load(release, NEWS), reported.__setitem__)
    replica.replay(log)
    listed = {item.item_id for item in engine.recommend(Request(None, n=1_000)).items}
    assert "1" not in listed
    assert "3" in listed
    assert [details["title"] for details in reported.values()] == ["Reported again"]
    log.close()


def test_cached_results_are_dropped_after_a_replay(release, tmp_path):
    log, now = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event(f"e{number}", f"new {number}", "3", now) for number in range(500)])
    replica, _ = make_replica(release)
    assert replica.engine.trending(Request(None, n=1))[0].item_id != "3"
    replica.replay(log)
    assert replica.engine.trending(Request(None, n=1))[0].item_id == "3"
    log.close()
