"""Airflow DAG `process_data`: raw files → refined tables → readers by segment."""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from pipelines.dags.assets import READERS
from pipelines.dags.tasks import DEFAULTS, call

PARAMS = {
    "source": Param(
        "synthetic", type="string", description="raw format: tables, globo, webmedia or synthetic"
    ),
    "uri": Param("", type="string", description="folder, zip, https://… or gdrive:<id>; not for synthetic"),
    "scale": Param(0.01, type="number", exclusiveMinimum=0, maximum=10, description="size of generated data"),
}


@dag(
    schedule=os.environ.get("PROCESS_SCHEDULE") or None,
    catchup=False,
    max_active_runs=1,
    params=PARAMS,
    default_args=DEFAULTS,
    tags=["manchete"],
    doc_md=__doc__,
)
def process_data() -> None:
    """Chain download, refine and segment."""

    @task
    def begin() -> str:
        """Name the run; every later task and DAG works under this name."""
        from pipelines.runs import new_run

        return new_run()

    @task
    def download(run: str) -> dict[str, Any]:
        """Bring the raw files onto the volume."""
        from pipelines.stages.download import download as stage

        params = get_current_context()["params"]
        return call(stage, run, params["source"], params["uri"], float(params["scale"]))

    @task
    def refine(run: str) -> dict[str, Any]:
        """Check and type the tables; set bad rows aside with their reasons."""
        from pipelines.stages.refine import refine as stage
        from script_shared.settings import Settings

        return call(stage, run, get_current_context()["params"]["source"], Settings().reader_share)

    @task(outlets=[READERS])
    def segment(run: str) -> dict[str, Any]:
        """Split the readers, and tell that they are there."""
        from pipelines.stages.segment import segment as stage

        report = call(stage, run)
        get_current_context()["outlet_events"][READERS].extra = {"run": run}
        return report

    run = begin()
    download(run) >> refine(run) >> segment(run)


process_data()
