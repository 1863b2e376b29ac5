"""`make run`: the whole product on this machine, used as its people use it."""

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
def up(tmp_path_factory):
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
def client(up):
    """Our client of Airflow's REST API, signed in with the password of the file."""
    secrets = json.loads((up.folder / "data" / "airflow" / "passwords.json").read_text())
    client = AirflowClient(up.airflow, secrets["admin"])
    assert client.sign_in()
    return client


def read(up, name):
    return (up.folder / name).read_text()


def test_it_answers_a_reader_of_each_segment_with_one_line_of_json_and_nothing_else(up):
    assert not up.command.has_ended(), read(up, "err")
    answers = [json.loads(line) for line in read(up, "out").splitlines()]
    assert [answer["segment"] for answer in answers] == SEGMENTS
    for answer in answers:
        items = [item["item_id"] for item in answer["items"]]
        assert len(set(items)) == len(items) == 10
        assert all(item["title"] for item in answer["items"])
        assert answer["user_id"]


def test_the_cost_of_every_stage_is_shown_and_kept_beside_the_metrics(up):
    evaluation = up.folder / "data" / "news" / "evaluation" / "runs"
    folder = evaluation / (evaluation / "latest").read_text().strip()
    costs = json.loads((folder / "costs.json").read_text())
    names = [each["stage"] for each in costs["stages"]]
    assert [names.count(stage) for stage in ("download", "refine", "encode", "segment", "train")] == [
        1,
        1,
        1,
        1,
        3,
    ]
    assert [names.count(stage) for stage in ("evaluate", "report", "publish")] == [6, 1, 1]
    assert [names.count(stage) for stage in ("collect", "compact")] == [1, 1]
    assert all(each["peak_mib"] > 50 for each in costs["stages"])
    longest = max(each["seconds"] for each in costs["stages"])
    assert longest <= costs["stage_seconds"] <= sum(each["seconds"] for each in costs["stages"]) + 0.1
    assert (folder / "metrics.json").exists()
    assert " is the champion: there is no champion yet; " in read(up, "err")
    table = read(up, "err")
    assert all(name in table for name in ("train-logged", "evaluate-anonymous-25h", "publish", "peak MiB"))


def test_nothing_listens_beyond_the_two_ports_on_loopback(up):
    found = up.command.connections()
    assert {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN} == set(up.ports)
    assert {each.laddr.ip for each in found} == {"127.0.0.1"}


def test_a_run_that_is_triggered_over_rest_ends_in_a_new_release_that_is_served(up):
    secrets = json.loads((up.folder / "data" / "airflow" / "passwords.json").read_text())
    login = {"username": "admin", "password": secrets["admin"]}
    token = up.airflow.post("/auth/token", json=login).json()["access_token"]
    earlier = up.api.get("/health/ready").json()["release"]
    body = {"logical_date": None, "conf": {"scale": 0.001}}
    headers = {"Authorization": f"Bearer {token}"}
    answer = up.airflow.post("/api/v2/dags/news_process_data/dagRuns", json=body, headers=headers)
    assert answer.status_code == 200
    wait_until(lambda: up.api.get("/health/ready").json()["release"] != earlier, RUN_SECONDS)
    found = up.api.get("/recommendations", params={"num_recs": 3}).json()
    assert found["release"] != earlier
    assert len(found["items"]) == 3


def test_input_that_cannot_be_used_fails_at_once_with_the_task_and_its_reason(up, client):
    nowhere = str(up.folder / "nowhere")  # a DAG that is triggered over REST has no preflight
    chain = DagChain(client, "news", lambda: None, lambda _: None)
    with pytest.raises(MancheteError) as failure:
        chain.run({"source": "globo", "uri": nowhere})
    told = str(failure.value)
    assert "news_process_data failed" in told
    assert "--- download" in told
    assert nowhere in told
    assert up.api.get("/health/ready").status_code == 200


def test_parameters_that_the_dag_does_not_take_are_refused(client):
    with pytest.raises(SettingsError, match="scale"):
        DagChain(client, "news", lambda: None, lambda _: None).run({"scale": 0})


def test_ctrl_c_stops_everything_and_that_is_no_error(up):
    """The last of this file: nothing is up any more."""
    assert len(up.command.running_descendants()) > 4
    up.command.process.send_signal(signal.SIGINT)
    assert up.command.wait(60) == 0, read(up, "err")
    assert up.command.running_descendants() == []
    assert "Traceback" not in read(up, "err")
    assert (up.folder / "data" / "news" / "releases" / "champion").exists()
