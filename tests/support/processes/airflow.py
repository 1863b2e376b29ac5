"""Runs scripts under Airflow in separate processes: Airflow reads its settings once, at import."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.embedded import airflow
from pipelines.embedded.airflow import AirflowConfig

ROOT = Path(__file__).parents[3]


def airflow_environment(folder, database="", **settings):
    """Return the environment of an Airflow whose home is below a folder; no server is started."""
    config = AirflowConfig(folder / "airflow", ROOT, 1, database, "secret")
    variables = airflow.airflow_environment(config)
    return {**os.environ, **variables, "DATA_ROOT": str(folder / "data"), **settings}


def run_in_airflow(script, environment):
    """Run a script that imports Airflow; return the JSON that it prints after `RESULT`."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.split("RESULT", 1)[1].splitlines()[0])
