"""Airflow DAG `process_data`: raw files, event log → refined tables → arrays, vectors → segments."""

from __future__ import annotations

from airflow.sdk import Param, dag, get_current_context, task

from pipelines.dags.assets import USERS
from pipelines.dags.settings import SETTINGS
from pipelines.dags.tasks import call
from pipelines.ingest.source_options import SOURCE_OPTIONS, given

PARAMS = {
    "source": Param(
        "synthetic", type="string", description="raw format: tables, globo, webmedia or synthetic"
    ),
    "uri": Param("", type="string", description="folder, zip, https://… or gdrive:<id>; not for synthetic"),
    "scale": Param(0.01, type="number", exclusiveMinimum=0, maximum=10, description="size of generated data"),
    **{
        name: Param("", type="string", description=f"tables only: {what}")
        for name, what in SOURCE_OPTIONS.items()
    },
}


@dag(
    schedule=SETTINGS.process_schedule or None,
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=SETTINGS.defaults,
    tags=["manchete"],
    doc_md=__doc__,
)
def process_data() -> None:
    """Chain download and collect, refine, encode and segment."""

    @task
    def begin() -> str:
        """Name the run; every later task and DAG works under this name."""
        from pipelines.run_ids import new_run

        return new_run()

    @task
    def download(run: str) -> str:
        """Bring the raw files onto the volume."""
        from pipelines.stages.download import download as stage

        params = get_current_context()["params"]
        source, options = params["source"], given(params)
        return call(
            stage,
            run,
            *(source, params["uri"], float(params["scale"])),
            configure=lambda plan: plan.configured(source, options),
        )

    @task
    def collect(run: str) -> str:
        """Take what the service was told out of the event log."""
        from pipelines.stages.collect import collect as stage
        from script_shared.settings import Settings

        return call(stage, run, Settings.read().events_url.get_secret_value())

    @task
    def refine(run: str) -> str:
        """Check and type the tables; set bad rows aside with their reasons."""
        from pipelines.settings import PipelineSettings
        from pipelines.stages.refine import refine as stage

        source, settings = get_current_context()["params"]["source"], PipelineSettings.read()
        return call(stage, run, source, settings.refine_options)

    @task
    def encode(run: str) -> str:
        """Turn ids into positions and texts into vectors."""
        from pipelines.stages.encode import encode as stage

        return call(stage, run)

    @task(outlets=[USERS])
    def segment(run: str) -> str:
        """Split the readers, and tell that they are there."""
        from pipelines.stages.segment import segment as stage

        report = call(stage, run)
        get_current_context()["outlet_events"][USERS].extra = {"run": run}
        return report

    run = begin()
    [download(run), collect(run)] >> refine(run) >> encode(run) >> segment(run)


process_data()
