"""Airflow DAG `process_data` of each domain: raw files, event log → tables → arrays, vectors → segments."""

from __future__ import annotations

from operator import methodcaller

from airflow.sdk import Param, dag, get_current_context, task

from pipelines.dags.assets import users_asset
from pipelines.dags.settings import DAG_OPTIONS, DOMAINS, SETTINGS
from pipelines.dags.tasks import run_stage_as_text
from pipelines.ingest.source_options import SOURCE_OPTIONS, select_options

PARAMS = {
    "source": Param("", type="string", description="raw format of the domain; empty: generated data"),
    "uri": Param(
        "", type="string", description="folder, zip, https://… or gdrive:<id>; empty for generated data"
    ),
    "scale": Param(0.01, type="number", exclusiveMinimum=0, maximum=20, description="size of generated data"),
    **{
        name: Param("", type="string", description=f"tables only: {description}")
        for name, description in SOURCE_OPTIONS.items()
    },
}


@task
def create_run() -> str:
    """Create the run id under which every later task and DAG works."""
    from pipelines.run_ids import new_run_id

    return new_run_id()


@task
def download(domain: str, run: str) -> str:
    """Copy the raw files to the volume."""
    from pipelines.stages.download import download as stage

    params = get_current_context()["params"]
    arguments = (params["source"], params["uri"], float(params["scale"]))
    configure = methodcaller("with_options", params["source"], select_options(params))
    return run_stage_as_text(domain, stage, run, *arguments, configure=configure)


@task
def collect(domain: str, run: str) -> str:
    """Copy new events from the event log to the volume; delete erased users from the raw database."""
    from pipelines.settings import PipelineSettings
    from pipelines.stages.collect import collect as stage
    from script_shared.events.factory import find_log_url

    settings = PipelineSettings.read()
    database = settings.raw_database_url.get_secret_value()
    return run_stage_as_text(domain, stage, run, find_log_url(settings, domain), database)


@task
def refine(domain: str, run: str) -> str:
    """Validate and type the tables; quarantine invalid rows with their reasons."""
    from pipelines.settings import PipelineSettings
    from pipelines.stages.refine import refine as stage

    source, options = get_current_context()["params"]["source"], PipelineSettings.read().refine_options
    return run_stage_as_text(domain, stage, run, source, options)


@task
def encode(domain: str, run: str) -> str:
    """Encode ids as integers and texts as vectors."""
    from pipelines.stages.encode import encode as stage

    return run_stage_as_text(domain, stage, run)


@task
def segment(domain: str, run: str) -> str:
    """Assign users to segments, and update the asset that starts training."""
    from pipelines.stages.segment import segment as stage

    report = run_stage_as_text(domain, stage, run)
    get_current_context()["outlet_events"][users_asset(domain)].extra = {"run": run}
    return report


def create_process_data(domain: str) -> None:
    """Create the DAG of a domain."""

    @dag(
        dag_id=f"{domain}_process_data",
        schedule=SETTINGS.find_schedule(domain),
        params=PARAMS,
        tags=["manchete", domain],
        doc_md=__doc__,
        **DAG_OPTIONS,
    )
    def process_data() -> None:
        run = create_run()
        segmented = segment.override(outlets=[users_asset(domain)])(domain, run)
        collected = [download(domain, run), collect(domain, run)]
        collected >> refine(domain, run) >> encode(domain, run) >> segmented

    process_data()


for domain in DOMAINS:
    create_process_data(domain)
