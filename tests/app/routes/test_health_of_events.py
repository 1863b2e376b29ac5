"""Faults of the event log in `/health` and `/health/ready`; one invalid event stops no others."""

import sqlite3
from contextlib import closing

import pytest

from app.serving import event_consumer as event_consumer_module
from script_shared.events.event import Event
from tests.support.processes.api_client import EVENTS_KEY
from tests.support.processes.api_process import wait_for


@pytest.fixture
def event_consumer(client):
    return client.app.state.event_consumer


def get_health(client):
    result = client.get("/health").json()
    return result["status"], result["reason"]


def test_rejected_event_degrades_the_service_for_some_minutes(client, event_consumer, clock, monkeypatch):
    assert get_health(client) == ("ready", None)
    event_consumer.log.append([Event("bad", "zoe", "3", -1), Event("good", "zoe", "3", clock.ms)])
    wait_for(lambda: get_health(client)[0] == "degraded", "the event is rejected", 5)
    assert "GET /events/rejected" in get_health(client)[1]
    assert client.get("/health/ready").status_code == 200
    monkeypatch.setattr(event_consumer_module, "REJECTED_SECONDS", 0)
    assert get_health(client) == ("ready", None)


def test_replica_that_cannot_apply_events_is_not_ready(client, event_consumer, clock, monkeypatch):
    replica = client.app.state.release_watcher.release.replica
    with monkeypatch.context() as broken:
        # No event has this effect; an error in the code would.
        broken.delattr(replica.engine, "_state")
        event_consumer.log.append([Event("e1", "zoe", "3", clock.ms)])
        wait_for(lambda: get_health(client)[0] == "degraded", "the fault is seen", 5)
        assert "could not be applied" in get_health(client)[1]
        assert client.get("/health/ready").status_code == 200
        broken.setattr(event_consumer_module, "STUCK_SECONDS", 0)
        response = client.get("/health/ready")
        assert (response.status_code, response.json()["remedy"]) == (
            503,
            "start the service again, or roll the release back",
        )
    wait_for(lambda: get_health(client) == ("ready", None), "the event is applied", 5)
    assert client.get("/health/ready").status_code == 200


def rename(file, table, name):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_health_names_an_unreadable_log(client, event_consumer, tmp_path):
    event = {"user_id": "zoe", "item_id": "3"}
    client.post("/events", json=event, headers={"X-API-Key": EVENTS_KEY})
    assert event_consumer.log.read(0, 10), "the file is open, and its tables are not created again"
    file = tmp_path / "news" / "events" / "log.sqlite3"
    rename(file, "events", "elsewhere")
    wait_for(lambda: get_health(client)[0] == "degraded", "the fault is seen", 5)
    assert "the event log cannot be used" in get_health(client)[1]
    assert client.get("/health/ready").status_code == 200
    assert client.get("/recommendations").status_code == 200
    rename(file, "elsewhere", "events")
    wait_for(lambda: get_health(client) == ("ready", None), "the log is read again", 5)
