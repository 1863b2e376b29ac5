"""Replicas as processes on one event log: they follow each other, and lose nothing when they are killed."""

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
from tests.support.editions import publish_edition
from tests.support.events import follow
from tests.support.postgres import execute, own_database, postgres_server
from tests.support.servers import serving, until, until_ready
from tests.support.services import ITEMS_KEY

pytestmark = pytest.mark.integration

READERS = ["3", "5", "new", "newer", *map(str, range(0, 400, 40))]


class Sqlite:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        return ""


class Postgres:
    @pytest.fixture(scope="class")
    @staticmethod
    def address():
        with postgres_server() as server:
            yield own_database(server)


@pytest.fixture
def replicas(registry, whole, tmp_path, address):
    """Start one more replica on the same volume and log."""
    # By the wall clock, which is the same for all.
    publish_edition(registry, whole, "first", replay=False)
    with ExitStack() as stack:

        def start(**settings):
            opened = serving(tmp_path, tmp_path / "log", events_url=address, **settings)
            process, client = stack.enter_context(opened)
            until_ready(client)
            return process, client

        yield start


@pytest.fixture
def log(address, tmp_path):
    log = open_log(address, tmp_path / "news" / "events")
    yield log
    log.close()


def shown(client, reader, count=10):
    answer = client.get("/recommendations", params={"user_id": reader, "num_recs": count}).json()
    return [item["item_id"] for item in answer["items"]], answer["segment"]


def post(client, *pairs, **more):
    body = [{"user_id": reader, "item_id": item, **more} for reader, item in pairs]
    answer = client.post("/events", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Together:
    """What holds on every log."""

    def test_they_follow_each_other_and_one_that_starts_late_comes_to_the_same(self, replicas, log):
        before = log.end()
        (_, one), (_, two) = replicas(), replicas()
        items = shown(one, "new")[0]
        for place, item in enumerate(items[:6]):
            writer, other = (one, two) if place % 2 else (two, one)
            post(writer, ("new", item), ("3", items[-1 - place]), ("newer", "unheard of"))
            assert item not in shown(writer, "new", 100)[0]
            until(lambda o=other, i=item: i not in shown(o, "new", 100)[0], "the other replica follows", 5)
        assert log.end() == before + 18
        _, late = replicas()
        # In which order is the property of tests/script_shared/inference/test_replica.py, where time stands
        # still: what is worked out for everybody may lag by some seconds.
        read = {"new": items[:6], "3": items[-6:]}
        for reader in READERS:
            seen = [shown(each, reader, 100) for each in (one, two, late)]
            assert len({segment for _, segment in seen}) == 1
            assert all(not set(read.get(reader, ())) & set(listed) for listed, _ in seen)

    def test_an_article_posted_to_one_is_shown_by_all_and_by_one_that_starts_late(self, replicas):
        (_, one), (_, two) = replicas(), replicas()
        told = {"item_id": "n1", "title": "Just out", "url": "https://example.com/n1"}
        assert one.post("/items", json=told, headers={"X-API-Key": ITEMS_KEY}).json()["accepted"] == 1
        _, late = replicas()
        for each in (one, two, late):
            until(lambda c=each: "n1" in shown(c, "3")[0], "the article is shown", 5)
            (item,) = [
                x for x in each.get("/recommendations?user_id=3").json()["items"] if x["item_id"] == "n1"
            ]
            assert (item["title"], item["url"]) == (told["title"], told["url"])
        post(two, ("3", "n1"))
        for each in (one, two, late):
            until(lambda c=each: "n1" not in shown(c, "3", 100)[0], "the read is known", 5)

    def test_what_was_acknowledged_outlives_a_killed_replica(self, replicas, log):
        process, client = replicas()
        item = shown(client, "new")[0][0]
        acknowledged, stopped = [], threading.Event()

        def write(writer):
            for number in range(10_000):
                ids = [f"k{writer}-{number}-{place}" for place in range(20)]
                body = [{"user_id": "new", "item_id": item, "event_id": each} for each in ids]
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
            for each in writers:
                each.result()
        kept = {event.event_id for _, event in follow(log)}
        assert set(acknowledged) <= kept
        _, again = replicas()
        assert item not in shown(again, "new", 100)[0]
        told = post(again, ("new", item), event_id=acknowledged[-1])
        assert told["duplicates"] == 1

    def test_a_release_that_is_swapped_in_under_writers_forgets_nothing(self, replicas, registry, whole):
        _, client = replicas()
        done, read = threading.Event(), []

        def reading():
            while not done.is_set():
                item = next(each for each in shown(client, "busy", 100)[0] if each not in read)
                post(client, ("busy", item))
                read.append(item)
                assert not set(read) & set(shown(client, "busy", 100)[0])
                done.wait(0.01)

        with ThreadPoolExecutor(1) as pool:
            reader = pool.submit(reading)
            for name in ("second", "third"):
                release = publish_edition(registry, whole, name, replay=False).id
                until(lambda r=release: client.get("/health").json()["release"] == r, "the release is served")
            done.set()
            reader.result()
        assert read


class TestOnSqlite(Sqlite, Together):
    def test_a_full_disk_is_a_problem_until_there_is_room_and_readers_are_answered(self, replicas, log):
        def small_disk():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))

        process, client = replicas(prepare=small_disk)
        item = shown(client, "new")[0][0]
        acknowledged, full = [], None
        for number in range(200):
            ids = [f"d{number}-{place}" for place in range(50)]
            body = [{"user_id": f"u{each}", "item_id": item, "event_id": each} for each in ids]
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
        assert {*acknowledged, *ids} == {event.event_id for _, event in follow(log)}


@pytest.mark.tools("initdb")
class TestOnPostgres(Postgres, Together):
    def test_what_cannot_be_read_back_is_not_answered_as_if_lists_knew_of_it(self, replicas, log, address):
        _, client = replicas()
        item, another = shown(client, "new")[0][:2]
        told = {"user_id": "new", "item_id": item, "event_id": "unread"}
        execute(address, "REVOKE SELECT ON events FROM events", "GRANT SELECT (event_id) ON events TO events")
        log.append([Event("another's", "newer", another, time.time_ns() // 1_000_000)])
        refused = client.post("/events", json=told)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "is kept, and lists do not reflect it yet" in refused.json()["detail"]
        execute(address, "GRANT SELECT ON events TO events")
        assert client.post("/events", json=told).json()["duplicates"] == 1
        assert item not in shown(client, "new", 100)[0]
