"""Airflow in processes of their own: its settings are read once, at import."""

import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.embedded.airflow import AirflowHome, environment

ROOT = Path(__file__).parents[2]


def airflow_environment(folder, database="", **settings):
    """Settings of an Airflow whose home lies in a folder; it listens nowhere."""
    place = AirflowHome(folder / "airflow", ROOT, 1, database, "secret")
    return {**os.environ, **environment(place), "DATA_ROOT": str(folder / "data"), **settings}


def ask_airflow(script, environment):
    """Run a script that knows Airflow; return the JSON that it prints after `RESULT`."""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.split("RESULT", 1)[1].splitlines()[0])
