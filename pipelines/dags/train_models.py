"""Airflow DAG `train_models` of each domain: trains the models of all segments in parallel."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from pipelines.dags.assets import models_asset, triggering_run, users_asset
from pipelines.dags.settings import DOMAINS, SETTINGS
from pipelines.dags.tasks import run_stage_as_text


def create_train_models(domain: str) -> None:
    """Create the DAG of a domain."""

    @dag(
        dag_id=f"{domain}_train_models",
        schedule=[users_asset(domain)],
        catchup=False,
        max_active_runs=1,
        default_args=SETTINGS.default_args,
        tags=["manchete", domain],
        doc_md=__doc__,
    )
    def train_models() -> None:
        """Train the model of every segment, then update the asset that starts the evaluation."""

        @task
        def read_run() -> str:
            """Read the run id from the asset event that started this DAG run."""
            return triggering_run(get_current_context()["triggering_asset_events"], users_asset(domain))

        @task
        def segments() -> list[str]:
            """List the domain's segments."""
            from pipelines.domains import load

            return load(domain).segment_names

        @task(
            doc_md="Train the model of one segment.", map_index_template="{{ task.op_kwargs['segment'] }}"
        )
        def train(run: str, segment: str) -> str:
            """Train the model of one segment."""
            from pipelines.stages.train import train as stage

            return run_stage_as_text(domain, stage, run, segment, part=segment)

        @task(outlets=[models_asset(domain)])
        def complete(run: str, reports: list[str]) -> int:
            """Update the asset of the models, once all of them are trained; return their number."""
            get_current_context()["outlet_events"][models_asset(domain)].extra = {"run": run}
            return len(list(reports))

        run = read_run()
        complete(run, train.partial(run=run).expand(segment=segments()))

    train_models()


for domain in DOMAINS:
    create_train_models(domain)
