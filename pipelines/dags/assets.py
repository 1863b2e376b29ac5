"""What chains the DAGs: assets named after the data, each event naming its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset

USERS = Asset(name="users", uri="manchete://volume/segments")
MODELS = Asset(name="models", uri="manchete://volume/artifacts")
RELEASE = Asset(name="release", uri="manchete://volume/releases")


def triggering_run(events: Mapping[Any, Any], asset: Asset) -> str:
    """Return the run that the newest event of an asset names."""
    return str(events[asset][-1].extra["run"])
