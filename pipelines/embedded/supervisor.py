"""Starts everything, follows one chain of DAGs to its release, and keeps it up until told to stop."""

from __future__ import annotations

import json
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.embedded.airflow import COMPONENTS, USER, AirflowClient, environment
from pipelines.embedded.processes import Processes
from script_shared.errors import MancheteError
from script_shared.partitions import find_partition
from script_shared.settings import Settings
from script_shared.volume import Volume

CHAIN = ("process_data", "train_models", "evaluate_models")
_CODE = Path(__file__).parents[2]
_CONSOLE = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Ports:
    """Where Airflow and the API listen, on loopback."""

    airflow: int
    api: int


@dataclass(frozen=True, slots=True)
class Running:
    """What is up."""

    airflow: AirflowClient
    api: httpx.Client
    processes: Processes


@contextmanager
def running(data_root: Path, ports: Ports) -> Iterator[Running]:
    """Bring Airflow and the API up, and take them down however the block ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    root, password = data_root.resolve(), secrets.token_urlsafe(12)
    settings = {
        **environment(root / "airflow", _CODE, ports.airflow, password),
        "DATA_ROOT": str(root),
        "API_PORT": str(ports.api),
        "OPENBLAS_NUM_THREADS": "1",
    }
    processes = Processes(settings, root / "logs")
    python = [sys.executable, "-m"]
    try:
        processes.start("migrate", [*python, "airflow", "db", "migrate"])
        processes.wait("migrate")
        for name, command in COMPONENTS.items():
            processes.start(name, [*python, "airflow", *command])
        processes.start("api", [*python, "app"])
        airflow = AirflowClient(ports.airflow, password)
        with _CONSOLE.status("Airflow is starting"):
            airflow.wait(processes)
        _CONSOLE.print(f"Airflow  http://127.0.0.1:{ports.airflow}  (user {USER}, password {password})")
        _CONSOLE.print(f"API      http://127.0.0.1:{ports.api}/docs")
        with httpx.Client(base_url=f"http://127.0.0.1:{ports.api}", timeout=30) as api:
            yield Running(airflow, api, processes)
    finally:
        processes.stop()


def run_chain(up: Running, conf: dict[str, Any], seconds: float = 3_600) -> None:
    """Trigger the first DAG and wait until the last has published, then print what each task cost.

    Raises:
        MancheteError: a DAG failed, or it took too long.
    """
    up.airflow.trigger(CHAIN[0], conf)
    end = time.monotonic() + seconds
    table = Table("task", "seconds", "peak MiB")
    with _CONSOLE.status("") as status:
        for dag in CHAIN:
            run = _finished(up, dag, end, status.update)
            for task in up.airflow.tasks(dag, run):
                _add_row(table, up, dag, run, task)
    _CONSOLE.print(table)


def _finished(up: Running, dag: str, end: float, say: Any) -> str:
    while time.monotonic() < end:
        for run in up.airflow.runs(dag):
            if run["state"] == "failed":
                raise MancheteError(
                    f"{dag} failed", where=run["dag_run_id"], remedy=_failed_tasks(up, dag, run)
                )
            if run["state"] == "success":
                return str(run["dag_run_id"])
            say(f"{dag}: {run['state']}")
        time.sleep(0.5)
    raise MancheteError(f"{dag} took too long")


def _failed_tasks(up: Running, dag: str, run: dict[str, Any]) -> str:
    tasks = up.airflow.tasks(dag, run["dag_run_id"])
    names = [task["task_id"] for task in tasks if task["state"] == "failed"]
    return f"look at the log of {', '.join(names)}"


def _add_row(table: Table, up: Running, dag: str, run: str, task: dict[str, Any]) -> None:
    cost = up.airflow.returned(dag, run, task)
    if isinstance(cost, dict) and "seconds" in cost:
        name = f"{dag}.{task['task_id']}" + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
        table.add_row(name, f"{cost['seconds']:.1f}", str(cost["peak_mib"]))


def ask_one_of_each(up: Running) -> list[dict[str, Any]]:
    """Ask for ten articles for a reader of each segment, once the release is served."""
    for _ in range(120):
        if up.api.get("/health/ready").status_code == 200:
            break
        time.sleep(0.5)
    readers = pl.read_parquet(find_partition(Volume.of(Settings()).segments) / "readers.parquet")
    found = readers.sort("user_id").group_by("segment", maintain_order=True).first()
    users = {"anonymous": "a-reader-nobody-knows", **dict(found.select("segment", "user_id").iter_rows())}
    order = [name for name in ("logged", "semi_logged", "anonymous") if name in users]
    params = [{"user_id": users[name], "num_recs": 10} for name in order]
    return [up.api.get("/recommendations", params=each).raise_for_status().json() for each in params]


def print_answers(answers: list[dict[str, Any]]) -> None:
    """Print one line of JSON an answer."""
    for answer in answers:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
