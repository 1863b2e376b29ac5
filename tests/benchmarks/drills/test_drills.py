"""Every drill in a short form: what it promises holds, and it does what it says."""

import pytest

from benchmarks.drills import full_disk, killed_postgres, killed_replica, reload, removed, two_publishers
from benchmarks.drills.stand import Stand
from script_shared.releases.registry import Registry
from tests.support.postgres import running_postgres

pytestmark = pytest.mark.integration


@pytest.fixture
def stand(small_volume, tmp_path):
    with Stand(tmp_path, Registry(small_volume.releases).open()) as stand:
        yield stand


def check(outcome, *figures):
    assert outcome.broken == [], "\n".join(outcome.lines())
    assert all(outcome.facts[name] for name in ("lists", "acknowledged_events", *figures))


def test_releases_change_under_load_and_nobody_notices(stand):
    check(reload.run(stand, promotions=2), "refused_loads")


def test_a_release_that_is_removed_while_it_is_loaded(stand):
    check(removed.run(stand, step_seconds=0.1), "refused_loads")


def test_a_killed_replica(stand):
    check(killed_replica.run(stand, seconds=0.5), "cut_connections", "readers_compared")


def test_a_full_disk(stand):
    check(full_disk.run(stand, seconds=0.3, room=200_000), "refused_while_full")


def test_two_publishers_at_once(stand):
    check(two_publishers.run(stand, each=2), "served_releases")


@pytest.mark.tools("initdb")
def test_a_killed_postgres(small_volume, tmp_path):
    with (
        running_postgres() as server,
        Stand(tmp_path, Registry(small_volume.releases).open(), server.address) as stand,
    ):
        check(killed_postgres.run(stand, server, seconds=0.5))
