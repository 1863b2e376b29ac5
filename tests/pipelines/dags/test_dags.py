"""The DAGs as Airflow reads them."""

import ast

import pytest

from pipelines.ingest.source_options import SOURCE_OPTIONS
from tests.support.airflow import ROOT, airflow_environment, ask_airflow

DAGS = ROOT / "pipelines" / "dags"

READ = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("pipelines/dags")
heavy = {"polars", "numpy", "pandas", "pyarrow", "sklearn", "implicit", "scipy"}
ours = {name for name in sys.modules if name.startswith(("pipelines.", "script_shared."))}

def about_task(task):
    return {
        "retries": task.retries, "delay": task.retry_delay.total_seconds(), "docs": bool(task.doc_md),
        "timeout": task.execution_timeout.total_seconds(), "after": sorted(task.upstream_task_ids),
        "mapped": task.is_mapped, "outlets": [each.name for each in task.outlets],
    }

def about(dag):
    assets = dag.schedule if isinstance(dag.schedule, list) else []
    return {
        "docs": dag.doc_md, "tags": sorted(dag.tags), "catchup": dag.catchup, "active": dag.max_active_runs,
        "schedule": None if assets else dag.schedule, "waits_for": [each.name for each in assets],
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "defaults": dict(dag.params.dump()),
        "tasks": {task.task_id: about_task(task) for task in dag.tasks},
    }

print("RESULT" + json.dumps({
    "errors": {k: str(v) for k, v in bag.import_errors.items()},
    "dags": {name: about(dag) for name, dag in bag.dags.items()},
    "heavy": sorted(heavy & set(sys.modules)), "ours": sorted(ours),
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    return ask_airflow(READ, airflow_environment(tmp_path_factory.mktemp("airflow")))


@pytest.fixture(scope="module")
def dags(bag):
    return bag["dags"]


def test_there_are_three_dags_and_no_import_error(bag):
    assert bag["errors"] == {}
    assert set(bag["dags"]) == {"process_data", "train_models", "evaluate_models"}


def test_the_first_waits_to_be_triggered_and_the_others_for_what_the_one_before_made(dags):
    assert dags["process_data"]["schedule"] is None
    assert {name: dag["waits_for"] for name, dag in dags.items()} == {
        "process_data": [],
        "train_models": ["users"],
        "evaluate_models": ["models"],
    }
    outlets = {
        (name, task): told["outlets"] for name, dag in dags.items() for task, told in dag["tasks"].items()
    }
    assert {place: names for place, names in outlets.items() if names} == {
        ("process_data", "segment"): ["users"],
        ("train_models", "announce"): ["models"],
        ("evaluate_models", "publish"): ["release"],
    }


def test_one_run_at_a_time_and_none_for_the_past(dags):
    assert {(dag["active"], dag["catchup"]) for dag in dags.values()} == {(1, False)}


def test_every_dag_and_every_task_tells_what_it_does(dags):
    for name, dag in dags.items():
        assert name in dag["docs"]
        assert dag["tags"] == ["manchete"]
        assert [task for task, told in dag["tasks"].items() if not told["docs"]] == []


def test_every_task_is_tried_three_times_and_ends_within_an_hour(dags):
    told = [task for dag in dags.values() for task in dag["tasks"].values()]
    assert {(task["retries"], task["delay"], task["timeout"]) for task in told} == {(2, 10.0, 3600.0)}


def test_the_steps_follow_each_other(dags):
    after = {name: {task: told["after"] for task, told in dag["tasks"].items()} for name, dag in dags.items()}
    assert after["process_data"] == {
        "begin": [],
        "download": ["begin"],
        "collect": ["begin"],
        "refine": ["begin", "collect", "download"],
        "encode": ["begin", "refine"],
        "segment": ["begin", "encode"],
    }
    assert after["train_models"] == {
        "begin": [],
        "segments": [],
        "train": ["begin", "segments"],
        "announce": ["begin", "train"],
    }
    assert after["evaluate_models"] == {
        "begin": [],
        "pieces": [],
        "evaluate": ["begin", "pieces"],
        "report": ["begin", "evaluate"],
        "publish": ["begin", "report"],
        "compact": ["begin", "publish"],
        "account": ["begin", "compact"],
    }


def test_models_are_trained_and_evaluated_in_parallel(dags):
    mapped = {task for dag in dags.values() for task, told in dag["tasks"].items() if told["mapped"]}
    assert mapped == {"train", "evaluate"}


def test_the_first_takes_a_source_its_options_an_address_and_a_scale_that_is_checked(dags):
    first = dags["process_data"]
    unset = dict.fromkeys(SOURCE_OPTIONS, "")
    assert first["defaults"] == {"source": "synthetic", "uri": "", "scale": 0.01, **unset}
    assert first["params"]["scale"] == {"type": "number", "exclusiveMinimum": 0, "maximum": 10}
    assert first["params"]["source"]["type"] == first["params"]["uri"]["type"] == "string"


def test_reading_the_files_does_no_work(bag):
    """Airflow reads them again and again: they load neither the stages nor what the stages need."""
    assert bag["heavy"] == []
    assert [name for name in bag["ours"] if ".stages" in name or ".domains" in name] == []


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.name)
def test_a_dag_file_declares_and_calls(path):
    """Nothing loops, branches or opens a file while it is read."""
    tree = ast.parse(path.read_text())
    loose = [
        node for node in tree.body if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try)
    ]
    assert loose == []


def test_settings_move_the_schedule_and_the_patience(tmp_path):
    settings = {
        "PROCESS_SCHEDULE": "15 * * * *",
        "TASK_RETRIES": "5",
        "TASK_RETRY_SECONDS": "60",
        "TASK_TIMEOUT_MINUTES": "7",
    }
    dags = ask_airflow(READ, airflow_environment(tmp_path, **settings))["dags"]
    assert dags["process_data"]["schedule"] == "15 * * * *"
    assert dags["train_models"]["waits_for"] == ["users"]
    told = [task for dag in dags.values() for task in dag["tasks"].values()]
    assert {(task["retries"], task["delay"], task["timeout"]) for task in told} == {(5, 60.0, 420.0)}
