"""Airflow DAG `evaluate_models` of each domain: evaluate past periods in parallel, report, publish.

The release becomes the champion, which serves, unless it is worse than the champion's configuration or than
popularity in some segment. Then it becomes the challenger; `publish` logs and returns the reason.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from pipelines.dags.assets import models_asset, release_asset, triggering_run
from pipelines.dags.settings import DAG_OPTIONS, DOMAINS
from pipelines.dags.tasks import run_stage, run_stage_as_text


@task
def read_run(domain: str) -> str:
    """Read the run id from the asset event that started this DAG run."""
    return triggering_run(get_current_context()["triggering_asset_events"], models_asset(domain))


@task
def list_evaluations(domain: str) -> list[dict[str, Any]]:
    """List what to evaluate: every segment at every cut-off."""
    from pipelines.domains import load

    plan = load(domain)
    hours, names = plan.domain.evaluated_hours, plan.segment_names
    return [{"hours_before": hour, "segment": name} for hour in hours for name in names]


@task(
    doc_md="Refit one segment at an earlier time and evaluate it on the period that followed.",
    map_index_template="{{ task.op_kwargs['segment'] }} -{{ task.op_kwargs['hours_before'] }} h",
)
def evaluate(domain: str, run: str, hours_before: int, segment: str) -> str:
    """Refit one segment at an earlier time and evaluate it on the period that followed."""
    from pipelines.settings import PipelineSettings
    from pipelines.stages.evaluate import evaluate as stage

    users, part = PipelineSettings.read().evaluation_users, f"{segment}-{hours_before}h"
    return run_stage_as_text(domain, stage, run, hours_before, segment, users, part=part)


@task
def evaluate_classifiers(domain: str, run: str) -> str:
    """Refit each classifier at an earlier time and evaluate it on what was decided since."""
    from pipelines.domains import load
    from pipelines.stages.evaluate_classifier import evaluate_classifier as stage

    names = list(load(domain).domain.classifiers({}))
    return "\n".join(run_stage_as_text(domain, stage, run, name, part=name) for name in names)


@task
def report(domain: str, run: str) -> str:
    """Write metrics, predictions and the report."""
    from pipelines.stages.report import report as stage

    return run_stage_as_text(domain, stage, run)


@task
def publish(domain: str, run: str) -> dict[str, Any]:
    """Publish the run's release: as champion if it passes the gates, else as challenger."""
    from dataclasses import asdict

    from pipelines.stages.publish import publish as stage

    result = asdict(run_stage(domain, stage, run))
    get_current_context()["outlet_events"][release_asset(domain)].extra = result
    return result


@task
def compact(domain: str, run: str) -> str:
    """Remove from the event log what no release needs any more."""
    from pipelines.stages.compact import compact as stage
    from script_shared.events.factory import find_log_url
    from script_shared.settings import Settings

    return run_stage_as_text(domain, stage, run, find_log_url(Settings.read(), domain))


@task
def summarise_costs(domain: str, run: str) -> str:
    """Write the costs of the run's stages beside its metrics."""
    from pipelines.reporting.run_costs import write_costs
    from script_shared.settings import Settings
    from script_shared.storage.volume import Volume

    return str(write_costs(Volume.from_settings(Settings.read(), domain), run))


def create_evaluate_models(domain: str) -> None:
    """Create the DAG of a domain."""

    @dag(
        dag_id=f"{domain}_evaluate_models",
        schedule=[models_asset(domain)],
        tags=["manchete", domain],
        doc_md=__doc__,
        **DAG_OPTIONS,
    )
    def evaluate_models() -> None:
        run = read_run(domain)
        evaluated = evaluate.partial(domain=domain, run=run).expand_kwargs(list_evaluations(domain))
        (
            [evaluated, evaluate_classifiers(domain, run)]
            >> report(domain, run)
            >> publish.override(outlets=[release_asset(domain)])(domain, run)
            >> compact(domain, run)
            >> summarise_costs(domain, run)
        )

    evaluate_models()


for domain in DOMAINS:
    create_evaluate_models(domain)
