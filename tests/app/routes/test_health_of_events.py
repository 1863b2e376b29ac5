"""`/health` says when lists may not know of what was acknowledged; one bad event takes nothing down."""

import sqlite3
from contextlib import closing

import pytest

from app.serving import event_consumer
from script_shared.events.event import Event
from tests.support.servers import until
from tests.support.services import EVENTS_KEY


@pytest.fixture
def tail(live):
    return live.app.state.event_consumer


def health(live):
    answer = live.get("/health").json()
    return answer["status"], answer["reason"]


def test_a_rejected_event_degrades_the_service_for_a_while(live, tail, clock, monkeypatch):
    assert health(live) == ("ready", None)
    tail.log.append([Event("bad", "zoe", "3", -1), Event("good", "zoe", "3", clock.ms)])
    until(lambda: health(live)[0] == "degraded", "the event is rejected", 5)
    assert "GET /events/rejected" in health(live)[1]
    assert live.get("/health/ready").status_code == 200
    monkeypatch.setattr(event_consumer, "REJECTED_SECONDS", 0)
    assert health(live) == ("ready", None)


def test_events_that_cannot_be_applied_take_the_replica_out_of_rotation(live, tail, clock, monkeypatch):
    replica = live.app.state.release_watcher.served.replica
    with monkeypatch.context() as broken:
        # No event that the log takes does this to a state; a fault of its code would.
        broken.delattr(replica.engine, "_state")
        tail.log.append([Event("e1", "zoe", "3", clock.ms)])
        until(lambda: health(live)[0] == "degraded", "the fault is seen", 5)
        assert "could not be applied" in health(live)[1]
        assert live.get("/health/ready").status_code == 200
        broken.setattr(event_consumer, "STUCK_SECONDS", 0)
        answer = live.get("/health/ready")
        assert (answer.status_code, answer.json()["remedy"]) == (
            503,
            "start the service again, or roll the release back",
        )
    until(lambda: health(live) == ("ready", None), "the event is applied", 5)
    assert live.get("/health/ready").status_code == 200


def rename(file, table, name):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_a_log_that_cannot_be_read_is_named(live, tail, tmp_path):
    sent = {"user_id": "zoe", "item_id": "3"}
    live.post("/events", json=sent, headers={"X-API-Key": EVENTS_KEY})
    assert tail.log.read(0, 10), "the file is open, and its tables are not made anew"
    file = tmp_path / "news" / "events" / "log.sqlite3"
    rename(file, "events", "elsewhere")
    until(lambda: health(live)[0] == "degraded", "the fault is seen", 5)
    assert "the event log cannot be used" in health(live)[1]
    assert live.get("/health/ready").status_code == 200
    assert live.get("/recommendations").status_code == 200
    rename(file, "elsewhere", "events")
    until(lambda: health(live) == ("ready", None), "the log is read again", 5)
