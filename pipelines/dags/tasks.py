"""How every task calls its stage: the plan and volume of this deployment, measured, errors made plain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk.exceptions import AirflowFailException


def call(
    stage: Callable[..., Any],
    run: str,
    *arguments: Any,
    part: str = "",
    configure: Callable[[Any], Any] | None = None,
) -> str:
    """Run a stage as `do` does; return what it gave, as text."""
    return str(do(stage, run, *arguments, part=part, configure=configure))[:2_000]


def do(
    stage: Callable[..., Any],
    run: str,
    *arguments: Any,
    part: str = "",
    configure: Callable[[Any], Any] | None = None,
) -> Any:
    """Run a stage with this deployment's plan and volume; return what it gave.

    Args:
        stage: what to do.
        run: name of the run.
        arguments: the stage's own.
        part: which of several parallel calls this is.
        configure: takes the plan and returns it with options set.

    Raises:
        AirflowFailException: an error that a person must act on; trying again would not help.
        DownloadError: the files could not be fetched now; trying again goes on where it ended.
        EventLogError: the event log could not be used now.
    """
    from pipelines.domains import load
    from pipelines.reporting.run_costs import measured
    from script_shared.errors import DownloadError, EventLogError, MancheteError
    from script_shared.settings import Settings
    from script_shared.storage.volume import Volume

    settings = Settings.read()
    try:
        plan = load(settings.domain)
        plan = configure(plan) if configure else plan
        return measured(part, stage, plan, Volume.from_settings(settings), run, *arguments)
    except (DownloadError, EventLogError):
        raise
    except MancheteError as error:
        raise AirflowFailException(error.text) from error
