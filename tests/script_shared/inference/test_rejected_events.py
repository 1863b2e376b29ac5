"""An event that cannot be applied is rejected and stops nothing."""

import pytest

from script_shared.events.event import INTERACTION, ITEM, Event
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from tests.script_shared.inference.test_replica import answers, replica_of

YEAR_ONE_MS = -62_135_600_400_000


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def poison(now):
    return [
        Event("p1", "", "p1", now, details={"title": "Old", "published_ms": YEAR_ONE_MS}, kind=ITEM),
        Event("p2", "zoe", "3", YEAR_ONE_MS),
        Event("p3", "zoe", "3", now, details={"weight": "much"}),
        Event("p4", "zoe", "3", now, details={"weight": float("nan")}),
        Event("p5", "zoe", "3", now, kind="unheard of"),
        Event("p6", "zo\ud800", "3", now),
        Event("p7", "", "p7", now, details={"title": {}, "category": "\ud800"}, kind=ITEM),
    ]


def test_the_others_of_a_page_count(release):
    now = release.manifest.as_of_ms
    bad = poison(now)
    good = [Event(f"g{at}", "zoe", str(at), now + at, kind=INTERACTION) for at in range(len(bad))]
    mixed = [event for pair in zip(bad, good, strict=True) for event in pair]
    poisoned, _ = replica_of(release)
    clean, _ = replica_of(release)
    poisoned.apply(mixed, 100)
    clean.apply(good, 100)
    assert answers(poisoned, ["zoe", None]) == answers(clean, ["zoe", None])
    rejected = {event.event_id: event.offset for event in poisoned.rejected.newest}
    assert rejected == {event.event_id: 87 + 2 * at for at, event in enumerate(bad)}
    assert poisoned.position == 100
    assert not clean.rejected.count


def test_a_log_that_an_older_version_poisoned_is_replayed(release, tmp_path):
    log, now = open_log("", tmp_path), release.manifest.as_of_ms
    # Two of them cannot be written by any version.
    bad = [event for event in poison(now) if event.event_id not in ("p6", "p7")]
    log.append([*bad, Event("g", "zoe", "3", now)])
    replica, _ = replica_of(release)
    replica.replay(log)
    assert replica.rejected.count == len(bad)
    assert replica.engine.user_profile("zoe").interactions == 1
    log.close()
