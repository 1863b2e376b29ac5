"""How every task calls its stage: the plan and volume of this deployment, timed, errors made plain."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

#: Given to every task.
DEFAULTS: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "execution_timeout": timedelta(minutes=60),
}


def call(stage: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
    """Run a stage with this deployment's plan and volume; say what it cost.

    Raises:
        AirflowFailException: the input cannot be used; trying again would not help.
    """
    from pipelines.domains import load
    from script_shared.errors import InputError, NotEnoughDataError, SettingsError
    from script_shared.settings import Settings
    from script_shared.volume import Volume

    settings = Settings()
    start = time.monotonic()
    try:
        result = stage(load(settings.domain), Volume.of(settings), *arguments)
    except (InputError, NotEnoughDataError, SettingsError) as error:
        raise AirflowFailException(str(error)) from error
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": round(time.monotonic() - start, 2), "peak_mib": peak, "result": str(result)[:2_000]}
