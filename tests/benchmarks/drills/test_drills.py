"""Every drill in a short form: what it promises holds, and it does what it says."""

import pytest

from benchmarks.drills import (
    abuse,
    availability,
    clock,
    full_disk,
    killed_postgres,
    killed_replica,
    reload,
    removed,
    slow_clients,
    soak,
    two_publishers,
)
from benchmarks.drills.stand import Stand
from script_shared.releases.registry import Registry
from tests.support.postgres import running_postgres

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def stand(small_volume, tmp_path):
    with Stand(tmp_path, Registry(small_volume.releases).open()) as stand:
        yield stand


def check(outcome, *figures):
    assert outcome.broken == [], "\n".join(outcome.lines())
    assert all(outcome.facts[name] for name in ("lists", "acknowledged_events", *figures))


def test_releases_change_under_load_and_nobody_notices(stand):
    check(reload.run(stand, promotions=2, rate=60), "refused_loads")


def test_a_release_that_is_removed_while_it_is_loaded(stand):
    check(removed.run(stand, step_seconds=0.1, rate=60), "refused_loads")


def test_a_killed_replica(stand):
    check(killed_replica.run(stand, seconds=0.5, rate=60), "cut_connections", "readers_compared")


def test_a_full_disk(stand):
    check(full_disk.run(stand, seconds=0.3, room=200_000), "refused_while_full")


def test_two_publishers_at_once(stand):
    check(two_publishers.run(stand, each=2, rate=60), "served_releases")


def test_a_clock_that_jumps(stand):
    check(clock.run(stand, seconds=0.4, rate=60))


def test_colluding_ids_count_once_each(stand):
    outcome = abuse.run(stand, people=100, reads=1_000)
    assert outcome.broken == [], "\n".join(outcome.lines())
    assert outcome.facts["1_ids_count"].startswith("5.0 of 5,000")


def test_slow_clients(stand):
    check(slow_clients.run(stand, seconds=3.0, slow=60, rate=60, patience=1.0), "slow_clients")


def test_a_while_at_seventy_per_cent(stand):
    check(
        soak.run(stand, minutes=0.03, measure_seconds=0.5, samples=20, read_before=1_000), "rss_mb_at_the_end"
    )


@pytest.mark.tools("initdb")
def test_a_killed_postgres(small_volume, tmp_path):
    with (
        running_postgres() as server,
        Stand(tmp_path, Registry(small_volume.releases).open(), server.address) as stand,
    ):
        check(killed_postgres.run(stand, server, seconds=0.5, rate=60), "return_to_followed_s")


@pytest.mark.tools("initdb")
def test_articles_that_are_withdrawn_embargoed_and_expire(small_volume, tmp_path):
    with (
        running_postgres() as server,
        Stand(tmp_path, Registry(small_volume.releases).open(), server.address) as stand,
    ):
        outcome = availability.run(stand, articles=2)
    assert outcome.broken == []
    assert len(outcome.facts) == 7
