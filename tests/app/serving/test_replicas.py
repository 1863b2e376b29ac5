"""Replicas as processes on one event log: they share events, and lose none when they are killed."""

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


class Sqlite:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        return ""


class Postgres:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        with postgres_url() as server:
            yield create_events_database(server)


@pytest.fixture
def replicas(registry, whole, tmp_path, address):
    """Start one more replica on the same volume and log."""
    # By the wall clock, which is the same for all.
    publish_copy(registry, whole, "first", replay=False)
    with ExitStack() as stack:

        def start(**settings):
            opened = run_api(tmp_path, tmp_path / "log", events_url=address, **settings)
            process, client = stack.enter_context(opened)
            wait_until_ready(client)
            return process, client

        yield start


@pytest.fixture
def log(address, tmp_path):
    log = open_log(address, tmp_path / "news" / "events")
    yield log
    log.close()


def shown(client, user, count=10):
    answer = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in answer["items"]], answer["segment"]


def post(client, *pairs, **more):
    body = [{"user_id": user, "item_id": item, **more} for user, item in pairs]
    answer = client.post("/events", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


class EveryLog:
    """Tests that every log passes."""

    def test_replicas_apply_each_other_s_events_also_after_a_late_start(self, replicas, log):
        before = log.end_offset()
        (_, one), (_, two) = replicas(), replicas()
        items = shown(one, "new")[0]
        for place, item in enumerate(items[:6]):
            writer, other = (one, two) if place % 2 else (two, one)
            post(writer, ("new", item), ("3", items[-1 - place]), ("newer", "unheard of"))
            assert item not in shown(writer, "new", 100)[0]
            wait_for(lambda o=other, i=item: i not in shown(o, "new", 100)[0], "the other replica follows", 5)
        assert log.end_offset() == before + 18
        _, late = replicas()
        # The order of items is tested in tests/script_shared/inference/test_replica.py with a fixed clock:
        # lists for all users may lag by some seconds.
        read = {"new": items[:6], "3": items[-6:]}
        for user in USERS:
            seen = [shown(client, user, 100) for client in (one, two, late)]
            assert len({segment for _, segment in seen}) == 1
            assert all(not set(read.get(user, ())) & set(listed) for listed, _ in seen)

    def test_item_reported_to_one_replica_is_recommended_by_all(self, replicas):
        (_, one), (_, two) = replicas(), replicas()
        report = {"item_id": "n1", "title": "Just out", "url": "https://example.com/n1"}
        assert one.post("/items", json=report, headers={"X-API-Key": ITEMS_KEY}).json()["accepted"] == 1
        _, late = replicas()
        for client in (one, two, late):
            wait_for(lambda c=client: "n1" in shown(c, "3")[0], "the article is shown", 5)
            (item,) = [
                x for x in client.get("/recommendations?user_id=3").json()["items"] if x["item_id"] == "n1"
            ]
            assert (item["title"], item["url"]) == (report["title"], report["url"])
        post(two, ("3", "n1"))
        for client in (one, two, late):
            wait_for(lambda c=client: "n1" not in shown(c, "3", 100)[0], "the read is known", 5)

    def test_acknowledged_events_survive_a_killed_replica(self, replicas, log):
        process, client = replicas()
        item = shown(client, "new")[0][0]
        acknowledged, stopped = [], threading.Event()

        def write(writer):
            for number in range(10_000):
                ids = [f"k{writer}-{number}-{place}" for place in range(20)]
                body = [{"user_id": "new", "item_id": item, "event_id": event_id} for event_id in ids]
                try:
                    answer = httpx.post(f"{client.base_url}/events", json=body, headers=client.headers)
                except httpx.TransportError:
                    return
                assert answer.status_code == 200
                acknowledged.extend(ids)
                if len(acknowledged) > 600:
                    stopped.set()

        with ThreadPoolExecutor(3) as pool:
            writers = [pool.submit(write, writer) for writer in range(3)]
            assert stopped.wait(30)
            process.send_signal(signal.SIGKILL)
            for future in writers:
                future.result()
        kept = {event.event_id for _, event in read_events(log)}
        assert set(acknowledged) <= kept
        _, again = replicas()
        assert item not in shown(again, "new", 100)[0]
        answer = post(again, ("new", item), event_id=acknowledged[-1])
        assert answer["duplicates"] == 1

    def test_events_during_a_release_swap_are_kept(self, replicas, registry, whole):
        _, client = replicas()
        done, read = threading.Event(), []

        def read_items():
            while not done.is_set():
                item = next(item for item in shown(client, "busy", 100)[0] if item not in read)
                post(client, ("busy", item))
                read.append(item)
                assert not set(read) & set(shown(client, "busy", 100)[0])
                done.wait(0.01)

        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(read_items)
            for name in ("second", "third"):
                release = publish_copy(registry, whole, name, replay=False).id
                wait_for(
                    lambda r=release: client.get("/health").json()["release"] == r, "the release is served"
                )
            done.set()
            future.result()
        assert read


class TestOnSqlite(Sqlite, EveryLog):
    def test_full_disk_is_a_problem_for_events_and_recommendations_are_answered(self, replicas, log):
        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))

        process, client = replicas(prepare=small_disk)
        item = shown(client, "new")[0][0]
        acknowledged, full = [], None
        for number in range(200):
            ids = [f"d{number}-{place}" for place in range(50)]
            body = [{"user_id": f"u{event_id}", "item_id": item, "event_id": event_id} for event_id in ids]
            answer = client.post("/events", json=body)
            if answer.status_code != 200:
                full = answer
                break
            acknowledged += ids
        assert full is not None
        assert (full.status_code, full.headers["content-type"]) == (507, "application/problem+json")
        assert len(shown(client, "new")[0]) == 10
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert client.post("/events", json=body).json()["accepted"] == 50
        assert {*acknowledged, *ids} == {event.event_id for _, event in read_events(log)}


@pytest.mark.tools("initdb")
class TestOnPostgres(Postgres, EveryLog):
    def test_event_that_cannot_be_read_back_is_a_problem(self, replicas, log, address):
        _, client = replicas()
        item, another = shown(client, "new")[0][:2]
        event = {"user_id": "new", "item_id": item, "event_id": "unread"}
        execute(address, "REVOKE SELECT ON events FROM events", "GRANT SELECT (event_id) ON events TO events")
        log.append([Event("another's", "newer", another, time.time_ns() // 1_000_000)])
        refused = client.post("/events", json=event)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "is kept, and lists do not reflect it yet" in refused.json()["detail"]
        execute(address, "GRANT SELECT ON events TO events")
        assert client.post("/events", json=event).json()["duplicates"] == 1
        assert item not in shown(client, "new", 100)[0]
