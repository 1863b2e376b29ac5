"""A client of Airflow's REST API that starts and follows runs."""

from __future__ import annotations

from typing import Any

import httpx

from pipelines.embedded.airflow import USER
from script_shared.errors import SettingsError


class AirflowClient:
    """A client that is authenticated as Airflow's only user.

    Args:
        http: an HTTP client with Airflow's base URL.
        password: the password of the user.
    """

    def __init__(self, http: httpx.Client, password: str) -> None:
        self._http, self._password = http, password

    def sign_in(self) -> bool:
        """Sign in; return whether Airflow is up and accepts the password."""
        login = {"username": USER, "password": self._password}
        try:
            response = self._http.post("/auth/token", json=login)
        except httpx.TransportError:
            return False
        if response.status_code == 201:
            self._http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        return response.status_code == 201

    def has_dag(self, dag: str) -> bool:
        """Return whether Airflow has parsed a DAG."""
        return self._http.get(f"/api/v2/dags/{dag}").status_code == 200

    def import_errors(self) -> list[str]:
        """Return the stack traces of DAG files that cannot be imported."""
        return [str(error["stack_trace"]) for error in self._get("/importErrors")["import_errors"]]

    def trigger(self, dag: str, conf: dict[str, Any]) -> str:
        """Start a DAG and return the id of its run.

        Raises:
            SettingsError: the DAG rejects the parameters.
        """
        body = {"logical_date": None, "conf": conf}
        response = self._http.post(f"/api/v2/dags/{dag}/dagRuns", json=body)
        if response.status_code == 400:
            message = str(response.json()["detail"]).splitlines()[0]
            raise SettingsError(message, where=dag, remedy="correct this parameter of the DAG")
        return str(response.raise_for_status().json()["dag_run_id"])

    def state(self, dag: str, run: str) -> str:
        """Return a run's state: queued, running, success or failed."""
        return str(self._get(f"/dags/{dag}/dagRuns/{run}")["state"])

    def events(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the asset events of a run with the runs that they started.

        The list is empty while those runs are queued: Airflow 3.3 responds with 500 until they have a start
        date.
        """
        params = {"source_dag_id": dag, "source_run_id": run}
        response = self._http.get("/api/v2/assets/events", params=params)
        if response.status_code == 500:
            return []
        return list(response.raise_for_status().json()["asset_events"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        return list(self._get(f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"])

    def log(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the log records of the last attempt of a task instance."""
        run = f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
        path = f"{run}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        return list(self._get(path, map_index=task["map_index"], full_content=True)["content"])

    def _get(self, path: str, **params: Any) -> Any:
        return self._http.get(f"/api/v2{path}", params=params).raise_for_status().json()
