"""Starts everything and keeps it up until told to stop."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from pipelines.cli.cost_table import cost_table
from pipelines.embedded.airflow import COMPONENTS, USER, AirflowHome
from pipelines.embedded.airflow import environment as airflow_environment
from pipelines.embedded.client import AirflowClient
from pipelines.embedded.dag_chain import CHAIN, DagChain
from pipelines.embedded.processes import Processes
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.reporting.run_costs import read_costs
from pipelines.stages.publish import Published
from script_shared.errors import MancheteError
from script_shared.storage.volume import Volume

_CODE = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120
_CONSOLE = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Running:
    """What is up."""

    airflow: AirflowClient
    api: httpx.Client
    processes: Processes
    volume: Volume


@contextmanager
def running(settings: EmbeddedSettings, *, temporary: bool = False) -> Iterator[Running]:
    """Bring Airflow and the API up, and take them down however the block ends.

    Args:
        settings: where everything lies and listens.
        temporary: the data root goes when the block ends, and no task is tried twice.

    Raises:
        MancheteError: something did not come up; tells what it printed last.
    """
    password = secrets.token_urlsafe(12)
    with ExitStack() as stack:
        root = settings.data_root.resolve()
        environment = _environment(settings, password) | (_brief(root) if temporary else {})
        processes = stack.enter_context(Processes(environment, root / "logs", root if temporary else None))
        _start(processes)
        clients = [stack.enter_context(_client(port)) for port in (settings.airflow_port, settings.api_port)]
        up = Running(
            AirflowClient(clients[0], password), clients[1], processes, Volume.from_settings(settings)
        )
        with _CONSOLE.status("Airflow is starting"):
            _wait(up)
        _CONSOLE.print(f"Airflow  {clients[0].base_url}  (user {USER}, password {password})", soft_wrap=True)
        _CONSOLE.print(f"API      {clients[1].base_url}/docs")
        yield up


def _environment(settings: EmbeddedSettings, password: str) -> dict[str, str]:
    root = settings.data_root.resolve()
    place = AirflowHome(root / "airflow", _CODE, settings.airflow_port, settings.airflow_database, password)
    return {
        **airflow_environment(place),
        "DATA_ROOT": str(root),
        "API_PORT": str(settings.api_port),
        "OPENBLAS_NUM_THREADS": "1",
        # Threads of parallel trainings that wait by spinning take the cores from those that work.
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def _brief(root: Path) -> dict[str, str]:
    """Return what a try needs: an error is told at once, and nothing is left in the machine's own folders."""
    (root / "tmp").mkdir(parents=True, exist_ok=True)
    return {"TASK_RETRIES": "0", "TMPDIR": str(root / "tmp")}


def _client(port: int) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)


def _start(processes: Processes) -> None:
    python = [sys.executable, "-m"]
    processes.start("api", [*python, "app"])
    processes.start("migrate", [*python, "airflow", "db", "migrate"])
    processes.wait("migrate")
    for name, command in COMPONENTS.items():
        processes.start(name, [*python, "airflow", *command])


def _wait(up: Running) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        up.processes.check()
        if up.airflow.sign_in():
            if broken := up.airflow.import_errors():
                raise MancheteError("a DAG cannot be read", details=broken[0])
            if all(up.airflow.knows(dag) for dag in CHAIN):
                return
        time.sleep(0.2)
    raise MancheteError("Airflow did not come up", remedy="see the logs below the data root")


def run_chain(up: Running, conf: dict[str, Any]) -> Published:
    """Run the DAGs, print what each stage cost and what became of the run, and return it.

    Raises:
        MancheteError: a DAG failed, or it took too long.
    """
    with _CONSOLE.status("") as status:
        done = Published(**DagChain(up.airflow, up.processes.check, status.update).run(conf))
    _CONSOLE.print(cost_table(read_costs(up.volume, done.run)))
    _CONSOLE.print(str(done), markup=False, soft_wrap=True)
    return done
