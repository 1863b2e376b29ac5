"""Airflow DAG `train_models` of each domain: trains models of segments and classifiers in parallel."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from pipelines.dags.assets import models_asset, triggering_run, users_asset
from pipelines.dags.settings import DAG_OPTIONS, DOMAINS
from pipelines.dags.tasks import run_stage_as_text


@task
def read_run(domain: str) -> str:
    """Read the run id from the asset event that started this DAG run."""
    return triggering_run(get_current_context()["triggering_asset_events"], users_asset(domain))


@task
def list_models(domain: str) -> list[str]:
    """List the models to train: one for each segment, and the classifiers."""
    from pipelines.domains import load

    return load(domain).model_names


@task(doc_md="Train one model.", map_index_template="{{ task.op_kwargs['name'] }}")
def train(domain: str, run: str, name: str) -> str:
    """Train one model."""
    from pipelines.stages.train import train as stage

    return run_stage_as_text(domain, stage, run, name, part=name)


@task
def complete(domain: str, run: str, reports: list[str]) -> int:
    """Update the asset of the models once all of them are trained; return their number."""
    get_current_context()["outlet_events"][models_asset(domain)].extra = {"run": run}
    return len(list(reports))


def create_train_models(domain: str) -> None:
    """Create the DAG of a domain."""

    @dag(
        dag_id=f"{domain}_train_models",
        schedule=[users_asset(domain)],
        tags=["manchete", domain],
        doc_md=__doc__,
        **DAG_OPTIONS,
    )
    def train_models() -> None:
        run = read_run(domain)
        reports = train.partial(domain=domain, run=run).expand(name=list_models(domain))
        complete.override(outlets=[models_asset(domain)])(domain, run, reports)

    train_models()


for domain in DOMAINS:
    create_train_models(domain)
