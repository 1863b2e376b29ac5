"""Asks the running API for a reader of each segment."""

from __future__ import annotations

import time
from typing import Any

import httpx
import polars as pl

from pipelines.domains import load
from pipelines.stages.publish import Published
from script_shared.errors import MancheteError
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume

#: Served as one of the last segment, which takes everybody.
STRANGER = "a-reader-nobody-knows"
_PATIENCE_SECONDS = 60


def ask_one_of_each(api: httpx.Client, volume: Volume, domain: str, done: Published) -> list[dict[str, Any]]:
    """Ask for ten items for a reader of each segment, once the champion is served.

    Args:
        api: the running API.
        volume: where the run lies.
        domain: the domain's name.
        done: what became of the run.

    Raises:
        MancheteError: there is no champion, or the API does not serve it.
    """
    if done.champion is None:
        raise MancheteError(f"no release serves; {done}")
    _wait(api, done.champion)
    users = _one_of_each(volume, domain, done.run)
    return [_ask(api, user) for user in users]


def _ask(api: httpx.Client, user: str) -> dict[str, Any]:
    answer = api.get("/recommendations", params={"user_id": user, "num_recs": 10})
    return dict(answer.raise_for_status().json())


def _one_of_each(volume: Volume, domain: str, run: str) -> list[str]:
    readers = pl.read_parquet(find_partition(volume.segments, run) / "readers.parquet")
    found = dict(readers.group_by("segment").agg(pl.col("user_id").min()).iter_rows())
    segments = [each.name for each in load(domain).domain.segments({})]
    users = {segments[-1]: STRANGER, **found}
    return [users[name] for name in segments if name in users]


def _wait(api: httpx.Client, release: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ready = api.get("/health/ready").json()
        if ready.get("release") == release:
            return
        time.sleep(0.2)
    raise MancheteError(f"the API does not serve {release}: {ready.get('detail', ready)}")
