"""Faults of the event log in `/health` and `/health/ready`; one invalid event stops no others."""

import sqlite3
from contextlib import closing

import pytest

from app.serving import event_consumer as event_consumer_module
from script_shared.events.event import Event
from tests.support.processes.api_client import EVENTS_KEY
from tests.support.processes.api_process import wait_for


@pytest.fixture
def event_consumer(live):
    return live.app.state.event_consumer


def health(live):
    answer = live.get("/health").json()
    return answer["status"], answer["reason"]


def test_rejected_event_degrades_the_service_for_some_minutes(live, event_consumer, clock, monkeypatch):
    assert health(live) == ("ready", None)
    event_consumer.log.append([Event("bad", "zoe", "3", -1), Event("good", "zoe", "3", clock.ms)])
    wait_for(lambda: health(live)[0] == "degraded", "the event is rejected", 5)
    assert "GET /events/rejected" in health(live)[1]
    assert live.get("/health/ready").status_code == 200
    monkeypatch.setattr(event_consumer_module, "REJECTED_SECONDS", 0)
    assert health(live) == ("ready", None)


def test_replica_that_cannot_apply_events_is_not_ready(live, event_consumer, clock, monkeypatch):
    replica = live.app.state.release_watcher.release.replica
    with monkeypatch.context() as broken:
        # No event has this effect; an error in the code would.
        broken.delattr(replica.engine, "_state")
        event_consumer.log.append([Event("e1", "zoe", "3", clock.ms)])
        wait_for(lambda: health(live)[0] == "degraded", "the fault is seen", 5)
        assert "could not be applied" in health(live)[1]
        assert live.get("/health/ready").status_code == 200
        broken.setattr(event_consumer_module, "STUCK_SECONDS", 0)
        answer = live.get("/health/ready")
        assert (answer.status_code, answer.json()["remedy"]) == (
            503,
            "start the service again, or roll the release back",
        )
    wait_for(lambda: health(live) == ("ready", None), "the event is applied", 5)
    assert live.get("/health/ready").status_code == 200


def rename(file, table, name):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_health_names_an_unreadable_log(live, event_consumer, tmp_path):
    event = {"user_id": "zoe", "item_id": "3"}
    live.post("/events", json=event, headers={"X-API-Key": EVENTS_KEY})
    assert event_consumer.log.read(0, 10), "the file is open, and its tables are not created again"
    file = tmp_path / "news" / "events" / "log.sqlite3"
    rename(file, "events", "elsewhere")
    wait_for(lambda: health(live)[0] == "degraded", "the fault is seen", 5)
    assert "the event log cannot be used" in health(live)[1]
    assert live.get("/health/ready").status_code == 200
    assert live.get("/recommendations").status_code == 200
    rename(file, "elsewhere", "events")
    wait_for(lambda: health(live) == ("ready", None), "the log is read again", 5)
