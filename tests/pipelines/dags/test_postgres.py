"""Airflow stores its metadata in a real Postgres."""

import subprocess
import sys

import psycopg2
import pytest

from pipelines.dags.settings import DOMAINS, MONITORED_DOMAINS
from pipelines.embedded.airflow import database_url
from tests.support.processes.airflow import ROOT, airflow_environment, run_in_airflow
from tests.support.processes.postgres import postgres_url

pytestmark = [pytest.mark.integration, pytest.mark.tools("initdb")]

RUN = """
import json
from airflow.dag_processing.dagbag import DagBag
dag = DagBag("pipelines/dags").dags["news_process_data"]
run = dag.test(run_conf={"source": "synthetic", "scale": 0.001})
print("RESULT" + json.dumps(run.state))
"""


@pytest.fixture(scope="module")
def database():
    with postgres_url() as address:
        yield address


@pytest.fixture(scope="module")
def airflow(database, tmp_path_factory):
    """An Airflow with a migrated database that contains the DAGs."""
    environment = airflow_environment(tmp_path_factory.mktemp("airflow"), database)
    for command in (["db", "migrate"], ["dags", "reserialize"]):
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *command],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
    return environment


def query(database, sql):
    connection = psycopg2.connect(database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()


def test_postgres_stores_the_dags(airflow, database):
    names = query(database, "select dag_id from serialized_dag ")
    expected = {
        f"{domain}_{dag}" for domain in DOMAINS for dag in ("process_data", "train_models", "evaluate_models")
    }
    expected |= {f"{domain}_monitor" for domain in MONITORED_DOMAINS}
    assert {name for (name,) in names} == expected


def test_postgres_stores_a_run_and_its_asset_starts_the_next_dag(airflow, database):
    assert run_in_airflow(RUN, airflow) == "success"
    tasks = query(database, "select task_id, state from task_instance where dag_id = 'news_process_data'")
    assert dict(tasks) == dict.fromkeys(
        ("create_run", "download", "collect", "refine", "encode", "segment"), "success"
    )
    [(run,)] = query(database, "select extra ->> 'run' from asset_event")
    volume = airflow["DATA_ROOT"]
    assert (ROOT / volume / "news" / "segments" / "latest").read_text().strip() == run
    assert query(database, "select target_dag_id from asset_dag_run_queue") == [("news_train_models",)]


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_database_urls_select_the_installed_driver(scheme, tmp_path):
    assert database_url(f"{scheme}://u:p@h:5432/d", tmp_path) == "postgresql+psycopg2://u:p@h:5432/d"
