"""The services of the compose file, from an empty volume to the first list, without a Docker engine.

Every service runs like its container, with the files of its image, its variables, its command and its health
check, on a real PostgreSQL. A real Prometheus scrapes the mapped metrics that Airflow sends to
statsd-exporter.
"""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
import pytest

from pipelines.embedded.ports import find_free_port
from tests.support.docker.compose import SECRETS, Container, LocalMapping, services
from tests.support.docker.images import ROOT
from tests.support.docker.prometheus import (
    check_values,
    dashboard_expressions,
    is_about,
    rule_expressions,
    run_prometheus,
)
from tests.support.docker.statsd import Exposition, Listener, Mapping
from tests.support.processes.api_client import EVENTS_KEY
from tests.support.processes.embedded import RUN_SECONDS
from tests.support.processes.postgres import execute, postgres_url
from tests.support.processes.tools import find_tool

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.tools("docker-compose", "initdb", "psql", "prometheus"),
]

SERVERS = ("api", "airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
EXPRESSIONS = [pair for pair in dashboard_expressions() if is_about("airflow", pair[1])]
EXPRESSIONS += rule_expressions("airflow")


class Stack:
    """The services as processes.

    Attributes:
        running: processes by service.
        api, airflow, database: ports.
    """

    def __init__(self, folder, statsd_port, database_port):
        self.folder, self.running, self.database = folder, {}, database_port
        self.api, self.airflow = find_free_port(), find_free_port()
        self.containers = self._containers(statsd_port)

    def _containers(self, statsd_port):
        definitions = services(self.folder, FIRST_RUN_SCALE="0.002", API_KEYS_EVENTS=EVENTS_KEY)
        hosts = {
            "airflow-api:8080": self.airflow,
            "localhost:8080": self.airflow,
            "127.0.0.1:8080": self.airflow,
            "127.0.0.1:8001": self.api,
            "postgres:5432": self.database,
            "statsd-exporter:9125": statsd_port,
        }
        folders = {f"/{name}": self.folder / name for name in ("data", "compiled", "logs", "users", "tmp")}
        for folder in folders.values():
            folder.mkdir()
        containers = {}
        for name in (*SERVERS, "airflow-init"):
            code = self.folder / ("api-image" if name == "api" else "airflow-image")
            mapping = LocalMapping(hosts, folders | {"/srv/manchete": code})
            containers[name] = Container(definitions[name], code, mapping)
        return containers

    @property
    def airflow_database_url(self):
        return f"postgresql://airflow:{SECRETS['POSTGRES_PASSWORD']}@127.0.0.1:{self.database}/airflow"

    def start(self, name):
        self.running[name] = self.containers[name].start(self.log(name), API_PORT=str(self.api))
        return self.running[name]

    def log(self, name):
        return self.folder / f"{name}.log"

    def initialise(self):
        """Run airflow-init; return its exit status."""
        return self.start("airflow-init").wait(120)

    def wait_until_healthy(self, names, seconds=RUN_SECONDS):
        deadline = time.monotonic() + seconds
        waiting = set(names)
        while waiting and time.monotonic() < deadline:
            for name in waiting:
                assert self.running[name].poll() is None, self.log(name).read_text()[-3_000:]
            waiting = {name for name in waiting if not self.containers[name].is_healthy()}
            time.sleep(1)
        assert not waiting, "".join(self.log(name).read_text()[-2_000:] for name in waiting)

    def stop(self):
        """Stop every service like `docker stop`; return their exit statuses."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        statuses = {name: _wait_for_exit(process) for name, process in self.running.items()}
        self.running.clear()
        return statuses

    def kill(self):
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for_exit(process, grace=30):
    """Return the exit status of a process; kill it after the grace period, like `docker stop`."""
    try:
        return process.wait(grace)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def create_database(url):
    """Create users and databases like the image of Postgres at its first start."""
    for statement in (
        f"CREATE ROLE airflow LOGIN SUPERUSER PASSWORD '{SECRETS['POSTGRES_PASSWORD']}'",
        "CREATE DATABASE airflow OWNER airflow",
    ):
        subprocess.run([find_tool("psql"), url, "--quiet", "--command", statement], check=True)
    parts = urlsplit(url)
    environment = {
        "PATH": os.environ["PATH"],
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port),
        "PGPASSWORD": SECRETS["POSTGRES_PASSWORD"],
        "POSTGRES_USER": "airflow",
        "POSTGRES_PASSWORD": SECRETS["POSTGRES_PASSWORD"],
        "POSTGRES_DB": "airflow",
        "EVENTS_PASSWORD": SECRETS["EVENTS_PASSWORD"],
    }
    subprocess.run(["/bin/sh", ROOT / "docker" / "postgres" / "users.sh"], env=environment, check=True)


@pytest.fixture(scope="module")
def statsd():
    listener = Listener()
    yield listener
    listener.stop()


@pytest.fixture(scope="module")
def stack(tmp_path_factory, statsd):
    with postgres_url() as url:
        create_database(url)
        stack = Stack(tmp_path_factory.mktemp("stack"), statsd.port, urlsplit(url).port)
        try:
            stack.start("api")
            assert stack.initialise() == 0, stack.log("airflow-init").read_text()
            # The initialisation triggers another run if the first has failed.
            execute(stack.airflow_database_url, "UPDATE dag_run SET state = 'failed' WHERE run_id = 'first'")
            assert stack.initialise() == 0, stack.log("airflow-init").read_text()
            del stack.running["airflow-init"]
            for name in SERVERS[1:]:
                stack.start(name)
            yield stack
        finally:
            stack.kill()


@pytest.fixture(scope="module")
def healthy_stack(stack):
    """The stack after all services are healthy, with the first release, and before any other run."""
    stack.wait_until_healthy(SERVERS[1:], 120)
    stack.wait_until_healthy(SERVERS)
    return stack


@pytest.fixture(scope="module")
def airflow(healthy_stack):
    with httpx.Client(base_url=f"http://127.0.0.1:{healthy_stack.airflow}") as client:
        login = {"username": "admin", "password": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}
        response = client.post("/auth/token", json=login)
        assert response.status_code == 201, response.text
        client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        yield client


def list_runs(airflow, dag):
    return airflow.get(f"/api/v2/dags/{dag}/dagRuns").json()["dag_runs"]


def test_first_start_publishes_recommendations(healthy_stack):
    response = httpx.get(f"http://127.0.0.1:{healthy_stack.api}/recommendations", params={"num_recs": 5})
    assert response.status_code == 200
    assert len(response.json()["items"]) == 5


def test_event_is_written_to_postgres(healthy_stack):
    key = {"X-API-Key": EVENTS_KEY}
    with httpx.Client(base_url=f"http://127.0.0.1:{healthy_stack.api}", headers=key, timeout=30) as client:
        item = client.get("/recommendations", params={"user_id": "new"}).json()["items"][0]["item_id"]
        response = client.post("/events", json={"user_id": "new", "item_id": item})
        assert response.json()["accepted"] == 1
        body = client.get("/recommendations", params={"user_id": "new", "num_recs": 100}).json()
    assert item not in {listed["item_id"] for listed in body["items"]}
    archive = {".archive.lock", "collected"}  # written by the pipelines; there is no SQLite log
    files = (healthy_stack.folder / "data" / "news" / "events").iterdir()
    assert {file.name for file in files} <= archive


def query_postgres(stack, user, password, database, statement):
    command = [find_tool("psql"), f"postgresql://{user}:{password}@127.0.0.1:{stack.database}/{database}"]
    return subprocess.run([*command, "-Atc", statement], capture_output=True, text=True, check=False)


def test_events_user_has_no_access_to_the_database_of_airflow(healthy_stack):
    password = SECRETS["EVENTS_PASSWORD"]
    newest = query_postgres(healthy_stack, "events", password, "events", "select newest from ends")
    assert newest.stdout == "1\n"
    refusal = query_postgres(healthy_stack, "events", password, "airflow", "select 1")
    assert "permission denied for database" in refusal.stderr


def test_failed_first_run_is_triggered_again(airflow):
    states = {run["dag_run_id"]: run["state"] for run in list_runs(airflow, "news_process_data")}
    assert states == {"first": "failed", "first-2": "success"}


def test_training_and_evaluation_run_once(airflow):
    for dag in ("news_train_models", "news_evaluate_models"):
        assert [run["state"] for run in list_runs(airflow, dag)] in (["success"], ["running"])


def test_initialising_again_changes_nothing(healthy_stack, airflow):
    before = (healthy_stack.folder / "users" / "passwords.json").read_text()
    assert healthy_stack.initialise() == 0
    del healthy_stack.running["airflow-init"]
    assert (healthy_stack.folder / "users" / "passwords.json").read_text() == before
    assert len(list_runs(airflow, "news_process_data")) == 2


def test_changed_database_password_is_reported_with_a_remedy(healthy_stack):
    container = healthy_stack.containers["airflow-init"]
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    wrong_url = container.environment[name].replace(SECRETS["POSTGRES_PASSWORD"], "another")
    with (healthy_stack.folder / "refused.log").open("w") as log:
        result = subprocess.run(
            container.command,
            cwd=container.folder,
            env=container.environment | {name: wrong_url},
            stderr=log,
            check=False,
        )
    log_text = (healthy_stack.folder / "refused.log").read_text()
    assert result.returncode == 1
    assert "the database refuses the password of the user airflow" in log_text
    assert "POSTGRES_PASSWORD" in log_text
    assert "sh /docker-entrypoint-initdb.d/users.sh" in log_text
    assert "Traceback" not in log_text


def test_password_file_is_readable_by_its_owner_only(healthy_stack):
    assert (healthy_stack.folder / "users" / "passwords.json").stat().st_mode & 0o077 == 0


def test_wrong_password_is_rejected(healthy_stack):
    login = {"username": "admin", "password": "admin"}
    assert httpx.post(f"http://127.0.0.1:{healthy_stack.airflow}/auth/token", json=login).status_code == 401


def test_task_logs_are_read_from_the_shared_folder(airflow):
    path = "/api/v2/dags/news_process_data/dagRuns/first-2/taskInstances/refine/logs/1"
    lines = airflow.get(path, headers={"Accept": "application/json"}).json()["content"]
    assert any("refined" in str(line) for line in lines), lines


def test_volume_contains_no_drafts(healthy_stack):
    assert not [path for path in (healthy_stack.folder / "data").rglob(".*") if path.is_dir()]


@pytest.fixture(scope="module")
def failed_run(airflow):
    """A run that fails and raises an alert."""
    body = {"logical_date": None, "conf": {"source": "no-such-format"}}
    assert airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body).status_code == 200


@pytest.fixture(scope="module")
def mapping():
    return Mapping(ROOT / "docker" / "statsd" / "mapping.yml")


@pytest.fixture(scope="module")
def prometheus(failed_run, statsd, mapping, tmp_path_factory):
    """Prometheus on all metrics that Airflow has sent."""
    exposition = Exposition(statsd, mapping)
    (ROOT / "out").mkdir(exist_ok=True)

    class Exporter(BaseHTTPRequestHandler):
        def do_GET(self):
            body = exposition.text().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    folder = tmp_path_factory.mktemp("prometheus")
    with run_prometheus(folder, airflow=f"127.0.0.1:{server.server_port}") as client:
        client.wait_for("rate(airflow_heartbeats_total[5m]) > 0")
        client.wait_for('airflow_dagrun_duration_seconds_count{dag_id="news_evaluate_models"}')
        client.wait_for("rate(airflow_scheduler_loop_duration_seconds_count[5m]) > 0")
        client.wait_for('ALERTS{alertname="TaskFailed", alertstate="firing", task_id="download"}')
        yield client
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_panel_and_rule_of_airflow_has_finite_values(prometheus):
    rows = [(name, expression, check_values(prometheus, expression)) for name, expression in EXPRESSIONS]
    text = "".join(f"{name} | {expression} | {values}\n" for name, expression, values in rows)
    (ROOT / "out" / "dashboard-airflow.txt").write_text(text)


def test_every_component_sends_heartbeats(prometheus):
    for component in ("scheduler", "dag_processor", "triggerer"):
        assert prometheus.values(f'airflow_heartbeats_total{{component="{component}"}}')


def test_every_rule_of_the_mapping_matches_a_metric(statsd, mapping, prometheus):
    (ROOT / "out" / "statsd.txt").write_text("\n".join(statsd.lines))
    text = Exposition(statsd, mapping).text()
    assert {rule["name"] for _, rule in mapping.rules if rule["name"] not in text} == set()


def test_services_stop_on_sigterm(stack, prometheus):
    statuses = stack.stop()
    # Airflow's scheduler and DAG processor may wait for their children forever; killing them is safe.
    killable = {statuses.pop(name) for name in ("airflow-scheduler", "airflow-dag-processor")}
    assert killable <= {0, 143, -signal.SIGTERM, -signal.SIGKILL}, killable
    assert set(statuses.values()) <= {0, 143, -signal.SIGTERM}, statuses
