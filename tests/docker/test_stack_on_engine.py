"""The compose file on a Docker engine: first start, second run, crashes, full volume, wrong secrets, alerts.

`make stack-test` runs it. It uses the Docker engine that is reachable, or starts one, and the images that the
compose file names, or ones made from Debian's packages. The tests follow each other; figures go to
out/stack-test.txt.
"""

import shutil
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.compose import SECRETS
from tests.support.deployment import DATA_MB, Deployment
from tests.support.docker_engine import NoEngineError, base_images, docker_engine
from tests.support.images import ROOT
from tests.support.load import load

pytestmark = [pytest.mark.slow, pytest.mark.engine, pytest.mark.integration]

#: One of each segment of the generated data: a login, two reads, an unknown reader.
SEGMENTS = ("logged", "semi_logged", "anonymous")
SERVERS = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
RUN_SECONDS = 900
#: What the rules and intervals of Prometheus are divided by once the first run is over.
SLOW = 15
DOWN, BEHIND = "the database does not answer", "EventLogBehind"


@pytest.fixture(scope="module")
def figures():
    """Figures by name, written to out/."""
    rows = {}
    yield rows
    text = "".join(f"{name:<52} {value}\n" for name, value in rows.items())
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out" / "stack-test.txt").write_text(text)


@pytest.fixture(scope="module")
def deployment(figures):
    """The project with its images built and nothing started."""
    folder = Path(tempfile.mkdtemp(prefix="manchete-stack-"))
    folder.chmod(0o755)
    start = time.monotonic()
    try:
        with docker_engine() as environment:
            images = base_images(environment)
            figures["engine and images of others, s"] = round(time.monotonic() - start)
            deployment = Deployment(folder, environment, images)
            start = time.monotonic()
            deployment.remove()
            deployment.compose("build")
            figures["both of our images built, s"] = round(time.monotonic() - start)
            try:
                yield deployment
            finally:
                figures["all of it, s"] = round(time.monotonic() - start)
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
    """Start everything and wait for the first release; return what was seen before there was one."""
    deployment.keep_data()
    start = time.monotonic()
    deployment.compose("up", "--detach")
    figures["up returns, s"] = round(time.monotonic() - start)
    seen = {"health": deployment.health(), "ready": deployment.api.get("/health/ready")}
    seen["container"] = deployment.inspect("api", "{{.State.Health.Status}}")
    deployment.until_ready(RUN_SECONDS)
    figures["first list after up, s"] = round(time.monotonic() - start)
    return seen


@pytest.fixture(scope="module")
def stack(deployment, first_start):
    return deployment


def trigger(stack, **conf):
    """Start the pipelines over Airflow's REST API; return the name of the run."""
    with stack.airflow() as airflow:
        body = {"logical_date": None, "conf": {"source": "synthetic", "scale": 0.005} | conf}
        answer = airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["dag_run_id"]


def states(stack, dag):
    """Return the states of a DAG's runs, oldest first."""
    return stack.query("airflow", f"SELECT state FROM dag_run WHERE dag_id = '{dag}' ORDER BY id").split()  # noqa: S608


def read(stack, reader, *items):
    """Tell the API of reads; return how many it accepted."""
    answer = stack.api.post("/events", json=[{"user_id": reader, "item_id": item} for item in items])
    assert answer.status_code == 200, answer.text
    return answer.json()["accepted"]


def items(stack, reader, count=10, **more):
    answer = stack.api.get("/recommendations", params={"user_id": reader, "num_recs": count, **more})
    assert answer.status_code == 200, answer.text
    return [each["item_id"] for each in answer.json()["items"]]


def logged_events(stack):
    return int(stack.query("events", "SELECT count(*) FROM events WHERE kind = 'read'"))


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_starts_while_a_secret_is_missing(deployment, name):
    refused = deployment.compose("up", "--detach", check=False, **{name: ""})
    assert refused.returncode != 0
    assert f"{name} is missing a value: see .env.example" in refused.stderr
    assert deployment.compose("ps", "--all", "--quiet").stdout == ""


def test_until_there_is_a_release_the_api_answers_with_the_reason(first_start):
    assert first_start["health"]["status"] == "starting"
    assert first_start["health"]["reason"] == "no release has been published yet"
    assert first_start["ready"].status_code == 503
    assert first_start["container"] == "starting"


def test_the_first_list_of_each_segment(stack):
    told = {"logged": {"user_type": "Logged"}, "semi_logged": {}, "anonymous": {}}
    first, second, *_ = items(stack, "nobody")
    read(stack, "two reads", first, second)
    read(stack, "a login", first)
    readers = dict(zip(SEGMENTS, ("a login", "two reads", "nobody"), strict=True))
    for segment, reader in readers.items():
        answer = stack.api.get("/recommendations", params={"user_id": reader, **told[segment]}).json()
        assert (answer["segment"], len(answer["items"])) == (segment, 10)


def test_what_a_reader_has_read_leaves_the_list_and_is_in_postgres(stack):
    before = logged_events(stack)
    first = items(stack, "ana")[0]
    assert read(stack, "ana", first) == 1
    assert first not in items(stack, "ana", 100)
    assert logged_events(stack) == before + 1


def test_everything_is_healthy_and_no_alert_has_fired(stack):
    for service in ("api", "postgres", *SERVERS):
        stack.until(
            lambda s=service: stack.inspect(s, "{{.State.Health.Status}}") == "healthy",
            f"{service} is healthy",
        )
    with stack.prometheus() as server:
        server.until("min(up) == 1 and count(up) == 3")
        server.until("count(increase(airflow_heartbeats_total[2m]) > 0) >= 3")
        assert server.values('ALERTS{alertstate="firing"}') == []
        assert server.values('count_over_time(ALERTS{alertstate="firing"}[1h])') == []
    assert {
        int(stack.inspect(each, "{{.RestartCount}}")) for each in ("statsd-exporter", "api", *SERVERS)
    } == {0}


def test_memory_and_image_sizes(stack, figures):
    format_ = "{{.Name}} {{.MemUsage}}"
    for line in sorted(stack.docker("stats", "--no-stream", "--format", format_).stdout.splitlines()):
        name, used, *_ = line.split()
        if name.startswith("manchete-stack-test-"):
            figures[f"memory after the first run, {name.split('-', 3)[3].rsplit('-', 1)[0]}"] = used
    for image in ("manchete-api:0.1.0", "manchete-airflow:0.1.0"):
        size = int(stack.docker("image", "inspect", "--format", "{{.Size}}", image).stdout)
        figures[f"size of {image}, MB"] = round(size / 1e6)
        assert size < 2e9


def test_a_second_start_of_the_api_compiles_nothing(stack, figures):
    stack.compose("restart", "--timeout=5", "api")
    seconds = stack.until_ready()
    figures["second start of the API until it is ready, s"] = round(seconds, 1)
    figures["memory after its second start, api"] = stack.docker(
        "stats", "--no-stream", "--format", "{{.MemUsage}}", stack.id("api")
    ).stdout.split()[0]
    assert seconds < 15


def test_from_here_on_alerts_fire_sooner(stack):
    stack.write_rules(speedup=SLOW)
    stack.compose("kill", "--signal=HUP", "prometheus")
    with stack.prometheus() as server:
        stack.until(
            lambda: {rule.get("duration") for rule in server.rules()} >= {120.0}, "the rules are read"
        )


def test_a_full_volume_ends_the_run_with_the_reason_and_the_service_goes_on(stack):
    stack.run_on_data(f"dd if=/dev/zero of=/data/filler bs=1M count={DATA_MB} 2>/dev/null; df /data; true")
    with load(stack.api.base_url) as failures:
        run = trigger(stack)
        stack.until(lambda: states(stack, "news_process_data")[-1] == "failed", "the run fails", RUN_SECONDS)
        stack.until_fires("TaskFailed", dag_id="news_process_data")
    assert failures == []
    with stack.airflow() as airflow:
        tasks = airflow.get(f"/api/v2/dags/news_process_data/dagRuns/{run}/taskInstances").json()[
            "task_instances"
        ]
        failed = [each for each in tasks if each["state"] == "failed"]
        assert failed
        for task in failed:
            path = f"/api/v2/dags/news_process_data/dagRuns/{run}/taskInstances/{task['task_id']}/logs"
            told = airflow.get(f"{path}/{task['try_number']}", headers={"Accept": "application/json"}).text
            assert "there is no room for more data" in told, told[-3_000:]
            assert "free space there or give a larger volume" in told
    assert stack.health()["status"] == "ready"


def test_once_there_is_room_a_run_is_served_without_a_failed_request_though_the_scheduler_is_killed(
    stack, figures
):
    stack.run_on_data("rm /data/filler")
    before = stack.health()["release"]
    start = time.monotonic()
    with load(stack.api.base_url) as failures:
        trigger(stack)
        stack.until(lambda: "running" in states(stack, "news_train_models"), "training begins", RUN_SECONDS)
        stack.crash("airflow-scheduler")
        stack.until(lambda: stack.health()["release"] != before, "the new release is served", RUN_SECONDS)
        time.sleep(2)
    figures["second run over REST, its scheduler killed once, s"] = round(time.monotonic() - start)
    assert failures == []
    assert int(stack.inspect("airflow-scheduler", "{{.RestartCount}}")) == 1
    stack.until(lambda: states(stack, "news_evaluate_models") == ["success"] * 2, "the run ends")


def test_a_killed_api_is_back_with_all_that_it_accepted(stack, figures):
    chosen = items(stack, "bea", 5)
    assert read(stack, "bea", *chosen) == 5
    stack.crash("api")
    figures["API killed, ready again after, s"] = round(stack.until_ready(), 1)
    assert not set(chosen) & set(items(stack, "bea", 100))
    assert int(stack.inspect("api", "{{.RestartCount}}")) == 1


def test_while_the_database_is_away_lists_are_answered_and_afterwards_no_accepted_read_is_missing(
    stack, figures
):
    chosen = items(stack, "carla", 5)
    before, accepted = logged_events(stack), read(stack, "carla", *chosen)
    with load(stack.api.base_url) as failures:
        stack.crash("postgres")
        body = [{"user_id": "carla", "item_id": chosen[0], "event_id": "after the crash"}]
        _, seconds = stack.until(
            lambda: stack.api.post("/events", json=body).status_code == 200, "events are accepted again"
        )
        figures["Postgres killed, events accepted again after, s"] = round(seconds, 1)
        assert int(stack.inspect("postgres", "{{.RestartCount}}")) == 1
        stack.compose("stop", "--timeout=5", "postgres")
        told, _ = stack.until(
            lambda: (found := stack.health())["status"] == "degraded" and found, "the health is degraded"
        )
        assert DOWN in told["reason"]
        ready = stack.api.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        refused = stack.api.post("/events", json=[{"user_id": "carla", "item_id": chosen[0]}])
        assert refused.status_code == 503
        assert "nothing of this request was kept" in refused.json()["detail"]
        stack.until_fires(BEHIND)
        stack.compose("start", "postgres")
        stack.until_ready()
    assert failures == []
    assert logged_events(stack) == before + accepted + len(body)


def test_a_release_that_is_broken_is_refused_with_the_reason_and_the_one_before_serves(stack):
    folder = "/data/news/releases"
    good = stack.run_on_data(f"cat {folder}/champion")
    stack.run_on_data(f"cp -r {folder}/{good} {folder}/broken && : > {folder}/broken/catalogue.parquet")
    stack.run_on_data(f"echo broken > {folder}/champion")
    told, _ = stack.until(
        lambda: (found := stack.health())["status"] == "degraded" and found, "the release is refused"
    )
    assert told["release"] == good
    assert "release broken was refused" in told["reason"]
    assert len(items(stack, "anyone")) == 10
    stack.until_fires("ReleaseRefused")
    # A replica that starts now has nothing to serve, though one has been served before.
    stack.compose("restart", "--timeout=5", "api")
    told, _ = stack.until(
        lambda: "refused" in ((found := stack.health())["reason"] or "") and found, "the release is refused"
    )
    assert told["status"] == "starting"
    stack.until_fires("ReleaseLost")
    stack.run_on_data(f"echo {good} > {folder}/champion && rm -r {folder}/broken")
    stack.until_ready()


@pytest.mark.parametrize(
    ("service", "alert", "labels"),
    [
        ("api", "ApiDown", {}),
        ("statsd-exporter", "ExporterDown", {}),
        ("airflow-triggerer", "ComponentSilent", {"component": "triggerer"}),
    ],
)
def test_a_service_that_is_away_raises_its_alert(stack, service, alert, labels):
    stack.compose("stop", "--timeout=5", service)
    stack.until_fires(alert, **labels)
    stack.compose("start", service)


def test_another_password_of_the_event_log_is_the_reason_why_the_api_is_not_ready(stack):
    stack.settings["EVENTS_PASSWORD"] = "another0secret"  # noqa: S105 - of this test
    stack.compose("up", "--detach", "--no-deps", "api")
    problem, _ = stack.until(
        lambda: (
            (found := stack.api.get("/health/ready").json()).get("detail", "").count("password") and found
        ),
        "the password is named",
    )
    assert problem["status"] == 503
    assert "the database refuses the password of the user events" in problem["detail"]
    assert "EVENTS_URL" in problem["remedy"]
    assert "the database refuses the password" in stack.compose("logs", "api").stdout
    assert len(items(stack, "anyone")) == 10


def test_another_password_of_the_database_is_named_with_the_remedy_which_works(stack, figures):
    stack.settings["POSTGRES_PASSWORD"] = "another1secret"  # noqa: S105 - of this test
    refused = stack.compose("up", "--detach", check=False)
    assert refused.returncode != 0
    assert "airflow-init" in refused.stderr
    told = stack.compose("logs", "airflow-init").stdout
    assert "the database refuses the password of the user airflow" in told
    assert "docker compose exec postgres sh /docker-entrypoint-initdb.d/users.sh" in told
    stack.compose("up", "--detach", "postgres")
    stack.compose("exec", "-T", "postgres", "sh", "/docker-entrypoint-initdb.d/users.sh")
    stack.compose("up", "--detach")
    stack.until_ready()
    stack.until(
        lambda: stack.inspect("airflow-scheduler", "{{.State.Health.Status}}") == "healthy", "Airflow is up"
    )


def test_down_and_up_keeps_releases_events_and_runs_and_triggers_nothing(stack, figures):
    before = stack.health()["release"], logged_events(stack), states(stack, "news_process_data")
    stack.compose("down")
    start = time.monotonic()
    stack.compose("up", "--detach")
    stack.until_ready()
    figures["down, then up until the API is ready, s"] = round(time.monotonic() - start)
    assert (stack.health()["release"], logged_events(stack), states(stack, "news_process_data")) == before


def test_no_other_alert_has_fired(stack):
    with stack.prometheus() as server:
        fired = server.labels('count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))')
    expected = {
        "ApiDown",
        "ComponentSilent",
        BEHIND,
        "ExporterDown",
        "ReleaseLost",
        "ReleaseRefused",
        "TaskFailed",
    }
    # Events refused while the database is away may be more than a hundredth of all requests, and lists are
    # slow while the same two cores train.
    assert {each["alertname"] for each in fired} - {"ErrorsHigh", "AnswersSlow"} == expected
