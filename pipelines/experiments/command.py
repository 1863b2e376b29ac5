"""`python -m pipelines experiment`."""

from __future__ import annotations

import json
import math
from contextlib import closing
from typing import Annotated

import typer

from pipelines.cli.console import CONSOLE
from pipelines.experiments.attribution import attribute
from pipelines.experiments.measurement import arms, in_both
from pipelines.experiments.report import document, table
from script_shared.clock import MS_PER_HOUR, WallClock
from script_shared.errors import NotEnoughDataError
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.log import ImpressionLog
from script_shared.settings import Settings
from script_shared.storage.volume import Volume


def experiment_command(
    name: Annotated[str, typer.Option(help="the experiment; left out, the newest")] = "",
    window: Annotated[float, typer.Option(help="hours within which a read follows a list", min=0.0)] = 24.0,
) -> None:
    """Say which reads followed the lists of champion and challenger; print it as JSON."""
    if not math.isfinite(window):
        raise typer.BadParameter(f"{window} is not a number of hours", param_hint="--window")
    settings = Settings.read()
    address, folder = settings.events_url.get_secret_value(), Volume.from_settings(settings).events
    with closing(open_log(address, folder)) as log, closing(open_impressions(address, folder)) as impressions:
        attribute(log, impressions, WallClock())
        name = _named(impressions, name)
        shown, clicks = impressions.count_impressions(name), impressions.clicks(name)
    found, both = arms(shown, clicks, round(window * MS_PER_HOUR)), in_both(shown)
    CONSOLE.print(table(name, found))
    if both:
        CONSOLE.print(f"{both} readers saw both: the share was changed, or the challenger came and went")
    typer.echo(json.dumps(document(name, found, both)))


def _named(impressions: ImpressionLog, name: str) -> str:
    """Return the name if there is such an experiment; the newest one's where none is given."""
    names = impressions.experiments()
    if not names:
        raise NotEnoughDataError(
            "the inference log holds no experiment",
            remedy="serve with CHALLENGER_SHARE and INFERENCE_LOG_KEYS, and see that there is a challenger",
        )
    if name and name not in names:
        raise NotEnoughDataError(
            f"the inference log holds no experiment {name!r}", remedy=f"name one of {', '.join(names)}"
        )
    return name or names[-1]
