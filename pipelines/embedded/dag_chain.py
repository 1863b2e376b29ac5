"""Follows one chain of DAG runs, from the one that was triggered to the release that the last published."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

from pipelines.embedded.client import AirflowClient
from script_shared.errors import MancheteError

CHAIN = ("process_data", "train_models", "evaluate_models")
_T = TypeVar("_T")
_PATIENCE_SECONDS = 3_600
_POLL_SECONDS = 0.3
#: What tasks raise for an error that a person must act on.
_FOR_A_PERSON = "AirflowFailException"


class DagChain:
    """Triggers the first DAG and follows the asset events from run to run."""

    def __init__(self, airflow: AirflowClient, check: Callable[[], None], say: Callable[[str], None]) -> None:
        self._airflow, self._check, self._say = airflow, check, say

    def run(self, conf: dict[str, Any]) -> dict[str, Any]:
        """Run all DAGs; return the last event's content: what `publish` gave.

        Raises:
            MancheteError: a DAG failed, with the end of the failed task's log; or it took too long.
            SettingsError: the first DAG does not take such parameters.
        """
        run = self._airflow.trigger(CHAIN[0], conf)
        for dag, following in pairwise(CHAIN):
            self._finish(dag, run)
            run = self._until(f"{dag} → {following}", partial(self._begun, dag, run, following))
        self._finish(CHAIN[-1], run)
        return self._until("release", partial(self._told, CHAIN[-1], run))

    def _finish(self, dag: str, run: str) -> None:
        state = self._until(dag, partial(self._end_state, dag, run))
        if state != "success":
            raise self._failure(dag, state, run)

    def _end_state(self, dag: str, run: str) -> str | None:
        state = self._airflow.state(dag, run)
        return state if state in ("success", "failed") else None

    def _begun(self, dag: str, run: str, following: str) -> str | None:
        begun = [each for event in self._airflow.events(dag, run) for each in event["created_dagruns"]]
        return next((each["run_id"] for each in begun if each["dag_id"] == following), None)

    def _told(self, dag: str, run: str) -> dict[str, Any] | None:
        events = self._airflow.events(dag, run)
        return dict(events[-1]["extra"]) if events else None

    def _until(self, what: str, ask: Callable[[], _T | None]) -> _T:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        self._say(what)
        while time.monotonic() < deadline:
            self._check()
            if (answer := ask()) is not None:
                return answer
            time.sleep(_POLL_SECONDS)
        raise MancheteError(f"{what} took more than {_PATIENCE_SECONDS} s")

    def _failure(self, dag: str, state: str, run: str, lines: int = 30) -> MancheteError:
        """Return the error that failed a run, with the ends of the failed tasks' logs as its details."""
        failed = [task for task in self._airflow.tasks(dag, run) if task["state"] == "failed"]
        logs = {task["task_id"]: self._airflow.log(task) for task in failed}
        tails = [f"--- {name}\n{_tail(records, lines)}" for name, records in logs.items()]
        details = "\n".join([f"{dag} {state} ({run})", *tails])
        for error in (error for records in logs.values() for error in _errors(records)):
            if error["exc_type"].endswith(_FOR_A_PERSON):
                found = MancheteError.parse(str(error["exc_value"]))
                return MancheteError(found.what, where=found.where, remedy=found.remedy, details=details)
        remedy = "mend what the end of the log below names, then run again"
        return MancheteError(f"{dag} {state}", where=run, remedy=remedy, details=details)


def _errors(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [error for record in records for error in record.get("error_detail") or []]


def _tail(records: list[dict[str, Any]], lines: int) -> str:
    text = [line for each in records for line in _readable(each)]
    return "\n".join("\n".join(text).splitlines()[-lines:])


def _readable(record: dict[str, Any]) -> list[str]:
    """Return a log record as lines: its sentence, then the exceptions that it carries."""
    sentence = str(record["event"])
    if sentence.startswith("::"):
        return []
    errors = [f"{error['exc_type']}: {error['exc_value']}" for error in _errors([record])]
    return [f"{record.get('level', '')}: {sentence}", *errors]
