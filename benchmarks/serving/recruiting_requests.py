"""HTTP requests of recruiting for a load, about random openings and applicants of a release's data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import polars as pl

from script_shared.domains.recruiting.tables import APPLICANT, OPENING
from script_shared.storage.partitions import find_partition

LISTED_APPLICANTS = "GET /openings/{id}/applicants"
LISTED_OPENINGS = "GET /applicants/{id}/openings"
SEARCH = "POST /search"
PREDICTION = "POST /predict"
#: Characters of the text of a search: a few sentences that a recruiter pastes.
_TEXT = 600
_HEAD = "HTTP/1.1\r\nHost: localhost\r\n"


def read_entities(volume: Path) -> pl.DataFrame:
    """Return code, kind and text of every opening and applicant of the newest run."""
    columns = ["item_id", "category", "title", "skills", "body"]
    items = pl.read_parquet(find_partition(volume / "refined") / "items.parquet", columns=columns)
    texts = (pl.col(name).fill_null("") for name in ("title", "skills", "body"))
    return items.select(
        code=pl.col("item_id").str.split_exact(":", 1).struct.field("field_1"),
        kind="category",
        text=pl.concat_str(texts, separator=" ").str.slice(0, _TEXT).str.strip_chars(),
    )


def draw_requests(entities: pl.DataFrame, count: int, features: Sequence[str]) -> dict[str, list[bytes]]:
    """Return requests by endpoint; an entity repeats only where there are too few.

    Args:
        entities: as `read_entities` returns them.
        count: number of requests of each endpoint.
        features: columns of the hire classifier; without them there are no requests for predictions.
    """
    rng = np.random.default_rng(0)
    drawn = {
        kind: rows[np.resize(rng.permutation(len(rows)), count)]
        for (kind,), rows in entities.filter(pl.col("text") != "").group_by("kind")
    }
    openings, applicants = drawn[OPENING], drawn[APPLICANT]
    sides = (("applicants", openings), ("openings", applicants))
    searches = [
        _post("/search", {"wanted": wanted, "text": text})
        for wanted, rows in sides
        for text in rows["text"].head((count + 1) // 2)
    ]
    requests = {
        LISTED_APPLICANTS: [_get(f"/openings/{quote(code)}/applicants") for code in openings["code"]],
        LISTED_OPENINGS: [_get(f"/applicants/{quote(code)}/openings") for code in applicants["code"]],
        SEARCH: [searches[index] for index in rng.permutation(len(searches))],
    }
    if features:
        values = rng.integers(0, 2, (count, len(features))).tolist()
        bodies = [{"features": dict(zip(features, row, strict=True))} for row in values]
        requests[PREDICTION] = [_post("/predict", body) for body in bodies]
    return requests


def _get(path: str) -> bytes:
    return f"GET {path}?num_recs=10 {_HEAD}\r\n".encode()


def _post(path: str, value: Mapping[str, Any]) -> bytes:
    body = json.dumps(value).encode()
    head = f"POST {path} {_HEAD}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
