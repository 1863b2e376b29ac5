"""The compose file's own services from an empty volume to the first recommendation, without an engine.

Every service that is ours runs as its container would: the files of its image, its variables, its
command, its health check; with a real PostgreSQL. What Airflow tells statsd-exporter is mapped and put
before the real Prometheus.
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
from tests.support.compose import SECRETS, Container, LocalMapping, services
from tests.support.embedded import RUN_SECONDS
from tests.support.images import ROOT
from tests.support.postgres import execute, postgres_server
from tests.support.prometheus import (
    dashboard_expressions,
    is_of,
    rule_expressions,
    running_prometheus,
    shows_numbers,
)
from tests.support.services import EVENTS_KEY
from tests.support.statsd import Exposition, Listener, Mapping
from tests.support.tools import find_tool

pytestmark = [
    pytest.mark.integration,
    pytest.mark.slow,
    pytest.mark.tools("docker-compose", "initdb", "psql", "prometheus"),
]

SERVERS = ("api", "airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
EXPRESSIONS = [each for each in dashboard_expressions() if is_of("airflow", each[1])] + rule_expressions(
    "airflow"
)


class Stack:
    """What is up."""

    def __init__(self, folder, statsd_port, database_port):
        self.folder, self.running, self.database = folder, {}, database_port
        self.api, self.airflow = find_free_port(), find_free_port()
        self.containers = self._containers(statsd_port)

    def _containers(self, statsd_port):
        told = services(self.folder, FIRST_RUN_SCALE="0.002", API_KEYS_EVENTS=EVENTS_KEY)
        hosts = {
            "airflow-api:8080": self.airflow,
            "localhost:8080": self.airflow,
            "127.0.0.1:8080": self.airflow,
            "127.0.0.1:8001": self.api,
            "postgres:5432": self.database,
            "statsd-exporter:9125": statsd_port,
        }
        folders = {f"/{name}": self.folder / name for name in ("data", "compiled", "logs", "users", "tmp")}
        for each in folders.values():
            each.mkdir()
        found = {}
        for name in (*SERVERS, "airflow-init"):
            code = self.folder / ("api-image" if name == "api" else "airflow-image")
            found[name] = Container(told[name], code, LocalMapping(hosts, folders | {"/srv/manchete": code}))
        return found

    @property
    def airflow_database(self):
        return f"postgresql://airflow:{SECRETS['POSTGRES_PASSWORD']}@127.0.0.1:{self.database}/airflow"

    def start(self, name):
        self.running[name] = self.containers[name].start(self.log(name), API_PORT=str(self.api))
        return self.running[name]

    def log(self, name):
        return self.folder / f"{name}.log"

    def prepare(self):
        """Run the one-shot; return how it ended."""
        return self.start("airflow-init").wait(120)

    def wait(self, names, seconds=RUN_SECONDS):
        end = time.monotonic() + seconds
        left = set(names)
        while left and time.monotonic() < end:
            for name in left:
                assert self.running[name].poll() is None, self.log(name).read_text()[-3_000:]
            left = {name for name in left if not self.containers[name].is_healthy()}
            time.sleep(1)
        assert not left, "".join(self.log(name).read_text()[-2_000:] for name in left)

    def stop(self):
        """End every service as `docker stop` would; return how they ended."""
        for each in self.running.values():
            each.send_signal(signal.SIGTERM)
        ended = {name: _ended(each) for name, each in self.running.items()}
        self.running.clear()
        return ended

    def kill(self):
        for each in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def _ended(process, grace=30):
    """Return how a process ended; one that is deaf is killed, as `docker stop` would."""
    try:
        return process.wait(grace)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def make_database(address):
    """Do what the image of Postgres does at its first start with the variables of the compose file."""
    for order in (
        f"CREATE ROLE airflow LOGIN SUPERUSER PASSWORD '{SECRETS['POSTGRES_PASSWORD']}'",
        "CREATE DATABASE airflow OWNER airflow",
    ):
        subprocess.run([find_tool("psql"), address, "--quiet", "--command", order], check=True)
    parts = urlsplit(address)
    told = {
        "PATH": os.environ["PATH"],
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port),
        "PGPASSWORD": SECRETS["POSTGRES_PASSWORD"],
        "POSTGRES_USER": "airflow",
        "POSTGRES_PASSWORD": SECRETS["POSTGRES_PASSWORD"],
        "POSTGRES_DB": "airflow",
        "EVENTS_PASSWORD": SECRETS["EVENTS_PASSWORD"],
    }
    subprocess.run(["/bin/sh", ROOT / "docker" / "postgres" / "users.sh"], env=told, check=True)


@pytest.fixture(scope="module")
def statsd():
    listener = Listener()
    yield listener
    listener.stop()


@pytest.fixture(scope="module")
def stack(tmp_path_factory, statsd):
    with postgres_server() as address:
        make_database(address)
        stack = Stack(tmp_path_factory.mktemp("stack"), statsd.port, urlsplit(address).port)
        try:
            stack.start("api")
            assert stack.prepare() == 0, stack.log("airflow-init").read_text()
            # A first run that failed.
            execute(stack.airflow_database, "UPDATE dag_run SET state = 'failed' WHERE run_id = 'first'")
            assert stack.prepare() == 0, stack.log("airflow-init").read_text()
            del stack.running["airflow-init"]
            for name in SERVERS[1:]:
                stack.start(name)
            yield stack
        finally:
            stack.kill()


@pytest.fixture(scope="module")
def up(stack):
    """All services healthy, which takes the first release; nobody has triggered anything."""
    stack.wait(SERVERS[1:], 120)
    stack.wait(SERVERS)
    return stack


@pytest.fixture(scope="module")
def airflow(up):
    with httpx.Client(base_url=f"http://127.0.0.1:{up.airflow}") as client:
        login = {"username": "admin", "password": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}
        answer = client.post("/auth/token", json=login)
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def runs(airflow, dag):
    return airflow.get(f"/api/v2/dags/{dag}/dagRuns").json()["dag_runs"]


def test_the_first_start_ends_in_recommendations(up):
    answer = httpx.get(f"http://127.0.0.1:{up.api}/recommendations", params={"num_recs": 5})
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 5


def test_a_read_reaches_the_event_log_in_postgres(up):
    key = {"X-API-Key": EVENTS_KEY}
    with httpx.Client(base_url=f"http://127.0.0.1:{up.api}", headers=key, timeout=30) as client:
        item = client.get("/recommendations", params={"user_id": "new"}).json()["items"][0]["item_id"]
        answer = client.post("/events", json={"user_id": "new", "item_id": item})
        assert answer.json()["accepted"] == 1
        told = client.get("/recommendations", params={"user_id": "new", "num_recs": 100}).json()
    assert item not in {each["item_id"] for each in told["items"]}
    ours = {".archive.lock", "collected"}  # what the pipelines took over; no log of SQLite's
    assert {each.name for each in (up.folder / "data" / "news" / "events").iterdir()} <= ours


def ask_postgres(up, user, secret, database, question):
    command = [find_tool("psql"), f"postgresql://{user}:{secret}@127.0.0.1:{up.database}/{database}"]
    return subprocess.run([*command, "-Atc", question], capture_output=True, text=True, check=False)


def test_the_user_of_the_event_log_sees_nothing_of_airflow(up):
    secret = SECRETS["EVENTS_PASSWORD"]
    assert ask_postgres(up, "events", secret, "events", "select newest from ends").stdout == "1\n"
    refused = ask_postgres(up, "events", secret, "airflow", "select 1")
    assert "permission denied for database" in refused.stderr


def test_a_first_run_that_failed_was_triggered_again(airflow):
    states = {run["dag_run_id"]: run["state"] for run in runs(airflow, "news_process_data")}
    assert states == {"first": "failed", "first-2": "success"}


def test_the_other_dags_have_run_once(airflow):
    for dag in ("news_train_models", "news_evaluate_models"):
        assert [run["state"] for run in runs(airflow, dag)] in (["success"], ["running"])


def test_preparing_again_changes_nothing(up, airflow):
    before = (up.folder / "users" / "passwords.json").read_text()
    assert up.prepare() == 0
    del up.running["airflow-init"]
    assert (up.folder / "users" / "passwords.json").read_text() == before
    assert len(runs(airflow, "news_process_data")) == 2


def test_a_database_password_that_was_changed_is_named_with_its_remedy(up):
    container = up.containers["airflow-init"]
    name = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
    other = container.environment[name].replace(SECRETS["POSTGRES_PASSWORD"], "another")
    with (up.folder / "refused.log").open("w") as log:
        done = subprocess.run(
            container.command,
            cwd=container.folder,
            env=container.environment | {name: other},
            stderr=log,
            check=False,
        )
    told = (up.folder / "refused.log").read_text()
    assert done.returncode == 1
    assert "the database refuses the password of the user airflow" in told
    assert "POSTGRES_PASSWORD" in told
    assert "sh /docker-entrypoint-initdb.d/users.sh" in told
    assert "Traceback" not in told


def test_nobody_but_the_owner_reads_the_password(up):
    assert (up.folder / "users" / "passwords.json").stat().st_mode & 0o077 == 0


def test_a_wrong_password_is_refused(up):
    login = {"username": "admin", "password": "admin"}
    assert httpx.post(f"http://127.0.0.1:{up.airflow}/auth/token", json=login).status_code == 401


def test_a_task_s_log_is_read_from_the_shared_folder(airflow):
    path = "/api/v2/dags/news_process_data/dagRuns/first-2/taskInstances/refine/logs/1"
    told = airflow.get(path, headers={"Accept": "application/json"}).json()["content"]
    assert any("refined" in str(line) for line in told), told


def test_no_draft_is_left_on_the_volume(up):
    assert not [path for path in (up.folder / "data").rglob(".*") if path.is_dir()]


@pytest.fixture(scope="module")
def a_failure(airflow):
    """A run that cannot go well, so that there is something to alert to."""
    body = {"logical_date": None, "conf": {"source": "no-such-format"}}
    assert airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body).status_code == 200


@pytest.fixture(scope="module")
def mapping():
    return Mapping(ROOT / "docker" / "statsd" / "mapping.yml")


@pytest.fixture(scope="module")
def prometheus(a_failure, statsd, mapping, tmp_path_factory):
    """Prometheus on what Airflow has told since it began."""
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
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Exporter)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    folder = tmp_path_factory.mktemp("prometheus")
    with running_prometheus(folder, airflow=f"127.0.0.1:{server.server_port}") as found:
        found.until("rate(airflow_heartbeats_total[5m]) > 0")
        found.until('airflow_dagrun_duration_seconds_count{dag_id="news_evaluate_models"}')
        found.until("rate(airflow_scheduler_loop_duration_seconds_count[5m]) > 0")
        found.until('ALERTS{alertname="TaskFailed", alertstate="firing", task_id="download"}')
        yield found
    server.shutdown()
    server.server_close()
    thread.join()


def test_every_panel_and_rule_on_airflow_has_numbers(prometheus):
    rows = [(name, expression, shows_numbers(prometheus, expression)) for name, expression in EXPRESSIONS]
    text = "".join(f"{name} | {expression} | {values}\n" for name, expression, values in rows)
    (ROOT / "out" / "dashboard-airflow.txt").write_text(text)


def test_all_three_components_give_signs_of_life(prometheus):
    for each in ("scheduler", "dag_processor", "triggerer"):
        assert prometheus.values(f'airflow_heartbeats_total{{component="{each}"}}')


def test_every_rule_of_the_mapping_is_met(statsd, mapping, prometheus):
    (ROOT / "out" / "statsd.txt").write_text("\n".join(statsd.lines))
    text = Exposition(statsd, mapping).text()
    assert {rule["name"] for _, rule in mapping.rules if rule["name"] not in text} == set()


def test_the_services_end_when_they_are_told(stack, prometheus):
    ended = stack.stop()
    # Airflow's scheduler and its processor of DAGs now and then wait for their own children for ever;
    # they lose nothing when killed.
    deaf = {ended.pop(name) for name in ("airflow-scheduler", "airflow-dag-processor")}
    assert deaf <= {0, 143, -signal.SIGTERM, -signal.SIGKILL}, deaf
    assert set(ended.values()) <= {0, 143, -signal.SIGTERM}, ended
