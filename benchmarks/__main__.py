"""Measurements of the product's quality, speed and resilience: `python -m benchmarks --help`."""

import typer

from benchmarks.drills import command as drills
from benchmarks.quality import ablation, comparison, diversity
from benchmarks.scaling import pipeline_costs, service_costs
from benchmarks.search import user_pools, vector_indexes
from benchmarks.serving import event_log, recruiting, replication_lag, throughput
from pipelines.cli.console import run_command

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def benchmarks() -> None:
    """Measure on this machine; no command asserts a time."""


app.command("ablation", help=ablation.__doc__)(ablation.main)
app.command("events", help=event_log.__doc__)(event_log.main)
app.command("pipeline", help=pipeline_costs.__doc__)(pipeline_costs.main)
app.command("drill", help=drills.__doc__)(drills.main)
app.command("diversity", help=diversity.__doc__)(diversity.main)
app.command("growth", help=service_costs.__doc__)(service_costs.main)
app.command("quality", help=comparison.__doc__)(comparison.main)
app.command("recruiting", help=recruiting.__doc__)(recruiting.main)
app.command("replicas", help=replication_lag.__doc__)(replication_lag.main)
app.command("search", help=vector_indexes.__doc__)(vector_indexes.main)
app.command("similar-users", help=user_pools.__doc__)(user_pools.main)
app.command("serving", help=throughput.__doc__)(throughput.main)

if __name__ == "__main__":
    run_command(app)
