"""A replica equals the release plus the log, however it read the log."""

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


def make_replica(release, **facts):
    clock = FixedClock(release.manifest.as_of_ms + MINUTE_MS)
    manifest = release.manifest.model_copy(update=facts)
    replica = Replica(Engine.load(release, NEWS, clock), NEWS, manifest, NewItemEncoder.load(release, NEWS))
    return replica, clock


def results(replica, users):
    found = [replica.engine.recommend(Request(user, n=20)) for user in users]
    return [
        (result.segment, [item._replace(score=round(item.score, 6)) for item in result.items])
        for result in found
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
def test_a_replica_that_starts_late_equals_one_that_followed_from_the_start(release, tmp_path_factory, data):
    log = open_log("", tmp_path_factory.mktemp("events"))
    early, clock = make_replica(release)
    written = draw_events(data, release)
    while written:
        size = data.draw(st.integers(1, len(written)))
        log.append(written[:size])
        written = written[size:]
        if data.draw(st.booleans()):
            early.follow(log.read(early.position, data.draw(st.integers(1, 50))))
        results(early, ["3", "new", None])
    early.replay(log)
    late, later = make_replica(release)
    late.replay(log)
    assert early.position == late.position == log.end_offset()
    users = [None, *map(str, range(0, 400, 7)), "3", "5", "new", "newer"]
    # Cached lists may be stale until the staleness limit ends.
    clock.ms = later.ms = clock.ms + 6 * MINUTE_MS
    assert results(early, users) == results(late, users)
    log.close()


def test_events_that_the_release_contains_are_not_applied_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    items = [item.item_id for item in make_replica(release)[0].engine.recommend(Request(None, n=4)).items]
    times = [end - 3, end - 2, end, end - 1]
    log.append([Event(f"e{time}", "new", item, time) for item, time in zip(items, times, strict=True)])
    covering, _ = make_replica(release, log_after=1, log_until=3)
    covering.replay(log)
    listed = {item.item_id for item in covering.engine.recommend(Request("new", n=100)).items}
    # Before `log_after`; released; at `as_of`, so not released; after `log_until`.
    assert [item in listed for item in items] == [True, True, False, False]
    log.close()


def test_the_details_of_an_event_define_its_weight(release):
    replica, _ = make_replica(release)
    item = replica.engine.recommend(Request(None, n=1)).items[0].item_id
    replica.apply([Event("e", "new", item, release.manifest.as_of_ms, details={"weight": 3.0})], 1)
    engine = replica.engine
    weights = engine._state.histories.get(engine._router.users.find("new"))[2]
    assert weights.tolist() == [3.0]


def test_a_replay_clock_continues_where_the_log_ends(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end + 60 * MINUTE_MS)])
    replica = Replica(Engine.load(release, NEWS), NEWS, release.manifest, NewItemEncoder.load(release, NEWS))
    assert end <= replica.engine.now_ms() < end + 60 * MINUTE_MS
    replica.replay(log)
    assert replica.engine.now_ms() >= end + 60 * MINUTE_MS
    log.close()


def test_a_user_that_the_release_has_forgotten_is_not_forgotten_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("f1", "3", "", end - 9, kind=FORGET), Event("f2", "5", "", end - 8, kind=FORGET)])
    covering, _ = make_replica(release, log_after=0, log_until=1)
    covering.replay(log)
    # The release contains the first event; its user has come back since.
    assert covering.engine.user_profile("3") is not None
    assert covering.engine.user_profile("5") is None
    log.close()


def test_a_log_shorter_than_the_releases_position_is_applied_whole(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end - 1)])
    replica, _ = make_replica(release, log_after=700, log_until=700)
    replica.replay(log)
    assert replica.position == 1
    assert replica.engine.user_profile("new").interactions == 1
    log.close()


def test_the_items_of_a_release_replace_older_reports(release, tmp_path):
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
