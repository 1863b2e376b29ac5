"""The compose file on a Docker engine: first start, second run, crashes, full volume, wrong secrets, alerts.

`make stack-test` runs it, on the Docker engine that is reachable or on a temporary one, with the images of
the compose file or substitutes from Debian's packages. The tests depend on their order; figures are written
to out/stack-test.txt.
"""

import shutil
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.docker.compose import SECRETS
from tests.support.docker.deployment import DATA_MB, Deployment
from tests.support.docker.docker_engine import NoEngineError, base_images, docker_engine
from tests.support.docker.images import ROOT
from tests.support.processes.background_requests import send_requests

pytestmark = [pytest.mark.slow, pytest.mark.engine, pytest.mark.integration]

SEGMENTS = ("logged", "semi_logged", "anonymous")
SERVERS = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
RUN_SECONDS = 900
#: Divisor of the durations in Prometheus' rules and intervals after the first run.
DURATION_DIVISOR = 15
DATABASE_DOWN, EVENT_LOG_ALERT = "the database does not answer", "EventLogBehind"


@pytest.fixture(scope="module")
def figures():
    """Measured figures by name; they are written to `out/` at the end."""
    rows = {}
    yield rows
    text = "".join(f"{name:<52} {value}\n" for name, value in rows.items())
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out" / "stack-test.txt").write_text(text)


@pytest.fixture(scope="module")
def deployment(figures):
    """The deployment with its images built and no service started."""
    folder = Path(tempfile.mkdtemp(prefix="manchete-stack-"))
    folder.chmod(0o755)
    start = time.monotonic()
    try:
        with docker_engine() as environment:
            images = base_images(environment)
            figures["engine and third-party images, s"] = round(time.monotonic() - start)
            deployment = Deployment(folder, environment, images)
            start = time.monotonic()
            deployment.remove()
            deployment.compose("build")
            figures["build of both images, s"] = round(time.monotonic() - start)
            try:
                yield deployment
            finally:
                figures["total, s"] = round(time.monotonic() - start)
                logs = deployment.compose("logs", "--no-color", "--timestamps", check=False)
                (ROOT / "out").mkdir(exist_ok=True)
                (ROOT / "out" / "stack-test.log").write_text(logs.stdout)
                deployment.remove()
                deployment.close()
    except NoEngineError as error:
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def first_start(deployment, figures):
    """Start all services and wait for the first release; return the state before it."""
    deployment.keep_data()
    start = time.monotonic()
    deployment.compose("up", "--detach")
    figures["up returns, s"] = round(time.monotonic() - start)
    before = {"health": deployment.health(), "ready": deployment.api.get("/health/ready")}
    before["container"] = deployment.inspect("api", "{{.State.Health.Status}}")
    deployment.until_ready(RUN_SECONDS)
    figures["first list after up, s"] = round(time.monotonic() - start)
    return before


@pytest.fixture(scope="module")
def stack(deployment, first_start):
    return deployment


def trigger(stack, **conf):
    """Trigger the pipelines over Airflow's REST API; return the id of the run."""
    with stack.airflow() as airflow:
        body = {"logical_date": None, "conf": {"source": "synthetic", "scale": 0.005} | conf}
        response = airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body)
        assert response.status_code == 200, response.text
        return response.json()["dag_run_id"]


def list_run_states(stack, dag):
    """Return the states of a DAG's runs, oldest first."""
    return stack.query("airflow", f"SELECT state FROM dag_run WHERE dag_id = '{dag}' ORDER BY id").split()  # noqa: S608


def click(stack, user, *items):
    """Send events; return the number of accepted ones."""
    response = stack.api.post("/events", json=[{"user_id": user, "item_id": item} for item in items])
    assert response.status_code == 200, response.text
    return response.json()["accepted"]


def recommend(stack, user, count=10):
    """Return the ids of a user's list."""
    response = stack.api.get("/recommendations", params={"user_id": user, "num_recs": count})
    assert response.status_code == 200, response.text
    return [item["item_id"] for item in response.json()["items"]]


def count_events(stack):
    return int(stack.query("events", "SELECT count(*) FROM events WHERE kind = 'read'"))


@pytest.mark.parametrize("name", SECRETS)
def test_no_service_starts_without_a_secret(deployment, name):
    result = deployment.compose("up", "--detach", check=False, **{name: ""})
    assert result.returncode != 0
    assert f"{name} is missing a value: see .env.example" in result.stderr
    assert deployment.compose("ps", "--all", "--quiet").stdout == ""


def test_without_a_release_the_api_reports_the_reason(first_start):
    assert first_start["health"]["status"] == "starting"
    assert first_start["health"]["reason"] == "no release has been published yet"
    assert first_start["ready"].status_code == 503
    assert first_start["container"] == "starting"


def test_every_segment_receives_a_list(stack):
    parameters = {"logged": {"user_type": "Logged"}, "semi_logged": {}, "anonymous": {}}
    first, second, *_ = recommend(stack, "nobody")
    click(stack, "two clicks", first, second)
    click(stack, "a login", first)
    users = dict(zip(SEGMENTS, ("a login", "two clicks", "nobody"), strict=True))
    for segment, user in users.items():
        params = {"user_id": user, **parameters[segment]}
        body = stack.api.get("/recommendations", params=params).json()
        assert (body["segment"], len(body["items"])) == (segment, 10)


def test_clicked_item_leaves_the_list_and_is_in_postgres(stack):
    before = count_events(stack)
    first = recommend(stack, "ana")[0]
    assert click(stack, "ana", first) == 1
    assert first not in recommend(stack, "ana", 100)
    assert count_events(stack) == before + 1


def test_every_service_is_healthy_and_no_alert_has_fired(stack):
    for service in ("api", "postgres", *SERVERS):
        stack.until(
            lambda service=service: stack.inspect(service, "{{.State.Health.Status}}") == "healthy",
            f"{service} is healthy",
        )
    with stack.prometheus() as server:
        server.wait_for("min(up) == 1 and count(up) == 3")
        server.wait_for("count(increase(airflow_heartbeats_total[2m]) > 0) >= 3")
        assert server.values('ALERTS{alertstate="firing"}') == []
        assert server.values('count_over_time(ALERTS{alertstate="firing"}[1h])') == []
    services = ("statsd-exporter", "api", *SERVERS)
    assert {int(stack.inspect(service, "{{.RestartCount}}")) for service in services} == {0}


def test_images_are_smaller_than_two_gigabytes(stack, figures):
    template = "{{.Name}} {{.MemUsage}}"
    for line in sorted(stack.docker("stats", "--no-stream", "--format", template).stdout.splitlines()):
        name, memory, *_ = line.split()
        if name.startswith("manchete-stack-test-"):
            figures[f"memory after the first run, {name.split('-', 3)[3].rsplit('-', 1)[0]}"] = memory
    for image in ("manchete-api:0.1.0", "manchete-airflow:0.1.0"):
        size = int(stack.docker("image", "inspect", "--format", "{{.Size}}", image).stdout)
        figures[f"size of {image}, MB"] = round(size / 1e6)
        assert size < 2e9


def test_second_start_of_the_api_compiles_nothing(stack, figures):
    stack.compose("restart", "--timeout=5", "api")
    seconds = stack.until_ready()
    figures["second start of the API until it is ready, s"] = round(seconds, 1)
    figures["memory after its second start, api"] = stack.docker(
        "stats", "--no-stream", "--format", "{{.MemUsage}}", stack.id("api")
    ).stdout.split()[0]
    assert seconds < 15


def test_prometheus_reloads_rules_with_shorter_durations(stack):
    stack.write_rules(speedup=DURATION_DIVISOR)
    stack.compose("kill", "--signal=HUP", "prometheus")
    with stack.prometheus() as server:
        stack.until(
            lambda: {rule.get("duration") for rule in server.rules()} >= {120.0}, "the rules are reloaded"
        )


def test_full_volume_fails_the_run_with_the_reason_while_the_service_continues(stack):
    stack.run_on_data(f"dd if=/dev/zero of=/data/filler bs=1M count={DATA_MB} 2>/dev/null; df /data; true")
    with send_requests(stack.api.base_url) as failures:
        run = trigger(stack)
        stack.until(
            lambda: list_run_states(stack, "news_process_data")[-1] == "failed", "the run fails", RUN_SECONDS
        )
        stack.until_fires("TaskFailed", dag_id="news_process_data")
    assert failures == []
    with stack.airflow() as airflow:
        tasks = airflow.get(f"/api/v2/dags/news_process_data/dagRuns/{run}/taskInstances").json()[
            "task_instances"
        ]
        failed = [task for task in tasks if task["state"] == "failed"]
        assert failed
        for task in failed:
            path = f"/api/v2/dags/news_process_data/dagRuns/{run}/taskInstances/{task['task_id']}/logs"
            log = airflow.get(f"{path}/{task['try_number']}", headers={"Accept": "application/json"}).text
            assert "the disk is full" in log, log[-3_000:]
            assert "free space or use a larger volume" in log
    assert stack.health()["status"] == "ready"


def test_run_is_served_without_a_failed_request_although_the_scheduler_is_killed(stack, figures):
    stack.run_on_data("rm /data/filler")
    before = stack.health()["release"]
    start = time.monotonic()
    with send_requests(stack.api.base_url) as failures:
        trigger(stack)
        stack.until(
            lambda: "running" in list_run_states(stack, "news_train_models"), "training begins", RUN_SECONDS
        )
        stack.crash("airflow-scheduler")
        stack.until(lambda: stack.health()["release"] != before, "the new release is served", RUN_SECONDS)
        time.sleep(2)
    figures["second run over REST, its scheduler killed once, s"] = round(time.monotonic() - start)
    assert failures == []
    assert int(stack.inspect("airflow-scheduler", "{{.RestartCount}}")) == 1
    stack.until(lambda: list_run_states(stack, "news_evaluate_models") == ["success"] * 2, "the run ends")


def test_killed_api_restarts_with_all_accepted_events(stack, figures):
    clicked = recommend(stack, "bea", 5)
    assert click(stack, "bea", *clicked) == 5
    stack.crash("api")
    figures["API killed, ready again after, s"] = round(stack.until_ready(), 1)
    assert not set(clicked) & set(recommend(stack, "bea", 100))
    assert int(stack.inspect("api", "{{.RestartCount}}")) == 1


def test_without_the_database_lists_are_served_and_no_accepted_event_is_lost(stack, figures):
    clicked = recommend(stack, "carla", 5)
    before, accepted = count_events(stack), click(stack, "carla", *clicked)
    with send_requests(stack.api.base_url) as failures:
        stack.crash("postgres")
        body = [{"user_id": "carla", "item_id": clicked[0], "event_id": "after the crash"}]
        _, seconds = stack.until(
            lambda: stack.api.post("/events", json=body).status_code == 200, "events are accepted again"
        )
        figures["Postgres killed, events accepted again after, s"] = round(seconds, 1)
        assert int(stack.inspect("postgres", "{{.RestartCount}}")) == 1
        stack.compose("stop", "--timeout=5", "postgres")
        health, _ = stack.until(
            lambda: (health := stack.health())["status"] == "degraded" and health, "the service is degraded"
        )
        assert DATABASE_DOWN in health["reason"]
        ready = stack.api.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        rejected = stack.api.post("/events", json=[{"user_id": "carla", "item_id": clicked[0]}])
        assert rejected.status_code == 503
        assert "nothing of this request was kept" in rejected.json()["detail"]
        stack.until_fires(EVENT_LOG_ALERT)
        stack.compose("start", "postgres")
        stack.until_ready()
    assert failures == []
    assert count_events(stack) == before + accepted + len(body)


def test_corrupt_release_is_rejected_with_the_reason_and_the_previous_one_is_served(stack):
    folder = "/data/news/releases"
    valid_release = stack.run_on_data(f"cat {folder}/champion")
    stack.run_on_data(
        f"cp -r {folder}/{valid_release} {folder}/broken && : > {folder}/broken/catalogue.parquet"
    )
    stack.run_on_data(f"echo broken > {folder}/champion")
    health, _ = stack.until(
        lambda: (health := stack.health())["status"] == "degraded" and health, "the release is rejected"
    )
    assert health["release"] == valid_release
    assert "release broken was refused" in health["reason"]
    assert len(recommend(stack, "anyone")) == 10
    stack.until_fires("ReleaseRefused")
    # A replica that starts now has no release that it can serve.
    stack.compose("restart", "--timeout=5", "api")
    health, _ = stack.until(
        lambda: "refused" in ((health := stack.health())["reason"] or "") and health,
        "the release is rejected",
    )
    assert health["status"] == "starting"
    stack.until_fires("ReleaseLost")
    stack.run_on_data(f"echo {valid_release} > {folder}/champion && rm -r {folder}/broken")
    stack.until_ready()


@pytest.mark.parametrize(
    ("service", "alert", "labels"),
    [
        ("api", "ApiDown", {}),
        ("statsd-exporter", "ExporterDown", {}),
        ("airflow-triggerer", "ComponentSilent", {"component": "triggerer"}),
    ],
)
def test_stopped_service_raises_its_alert(stack, service, alert, labels):
    stack.compose("stop", "--timeout=5", service)
    stack.until_fires(alert, **labels)
    stack.compose("start", service)


def test_wrong_password_of_the_event_log_is_the_reason_why_the_api_is_not_ready(stack):
    stack.settings["EVENTS_PASSWORD"] = "another0secret"  # noqa: S105 - of this test
    stack.compose("up", "--detach", "--no-deps", "api")
    problem, _ = stack.until(
        lambda: (body := stack.api.get("/health/ready").json()).get("detail", "").count("password") and body,
        "the password is reported",
    )
    assert problem["status"] == 503
    assert "the database refuses the password of the user events" in problem["detail"]
    assert "EVENTS_URL" in problem["remedy"]
    assert "the database refuses the password" in stack.compose("logs", "api").stdout
    assert len(recommend(stack, "anyone")) == 10


def test_wrong_password_of_the_database_is_reported_with_a_remedy_that_works(stack, figures):
    stack.settings["POSTGRES_PASSWORD"] = "another1secret"  # noqa: S105 - of this test
    result = stack.compose("up", "--detach", check=False)
    assert result.returncode != 0
    assert "airflow-init" in result.stderr
    logs = stack.compose("logs", "airflow-init").stdout
    assert "the database refuses the password of the user airflow" in logs
    assert "docker compose exec postgres sh /docker-entrypoint-initdb.d/users.sh" in logs
    stack.compose("up", "--detach", "postgres")
    stack.compose("exec", "-T", "postgres", "sh", "/docker-entrypoint-initdb.d/users.sh")
    stack.compose("up", "--detach")
    stack.until_ready()
    stack.until(
        lambda: stack.inspect("airflow-scheduler", "{{.State.Health.Status}}") == "healthy",
        "Airflow is healthy",
    )


def test_down_and_up_keeps_releases_events_and_runs(stack, figures):
    before = stack.health()["release"], count_events(stack), list_run_states(stack, "news_process_data")
    stack.compose("down")
    start = time.monotonic()
    stack.compose("up", "--detach")
    stack.until_ready()
    figures["down, then up until the API is ready, s"] = round(time.monotonic() - start)
    assert (
        stack.health()["release"],
        count_events(stack),
        list_run_states(stack, "news_process_data"),
    ) == before


def test_no_other_alert_has_fired(stack):
    with stack.prometheus() as server:
        fired = server.labels('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))')
    expected = {
        "ApiDown",
        "ComponentSilent",
        EVENT_LOG_ALERT,
        "ExporterDown",
        "ReleaseLost",
        "ReleaseRefused",
        "TaskFailed",
    }
    # Rejected events without the database may exceed 1 % of requests, and lists are slow while training uses
    # the same cores.
    assert {alert["alertname"] for alert in fired} - {"ErrorsHigh", "AnswersSlow"} == expected
