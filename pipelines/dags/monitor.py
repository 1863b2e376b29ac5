"""Airflow DAG `monitor` of each monitored domain: a daily report on the predictions of the day before.

It compares them with the data that the champion was trained on, and measures those whose outcomes are known.
"""

from __future__ import annotations

from airflow.sdk import Param, dag, get_current_context, task

from pipelines.dags.settings import DAG_OPTIONS, MONITORED_DOMAINS, SETTINGS
from pipelines.dags.tasks import run_stage_as_text

PARAMS = {
    "day": Param("", type="string", description="a UTC day such as 2026-11-28; empty for the day before")
}


@task
def choose_day() -> str:
    """Choose the day to report on: the parameter, or the UTC day before."""
    from pipelines.plans.monitoring import find_previous_day
    from script_shared.clock import WallClock

    return get_current_context()["params"]["day"] or find_previous_day(WallClock())


@task
def monitor(domain: str, day: str) -> str:
    """Compare the predictions of a day with the champion's baseline."""
    from pipelines.settings import PipelineSettings
    from pipelines.stages.monitor import monitor as stage
    from script_shared.events.factory import find_log_url
    from script_shared.settings import Settings

    url, pseudonyms = find_log_url(Settings.read(), domain), PipelineSettings.read().pseudonyms
    return run_stage_as_text(domain, stage, day, url, pseudonyms)


def create_monitor(domain: str) -> None:
    """Create the DAG of a domain."""

    @dag(
        dag_id=f"{domain}_monitor",
        schedule=SETTINGS.find_monitor_schedule(domain),
        params=PARAMS,
        tags=["manchete", domain],
        doc_md=__doc__,
        **DAG_OPTIONS,
    )
    def monitor_day() -> None:
        monitor(domain, choose_day())

    monitor_day()


for domain in MONITORED_DOMAINS:
    create_monitor(domain)
