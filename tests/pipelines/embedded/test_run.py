"""`make run` runs Airflow and the API on one machine."""

import json
import signal
from types import SimpleNamespace

import httpx
import psutil
import pytest

from pipelines.embedded.client import AirflowClient
from pipelines.embedded.dag_chain import DagChain
from pipelines.embedded.ports import find_free_ports
from script_shared.errors import MancheteError, SettingsError
from tests.support.processes.embedded import RUN_SECONDS, embedded, wait_until

pytestmark = pytest.mark.integration

SEGMENTS = ["logged", "semi_logged", "anonymous"]


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """Airflow and the API after the first chain."""
    folder = tmp_path_factory.mktemp("run")
    ports = find_free_ports(2)
    settings = {
        "DATA_ROOT": str(folder / "data"),
        "AIRFLOW_PORT": str(ports[0]),
        "API_PORT": str(ports[1]),
        "EVALUATION_USERS": "50",
    }
    clients = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) for port in ports]
    with (
        embedded(folder, "--scale", "0.001", **settings) as command,
        clients[0] as airflow,
        clients[1] as api,
    ):
        wait_until(lambda: command.has_ended() or "Ctrl-C" in (folder / "err").read_text(), RUN_SECONDS)
        yield SimpleNamespace(command=command, folder=folder, ports=ports, airflow=airflow, api=api)


@pytest.fixture(scope="module")
def client(services):
    """A client of Airflow's REST API, signed in with the password from the file."""
    secrets = json.loads((services.folder / "data" / "airflow" / "passwords.json").read_text())
    client = AirflowClient(services.airflow, secrets["admin"])
    assert client.sign_in()
    return client


def read_output(services, name):
    return (services.folder / name).read_text()


def test_stdout_has_one_json_line_for_each_segment(services):
    assert not services.command.has_ended(), read_output(services, "err")
    answers = [json.loads(line) for line in read_output(services, "out").splitlines()]
    assert [answer["segment"] for answer in answers] == SEGMENTS
    for answer in answers:
        items = [item["item_id"] for item in answer["items"]]
        assert len(set(items)) == len(items) == 10
        assert all(item["title"] for item in answer["items"])
        assert answer["user_id"]


def test_stage_costs_are_printed_and_written_beside_the_metrics(services):
    evaluation = services.folder / "data" / "news" / "evaluation" / "runs"
    folder = evaluation / (evaluation / "latest").read_text().strip()
    costs = json.loads((folder / "costs.json").read_text())
    names = [entry["stage"] for entry in costs["stages"]]
    assert [names.count(stage) for stage in ("download", "refine", "encode", "segment", "train")] == [
        1,
        1,
        1,
        1,
        3,
    ]
    assert [names.count(stage) for stage in ("evaluate", "report", "publish")] == [6, 1, 1]
    assert [names.count(stage) for stage in ("collect", "compact")] == [1, 1]
    assert all(entry["peak_mib"] > 50 for entry in costs["stages"])
    longest = max(entry["seconds"] for entry in costs["stages"])
    assert longest <= costs["stage_seconds"] <= sum(entry["seconds"] for entry in costs["stages"]) + 0.1
    assert (folder / "metrics.json").exists()
    assert " is the champion: there is no champion yet; " in read_output(services, "err")
    table = read_output(services, "err")
    assert all(name in table for name in ("train-logged", "evaluate-anonymous-25h", "publish", "peak MiB"))


def test_only_the_two_ports_listen_and_only_on_loopback(services):
    sockets = services.command.connections()
    assert {socket.laddr.port for socket in sockets if socket.status == psutil.CONN_LISTEN} == set(
        services.ports
    )
    assert {socket.laddr.ip for socket in sockets} == {"127.0.0.1"}


def test_run_triggered_over_rest_publishes_a_served_release(services):
    secrets = json.loads((services.folder / "data" / "airflow" / "passwords.json").read_text())
    login = {"username": "admin", "password": secrets["admin"]}
    token = services.airflow.post("/auth/token", json=login).json()["access_token"]
    earlier = services.api.get("/health/ready").json()["release"]
    body = {"logical_date": None, "conf": {"scale": 0.001}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = services.airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body, headers=headers)
    assert answer.status_code == 200
    wait_until(lambda: services.api.get("/health/ready").json()["release"] != earlier, RUN_SECONDS)
    response = services.api.get("/recommendations", params={"num_recs": 3}).json()
    assert response["release"] != earlier
    assert len(response["items"]) == 3


def test_unusable_input_is_reported_with_the_task_and_the_reason(services, client):
    nowhere = str(services.folder / "nowhere")  # a DAG triggered over REST has no preflight
    chain = DagChain(client, "news", lambda: None, lambda _: None)
    with pytest.raises(MancheteError) as failure:
        chain.run({"source": "globo", "uri": nowhere})
    message = str(failure.value)
    assert "news_process_data failed" in message
    assert "--- download" in message
    assert nowhere in message
    assert services.api.get("/health/ready").status_code == 200


def test_invalid_dag_parameters_are_rejected(client):
    with pytest.raises(SettingsError, match="scale"):
        DagChain(client, "news", lambda: None, lambda _: None).run({"scale": 0})


def test_ctrl_c_stops_all_processes_with_exit_status_zero(services):
    """The last test of this file, because it stops the services."""
    assert len(services.command.running_descendants()) > 4
    services.command.process.send_signal(signal.SIGINT)
    assert services.command.wait(60) == 0, read_output(services, "err")
    assert services.command.running_descendants() == []
    assert "Traceback" not in read_output(services, "err")
    assert (services.folder / "data" / "news" / "releases" / "champion").exists()
