"""Runs the chain of a domain's DAGs, from the triggered run to the published release."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from pipelines.embedded.client import AirflowClient
from script_shared.errors import MancheteError

_DAGS = ("process_data", "train_models", "evaluate_models")
_T = TypeVar("_T")
_TIMEOUT_SECONDS = 3_600
_POLL_SECONDS = 0.3
#: The exception of tasks for an error that a person must correct.
_FATAL_ERROR = "AirflowFailException"


def dag_ids(domain: str) -> list[str]:
    """Return the ids of a domain's DAGs in the order in which they run."""
    return [f"{domain}_{name}" for name in _DAGS]


class DagChain:
    """Triggers the first DAG of a domain and follows the asset events from run to run.

    Args:
        airflow: the client of the Airflow that runs the DAGs.
        domain: name of the domain.
        check: raises an error if a process has ended.
        report_status: receives what the chain waits for.
    """

    def __init__(
        self,
        airflow: AirflowClient,
        domain: str,
        check: Callable[[], None],
        report_status: Callable[[str], None],
    ) -> None:
        self._airflow, self._dags = airflow, dag_ids(domain)
        self._check, self._report_status = check, report_status

    def run(self, conf: dict[str, Any]) -> dict[str, Any]:
        """Run all DAGs; return the content of the last asset event: the result of `publish`.

        Args:
            conf: the parameters of the first DAG.

        Raises:
            MancheteError: a DAG failed (details: the end of the failed task's log), or it took too long.
            SettingsError: the first DAG rejects the parameters.
        """
        run = self._airflow.trigger(self._dags[0], conf)
        for dag, following in pairwise(self._dags):
            self._finish(dag, run)
            run = self._wait_for(f"{dag} → {following}", partial(self._find_started, dag, run, following))
        self._finish(self._dags[-1], run)
        return self._wait_for("release", partial(self._find_event, self._dags[-1], run))

    def _finish(self, dag: str, run: str) -> None:
        state = self._wait_for(dag, partial(self._find_end_state, dag, run))
        if state != "success":
            raise self._build_error(dag, state, run)

    def _find_end_state(self, dag: str, run: str) -> str | None:
        state = self._airflow.state(dag, run)
        return state if state in ("success", "failed") else None

    def _find_started(self, dag: str, run: str, following: str) -> str | None:
        events = self._airflow.events(dag, run)
        started = [dag_run for event in events for dag_run in event["created_dagruns"]]
        return next((dag_run["run_id"] for dag_run in started if dag_run["dag_id"] == following), None)

    def _find_event(self, dag: str, run: str) -> dict[str, Any] | None:
        events = self._airflow.events(dag, run)
        return dict(events[-1]["extra"]) if events else None

    def _wait_for(self, status: str, poll: Callable[[], _T | None]) -> _T:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        self._report_status(status)
        while time.monotonic() < deadline:
            self._check()
            if (result := poll()) is not None:
                return result
            time.sleep(_POLL_SECONDS)
        raise MancheteError(f"{status} took more than {_TIMEOUT_SECONDS} s")

    def _build_error(self, dag: str, state: str, run: str, lines: int = 30) -> MancheteError:
        """Return the error of a failed run, with the ends of the failed tasks' logs as details."""
        failed = [task for task in self._airflow.tasks(dag, run) if task["state"] == "failed"]
        logs = {task["task_id"]: self._airflow.log(task) for task in failed}
        tails = [f"--- {name}\n{_tail(records, lines)}" for name, records in logs.items()]
        details = "\n".join([f"{dag} {state} ({run})", *tails])
        for error in (error for records in logs.values() for error in _errors(records)):
            if error["exc_type"].endswith(_FATAL_ERROR):
                cause = MancheteError.parse(str(error["exc_value"]))
                return MancheteError(cause.what, where=cause.where, remedy=cause.remedy, details=details)
        remedy = "correct the error at the end of the log below, then run again"
        return MancheteError(f"{dag} {state}", where=run, remedy=remedy, details=details)


def _errors(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [error for record in records for error in record.get("error_detail") or []]


def _tail(records: list[dict[str, Any]], lines: int) -> str:
    text = [line for record in records for line in _format_record(record)]
    return "\n".join("\n".join(text).splitlines()[-lines:])


def _format_record(record: dict[str, Any]) -> list[str]:
    """Return a log record as lines: the message, then its exceptions."""
    message = str(record["event"])
    if message.startswith("::"):
        return []
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in _errors([record])]
    return [f"{record.get('level', '')}: {message}", *errors]
