"""As much of Airflow's REST API as starting and following a run takes."""

from __future__ import annotations

from typing import Any

import httpx

from pipelines.embedded.airflow import USER
from script_shared.errors import SettingsError


class AirflowClient:
    """Talks to one Airflow as its user."""

    def __init__(self, http: httpx.Client, password: str) -> None:
        self._http, self._password = http, password

    def sign_in(self) -> bool:
        """Return whether Airflow is up and let us in."""
        login = {"username": USER, "password": self._password}
        try:
            answer = self._http.post("/auth/token", json=login)
        except httpx.TransportError:
            return False
        if answer.status_code == 201:
            self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return answer.status_code == 201

    def knows(self, dag: str) -> bool:
        """Return whether a DAG has been read."""
        return self._http.get(f"/api/v2/dags/{dag}").status_code == 200

    def import_errors(self) -> list[str]:
        """Return why DAG files could not be read."""
        return [str(each["stack_trace"]) for each in self._get("/importErrors")["import_errors"]]

    def trigger(self, dag: str, conf: dict[str, Any]) -> str:
        """Start a DAG and return its run's id.

        Raises:
            SettingsError: it does not take such parameters.
        """
        body = {"logical_date": None, "conf": conf}
        answer = self._http.post(f"/api/v2/dags/{dag}/dagRuns", json=body)
        if answer.status_code == 400:
            what = str(answer.json()["detail"]).splitlines()[0]
            raise SettingsError(what, where=dag, remedy="correct this parameter of the DAG")
        return str(answer.raise_for_status().json()["dag_run_id"])

    def state(self, dag: str, run: str) -> str:
        """Return a run's state: queued, running, success or failed."""
        return str(self._get(f"/dags/{dag}/dagRuns/{run}")["state"])

    def events(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the asset events of a run, with the runs that they began; none while those are queued.

        Airflow 3.3 cannot tell of a run that has no start date yet: it answers 500 until it has.
        """
        params = {"source_dag_id": dag, "source_run_id": run}
        answer = self._http.get("/api/v2/assets/events", params=params)
        if answer.status_code == 500:
            return []
        return list(answer.raise_for_status().json()["asset_events"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        return list(self._get(f"/dags/{dag}/dagRuns/{run}/taskInstances")["task_instances"])

    def log(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what a task instance's last try logged, one record an event."""
        run = f"/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
        path = f"{run}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
        return list(self._get(path, map_index=task["map_index"], full_content=True)["content"])

    def _get(self, path: str, **params: Any) -> Any:
        return self._http.get(f"/api/v2{path}", params=params).raise_for_status().json()
