"""After kills of tasks and of the scheduler, the volume is consistent and the run publishes a release.

One run under a real Airflow with its metadata in a real Postgres: two of its tasks are killed while they
write, the scheduler is killed with all its processes, and repeated tasks write the same files.
"""

import json
import shutil
import sys

import httpx
import psutil
import pytest

from pipelines.domains import load
from pipelines.embedded.airflow import COMPONENTS
from pipelines.embedded.client import AirflowClient
from pipelines.embedded.ports import find_free_ports
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.embedded.supervisor import start_services
from pipelines.settings import PipelineSettings
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume
from tests.support.processes.embedded import RUN_SECONDS, wait_until
from tests.support.processes.killing import (
    find_drafts,
    hash_files,
    is_running,
    kill_session,
    kill_while_writing,
)
from tests.support.processes.postgres import postgres_url
from tests.support.releases.small_release import SEGMENTS

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.tools("initdb")]

SCALE = 0.002
REFERENCE_RUN = "undisturbed"
ENVIRONMENT = {
    "TASK_RETRY_SECONDS": "1",
    "EVALUATION_USERS": "20",
    # The new scheduler considers the old one dead after 8 seconds instead of 30.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "8",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "2",
}


class Deployment:
    """A running Airflow, its volume and its API."""

    def __init__(self, services, http):
        self.services, self.volume, self._http = services, services.volume, http
        self.first_champion = self.champion()

    @property
    def scheduler(self):
        """The session id of the scheduler, which is the id of its first process."""
        [pid] = [
            process.pid
            for process in psutil.Process().children()
            if is_running(process) and "scheduler" in process.cmdline()
        ]
        return pid

    def champion(self):
        """Return the id of the champion after checking all its files."""
        return Registry(self.volume.releases).open().id

    def served_release(self):
        return self.services.api.get("/recommendations").json()["release"]

    def wait_for_run(self, dag):
        """Wait until the only run of a DAG exists; return its id."""
        path = f"/api/v2/dags/{dag}/dagRuns"
        [run] = wait_until(lambda: self._http.get(path).json()["dag_runs"], RUN_SECONDS)
        return run["dag_run_id"]

    def wait_for_end(self, dag, *tasks):
        """Wait until a DAG's run ends; return the number of tries of its tasks."""
        run = self.wait_for_run(dag)
        state = wait_until(lambda: self._end_state(dag, run))
        assert state == "success", self.services.airflow.tasks(dag, run)
        return {
            (instance["task_id"], instance["map_index"]): instance["try_number"]
            for instance in self.services.airflow.tasks(dag, run)
            if instance["task_id"] in tasks
        }

    def _end_state(self, dag, run):
        state = self.services.airflow.state(dag, run)
        return state if state in ("success", "failed") else None

    def read_result(self, dag, task):
        """Return the result of a task of a DAG's run."""
        path = f"/api/v2/dags/{dag}/dagRuns/{self.wait_for_run(dag)}/taskInstances/{task}/xcomEntries"
        return self._http.get(f"{path}/return_value", params={"deserialize": True}).json()["value"]

    def wait_for_task(self, dag, task):
        """Wait until a task is running; return the id of the task instance."""
        run = self.wait_for_run(dag)
        return wait_until(lambda: self._find_running(dag, run, task), RUN_SECONDS)

    def _find_running(self, dag, run, task):
        tasks = self.services.airflow.tasks(dag, run)
        return next(
            (
                instance["id"]
                for instance in tasks
                if instance["task_id"] == task and instance["state"] == "running"
            ),
            None,
        )

    def kill_while_writing(self, dag, task, folder, drafts):
        """Kill a task while it writes; return the path of its draft."""
        return kill_while_writing(self.scheduler, self.wait_for_task(dag, task), folder, drafts)

    def rerun_task(self, dag, task, map_index):
        """Clear a finished task, as the UI does, and wait for its end."""
        task_id = task if map_index < 0 else [task, map_index]
        body = {
            "dry_run": False,
            "dag_run_id": self.wait_for_run(dag),
            "task_ids": [task_id],
            "only_failed": False,
        }
        self._http.post(f"/api/v2/dags/{dag}/clearTaskInstances", json=body).raise_for_status()
        return self.wait_for_end(dag, task)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The volume of the run `REFERENCE_RUN`, which no kill disturbed, with its release."""
    plan, volume = load("news"), Volume(tmp_path_factory.mktemp("reference") / "news")
    download(plan, volume, REFERENCE_RUN, "synthetic", "", SCALE)
    refine(plan, volume, REFERENCE_RUN, "synthetic", PipelineSettings().refine_options)
    encode(plan, volume, REFERENCE_RUN)
    segment(plan, volume, REFERENCE_RUN)
    for name in SEGMENTS:
        train(plan, volume, REFERENCE_RUN, name)
    publish(plan, volume, REFERENCE_RUN)
    Registry(volume.releases).promote()
    return volume


@pytest.fixture(scope="module")
def deployment(reference, tmp_path_factory):
    """An Airflow on Postgres and on a volume with a champion."""
    data = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(reference.releases, data / "news" / "releases")
    ports = find_free_ports(2)
    with pytest.MonkeyPatch.context() as patch, postgres_url() as address:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        settings = EmbeddedSettings(
            data_root=data, airflow_port=ports[0], api_port=ports[1], airflow_database=address
        )
        with (
            start_services(settings) as services,
            httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=30) as http,
        ):
            password = json.loads((data / "airflow" / "passwords.json").read_text())["admin"]
            assert AirflowClient(http, password).sign_in()
            yield Deployment(services, http)


@pytest.fixture(scope="module")
def killed_download(deployment):
    """The draft and the files after the first task was killed, and its tries after the run succeeded."""
    deployment.services.airflow.trigger("news_process_data", {"scale": SCALE})
    draft = deployment.kill_while_writing(
        "news_process_data", "download", deployment.volume.raw, ".writing-*"
    )
    left = hash_files(deployment.volume.raw)
    tries = deployment.wait_for_end("news_process_data", "download")
    return draft, left, tries


@pytest.fixture(scope="module")
def killed_scheduler(deployment, killed_download):
    """The models and the champion after the scheduler was killed, and its tries after the run succeeded."""
    deployment.wait_for_task("news_train_models", "train")
    kill_session(deployment.scheduler)
    left, champion = hash_models(deployment.volume), deployment.champion()
    command = [sys.executable, "-m", "airflow", *COMPONENTS["airflow-scheduler"]]
    deployment.services.processes.stop(["airflow-scheduler"])
    deployment.services.processes.start("airflow-scheduler", command)
    return left, champion, deployment.wait_for_end("news_train_models", "train")


@pytest.fixture(scope="module")
def killed_publish(deployment, killed_scheduler):
    """The served release after the last task was killed, and its tries after the run succeeded."""
    draft = deployment.kill_while_writing(
        "news_evaluate_models", "publish", deployment.volume.releases, ".filling-*"
    )
    left = deployment.champion(), deployment.served_release()
    return draft, left, deployment.wait_for_end("news_evaluate_models", "publish")


def hash_models(volume):
    """Return the hashes of the files of all models."""
    folders = volume.artifacts.glob("*/*")
    return {folder.name: hash_files(folder) for folder in folders if not folder.name.startswith(".")}


def hash_partitions(volume, run=None):
    """Return the hashes of all files of a run, the newest by default, from raw files to models."""
    name = run or (volume.refined / "latest").read_text().strip()
    folders = (volume.raw, volume.refined, volume.segments, volume.artifacts)
    return {folder.name: hash_files(folder / name) for folder in folders}


def test_task_killed_while_writing_leaves_no_files_and_is_retried(killed_download):
    draft, left, tries = killed_download
    assert left == {}
    assert tries == {("download", -1): 2}
    assert not draft.exists(), "the next try removes the draft of the killed one"


def test_killed_scheduler_keeps_the_champion_and_its_tasks_are_retried(
    deployment, reference, killed_scheduler
):
    left, champion, tries = killed_scheduler
    assert left.items() <= hash_models(reference).items(), "a model is complete or absent"
    assert champion == deployment.first_champion
    assert max(tries.values()) == 2


def test_old_release_is_served_until_the_new_one_is_complete(deployment, killed_publish):
    draft, left, tries = killed_publish
    assert left == (deployment.first_champion, deployment.first_champion)
    assert tries == {("publish", -1): 2}
    assert not draft.exists()


def test_run_publishes_a_served_release(deployment, killed_publish):
    assert deployment.champion() != deployment.first_champion
    wait_until(lambda: deployment.served_release() == deployment.champion())
    result = deployment.read_result("news_evaluate_models", "publish")
    assert (result["promoted"], result["release"], result["champion"]) == (
        True,
        deployment.champion(),
        deployment.champion(),
    )
    assert result["reason"].startswith("the champion has the same configuration; ")
    assert find_drafts(deployment.volume.root) == []


def test_files_equal_those_of_a_run_without_kills(deployment, reference, killed_publish):
    assert hash_partitions(deployment.volume) == hash_partitions(reference, REFERENCE_RUN)
    assert all(hash_partitions(reference, REFERENCE_RUN).values())


@pytest.mark.parametrize(
    ("dag", "task", "map_index"),
    [
        ("news_process_data", "refine", -1),
        ("news_train_models", "train", 2),
        ("news_evaluate_models", "publish", -1),
    ],
)
def test_repeated_task_writes_the_same_files(deployment, killed_publish, dag, task, map_index):
    before, releases = hash_partitions(deployment.volume), hash_files(deployment.volume.releases)
    earlier = deployment.wait_for_end(dag, task)[task, map_index]
    assert deployment.rerun_task(dag, task, map_index)[task, map_index] == earlier + 1
    assert hash_partitions(deployment.volume) == before
    assert hash_files(deployment.volume.releases) == releases
    assert find_drafts(deployment.volume.root) == []
