"""Random sequences of requests: the service against a specification in plain Python.

Two replicas share one log and one volume. Interactions have timestamps before, at or after the clock's
time, and may precede the report of their item; items are reported, corrected, embargoed, withdrawn, and
expire; users are forgotten; replicas are restarted; pipeline runs publish releases from the log.
`HYPOTHESIS_PROFILE=deep` and `make test-slow` run longer.
"""

import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from script_shared.clock import FixedClock
from script_shared.inference.load import MAX_STALENESS_MS
from tests.support.data.clicks import write_clicks
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, KEYS, USERS_KEY, make_client
from tests.support.releases.installation import Installation, keyed

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
#: Fewer than the maximum length of a list, so that a full list has all available items.
ITEMS = 40
NEW_ITEMS = ("n1", "n2", "n3")
USERS = ("zoe", "yan")
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """An installation whose release is built without an event log."""
    raw, root = tmp_path_factory.mktemp("clicks"), tmp_path_factory.mktemp("data")
    write_clicks(raw, hours=8, articles=ITEMS, users=80, clicks_an_hour=100)
    installation = Installation(raw, root, "")
    installation.run("run-1")
    return installation


@dataclass
class Item:
    """The reported values of an item, in the order of the log."""

    published_ms: int
    title: str
    expires_ms: int | None = None
    is_withdrawn: bool = False

    def is_available(self, now_ms):
        is_expired = self.expires_ms is not None and self.expires_ms <= now_ms
        return self.published_ms <= now_ms and not is_expired and not self.is_withdrawn


class Specification:
    """The state that the service must have: the items of the files, and the effects of all later requests."""

    def __init__(self, file_items, now_ms):
        self.items = {name: Item(0, None) for name in file_items}
        #: By user, time and item of all interactions, of items that are not yet reported, too.
        self.interactions = {}
        self.ids = set()
        self.now_ms = now_ms

    def interact(self, event_id, user, item, time_ms):
        if event_id not in self.ids and time_ms <= self.now_ms + 5 * MINUTE_MS:
            self.ids.add(event_id)
            self.interactions.setdefault(user, []).append((time_ms, item))

    def report(self, item, title, published_ms, expires_ms):
        known = self.items.get(item)
        if known is None:
            self.items[item] = Item(self.now_ms if published_ms is None else published_ms, title, expires_ms)
            return
        known.title, known.is_withdrawn = title, False
        known.published_ms = known.published_ms if published_ms is None else published_ms
        known.expires_ms = known.expires_ms if expires_ms is None else expires_ms

    def withdraw(self, item):
        if item in self.items:
            self.items[item].is_withdrawn = True

    def history(self, user):
        """Return times and items, newest first, without items that have not been reported."""
        counted = [(time_ms, item) for time_ms, item in self.interactions.get(user, ()) if item in self.items]
        return sorted(counted, reverse=True)

    def available(self):
        return {item_id for item_id, item in self.items.items() if item.is_available(self.now_ms)}


class ServiceMachine(RuleBasedStateMachine):
    """Random requests to two replicas; the test sets `origin`."""

    origin = None
    max_releases = 1

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="manchete-stateful-"))
        shutil.copytree(self.origin.root, self.folder / "data")
        self.installation = Installation(self.origin.raw, self.folder / "data", "")
        self.clock = FixedClock(self.installation.registry.open().manifest.as_of_ms + 30 * MINUTE_MS)
        self.replicas = [None, None]
        self.stacks = [ExitStack(), ExitStack()]
        for number in (0, 1):
            self.start(number)
        names = {str(number) for number in range(ITEMS)}
        self.expected = Specification(
            {name for name in names if self.engine(0).has_item(name)}, self.clock.ms
        )
        self.number = self.releases = 0
        #: The newest event, to be sent again.
        self.last = None

    def start(self, number):
        client = make_client(self.folder / "data", self.clock, events_poll_seconds=0.01, **KEYS)
        self.replicas[number] = self.stacks[number].enter_context(client)
        self.replicas[number].app.state.release_watcher.refresh()

    def engine(self, number):
        return self.replicas[number].app.state.release_watcher.release.engine

    def teardown(self):
        for stack in self.stacks:
            stack.close()
        shutil.rmtree(self.folder)

    def post(self, replica, path, body, key):
        response = self.replicas[replica].post(path, json=body, headers=keyed(key))
        assert response.status_code == 200, response.text

    @rule(
        replica=st.integers(0, 1),
        user=st.sampled_from(USERS),
        item=st.sampled_from([*NEW_ITEMS, "3", "39", "nobody's"]),
        minutes=st.sampled_from([0, -1, -90, -600, 2, 10]),
        is_repeat=st.booleans(),
    )
    def interact(self, replica, user, item, minutes, is_repeat):
        if not (is_repeat and self.last):
            self.number += 1
            time_ms = self.clock.ms + minutes * MINUTE_MS + self.number
            self.last = {
                "event_id": f"e{self.number}",
                "user_id": user,
                "item_id": item,
                "timestamp": time_ms,
            }
        response = self.replicas[replica].post("/events", json=self.last, headers=keyed(EVENTS_KEY))
        assert response.status_code in (200, 422)
        self.expected.interact(*self.last.values())

    @rule(
        replica=st.integers(0, 1),
        item=st.sampled_from([*NEW_ITEMS, "3"]),
        published=st.sampled_from([None, None, -1, 2]),
        expires=st.sampled_from([None, None, 1, 3]),
    )
    def report(self, replica, item, published, expires):
        """Report or correct an item; published and expires are hours from now."""
        self.number += 1
        title, now = f"Title {self.number}", self.clock.ms
        times = {"published_at": published, "expires_at": expires}
        moments = {name: now + hours * HOUR_MS for name, hours in times.items() if hours is not None}
        self.post(replica, "/items", {"item_id": item, "title": title, **moments}, ITEMS_KEY)
        self.expected.report(item, title, moments.get("published_at"), moments.get("expires_at"))

    @rule(replica=st.integers(0, 1), item=st.sampled_from([*NEW_ITEMS, "3", "39"]))
    def withdraw(self, replica, item):
        response = self.replicas[replica].delete(f"/items/{item}", headers=keyed(ITEMS_KEY))
        assert response.status_code == 204
        self.expected.withdraw(item)

    @rule(replica=st.integers(0, 1), user=st.sampled_from(USERS))
    def forget(self, replica, user):
        response = self.replicas[replica].delete(f"/users/{user}", headers=keyed(USERS_KEY))
        assert response.status_code == 204
        self.expected.interactions.pop(user, None)
        # The log also deletes the ids of the events, so a repetition would count again.
        self.last = None

    @rule(minutes=st.sampled_from([1, 30, 60, 120]))
    def advance_clock(self, minutes):
        self.clock.ms += minutes * MINUTE_MS
        self.expected.now_ms = self.clock.ms

    @rule(number=st.integers(0, 1))
    def restart(self, number):
        self.stacks[number].close()
        self.start(number)

    @precondition(lambda self: self.releases < self.max_releases)
    @rule()
    def release(self):
        """Publish the next release from the files and the log, and load it."""
        self.releases += 1
        # Compaction also deletes the ids of events.
        self.last = None if self.releases > 1 else self.last
        self.installation.run(f"run-{self.releases + 1}")
        for replica in self.replicas:
            replica.app.state.release_watcher.refresh()
            assert replica.get("/health").json()["status"] == "ready"

    @invariant()
    def replicas_match_the_specification(self):
        for replica in self.replicas:
            self.catch_up(replica)
        # Popularity in lists may be older than the newest event by this time.
        self.clock.ms += MAX_STALENESS_MS
        self.expected.now_ms = self.clock.ms
        lists = [self.check_lists(replica) for replica in self.replicas]
        assert lists[0] == lists[1]

    def catch_up(self, client):
        consumer = client.app.state.event_consumer
        deadline = time.monotonic() + 10
        while client.app.state.release_watcher.release.replica.position < consumer.log.end_offset():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def check_lists(self, client):
        available = self.expected.available()
        # An item that only occurs in events may be in the next release or not, so it is not compared.
        without_unreported = lambda names: [name for name in names if name != "nobody's"]  # noqa: E731
        responses = []
        for user in (*USERS, ""):
            history = self.expected.history(user)
            interacted = {item for _, item in self.expected.interactions.get(user, ())}
            parameters = {"user_id": user, "num_recs": 100, "explain": True}
            listed = self.item_ids(
                client.get("/recommendations", params=parameters, headers=keyed(USERS_KEY))
            )
            assert sorted(without_unreported(listed)) == sorted(available - interacted)
            assert not set(listed) & interacted
            responses.append(listed)
            if user:
                predicted = client.post("/predict", json={"userId": user, "max_results": 100}).json()
                named = [item["item_id"] for item in predicted["recommendations"]]
                assert sorted(without_unreported(named)) == sorted(available - interacted)
                assert without_unreported(self.recent(client, user)) == [item for _, item in history][:20]
        for path in ("/trending", "/similar/3", "/similar/39", "/similar/n1"):
            response = client.get(path, params={"num_recs": 100})
            if path.startswith("/similar") and path.rpartition("/")[2] not in available:
                assert response.status_code == 404
                continue
            listed = self.item_ids(response)
            assert set(without_unreported(listed)) <= available
            responses.append(listed)
        items = client.get("/recommendations", params={"num_recs": 100}).json()["items"]
        titles = {item["item_id"]: item["title"] for item in items if item["item_id"] in NEW_ITEMS}
        assert titles == {name: self.expected.items[name].title for name in titles}
        return responses

    def item_ids(self, response):
        assert response.status_code == 200, response.text
        return [item["item_id"] for item in response.json()["items"]]

    def recent(self, client, user):
        response = client.get(f"/users/{user}", headers=keyed(USERS_KEY))
        assert response.status_code in (200, 404)
        return [item["item_id"] for item in response.json()["recent"]] if response.status_code == 200 else []


def run(origin, examples, steps, releases):
    machine = type("Run", (ServiceMachine,), {"origin": origin, "max_releases": releases})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=not DEEP,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_service_matches_the_specification(origin):
    run(origin, examples=3, steps=12, releases=1)


@pytest.mark.slow
def test_service_matches_the_specification_after_many_steps(origin):
    run(origin, examples=300 if DEEP else 6, steps=30, releases=2)
