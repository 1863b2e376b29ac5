"""A replica is the release and the log, however it came to follow them."""

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


def replica_of(release, **facts):
    clock = FixedClock(release.manifest.as_of_ms + MINUTE_MS)
    told = release.manifest.model_copy(update=facts)
    replica = Replica(Engine.load(release, NEWS, clock), NEWS, told, NewItemEncoder.load(release, NEWS))
    return replica, clock


def answers(replica, readers):
    found = [replica.engine.recommend(Request(reader, n=20)) for reader in readers]
    return [
        (each.segment, [item._replace(score=round(item.score, 6)) for item in each.items]) for each in found
    ]


def drawn_events(data, release, most=40):
    end = release.manifest.as_of_ms
    rows = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from(["3", "5", "new", "newer"]),
                st.integers(0, 130),
                st.integers(-300, 1),
                st.sampled_from([{}, {"region": "1", "device": "1"}, {"seconds": 90.0}, {"weight": 2.0}]),
            ),
            max_size=most,
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
def test_one_that_starts_late_answers_like_one_that_followed_from_the_start(release, tmp_path_factory, data):
    log = open_log("", tmp_path_factory.mktemp("events"))
    early, clock = replica_of(release)
    written = drawn_events(data, release)
    while written:
        size = data.draw(st.integers(1, len(written)))
        log.append(written[:size])
        written = written[size:]
        if data.draw(st.booleans()):
            early.follow(log.read(early.position, data.draw(st.integers(1, 50))))
        answers(early, ["3", "new", None])
    early.replay(log)
    late, later = replica_of(release)
    late.replay(log)
    assert early.position == late.position == log.end_offset()
    readers = [None, *map(str, range(0, 400, 7)), "3", "5", "new", "newer"]
    # What is worked out for everybody may lag; then it has caught up.
    clock.ms = later.ms = clock.ms + 6 * MINUTE_MS
    assert answers(early, readers) == answers(late, readers)
    log.close()


def test_what_the_release_holds_already_is_not_folded_in_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    items = [item.item_id for item in replica_of(release)[0].engine.recommend(Request(None, n=4)).items]
    times = [end - 3, end - 2, end, end - 1]
    log.append([Event(f"e{at}", "new", item, at) for item, at in zip(items, times, strict=True)])
    covering, _ = replica_of(release, log_after=1, log_until=3)
    covering.replay(log)
    shown = {item.item_id for item in covering.engine.recommend(Request("new", n=100)).items}
    # Before `log_after`; held; at `as_of`, so not yet held; after `log_until`.
    assert [item in shown for item in items] == [True, True, False, False]
    log.close()


def test_what_is_measured_of_a_read_says_how_much_it_counts(release):
    replica, _ = replica_of(release)
    item = replica.engine.recommend(Request(None, n=1)).items[0].item_id
    replica.apply([Event("e", "new", item, release.manifest.as_of_ms, details={"weight": 3.0})], 1)
    engine = replica.engine
    weights = engine._state.histories.get(engine._router.users.find("new"))[2]
    assert weights.tolist() == [3.0]


def test_a_replayed_world_goes_on_where_its_log_ends(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end + 60 * MINUTE_MS)])
    replica = Replica(Engine.load(release, NEWS), NEWS, release.manifest, NewItemEncoder.load(release, NEWS))
    assert end <= replica.engine.now_ms() < end + 60 * MINUTE_MS
    replica.replay(log)
    assert replica.engine.now_ms() >= end + 60 * MINUTE_MS
    log.close()


def test_whom_the_release_forgot_already_is_not_forgotten_again(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("f1", "3", "", end - 9, kind=FORGET), Event("f2", "5", "", end - 8, kind=FORGET)])
    covering, _ = replica_of(release, log_after=0, log_until=1)
    covering.replay(log)
    # The release knows of the first; who is in it came back since.
    assert covering.engine.user_profile("3") is not None
    assert covering.engine.user_profile("5") is None
    log.close()


def test_a_log_that_ends_before_what_the_release_holds_is_another_one_and_all_of_it_news(release, tmp_path):
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event("e", "new", "1", end - 1)])
    replica, _ = replica_of(release, log_after=700, log_until=700)
    replica.replay(log)
    assert replica.position == 1
    assert replica.engine.user_profile("new").interactions == 1
    log.close()


def test_what_a_release_says_of_its_items_stands_in_place_of_older_reports(release, tmp_path):
    """A catalogue file that is newer than the report may have removed the article, or corrected it."""
    log, end = open_log("", tmp_path), release.manifest.as_of_ms
    log.append(
        [
            Event("i1", "", "1", end - 9, details={"title": "Of the API"}, kind=ITEM),
            Event("i2", "", "3", end + 1, details={"title": "Reported again"}, kind=ITEM),
        ]
    )
    told = release.manifest.model_copy(update={"log_until": 1, "withdrawn": ["1", "3"]})
    edition = replace(release, manifest=told)
    shown = {}
    engine = Engine.load(edition, NEWS, FixedClock(end + MINUTE_MS))
    replica = Replica(engine, NEWS, told, NewItemEncoder.load(release, NEWS), shown.__setitem__)
    replica.replay(log)
    listed = {item.item_id for item in engine.recommend(Request(None, n=1_000)).items}
    assert "1" not in listed
    assert "3" in listed
    assert [details["title"] for details in shown.values()] == ["Reported again"]
    log.close()


def test_what_was_worked_out_before_the_log_was_replayed_is_worked_out_anew(release, tmp_path):
    log, now = open_log("", tmp_path), release.manifest.as_of_ms
    log.append([Event(f"e{at}", f"new {at}", "3", now) for at in range(500)])
    replica, _ = replica_of(release)
    assert replica.engine.trending(Request(None, n=1))[0].item_id != "3"
    replica.replay(log)
    assert replica.engine.trending(Request(None, n=1))[0].item_id == "3"
    log.close()
