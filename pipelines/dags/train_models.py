"""Airflow DAG `train_models`: one model a segment, trained in parallel when readers are ready."""

from __future__ import annotations

from airflow.sdk import dag, get_current_context, task

from pipelines.dags.assets import MODELS, USERS, triggering_run
from pipelines.dags.settings import SETTINGS
from pipelines.dags.tasks import call


@dag(
    schedule=[USERS],
    catchup=False,
    max_active_runs=1,
    default_args=SETTINGS.defaults,
    tags=["manchete"],
    doc_md=__doc__,
)
def train_models() -> None:
    """Train every segment's model, then tell that they are there."""

    @task
    def begin() -> str:
        """Read the run's name from the event that started this."""
        return triggering_run(get_current_context()["triggering_asset_events"], USERS)

    @task
    def segments() -> list[str]:
        """Name the domain's segments."""
        from pipelines.domains import load
        from script_shared.settings import Settings

        return [each.name for each in load(Settings.read().domain).domain.segments({})]

    @task(doc_md="Train one segment's model.", map_index_template="{{ task.op_kwargs['segment'] }}")
    def train(run: str, segment: str) -> str:
        """Train one segment's model."""
        from pipelines.stages.train import train as stage

        return call(stage, run, segment, part=segment)

    @task(outlets=[MODELS])
    def announce(run: str, reports: list[str]) -> int:
        """Tell that all models of the run are there."""
        get_current_context()["outlet_events"][MODELS].extra = {"run": run}
        return len(list(reports))

    run = begin()
    announce(run, train.partial(run=run).expand(segment=segments()))


train_models()
