"""An event that cannot be applied is rejected and does not stop the others."""

import pytest

from script_shared.events.event import INTERACTION, ITEM, Event
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from tests.script_shared.inference.test_replica import get_results, make_replica

YEAR_ONE_MS = -62_135_600_400_000


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def invalid_events(now):
    return [
        Event("p1", "", "p1", now, details={"title": "Old", "published_ms": YEAR_ONE_MS}, kind=ITEM),
        Event("p2", "zoe", "3", YEAR_ONE_MS),
        Event("p3", "zoe", "3", now, details={"weight": "much"}),
        Event("p4", "zoe", "3", now, details={"weight": float("nan")}),
        Event("p5", "zoe", "3", now, kind="unheard of"),
        Event("p6", "zo\ud800", "3", now),
        Event("p7", "", "p7", now, details={"title": {}, "category": "\ud800"}, kind=ITEM),
    ]


def test_valid_events_of_a_page_with_invalid_ones_are_applied(release):
    now = release.manifest.as_of_ms
    invalid = invalid_events(now)
    valid = [
        Event(f"g{index}", "zoe", str(index), now + index, kind=INTERACTION) for index in range(len(invalid))
    ]
    mixed = [event for pair in zip(invalid, valid, strict=True) for event in pair]
    mixed_replica, _ = make_replica(release)
    valid_replica, _ = make_replica(release)
    mixed_replica.apply(mixed, 100)
    valid_replica.apply(valid, 100)
    assert get_results(mixed_replica, ["zoe", None]) == get_results(valid_replica, ["zoe", None])
    rejected = {event.event_id: event.offset for event in mixed_replica.rejected.newest}
    assert rejected == {event.event_id: 87 + 2 * index for index, event in enumerate(invalid)}
    assert mixed_replica.position == 100
    assert not valid_replica.rejected.count


def test_log_with_invalid_events_is_replayed(release, tmp_path):
    log, now = open_log("", tmp_path), release.manifest.as_of_ms
    # Two of them cannot be written to the log.
    invalid = [event for event in invalid_events(now) if event.event_id not in ("p6", "p7")]
    log.append([*invalid, Event("g", "zoe", "3", now)])
    replica, _ = make_replica(release)
    replica.replay(log)
    assert replica.rejected.count == len(invalid)
    assert replica.engine.user_profile("zoe").interactions == 1
    log.close()
