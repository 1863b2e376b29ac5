"""How every task calls its stage: the plan and volume of this deployment, measured, errors made plain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowFailException


def call(stage: Callable[..., Any], run: str, *arguments: Any, part: str = "") -> str:
    """Run a stage as `do` does; return what it gave, as text."""
    return str(do(stage, run, *arguments, part=part))[:2_000]


def do(stage: Callable[..., Any], run: str, *arguments: Any, part: str = "") -> Any:
    """Run a stage with this deployment's plan and volume; return what it gave.

    Args:
        stage: what to do.
        run: name of the run.
        arguments: the stage's own.
        part: which of several parallel calls this is.

    Raises:
        AirflowFailException: an error that a person must act on; trying again would not help.
        DownloadError: the files could not be fetched now; trying again goes on where it ended.
        EventLogError: the event log could not be used now.
    """
    from pipelines.costs import measured
    from pipelines.domains import load
    from script_shared.errors import DownloadError, EventLogError, MancheteError
    from script_shared.settings import Settings
    from script_shared.volume import Volume

    settings = Settings.read()
    try:
        return measured(part, stage, load(settings.domain), Volume.of(settings), run, *arguments)
    except (DownloadError, EventLogError):
        raise
    except MancheteError as error:
        raise AirflowFailException(error.text) from error
