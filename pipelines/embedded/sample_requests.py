"""Requests recommendations from the running API for a user of each segment."""

from __future__ import annotations

import time
from typing import Any

import httpx
import polars as pl

from pipelines.plans.plan import Plan
from pipelines.stages.publish import PublishResult
from script_shared.errors import MancheteError
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume

#: An id without data; it belongs to the last segment, which accepts every user.
UNKNOWN_USER = "unknown-user"
_TIMEOUT_SECONDS = 60


def request_each_segment(
    api: httpx.Client, volume: Volume, plan: Plan, result: PublishResult
) -> list[dict[str, Any]]:
    """Wait for the champion, then request ten items for a user of each segment.

    Args:
        api: a client of the running API.
        volume: where the run is stored.
        plan: the domain's plan.
        result: the result of publishing the run.

    Returns:
        The responses, in the order of the segments.

    Raises:
        MancheteError: there is no champion, or the API does not serve it.
    """
    if result.champion is None:
        raise MancheteError(f"no release serves; {result}")
    _wait_for_release(api, result.champion)
    return [_request(api, user) for user in _select_users(volume, plan, result.run)]


def _request(api: httpx.Client, user: str) -> dict[str, Any]:
    response = api.get("/recommendations", params={"user_id": user, "num_recs": 10})
    return dict(response.raise_for_status().json())


def _select_users(volume: Volume, plan: Plan, run: str) -> list[str]:
    """Return a user of each segment that is not empty, and an unknown user for the last segment."""
    users = pl.read_parquet(find_partition(volume.segments, run) / "users.parquet")
    first_users = dict(users.group_by("segment").agg(pl.col("user_id").min()).iter_rows())
    by_segment = {plan.segment_names[-1]: UNKNOWN_USER, **first_users}
    return [by_segment[name] for name in plan.segment_names if name in by_segment]


def _wait_for_release(api: httpx.Client, release: str) -> None:
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        ready = api.get("/health/ready").json()
        if ready.get("release") == release:
            return
        time.sleep(0.2)
    raise MancheteError(f"the API does not serve {release}: {ready.get('detail', ready)}")
