"""What the product costs and what it is worth, measured: `python -m benchmarks --help`."""

import typer

from benchmarks import ablation, diversity, events, growth, pipeline, quality, replicas, serving
from benchmarks.drills import command as drills
from pipelines.cli.console import run_command

app = typer.Typer(no_args_is_help=True, help=__doc__)


@app.callback()
def benchmarks() -> None:
    """Measure on this machine; nothing here asserts a time."""


app.command("ablation", help=ablation.__doc__)(ablation.main)
app.command("events", help=events.__doc__)(events.main)
app.command("pipeline", help=pipeline.__doc__)(pipeline.main)
app.command("drill", help=drills.__doc__)(drills.main)
app.command("diversity", help=diversity.__doc__)(diversity.main)
app.command("growth", help=growth.__doc__)(growth.main)
app.command("quality", help=quality.__doc__)(quality.main)
app.command("replicas", help=replicas.__doc__)(replicas.main)
app.command("serving", help=serving.__doc__)(serving.main)

if __name__ == "__main__":
    run_command(app)
