"""Airflow DAG `evaluate_models`: score two past hours in parallel, report, publish a release.

The release becomes the champion that serves unless it is worse than the champion's configuration or than
popularity in some segment. Then it stays the challenger; `publish` says why, in its log and its return value.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from pipelines.dags.assets import MODELS, RELEASE, triggering_run
from pipelines.dags.settings import SETTINGS
from pipelines.dags.tasks import call, do
from pipelines.settings import SCORED_HOURS


@dag(
    schedule=[MODELS],
    catchup=False,
    max_active_runs=1,
    default_args=SETTINGS.defaults,
    tags=["manchete"],
    doc_md=__doc__,
)
def evaluate_models() -> None:
    """Evaluate, report and publish."""

    @task
    def begin() -> str:
        """Read the run's name from the event that started this."""
        return triggering_run(get_current_context()["triggering_asset_events"], MODELS)

    @task
    def pieces() -> list[dict[str, Any]]:
        """Name what is scored: each of the domain's segments at each cut-off."""
        from pipelines.domains import load
        from script_shared.settings import Settings

        names = [each.name for each in load(Settings.read().domain).domain.segments({})]
        return [{"hours_before": hours, "segment": name} for hours in SCORED_HOURS for name in names]

    @task(
        doc_md="Refit one segment at an earlier moment and score the hour that followed.",
        map_index_template="{{ task.op_kwargs['segment'] }} -{{ task.op_kwargs['hours_before'] }} h",
    )
    def evaluate(run: str, hours_before: int, segment: str) -> str:
        """Refit one segment at an earlier moment and score the hour that followed."""
        from pipelines.settings import PipelineSettings
        from pipelines.stages.evaluate import evaluate as stage

        users = PipelineSettings.read().evaluation_readers
        return call(stage, run, hours_before, segment, users, part=f"{segment}-{hours_before}h")

    @task
    def report(run: str) -> str:
        """Write metrics, predictions and the report."""
        from pipelines.stages.report import report as stage

        return call(stage, run)

    @task(outlets=[RELEASE])
    def publish(run: str) -> dict[str, Any]:
        """Publish the run's release: champion where the gate lets it pass, challenger where not, and why."""
        from dataclasses import asdict

        from pipelines.stages.publish import publish as stage

        published = asdict(do(stage, run))
        get_current_context()["outlet_events"][RELEASE].extra = published
        return published

    @task
    def compact(run: str) -> str:
        """Take out of the event log what no release needs any more."""
        from pipelines.stages.compact import compact as stage
        from script_shared.settings import Settings

        return call(stage, run, Settings.read().events_url.get_secret_value())

    @task
    def account(run: str) -> str:
        """Write what the run's stages cost beside its metrics."""
        from pipelines.reporting.run_costs import write_costs
        from script_shared.settings import Settings
        from script_shared.storage.volume import Volume

        return str(write_costs(Volume.from_settings(Settings.read()), run))

    run = begin()
    (
        evaluate.partial(run=run).expand_kwargs(pieces())
        >> report(run)
        >> publish(run)
        >> compact(run)
        >> account(run)
    )


evaluate_models()
