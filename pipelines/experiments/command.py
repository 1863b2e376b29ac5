"""The command `python -m pipelines experiment`."""

from __future__ import annotations

import json
import math
from contextlib import closing
from typing import Annotated

import typer

from pipelines.cli.console import CONSOLE
from pipelines.experiments.attribution import attribute_clicks
from pipelines.experiments.measurement import count_users_in_both, measure_variants
from pipelines.experiments.report import build_document, build_table
from script_shared.clock import MS_PER_HOUR, WallClock
from script_shared.errors import NotEnoughDataError
from script_shared.events.factory import find_log_url, open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.log import ImpressionLog
from script_shared.settings import Settings
from script_shared.storage.volume import Volume


def experiment_command(
    name: Annotated[str, typer.Option(help="name of the experiment; the newest if not given")] = "",
    window: Annotated[float, typer.Option(help="maximum hours from impression to click", min=0.0)] = 24.0,
) -> None:
    """Print the clicks that followed the impressions of champion and challenger, as a table and as JSON."""
    if not math.isfinite(window):
        raise typer.BadParameter(f"{window} is not a number of hours", param_hint="--window")
    settings = Settings.read()
    url, folder = find_log_url(settings), Volume.from_settings(settings).events
    with closing(open_log(url, folder)) as log, closing(open_impressions(url, folder)) as impressions:
        attribute_clicks(log, impressions, WallClock())
        name = _find_experiment(impressions, name)
        shown, clicks = impressions.count_impressions(name), impressions.clicks(name)
    results = measure_variants(shown, clicks, round(window * MS_PER_HOUR))
    in_both = count_users_in_both(shown)
    CONSOLE.print(build_table(name, results))
    if in_both:
        cause = "the traffic share changed, or the challenger was replaced"
        CONSOLE.print(f"{in_both} users saw both variants: {cause}")
    typer.echo(json.dumps(build_document(name, results, in_both)))


def _find_experiment(impressions: ImpressionLog, name: str) -> str:
    """Return the name of an existing experiment, the newest if no name is given.

    Raises:
        NotEnoughDataError: there is no such experiment.
    """
    names = impressions.experiments()
    if not names:
        remedy = "serve with CHALLENGER_SHARE and INFERENCE_LOG_KEYS, and check that there is a challenger"
        raise NotEnoughDataError("the inference log contains no experiment", remedy=remedy)
    if name and name not in names:
        remedy = f"name one of {', '.join(names)}"
        raise NotEnoughDataError(f"the inference log contains no experiment {name!r}", remedy=remedy)
    return name or names[-1]
