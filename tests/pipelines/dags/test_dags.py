"""The DAGs as Airflow parses them."""

import ast
from itertools import product

import pytest

from pipelines.dags.settings import DOMAINS, MONITORED_DOMAINS
from pipelines.domains import load
from pipelines.ingest.source_options import SOURCE_OPTIONS
from pipelines.stages.download import MAX_SCALE
from tests.support.processes.airflow import ROOT, airflow_environment, run_in_airflow

#: The DAGs of a domain, from raw files to a release.
CHAIN = ("process_data", "train_models", "evaluate_models")
DAGS = ROOT / "pipelines" / "dags"

LIST_DAGS = """
import json, os, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(os.environ.get("DAGS", "pipelines/dags"))
heavy = {"polars", "numpy", "pandas", "pyarrow", "sklearn", "implicit", "scipy"}
project = {name for name in sys.modules if name.startswith(("pipelines.", "script_shared."))}

def describe_task(task):
    return {
        "retries": task.retries, "delay": task.retry_delay.total_seconds(), "docs": bool(task.doc_md),
        "timeout": task.execution_timeout.total_seconds(), "after": sorted(task.upstream_task_ids),
        "mapped": task.is_mapped, "outlets": [asset.name for asset in task.outlets],
    }

def describe_dag(dag):
    assets = dag.schedule if isinstance(dag.schedule, list) else []
    return {
        "docs": dag.doc_md, "tags": sorted(dag.tags), "catchup": dag.catchup, "active": dag.max_active_runs,
        "schedule": None if assets else dag.schedule, "waits_for": [asset.name for asset in assets],
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "defaults": dict(dag.params.dump()),
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }

print("RESULT" + json.dumps({
    "errors": {k: str(v) for k, v in bag.import_errors.items()},
    "dags": {name: describe_dag(dag) for name, dag in bag.dags.items()},
    "heavy": sorted(heavy & set(sys.modules)), "project": sorted(project),
}))
"""


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    return run_in_airflow(LIST_DAGS, airflow_environment(tmp_path_factory.mktemp("airflow")))


@pytest.fixture(scope="module")
def dags(bag):
    """The DAGs of each domain's chain: all but the monitors."""
    return {name: dag for name, dag in bag["dags"].items() if not name.endswith("_monitor")}


def test_each_domain_has_a_chain_of_dags_and_may_have_a_monitor(bag):
    assert bag["errors"] == {}
    chains = {f"{domain}_{name}" for domain in DOMAINS for name in CHAIN}
    assert set(bag["dags"]) == chains | {f"{domain}_monitor" for domain in MONITORED_DOMAINS}


def test_assets_chain_the_dags(dags):
    assert dags["news_process_data"]["schedule"] is None
    chain = {"process_data": [], "train_models": ["users"], "evaluate_models": ["models"]}
    assert {name: dag["waits_for"] for name, dag in dags.items()} == {
        f"{domain}_{name}": [f"{domain}_{asset}" for asset in assets]
        for domain in DOMAINS
        for name, assets in chain.items()
    }
    outlets = {
        (name, task): details["outlets"]
        for name, dag in dags.items()
        for task, details in dag["tasks"].items()
    }
    written = {"process_data": ("segment", "users"), "train_models": ("complete", "models")}
    written["evaluate_models"] = ("publish", "release")
    assert {task: names for task, names in outlets.items() if names} == {
        (f"{domain}_{name}", task): [f"{domain}_{asset}"]
        for domain in DOMAINS
        for name, (task, asset) in written.items()
    }


def test_dags_have_one_active_run_and_no_catchup(dags):
    assert {(dag["active"], dag["catchup"]) for dag in dags.values()} == {(1, False)}


def test_dags_and_tasks_are_documented(dags):
    for domain, name in product(DOMAINS, CHAIN):
        dag = dags[f"{domain}_{name}"]
        assert name in dag["docs"]
        assert dag["tags"] == sorted(["manchete", domain])
        assert [task for task, details in dag["tasks"].items() if not details["docs"]] == []


def test_tasks_have_two_retries_and_a_timeout_of_an_hour(dags):
    tasks = [task for dag in dags.values() for task in dag["tasks"].values()]
    assert {(task["retries"], task["delay"], task["timeout"]) for task in tasks} == {(2, 10.0, 3600.0)}


@pytest.mark.parametrize("domain", DOMAINS)
def test_tasks_depend_on_each_other(dags, domain):
    after = {
        name: {task: details["after"] for task, details in dag["tasks"].items()} for name, dag in dags.items()
    }
    assert after[f"{domain}_process_data"] == {
        "create_run": [],
        "download": ["create_run"],
        "collect": ["create_run"],
        "refine": ["collect", "create_run", "download"],
        "encode": ["create_run", "refine"],
        "segment": ["create_run", "encode"],
    }
    assert after[f"{domain}_train_models"] == {
        "read_run": [],
        "list_models": [],
        "train": ["list_models", "read_run"],
        "complete": ["read_run", "train"],
    }
    assert after[f"{domain}_evaluate_models"] == {
        "read_run": [],
        "list_evaluations": [],
        "evaluate": ["list_evaluations", "read_run"],
        "evaluate_classifiers": ["read_run"],
        "report": ["evaluate", "evaluate_classifiers", "read_run"],
        "publish": ["read_run", "report"],
        "compact": ["publish", "read_run"],
        "summarise_costs": ["compact", "read_run"],
    }


def test_training_and_evaluation_are_mapped(dags):
    mapped = {task for dag in dags.values() for task, details in dag["tasks"].items() if details["mapped"]}
    assert mapped == {"train", "evaluate"}


def test_process_data_has_validated_parameters(dags):
    process_data = dags["news_process_data"]
    unset = dict.fromkeys(SOURCE_OPTIONS, "")
    assert process_data["defaults"] == {"source": "", "uri": "", "scale": 0.01, **unset}
    assert process_data["params"]["scale"] == {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_SCALE}
    assert process_data["params"]["source"]["type"] == process_data["params"]["uri"]["type"] == "string"


def test_parsing_imports_no_stages(bag):
    """Airflow parses the files repeatedly: they import neither the stages nor heavy libraries."""
    assert bag["heavy"] == []
    assert [name for name in bag["project"] if ".stages" in name or ".domains" in name] == []


@pytest.mark.parametrize("path", sorted(DAGS.glob("*.py")), ids=lambda path: path.name)
def test_dag_file_has_no_branches_and_opens_no_files(path):
    """While Airflow parses the file, nothing branches or opens a file; the only loop creates the DAGs."""
    tree = ast.parse(path.read_text())
    statements = [
        node for node in tree.body if isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try)
    ]
    domains = "MONITORED_DOMAINS" if path.stem == "monitor" else "DOMAINS"
    loop = f"for domain in {domains}:\n    create_{path.stem}(domain)"
    assert [ast.unparse(node) for node in statements] in ([], [loop])


@pytest.fixture(scope="module")
def monitor_dag(tmp_path_factory):
    """The DAG of a domain that is monitored; news is not."""
    folder = tmp_path_factory.mktemp("dags")
    # Airflow reads only files with the words "airflow" and "dag".
    code = "# An Airflow DAG\nfrom pipelines.dags.monitor import create_monitor\n\ncreate_monitor('news')\n"
    (folder / "monitored.py").write_text(code)
    environment = airflow_environment(tmp_path_factory.mktemp("airflow"), DAGS=str(folder))
    bag = run_in_airflow(LIST_DAGS, environment)
    assert bag["errors"] == {}
    assert bag["heavy"] == []
    return bag["dags"]["news_monitor"]


def test_monitored_domain_has_a_daily_dag(monitor_dag):
    assert monitor_dag["schedule"] == "15 1 * * *"
    assert monitor_dag["defaults"] == {"day": ""}
    assert (monitor_dag["active"], monitor_dag["catchup"]) == (1, False)
    assert "monitor" in monitor_dag["docs"]
    tasks = monitor_dag["tasks"]
    assert {task: details["after"] for task, details in tasks.items()} == {
        "choose_day": [],
        "monitor": ["choose_day"],
    }
    assert all(details["docs"] for details in tasks.values())


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_has_a_monitor_dag_if_its_plan_has_monitoring(domain):
    assert (load(domain).monitoring is not None) == (domain in MONITORED_DOMAINS)


def test_settings_change_schedule_retries_and_timeout(tmp_path):
    settings = {
        "PROCESS_SCHEDULE": "15 * * * *",
        "TASK_RETRIES": "5",
        "TASK_RETRY_SECONDS": "60",
        "TASK_TIMEOUT_MINUTES": "7",
    }
    dags = run_in_airflow(LIST_DAGS, airflow_environment(tmp_path, **settings))["dags"]
    assert dags["news_process_data"]["schedule"] == "15 * * * *"
    assert dags["news_train_models"]["waits_for"] == ["news_users"]
    tasks = [task for dag in dags.values() for task in dag["tasks"].values()]
    assert {(task["retries"], task["delay"], task["timeout"]) for task in tasks} == {(5, 60.0, 420.0)}
