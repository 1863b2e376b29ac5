"""Runs a stage inside an Airflow task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowFailException


def run_stage(
    domain: str,
    stage: Callable[..., Any],
    run: str,
    *arguments: Any,
    part: str = "",
    configure: Callable[[Any], Any] | None = None,
) -> Any:
    """Run a stage with the plan and the volume of a domain, and record its cost.

    Args:
        domain: name of the domain.
        stage: the stage function.
        run: id of the run.
        arguments: further arguments of the stage.
        part: name of this call among several parallel calls; empty for a single call.
        configure: receives the plan and returns it with options.

    Returns:
        The result of the stage.

    Raises:
        AirflowFailException: a person must act; Airflow does not retry the task.
        DownloadError: the files cannot be fetched now; a retry resumes the download.
        EventLogError: the event log is not available now.
    """
    from pipelines.domains import load
    from pipelines.reporting.run_costs import measure_stage
    from script_shared.errors import DownloadError, EventLogError, MancheteError
    from script_shared.settings import Settings
    from script_shared.storage.volume import Volume

    try:
        plan = load(domain)
        plan = configure(plan) if configure else plan
        return measure_stage(
            part, stage, plan, Volume.from_settings(Settings.read(), domain), run, *arguments
        )
    except (DownloadError, EventLogError):
        raise
    except MancheteError as error:
        raise AirflowFailException(error.text) from error


def run_stage_as_text(*arguments: Any, **options: Any) -> str:
    """Run a stage as `run_stage` does, and return its result as at most 2,000 characters."""
    return str(run_stage(*arguments, **options))[:2_000]
