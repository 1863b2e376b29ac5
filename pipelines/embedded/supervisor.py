"""Starts Airflow and the API, runs the DAGs, and stops all processes at the end."""

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

from pipelines.cli.cost_table import build_cost_table
from pipelines.embedded.airflow import COMPONENTS, USER, AirflowConfig, airflow_environment
from pipelines.embedded.client import AirflowClient
from pipelines.embedded.dag_chain import DagChain, dag_ids
from pipelines.embedded.processes import ChildProcesses
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.reporting.run_costs import read_costs
from pipelines.stages.publish import PublishResult
from script_shared.errors import MancheteError
from script_shared.storage.volume import Volume

_CODE = Path(__file__).parents[2]
_TIMEOUT_SECONDS = 120
_CONSOLE = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class RunningServices:
    """The running services, and the clients to use them.

    Attributes:
        airflow: a client of Airflow's REST API.
        api: an HTTP client of the recommendation API.
        processes: the processes of both.
        volume: the volume of the domain.
    """

    airflow: AirflowClient
    api: httpx.Client
    processes: ChildProcesses
    volume: Volume


@contextmanager
def start_services(settings: EmbeddedSettings, *, temporary: bool = False) -> Iterator[RunningServices]:
    """Start Airflow and the API, and stop them at the end of the block.

    Args:
        settings: the data root, ports and database.
        temporary: whether the data root is deleted at the end; Airflow then retries no task.

    Raises:
        MancheteError: a process did not start; the details are the end of its log.
    """
    password = secrets.token_urlsafe(12)
    with ExitStack() as stack:
        root = settings.data_root.resolve()
        environment = build_environment(settings, password)
        if temporary:
            (root / "tmp").mkdir(parents=True, exist_ok=True)
            environment |= {"TASK_RETRIES": "0", "TMPDIR": str(root / "tmp")}
        children = ChildProcesses(environment, root / "logs", root if temporary else None)
        processes = stack.enter_context(children)
        _start_processes(processes)
        urls = (f"http://127.0.0.1:{port}" for port in (settings.airflow_port, settings.api_port))
        airflow, api = (stack.enter_context(httpx.Client(base_url=url, timeout=30)) for url in urls)
        client, volume = AirflowClient(airflow, password), Volume.from_settings(settings)
        services = RunningServices(client, api, processes, volume)
        with _CONSOLE.status("Airflow is starting"):
            _wait_for_airflow(services, settings.domain)
        _CONSOLE.print(f"Airflow  {airflow.base_url}  (user {USER}, password {password})", soft_wrap=True)
        _CONSOLE.print(f"API      {api.base_url}/docs")
        yield services


def build_environment(settings: EmbeddedSettings, password: str) -> dict[str, str]:
    """Return the environment variables of Airflow and the API.

    Args:
        settings: data root, ports, database and releases; they replace what this process has inherited.
        password: of Airflow's user.
    """
    root, port = settings.data_root.resolve(), settings.airflow_port
    config = AirflowConfig(root / "airflow", _CODE, port, settings.airflow_database, password)
    return {
        **airflow_environment(config),
        "DATA_ROOT": str(root),
        "RELEASES_URL": settings.releases_url,
        "RELEASES_CACHE": str(Path(settings.releases_cache).resolve()) if settings.releases_cache else "",
        "API_PORT": str(settings.api_port),
        "OPENBLAS_NUM_THREADS": "1",
        # OpenMP threads that spin while they wait would take cores from parallel trainings.
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def _start_processes(processes: ChildProcesses) -> None:
    python = [sys.executable, "-m"]
    processes.start("api", [*python, "app"])
    processes.start("migrate", [*python, "airflow", "db", "migrate"])
    processes.wait("migrate")
    for name, command in COMPONENTS.items():
        processes.start(name, [*python, "airflow", *command])


def _wait_for_airflow(services: RunningServices, domain: str) -> None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        services.processes.check()
        if services.airflow.sign_in():
            if errors := services.airflow.import_errors():
                raise MancheteError("a DAG cannot be imported", details=errors[0])
            if all(services.airflow.has_dag(dag) for dag in dag_ids(domain)):
                return
        time.sleep(0.2)
    raise MancheteError("Airflow did not start", remedy="see the logs below the data root")


def run_dags(services: RunningServices, domain: str, conf: dict[str, Any]) -> PublishResult:
    """Run the DAGs of a domain; print the costs of the stages and the result.

    Args:
        services: the running services.
        domain: name of the domain.
        conf: the parameters of the first DAG.

    Raises:
        MancheteError: a DAG failed, or it took too long.
    """
    with _CONSOLE.status("") as status:
        chain = DagChain(services.airflow, domain, services.processes.check, status.update)
        result = PublishResult(**chain.run(conf))
    _CONSOLE.print(build_cost_table(read_costs(services.volume, result.run)))
    _CONSOLE.print(str(result), markup=False, soft_wrap=True)
    return result
