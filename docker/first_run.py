"""Triggers the first run, unless a run has published a release or is in progress.

Environment variables: DOMAIN, the domain to train; FIRST_RUN_SOURCE, FIRST_RUN_URI and FIRST_RUN_SCALE, the
data to process.
"""

from __future__ import annotations

import json
import os
from itertools import count

from airflow.models.dagrun import DagRun
from airflow.utils.session import create_session
from sqlalchemy import select

from script_shared.settings import Settings


def main() -> None:
    """Replace this process by `airflow dags trigger` if a run is needed."""
    domain = Settings.read().domain
    first, last = f"{domain}_process_data", f"{domain}_evaluate_models"
    with create_session() as session:
        columns = select(DagRun.dag_id, DagRun.state, DagRun.run_id)
        dag_ids = (first, f"{domain}_train_models", last)
        runs = session.execute(columns.where(DagRun.dag_id.in_(dag_ids))).all()
    states = {(dag_id, str(state)) for dag_id, state, _ in runs}
    if (last, "success") in states or any(state in ("queued", "running") for _, state in states):
        return
    existing = {run_id for dag_id, _, run_id in runs if dag_id == first}
    names = (f"first-{number}" if number > 1 else "first" for number in count(1))
    name = next(name for name in names if name not in existing)
    conf = {
        "source": os.environ["FIRST_RUN_SOURCE"],
        "uri": os.environ.get("FIRST_RUN_URI", ""),
        "scale": float(os.environ.get("FIRST_RUN_SCALE") or 0.01),
    }
    command = ["airflow", "dags", "trigger", first, "--run-id", name, "--conf", json.dumps(conf)]
    os.execvp(command[0], command)  # noqa: S606 - the one on the image's PATH


if __name__ == "__main__":
    main()
