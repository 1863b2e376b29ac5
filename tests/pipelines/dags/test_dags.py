import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

#: Airflow runs in a process of its own: its settings are read once, at import.
SCRIPT = """
import json, sys
from airflow.utils.db import initdb
initdb()
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("pipelines/dags")
dags = {
    name: {"docs": bool(dag.doc_md), "retries": [t.retries for t in dag.tasks], "tasks": dag.task_ids,
           "schedule": type(dag.timetable).__name__, "params": list(dag.params)}
    for name, dag in bag.dags.items()
}
print("RESULT" + json.dumps({"errors": {k: str(v) for k, v in bag.import_errors.items()}, "dags": dags}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    import json

    home = tmp_path_factory.mktemp("airflow")
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "pipelines" / "dags"),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.split("RESULT")[1])


def test_there_are_three_dags_and_no_import_error(bag):
    assert bag["errors"] == {}
    assert set(bag["dags"]) == {"process_data", "train_models", "evaluate_models"}


def test_the_first_waits_to_be_triggered_and_the_others_for_assets(bag):
    schedules = {name: dag["schedule"] for name, dag in bag["dags"].items()}
    assert schedules["process_data"] == "NullTimetable"
    assert schedules["train_models"] == schedules["evaluate_models"] == "AssetTriggeredTimetable"


def test_every_task_is_tried_again_and_every_dag_tells_what_it_does(bag):
    for dag in bag["dags"].values():
        assert dag["docs"]
        assert min(dag["retries"]) >= 1


def test_the_first_takes_source_uri_and_scale(bag):
    assert set(bag["dags"]["process_data"]["params"]) == {"source", "uri", "scale"}
