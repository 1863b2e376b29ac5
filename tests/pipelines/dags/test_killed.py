"""Whatever is killed, the volume is never half-written and the run still ends in a release.

One run under a real Airflow with its records on a real Postgres: two of its tasks are killed while they
write, the scheduler is killed with all that it runs, and what is done twice is the same twice.
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
RUN = "undisturbed"
ENVIRONMENT = {
    "TASK_RETRY_SECONDS": "1",
    "EVALUATION_USERS": "20",
    # The new scheduler believes sooner that the old one is gone: 8 seconds, not half a minute.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "8",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "2",
}


class World:
    """An Airflow that runs, its volume, and what happens in it."""

    def __init__(self, up, http):
        self.up, self.volume, self._http = up, up.volume, http
        self.old = self.champion()

    @property
    def scheduler(self):
        """The scheduler's session; it bears the number of its first process."""
        [found] = [
            each.pid
            for each in psutil.Process().children()
            if is_running(each) and "scheduler" in each.cmdline()
        ]
        return found

    def champion(self):
        """The champion, every file of it checked."""
        return Registry(self.volume.releases).open().id

    def served(self):
        return self.up.api.get("/recommendations").json()["release"]

    def run_of(self, dag):
        """Wait for the one run of a DAG to begin."""
        ask = f"/api/v2/dags/{dag}/dagRuns"
        [run] = wait_until(lambda: self._http.get(ask).json()["dag_runs"], RUN_SECONDS)
        return run["dag_run_id"]

    def end(self, dag, *tasks):
        """Wait for the end of a DAG's run; return how often its tasks were started."""
        run = self.run_of(dag)
        state = wait_until(lambda: self._end_state(dag, run))
        assert state == "success", self.up.airflow.tasks(dag, run)
        return {
            (each["task_id"], each["map_index"]): each["try_number"]
            for each in self.up.airflow.tasks(dag, run)
            if each["task_id"] in tasks
        }

    def _end_state(self, dag, run):
        state = self.up.airflow.state(dag, run)
        return state if state in ("success", "failed") else None

    def returned(self, dag, task):
        """What a task of a DAG's run gave."""
        place = f"/api/v2/dags/{dag}/dagRuns/{self.run_of(dag)}/taskInstances/{task}/xcomEntries"
        return self._http.get(f"{place}/return_value", params={"deserialize": True}).json()["value"]

    def at_work(self, dag, task):
        """Wait for a task to be at work; return the id of that task instance."""
        run = self.run_of(dag)
        return wait_until(lambda: self._at_work(dag, run, task), RUN_SECONDS)

    def _at_work(self, dag, run, task):
        tasks = self.up.airflow.tasks(dag, run)
        return next((x["id"] for x in tasks if x["task_id"] == task and x["state"] == "running"), None)

    def kill_while_writing(self, dag, task, folder, drafts):
        """Kill a task while it writes; return what is left of its draft."""
        return kill_while_writing(self.scheduler, self.at_work(dag, task), folder, drafts)

    def again(self, dag, task, place):
        """Have a task that is done run again, as one does in the UI; wait for its end."""
        which = task if place < 0 else [task, place]
        body = {"dry_run": False, "dag_run_id": self.run_of(dag), "task_ids": [which], "only_failed": False}
        self._http.post(f"/api/v2/dags/{dag}/clearTaskInstances", json=body).raise_for_status()
        return self.end(dag, task)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The volume of a run that nobody disturbed, with its release; `RUN` is its name."""
    plan, volume = load("news"), Volume(tmp_path_factory.mktemp("undisturbed") / "news")
    download(plan, volume, RUN, "synthetic", "", SCALE)
    refine(plan, volume, RUN, "synthetic", PipelineSettings().refine_options)
    encode(plan, volume, RUN)
    segment(plan, volume, RUN)
    for name in SEGMENTS:
        train(plan, volume, RUN, name)
    publish(plan, volume, RUN)
    Registry(volume.releases).promote()
    return volume


@pytest.fixture(scope="module")
def world(undisturbed, tmp_path_factory):
    """An Airflow on Postgres, on a volume that has a champion."""
    data = tmp_path_factory.mktemp("killed") / "data"
    shutil.copytree(undisturbed.releases, data / "news" / "releases")
    ports = find_free_ports(2)
    with pytest.MonkeyPatch.context() as patch, postgres_url() as address:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        settings = EmbeddedSettings(
            data_root=data, airflow_port=ports[0], api_port=ports[1], airflow_database=address
        )
        with (
            start_services(settings) as up,
            httpx.Client(base_url=f"http://127.0.0.1:{ports[0]}", timeout=30) as http,
        ):
            password = json.loads((data / "airflow" / "passwords.json").read_text())["admin"]
            assert AirflowClient(http, password).sign_in()
            yield World(up, http)


@pytest.fixture(scope="module")
def killed_download(world):
    """What the volume held when the first task had been killed while it wrote; the run has ended well."""
    world.up.airflow.trigger("news_process_data", {"scale": SCALE})
    draft = world.kill_while_writing("news_process_data", "download", world.volume.raw, ".writing-*")
    left = hash_files(world.volume.raw)
    tries = world.end("news_process_data", "download")
    return draft, left, tries


@pytest.fixture(scope="module")
def killed_scheduler(world, killed_download):
    """What the volume held when the scheduler and its trainings were gone; the run has ended well."""
    world.at_work("news_train_models", "train")
    kill_session(world.scheduler)
    left, champion = models(world.volume), world.champion()
    command = [sys.executable, "-m", "airflow", *COMPONENTS["airflow-scheduler"]]
    world.up.processes.stop(["airflow-scheduler"])
    world.up.processes.start("airflow-scheduler", command)
    return left, champion, world.end("news_train_models", "train")


@pytest.fixture(scope="module")
def killed_publish(world, killed_scheduler):
    """What was served when the last task had been killed while it wrote; the run has ended well."""
    draft = world.kill_while_writing("news_evaluate_models", "publish", world.volume.releases, ".filling-*")
    left = world.champion(), world.served()
    return draft, left, world.end("news_evaluate_models", "publish")


def models(volume):
    """Every file of every model that is there."""
    places = volume.artifacts.glob("*/*")
    return {each.name: hash_files(each) for each in places if not each.name.startswith(".")}


def partitions(volume, run=None):
    """Every file up to the models by its place in the newest run, or in another."""
    name = run or (volume.refined / "latest").read_text().strip()
    folders = (volume.raw, volume.refined, volume.segments, volume.artifacts)
    return {each.name: hash_files(each / name) for each in folders}


def test_a_task_that_is_killed_while_it_writes_leaves_nothing_and_is_tried_again(killed_download):
    draft, left, tries = killed_download
    assert left == {}
    assert tries == {("download", -1): 2}
    assert not draft.exists(), "the next try removes what the killed one left"


def test_a_scheduler_that_is_killed_leaves_the_champion_and_its_tasks_are_started_anew(
    world, undisturbed, killed_scheduler
):
    left, champion, tries = killed_scheduler
    assert left.items() <= models(undisturbed).items(), "a model is whole or not there"
    assert champion == world.old
    assert max(tries.values()) == 2


def test_until_the_release_is_whole_the_old_one_is_served(world, killed_publish):
    draft, left, tries = killed_publish
    assert left == (world.old, world.old)
    assert tries == {("publish", -1): 2}
    assert not draft.exists()


def test_the_run_ends_in_a_release_that_is_served(world, killed_publish):
    assert world.champion() != world.old
    wait_until(lambda: world.served() == world.champion())
    told = world.returned("news_evaluate_models", "publish")
    assert (told["promoted"], told["release"], told["champion"]) == (True, world.champion(), world.champion())
    assert told["reason"].startswith("the champion has the same configuration; ")
    assert find_drafts(world.volume.root) == []


def test_every_file_is_what_a_run_writes_that_nobody_disturbed(world, undisturbed, killed_publish):
    assert partitions(world.volume) == partitions(undisturbed, RUN)
    assert all(partitions(undisturbed, RUN).values())


@pytest.mark.parametrize(
    ("dag", "task", "place"),
    [
        ("news_process_data", "refine", -1),
        ("news_train_models", "train", 2),
        ("news_evaluate_models", "publish", -1),
    ],
)
def test_a_task_that_runs_twice_leaves_the_same(world, killed_publish, dag, task, place):
    before, releases = partitions(world.volume), hash_files(world.volume.releases)
    earlier = world.end(dag, task)[task, place]
    assert world.again(dag, task, place)[task, place] == earlier + 1
    assert partitions(world.volume) == before
    assert hash_files(world.volume.releases) == releases
    assert find_drafts(world.volume.root) == []
