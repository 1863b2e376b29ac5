"""Both domains on one Airflow, one volume and one Postgres: a run of each, and an API of each."""

import json
from types import SimpleNamespace

import httpx
import pytest

from pipelines.domains import load
from pipelines.embedded.client import AirflowClient
from pipelines.embedded.dag_chain import DagChain, dag_ids
from pipelines.embedded.ports import find_free_ports
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY
from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.processes.embedded import RUN_SECONDS, embedded, wait_until
from tests.support.processes.postgres import create_events_database, postgres_url
from tests.support.processes.sql import query

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.tools("initdb")]


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """Airflow and the API of news after the chain of news, and an event log on the same server."""
    folder = tmp_path_factory.mktemp("both")
    ports = find_free_ports(2)
    with postgres_url() as server:
        events = create_events_database(server)
        settings = {
            "DATA_ROOT": str(folder / "data"),
            "AIRFLOW_DATABASE": server,
            "AIRFLOW_PORT": str(ports[0]),
            "API_PORT": str(ports[1]),
            "API_KEYS_EVENTS": EVENTS_KEY,
            "EVENTS_URL": events,
            "EVALUATION_USERS": "50",
        }
        clients = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) for port in ports]
        started = embedded(folder, "--scale", "0.001", **settings)
        with started as command, clients[0] as airflow, clients[1] as api:
            wait_until(lambda: command.has_ended() or "Ctrl-C" in (folder / "err").read_text(), RUN_SECONDS)
            yield SimpleNamespace(folder=folder, airflow=airflow, news=api, events=events, command=command)


@pytest.fixture(scope="module")
def recruiting(services):
    """The API of recruiting, after the chain of recruiting on the same Airflow."""
    assert not services.command.has_ended(), (services.folder / "err").read_text()
    data = services.folder / "data"
    client = AirflowClient(
        services.airflow, json.loads((data / "airflow/passwords.json").read_text())["admin"]
    )
    assert client.sign_in()
    source = load("recruiting").generated_source
    chain = DagChain(client, "recruiting", lambda: None, lambda _: None)
    assert chain.run({"source": source, "scale": 0.01})["champion"]
    log = services.folder / "recruiting.txt"
    with run_api(data, log, domain="recruiting", events_url=services.events) as (_, api):
        wait_until_ready(api)
        yield api


def test_each_api_serves_the_release_of_its_domain(services, recruiting):
    releases = {}
    for api, domain in ((services.news, "news"), (recruiting, "recruiting")):
        health = api.get("/health/ready").json()
        assert health["status"] == "ready"
        releases[domain] = health["release"]
        assert (services.folder / "data" / domain / "releases" / health["release"]).is_dir()
    assert len(set(releases.values())) == 2


def test_a_run_of_one_domain_starts_no_dag_of_the_other(services, recruiting):
    runs = services.airflow.get("/api/v2/dags/~/dagRuns").json()["dag_runs"]
    started = sorted(run["dag_id"] for run in runs)
    assert started == sorted(dag for domain in ("news", "recruiting") for dag in dag_ids(domain))


def test_events_of_one_domain_stay_in_its_log(services, recruiting):
    news = {"user_id": "ana", "item_id": services.news.get("/trending").json()["items"][0]["item_id"]}
    answer = services.news.post("/events", json=[news], headers={"X-API-Key": EVENTS_KEY})
    assert answer.json()["accepted"] == 1, answer.text
    opening = {"opening_id": "9002", "title": "Desenvolvedor Java"}
    answer = recruiting.post("/openings", json=[opening], headers={"X-API-Key": ITEMS_KEY})
    assert answer.json()["accepted"] == 1, answer.text
    wait_for(lambda: recruiting.get("/openings/9002").status_code == 200, "the opening is known")
    assert query(services.events, "select count(*) from public.events") == [(1,)]
    assert query(services.events, "select count(*) from recruiting.events") == [(1,)]
    assert services.news.get("/similar/opening:9002").status_code == 404
