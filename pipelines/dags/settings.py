"""Settings of the DAGs, read from the environment when Airflow reads the DAG files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import NonNegativeFloat, NonNegativeInt, PositiveInt

from script_shared.settings import Settings


class DagSettings(Settings):
    """When the first DAG starts by itself, and how patient the tasks are.

    Attributes:
        process_schedule: a cron expression, UTC; empty waits to be triggered.
        task_retries: how often a task is tried again after an error that nobody can act on.
        task_retry_seconds: how long it waits before.
        task_timeout_minutes: a task that takes longer is ended and counts as failed.
    """

    process_schedule: str = ""
    task_retries: NonNegativeInt = 2
    task_retry_seconds: NonNegativeFloat = 10
    task_timeout_minutes: PositiveInt = 60

    @property
    def defaults(self) -> dict[str, Any]:
        """What every task is given."""
        return {
            "retries": self.task_retries,
            "retry_delay": timedelta(seconds=self.task_retry_seconds),
            "execution_timeout": timedelta(minutes=self.task_timeout_minutes),
        }


SETTINGS = DagSettings()
