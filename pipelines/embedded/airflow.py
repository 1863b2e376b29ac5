"""Airflow on SQLite with a LocalExecutor, on loopback only, and its REST API."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import Any

import httpx

from pipelines.embedded.processes import Processes
from script_shared.errors import MancheteError

USER = "admin"
COMPONENTS = {
    "airflow-api": ["api-server"],
    "airflow-scheduler": ["scheduler", "--skip-serve-logs"],
    "airflow-dag-processor": ["dag-processor"],
}


def environment(home: Path, code: Path, port: int, password: str) -> dict[str, str]:
    """Return all of Airflow's settings; writes the file with the password, readable by us alone."""
    home.mkdir(parents=True, exist_ok=True)
    passwords = home / "passwords.json"
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: password}))
    settings = {
        "CORE__DAGS_FOLDER": str(code / "pipelines" / "dags"),
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "4",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "API__HOST": "127.0.0.1",
        "API__PORT": str(port),
        "API__BASE_URL": f"http://127.0.0.1:{port}",
        "API__SECRET_KEY": secrets.token_hex(16),
        "API_AUTH__JWT_SECRET": secrets.token_hex(32),
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    }
    named = {f"AIRFLOW__{key}": value for key, value in settings.items()}
    return {**named, "AIRFLOW_HOME": str(home), "PYTHONPATH": str(code)}


class AirflowClient:
    """As much of Airflow's REST API as starting and following a run takes."""

    def __init__(self, port: int, password: str) -> None:
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        self._password = password

    def wait(self, processes: Processes, seconds: float = 90) -> None:
        """Wait until Airflow answers and knows the first DAG, then sign in.

        Raises:
            MancheteError: it did not in time, or one of its processes ended.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            dead = processes.dead()
            if dead:
                raise MancheteError(f"{dead} ended by itself:\n{processes.log_tail(dead)}")
            if self._signed_in() and self._http.get("/api/v2/dags/evaluate_models").status_code == 200:
                return
            time.sleep(0.5)
        raise MancheteError("Airflow did not come up", remedy="see the logs below the data root")

    def _signed_in(self) -> bool:
        try:
            login = {"username": USER, "password": self._password}
            answer = self._http.post("/auth/token", json=login)
        except httpx.TransportError:
            return False
        if answer.status_code == 201:
            self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.status_code == 201

    def trigger(self, dag: str, conf: dict[str, Any]) -> None:
        """Start a DAG."""
        body = {"logical_date": None, "conf": conf}
        self._http.post(f"/api/v2/dags/{dag}/dagRuns", json=body).raise_for_status()

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """Return a DAG's runs."""
        return list(self._http.get(f"/api/v2/dags/{dag}/dagRuns").raise_for_status().json()["dag_runs"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances"
        return list(self._http.get(path).raise_for_status().json()["task_instances"])

    def returned(self, dag: str, run: str, task: dict[str, Any]) -> Any:
        """Return what a task gave back, None when it gave nothing."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task['task_id']}/xcomEntries/return_value"
        answer = self._http.get(path, params={"map_index": task["map_index"], "deserialize": True})
        return answer.json()["value"] if answer.status_code == 200 else None
