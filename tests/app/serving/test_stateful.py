"""Random sequences of requests: the service against a specification in plain Python.

Two replicas share one log and one volume. Users read items now, late, ahead of the clock, or before the item
is reported; items are reported, corrected, embargoed, withdrawn, and expire; users are forgotten; replicas
are restarted; runs make releases from the log. `HYPOTHESIS_PROFILE=deep` and `make test-slow` run longer.
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
#: Fewer than a list may have: a full list has all available items.
ITEMS = 40
NEW = ("n1", "n2", "n3")
USERS = ("zoe", "yan")
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """An installation whose release is made of files alone."""
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
    """What the service must store: the items of the files, and all later requests."""

    def __init__(self, file_items, now_ms):
        self.items = {name: Item(0, None) for name in file_items}
        #: By user, the interactions that count or wait for their item: time and item.
        self.interactions = {}
        self.ids = set()
        self.now_ms = now_ms

    def read(self, event_id, user, item, time_ms):
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
        """Items and times, newest first, without items that have not been reported."""
        counted = [read for read in self.interactions.get(user, ()) if read[1] in self.items]
        return sorted(counted, reverse=True)

    def available(self):
        return {item_id for item_id, item in self.items.items() if item.is_available(self.now_ms)}


class Service(RuleBasedStateMachine):
    """The rules; `origin` is set by the test."""

    origin = None
    most_releases = 1

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
        names = {str(at) for at in range(ITEMS)}
        self.expected = Specification(
            {name for name in names if self.engine(0).has_item(name)}, self.clock.ms
        )
        self.number = self.releases = 0
        #: The newest event, to be sent again.
        self.last = None

    def start(self, number):
        opened = make_client(self.folder / "data", self.clock, events_poll_seconds=0.01, **KEYS)
        self.replicas[number] = self.stacks[number].enter_context(opened)
        self.replicas[number].app.state.release_watcher.refresh()

    def engine(self, number):
        return self.replicas[number].app.state.release_watcher.release.engine

    def teardown(self):
        for stack in self.stacks:
            stack.close()
        shutil.rmtree(self.folder)

    def post(self, at, path, body, key):
        answer = self.replicas[at].post(path, json=body, headers=keyed(key))
        assert answer.status_code == 200, answer.text

    @rule(
        at=st.integers(0, 1),
        user=st.sampled_from(USERS),
        item=st.sampled_from([*NEW, "3", "39", "nobody's"]),
        minutes=st.sampled_from([0, -1, -90, -600, 2, 10]),
        again=st.booleans(),
    )
    def read(self, at, user, item, minutes, again):
        if not (again and self.last):
            self.number += 1
            time_ms = self.clock.ms + minutes * MINUTE_MS + self.number
            self.last = {
                "event_id": f"e{self.number}",
                "user_id": user,
                "item_id": item,
                "timestamp": time_ms,
            }
        answer = self.replicas[at].post("/events", json=self.last, headers=keyed(EVENTS_KEY))
        assert answer.status_code in (200, 422)
        self.expected.read(*self.last.values())

    @rule(
        at=st.integers(0, 1),
        item=st.sampled_from([*NEW, "3"]),
        published=st.sampled_from([None, None, -1, 2]),
        expires=st.sampled_from([None, None, 1, 3]),
    )
    def report(self, at, item, published, expires):
        """Report or correct an item; published and expires are hours from now."""
        self.number += 1
        title, now = f"Title {self.number}", self.clock.ms
        times = {"published_at": published, "expires_at": expires}
        moments = {name: now + hours * HOUR_MS for name, hours in times.items() if hours is not None}
        self.post(at, "/items", {"item_id": item, "title": title, **moments}, ITEMS_KEY)
        self.expected.report(item, title, moments.get("published_at"), moments.get("expires_at"))

    @rule(at=st.integers(0, 1), item=st.sampled_from([*NEW, "3", "39"]))
    def withdraw(self, at, item):
        answer = self.replicas[at].delete(f"/items/{item}", headers=keyed(ITEMS_KEY))
        assert answer.status_code == 204
        self.expected.withdraw(item)

    @rule(at=st.integers(0, 1), user=st.sampled_from(USERS))
    def forget(self, at, user):
        answer = self.replicas[at].delete(f"/users/{user}", headers=keyed(USERS_KEY))
        assert answer.status_code == 204
        self.expected.interactions.pop(user, None)
        # The log deletes the ids of the events as well.
        self.last = None

    @rule(minutes=st.sampled_from([1, 30, 60, 120]))
    def advance_clock(self, minutes):
        self.clock.ms += minutes * MINUTE_MS
        self.expected.now_ms = self.clock.ms

    @rule(number=st.integers(0, 1))
    def restart(self, number):
        self.stacks[number].close()
        self.start(number)

    @precondition(lambda self: self.releases < self.most_releases)
    @rule()
    def release(self):
        """Make the next release from the files and the log, and serve it."""
        self.releases += 1
        # Compaction deletes the ids of events, too.
        self.last = None if self.releases > 1 else self.last
        self.installation.run(f"run-{self.releases + 1}")
        for replica in self.replicas:
            replica.app.state.release_watcher.refresh()
            assert replica.get("/health").json()["status"] == "ready"

    @invariant()
    def replicas_match_the_specification(self):
        for replica in self.replicas:
            self.catch_up(replica)
        # Lists for all users may lag this far behind the newest event.
        self.clock.ms += MAX_STALENESS_MS
        self.expected.now_ms = self.clock.ms
        seen = [self.look(replica) for replica in self.replicas]
        assert seen[0] == seen[1]

    def catch_up(self, client):
        tail = client.app.state.event_consumer
        deadline = time.monotonic() + 10
        while client.app.state.release_watcher.release.replica.position < tail.log.end_offset():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def look(self, client):
        available = self.expected.available()
        #: An item that only events name is an item of the next release, or of none.
        known = lambda names: [name for name in names if name != "nobody's"]  # noqa: E731
        answers = []
        for user in (*USERS, ""):
            history = self.expected.history(user)
            read = {item for _, item in self.expected.interactions.get(user, ())}
            parameters = {"user_id": user, "num_recs": 100, "explain": True}
            listed = self.ids(client.get("/recommendations", params=parameters, headers=keyed(USERS_KEY)))
            assert sorted(known(listed)) == sorted(available - read)
            assert not set(listed) & read
            answers.append(listed)
            if user:
                predicted = client.post("/predict", json={"userId": user, "max_results": 100}).json()
                named = [item["item_id"] for item in predicted["recommendations"]]
                assert sorted(known(named)) == sorted(available - read)
                assert known(self.recent(client, user)) == [item for _, item in history][:20]
        for path in ("/trending", "/similar/3", "/similar/39", "/similar/n1"):
            answer = client.get(path, params={"num_recs": 100})
            if path.startswith("/similar") and path.rpartition("/")[2] not in available:
                assert answer.status_code == 404
                continue
            listed = self.ids(answer)
            assert set(known(listed)) <= available
            answers.append(listed)
        shown = client.get("/recommendations", params={"num_recs": 100}).json()["items"]
        titles = {item["item_id"]: item["title"] for item in shown if item["item_id"] in NEW}
        assert titles == {name: self.expected.items[name].title for name in titles}
        return answers

    def ids(self, answer):
        assert answer.status_code == 200, answer.text
        return [item["item_id"] for item in answer.json()["items"]]

    def recent(self, client, user):
        answer = client.get(f"/users/{user}", headers=keyed(USERS_KEY))
        assert answer.status_code in (200, 404)
        return [read["item_id"] for read in answer.json()["recent"]] if answer.status_code == 200 else []


def run(origin, examples, steps, releases):
    machine = type("Run", (Service,), {"origin": origin, "most_releases": releases})
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
