"""Settings of the DAGs, read from the environment when Airflow reads the DAG files."""

from __future__ import annotations

from pipelines.settings import DagSettings

SETTINGS = DagSettings.read()
