"""The state of the event log in `/health`, `/health/ready` and the metrics."""

import time

import pytest

from script_shared.events.factory import FILE
from tests.support.processes.api_client import make_client
from tests.support.processes.postgres import create_events_database, run_postgres
from tests.support.releases.release_copies import publish_copy

LAG = "manchete_event_log_lag_seconds "


@pytest.fixture
def serve(tmp_path, registry, release):
    """Start a service on a release and the event log at an address."""
    publish_copy(registry, release, "first")

    def serve(address=""):
        return make_client(tmp_path, events_url=address, events_poll_seconds=0.02)

    return serve


def wait_until(client, path, **expected):
    """Repeat a request until the response has the expected values; return its body."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        response = client.get(path)
        body = response.json() | {"code": response.status_code}
        if expected.items() <= body.items():
            return body
        time.sleep(0.02)
    raise AssertionError(f"{path} never had {expected}: {body}")


def test_replica_that_has_never_read_the_log_answers_but_is_not_ready(serve, tmp_path):
    file = tmp_path / "news" / "events" / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 1_000)
    with serve() as client:
        client.app.state.release_watcher.refresh()
        detail = wait_until(client, "/health/ready", code=503)["detail"]
        assert detail.startswith("the events since the release are unknown: the event log cannot be used")
        assert "not a database" in wait_until(client, "/health", status="degraded")["reason"]
        assert client.get("/recommendations").status_code == 200
        file.unlink()
        wait_until(client, "/health/ready", code=200, status="ready")
        wait_until(client, "/health", status="ready", reason=None)


def test_health_names_an_unreadable_log_before_the_first_release(tmp_path):
    file = tmp_path / "news" / "events" / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 1_000)
    with make_client(tmp_path, events_poll_seconds=0.02) as client:
        time.sleep(0.5)
        reason = wait_until(client, "/health", status="starting")["reason"]
        assert reason.startswith("no release has been published yet; the event log cannot be used")


def test_log_lag_is_zero_before_the_first_release(tmp_path):
    with make_client(tmp_path, events_poll_seconds=0.02) as client:
        time.sleep(1)
        lines = client.get("/metrics").text.splitlines()
        assert float(next(line for line in lines if line.startswith(LAG)).split()[1]) < 0.5
    assert not (tmp_path / "news" / "events").exists()


@pytest.mark.integration
@pytest.mark.tools("initdb")
def test_health_names_a_wrong_password_of_the_log_without_secrets(serve):
    with run_postgres() as server:
        address = create_events_database(server.address)
        with serve(address.replace(":secret@", ":another-secret@")) as client:
            client.app.state.release_watcher.refresh()
            problem = wait_until(client, "/health/ready", code=503)
            assert problem["detail"].endswith("the database refuses the password of the user events")
            assert "EVENTS_URL" in problem["remedy"]
            reason = wait_until(client, "/health", status="degraded")["reason"]
            assert problem["remedy"] in reason
            assert "secret" not in reason
            assert "127.0.0.1" not in reason


@pytest.mark.integration
@pytest.mark.tools("initdb")
def test_replica_that_has_read_the_log_stays_ready_while_the_database_is_down(serve):
    with run_postgres() as server, serve(create_events_database(server.address)) as client:
        client.app.state.release_watcher.refresh()
        wait_until(client, "/health/ready", code=200, status="ready")
        server.kill()
        body = wait_until(client, "/health/ready", code=200, status="degraded")
        assert body["reason"].startswith("the event log cannot be used: the database does not answer")
        assert client.get("/recommendations").status_code == 200
        server.start()
        wait_until(client, "/health/ready", code=200, status="ready")
