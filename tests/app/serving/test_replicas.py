"""Replicas as processes on one event log: they apply all events and lose none when they are killed."""

import resource
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from script_shared.events.event import Event
from script_shared.events.factory import open_log
from tests.support.data.events import read_events
from tests.support.processes.api_client import ITEMS_KEY
from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.processes.postgres import create_events_database, execute, postgres_url
from tests.support.releases.release_copies import publish_copy

pytestmark = pytest.mark.integration

USERS = ["3", "5", "new", "newer", *map(str, range(0, 400, 40))]


class SqliteAddress:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        return ""


class PostgresAddress:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        with postgres_url() as server:
            yield create_events_database(server)


@pytest.fixture
def replicas(registry, release, tmp_path, address):
    """Starts one more replica on the same volume and log."""
    # Without replay, all replicas use the wall clock.
    publish_copy(registry, release, "first", replay=False)
    with ExitStack() as stack:

        def start(**settings):
            service = run_api(tmp_path, tmp_path / "log", events_url=address, **settings)
            process, client = stack.enter_context(service)
            wait_until_ready(client)
            return process, client

        yield start


@pytest.fixture
def log(address, tmp_path):
    log = open_log(address, tmp_path / "news" / "events")
    yield log
    log.close()


def recommend(client, user, count=10):
    result = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in result["items"]], result["segment"]


def post(client, *pairs, **fields):
    body = [{"user_id": user, "item_id": item, **fields} for user, item in pairs]
    response = client.post("/events", json=body)
    assert response.status_code == 200, response.text
    return response.json()


class ReplicasContract:
    """Tests of replicas on any event log."""

    def test_replicas_apply_each_other_s_events_also_after_a_late_start(self, replicas, log):
        before = log.end_offset()
        (_, first), (_, second) = replicas(), replicas()
        items = recommend(first, "new")[0]
        for number, item in enumerate(items[:6]):
            writer, other = (first, second) if number % 2 else (second, first)
            post(writer, ("new", item), ("3", items[-1 - number]), ("newer", "unheard of"))
            assert item not in recommend(writer, "new", 100)[0]
            wait_for(
                lambda client=other, item=item: item not in recommend(client, "new", 100)[0],
                "the other replica applies the event",
                5,
            )
        assert log.end_offset() == before + 18
        _, late_client = replicas()
        # The order of items is tested in tests/script_shared/inference/test_replica.py with a fixed clock:
        # popularity in lists may be some seconds old.
        interacted = {"new": items[:6], "3": items[-6:]}
        for user in USERS:
            results = [recommend(client, user, 100) for client in (first, second, late_client)]
            assert len({segment for _, segment in results}) == 1
            assert all(not set(interacted.get(user, ())) & set(listed) for listed, _ in results)

    def test_item_reported_to_one_replica_is_recommended_by_all(self, replicas):
        (_, first), (_, second) = replicas(), replicas()
        report = {"item_id": "n1", "title": "Just out", "url": "https://example.com/n1"}
        assert first.post("/items", json=report, headers={"X-API-Key": ITEMS_KEY}).json()["accepted"] == 1
        _, late_client = replicas()
        for client in (first, second, late_client):
            wait_for(lambda c=client: "n1" in recommend(c, "3")[0], "the item is recommended", 5)
            (item,) = [
                x for x in client.get("/recommendations?user_id=3").json()["items"] if x["item_id"] == "n1"
            ]
            assert (item["title"], item["url"]) == (report["title"], report["url"])
        post(second, ("3", "n1"))
        for client in (first, second, late_client):
            wait_for(lambda c=client: "n1" not in recommend(c, "3", 100)[0], "the interaction is applied", 5)

    def test_acknowledged_events_survive_a_killed_replica(self, replicas, log):
        process, client = replicas()
        item = recommend(client, "new")[0][0]
        acknowledged, enough = [], threading.Event()

        def write(writer):
            for number in range(10_000):
                ids = [f"k{writer}-{number}-{index}" for index in range(20)]
                body = [{"user_id": "new", "item_id": item, "event_id": event_id} for event_id in ids]
                try:
                    response = httpx.post(f"{client.base_url}/events", json=body, headers=client.headers)
                except httpx.TransportError:
                    return
                assert response.status_code == 200
                acknowledged.extend(ids)
                if len(acknowledged) > 600:
                    enough.set()

        with ThreadPoolExecutor(3) as pool:
            writers = [pool.submit(write, writer) for writer in range(3)]
            assert enough.wait(30)
            process.send_signal(signal.SIGKILL)
            for future in writers:
                future.result()
        logged_ids = {event.event_id for _, event in read_events(log)}
        assert set(acknowledged) <= logged_ids
        _, restarted = replicas()
        assert item not in recommend(restarted, "new", 100)[0]
        result = post(restarted, ("new", item), event_id=acknowledged[-1])
        assert result["duplicates"] == 1

    def test_events_during_a_release_swap_are_kept(self, replicas, registry, release):
        _, client = replicas()
        is_finished, clicked = threading.Event(), []

        def click_items():
            while not is_finished.is_set():
                item = next(item for item in recommend(client, "busy", 100)[0] if item not in clicked)
                post(client, ("busy", item))
                clicked.append(item)
                assert not set(clicked) & set(recommend(client, "busy", 100)[0])
                is_finished.wait(0.01)

        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(click_items)
            for name in ("second", "third"):
                release_id = publish_copy(registry, release, name, replay=False).id
                wait_for(
                    lambda expected=release_id: client.get("/health").json()["release"] == expected,
                    "the release is served",
                )
            is_finished.set()
            future.result()
        assert clicked


class TestOnSqlite(SqliteAddress, ReplicasContract):
    def test_full_disk_is_a_problem_for_events_and_recommendations_are_answered(self, replicas, log):
        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))

        process, client = replicas(prepare=small_disk)
        item = recommend(client, "new")[0][0]
        acknowledged, error_response = [], None
        for number in range(200):
            ids = [f"d{number}-{index}" for index in range(50)]
            body = [{"user_id": f"u{event_id}", "item_id": item, "event_id": event_id} for event_id in ids]
            response = client.post("/events", json=body)
            if response.status_code != 200:
                error_response = response
                break
            acknowledged += ids
        assert error_response is not None
        assert (error_response.status_code, error_response.headers["content-type"]) == (
            507,
            "application/problem+json",
        )
        assert len(recommend(client, "new")[0]) == 10
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert client.post("/events", json=body).json()["accepted"] == 50
        assert {*acknowledged, *ids} == {event.event_id for _, event in read_events(log)}


@pytest.mark.tools("initdb")
class TestOnPostgres(PostgresAddress, ReplicasContract):
    def test_event_that_cannot_be_read_back_is_a_problem(self, replicas, log, address):
        _, client = replicas()
        item, other_item = recommend(client, "new")[0][:2]
        event = {"user_id": "new", "item_id": item, "event_id": "unread"}
        execute(address, "REVOKE SELECT ON events FROM events", "GRANT SELECT (event_id) ON events TO events")
        log.append([Event("another's", "newer", other_item, time.time_ns() // 1_000_000)])
        refused = client.post("/events", json=event)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "is kept, and lists do not reflect it yet" in refused.json()["detail"]
        execute(address, "GRANT SELECT ON events TO events")
        assert client.post("/events", json=event).json()["duplicates"] == 1
        assert item not in recommend(client, "new", 100)[0]
