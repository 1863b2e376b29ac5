"""Short runs of every drill report no violation and all documented figures."""

from contextlib import contextmanager

import pytest

from benchmarks.drills import (
    abuse,
    availability,
    clock,
    full_disk,
    killed_postgres,
    killed_replica,
    reload,
    removed_release,
    slow_clients,
    soak,
    two_publishers,
)
from benchmarks.harness.cluster import Cluster
from script_shared.errors import SettingsError
from script_shared.releases.registry import Registry
from tests.support.processes.moto_server import run_moto, set_environment
from tests.support.processes.postgres import run_postgres

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def cluster(small_volume, tmp_path):
    with Cluster(tmp_path, Registry(small_volume.releases).open()) as cluster:
        yield cluster


@contextmanager
def postgres_cluster(volume, folder):
    with (
        run_postgres() as server,
        Cluster(folder, Registry(volume.releases).open(), server.address) as cluster,
    ):
        yield server, cluster


@pytest.fixture
def s3_cluster(small_volume, tmp_path):
    try:
        with (
            run_moto(tmp_path / "moto.log") as s3,
            set_environment(s3.environment),
            Cluster(
                tmp_path / "data", Registry(small_volume.releases).open(), releases_url=s3.url("drill")
            ) as cluster,
        ):
            yield cluster
    except SettingsError as error:
        pytest.skip(str(error))


def check_report(report, *names):
    assert report.violations == [], "\n".join(report.lines())
    assert all(report.facts[name] for name in ("lists", "acknowledged_events", *names))


def test_no_request_fails_while_releases_change(cluster):
    check_report(reload.run(cluster, promotions=2, rate=60), "rejected_loads")


def test_release_that_is_removed_while_loading_is_rejected(cluster):
    check_report(removed_release.run(cluster, step_seconds=0.1, rate=60), "rejected_loads")


def test_killed_replica_recovers(cluster):
    check_report(killed_replica.run(cluster, seconds=0.5, rate=60), "cut_connections", "users_compared")


def test_full_disk_rejects_events(cluster):
    check_report(full_disk.run(cluster, seconds=0.3, limit_bytes=200_000), "rejected_while_full")


def test_two_publishers_do_not_interfere(cluster):
    check_report(two_publishers.run(cluster, releases_per_publisher=2, rate=60), "served_releases")


def test_no_request_fails_while_releases_change_on_s3(s3_cluster):
    check_report(reload.run(s3_cluster, promotions=2, rate=60), "rejected_loads")


def test_two_publishers_on_s3_do_not_interfere(s3_cluster):
    check_report(two_publishers.run(s3_cluster, releases_per_publisher=2, rate=60), "served_releases")


def test_service_survives_clock_jumps(cluster):
    check_report(clock.run(cluster, seconds=0.4, rate=60))


def test_colluding_users_count_once_each(cluster):
    report = abuse.run(cluster, honest_users=100, events=1_000)
    assert report.violations == [], "\n".join(report.lines())
    assert report.facts["1_ids_count"].startswith("5.0 of 5,000")


def test_slow_clients_are_disconnected(cluster):
    report = slow_clients.run(cluster, seconds=3.0, client_count=60, rate=60, timeout_seconds=1.0)
    check_report(report, "slow_clients")


def test_service_serves_seventy_per_cent_of_its_capacity(cluster):
    report = soak.run(cluster, minutes=0.03, measure_seconds=0.5, samples=20, earlier_events=1_000)
    check_report(report, "rss_mb_at_the_end")


@pytest.mark.tools("initdb")
def test_killed_postgres_recovers(small_volume, tmp_path):
    with postgres_cluster(small_volume, tmp_path) as (server, cluster):
        check_report(killed_postgres.run(cluster, server, seconds=0.5, rate=60), "restart_to_log_read_s")


@pytest.mark.tools("initdb")
def test_unavailable_items_are_not_recommended(small_volume, tmp_path):
    with postgres_cluster(small_volume, tmp_path) as (_, cluster):
        report = availability.run(cluster, rounds=2)
    assert report.violations == []
    assert len(report.facts) == 7
