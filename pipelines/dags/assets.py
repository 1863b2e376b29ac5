"""The Airflow assets that chain the DAGs of a domain; each asset event contains the id of its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import Asset


def users_asset(domain: str) -> Asset:
    """Return the asset that `process_data` updates: the users of a run and their segments."""
    return Asset(name=f"{domain}_users", uri=f"manchete://{domain}/segments")


def models_asset(domain: str) -> Asset:
    """Return the asset that `train_models` updates: the trained models of a run."""
    return Asset(name=f"{domain}_models", uri=f"manchete://{domain}/artifacts")


def release_asset(domain: str) -> Asset:
    """Return the asset that `evaluate_models` updates: the release of a run."""
    return Asset(name=f"{domain}_release", uri=f"manchete://{domain}/releases")


def triggering_run(events: Mapping[Any, Any], asset: Asset) -> str:
    """Return the run id of the newest event of an asset."""
    return str(events[asset][-1].extra["run"])
