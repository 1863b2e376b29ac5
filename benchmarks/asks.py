"""What readers ask: known readers where and on what they read last, in the segments' real shares."""

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

HEAD = "Host: localhost\r\n"


def shares(volume: Path) -> dict[str, float]:
    """Return each segment's share of the readers who came in the hours that the evaluation looked at."""
    records = Registry(volume / "releases").open().json("evaluation.json")
    readers = {each["segment"]: each["users"] for each in records if each["model"] == "served"}
    return {name: count / sum(readers.values()) for name, count in readers.items()}


def readers(volume: Path) -> pl.DataFrame:
    """Return user_id, region, device and segment of all readers, as they were last seen."""
    table = pl.read_parquet(find_partition(volume / "refined") / "interactions.parquet")
    last = table.sort("timestamp").group_by("user_id", maintain_order=True)
    seen = last.agg(pl.len().alias("reads"), pl.col("region", "device").last())
    release = Registry(volume / "releases").open()
    router = load_router(release, NEWS, NEWS.segments(release.manifest.parameters))
    types = [router.user_types[router.users.find(each)] for each in seen["user_id"].to_list()]
    told = zip(types, seen["reads"].to_list(), strict=True)
    names = [assign_segment(router.segments, User(*each)).name for each in told]
    return seen.with_columns(segment=pl.Series(names, dtype=pl.String))


def asks(volume: Path, count: int) -> list[bytes]:
    """Return so many requests, of different readers while there are as many in each segment."""
    everybody, rng, found = readers(volume), np.random.default_rng(0), list[bytes]()
    for name, share in shares(volume).items():
        own = everybody.filter(segment=name)
        wanted = round(count * share) if len(own) else 0
        drawn = rng.choice(len(own), wanted, replace=wanted > len(own))
        found += [ask(*row) for row in own["user_id", "region", "device"][drawn].iter_rows()]
    return [found[place] for place in rng.permutation(len(found))]


def ask(user_id: str, region: str | None, device: str | None) -> bytes:
    """Return one reader's request."""
    told = {"user_id": user_id, "num_recs": "10", "region": region, "device": device}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"GET /recommendations?{query} HTTP/1.1\r\n{HEAD}\r\n".encode()


def lately(volume: Path) -> list[str]:
    """Return what was read on the last day, each item as often as it was."""
    reads = pl.read_parquet(find_partition(volume / "refined") / "interactions.parquet")
    since = pl.col("timestamp") > pl.col("timestamp").max() - pl.duration(days=1)
    return reads.filter(since)["item_id"].to_list()


def batches(users: list[str], items: list[str], size: int, count: int, key: str) -> list[bytes]:
    """Return so many requests that each tell of so many reads."""
    rng = np.random.default_rng(1)
    return [_batch(rng.choice(users, size), rng.choice(items, size), key) for _ in range(count)]


def _batch(users: np.ndarray, items: np.ndarray, key: str) -> bytes:
    pairs = zip(users.tolist(), items.tolist(), strict=True)
    reads = [{"user_id": u, "item_id": i, "event_id": secrets.token_hex(16)} for u, i in pairs]
    body = json.dumps(reads).encode()
    head = f"POST /events HTTP/1.1\r\n{HEAD}X-API-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
