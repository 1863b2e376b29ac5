"""HTTP requests for a load: recommendations of known users, in the real shares of segments, and events."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import polars as pl

from script_shared.domains.news.domain import NEWS
from script_shared.inference.load import load_router
from script_shared.releases.registry import Registry
from script_shared.segments import assign_segment
from script_shared.storage.partitions import find_partition
from script_shared.types import User

_HOST = "Host: localhost\r\n"


def segment_shares(volume: Path) -> dict[str, float]:
    """Return each segment's share of the users in the evaluated hours."""
    records = Registry(volume / "releases").open().json("evaluation.json")
    counts = {record["segment"]: record["users"] for record in records if record["model"] == "served"}
    return {name: count / sum(counts.values()) for name, count in counts.items()}


def load_users(volume: Path) -> pl.DataFrame:
    """Return user_id, number of interactions, last region and device, and segment of every user."""
    table = pl.read_parquet(find_partition(volume / "refined") / "interactions.parquet")
    by_user = table.sort("timestamp").group_by("user_id", maintain_order=True)
    users = by_user.agg(pl.len().alias("interactions"), pl.col("region", "device").last())
    release = Registry(volume / "releases").open()
    router = load_router(release, NEWS, NEWS.segments(release.manifest.parameters))
    types = [router.user_types[router.users.find(user_id)] for user_id in users["user_id"].to_list()]
    pairs = zip(types, users["interactions"].to_list(), strict=True)
    segments = [assign_segment(router.segments, User(*pair)).name for pair in pairs]
    return users.with_columns(segment=pl.Series(segments, dtype=pl.String))


def recommendation_requests(volume: Path, count: int) -> list[bytes]:
    """Return requests for recommendations; users repeat only where a segment has too few."""
    users, rng, requests = load_users(volume), np.random.default_rng(0), list[bytes]()
    for name, share in segment_shares(volume).items():
        segment = users.filter(segment=name)
        size = round(count * share) if len(segment) else 0
        rows = rng.choice(len(segment), size, replace=size > len(segment))
        columns = segment["user_id", "region", "device"]
        requests += [_recommendation_request(*row) for row in columns[rows].iter_rows()]
    return [requests[index] for index in rng.permutation(len(requests))]


def _recommendation_request(user_id: str, region: str | None, device: str | None) -> bytes:
    parameters = {"user_id": user_id, "num_recs": "10", "region": region, "device": device}
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"GET /recommendations?{query} HTTP/1.1\r\n{_HOST}\r\n".encode()


def recent_items(volume: Path) -> list[str]:
    """Return the item of each interaction of the last day."""
    interactions = pl.read_parquet(find_partition(volume / "refined") / "interactions.parquet")
    is_recent = pl.col("timestamp") > pl.col("timestamp").max() - pl.duration(days=1)
    return interactions.filter(is_recent)["item_id"].to_list()


def event_requests(users: list[str], items: list[str], size: int, count: int, key: str) -> list[bytes]:
    """Return `count` requests with `size` events each."""
    rng = np.random.default_rng(1)
    return [_event_request(rng.choice(users, size), rng.choice(items, size), key) for _ in range(count)]


def _event_request(users: np.ndarray, items: np.ndarray, key: str) -> bytes:
    pairs = zip(users.tolist(), items.tolist(), strict=True)
    events = [{"user_id": u, "item_id": i, "event_id": secrets.token_hex(16)} for u, i in pairs]
    body = json.dumps(events).encode()
    head = f"POST /events HTTP/1.1\r\n{_HOST}X-API-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
