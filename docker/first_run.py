"""Triggers the first run: unless a run has published a release, or one is under way.

Read from the environment: FIRST_RUN_SOURCE, FIRST_RUN_URI and FIRST_RUN_SCALE, what the run processes.
"""

from __future__ import annotations

import json
import os
from itertools import count

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

FIRST, LAST = "process_data", "evaluate_models"
CHAIN = (FIRST, "train_models", LAST)


def main() -> None:
    """Become `airflow dags trigger` where a run is needed."""
    with create_session() as session:
        columns = select(DagRun.dag_id, DagRun.state, DagRun.run_id)
        runs = session.execute(columns.where(DagRun.dag_id.in_(CHAIN))).all()
    states = {(dag, str(state)) for dag, state, _ in runs}
    if (LAST, "success") in states or any(state in ("queued", "running") for _, state in states):
        return
    taken = {run for dag, _, run in runs if dag == FIRST}
    names = (f"first-{number}" if number > 1 else "first" for number in count(1))
    name = next(name for name in names if name not in taken)
    conf = {
        "source": os.environ["FIRST_RUN_SOURCE"],
        "uri": os.environ.get("FIRST_RUN_URI", ""),
        "scale": float(os.environ.get("FIRST_RUN_SCALE") or 0.01),
    }
    command = ["airflow", "dags", "trigger", FIRST, "--run-id", name, "--conf", json.dumps(conf)]
    os.execvp(command[0], command)  # noqa: S606 - the one on the image's PATH


if __name__ == "__main__":
    main()
