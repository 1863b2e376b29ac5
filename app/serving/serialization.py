"""Turns positions of items into the items of a response."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json

from app.serving.loaded_release import LoadedRelease
from script_shared.inference.results import Recommendation, RecommendedItem


def serialize_items(
    release: LoadedRelease, items: Sequence[RecommendedItem], first_rank: int = 1
) -> list[dict[str, Any]]:
    """Return items as plain JSON values, with consecutive ranks from `first_rank`."""
    return [
        {
            "item_id": item.item_id,
            "rank": rank,
            "score": item.score if math.isfinite(item.score) else None,
            **release.catalogue.row(item.item),
            "reason": _reason_text(release.domain_api.reasons, item.reason),
        }
        for rank, item in enumerate(items, start=first_rank)
    ]


def recommendation_json(release: LoadedRelease, recommendation: Recommendation, first_rank: int = 1) -> bytes:
    """Return the items of a recommendation as JSON; a cached recommendation keeps it."""
    body = recommendation.derived.get("items")
    if body is None:
        encode = _encode_explained if recommendation.explanations else _encode
        body = recommendation.derived["items"] = encode(release, recommendation, first_rank)
    return body


def _encode(release: LoadedRelease, recommendation: Recommendation, first_rank: int) -> bytes:
    """Return what `serialize_items` returns, as JSON, from the cached JSON of each item's columns."""
    items, columns, reasons = recommendation.items, release.catalogue.json, release.domain_api.reasons
    finite = [score if math.isfinite(score) else None for _, _, score, _ in items]
    scores, rows = to_json(finite)[1:-1].split(b","), []
    for rank, (item, score) in enumerate(zip(items, scores, strict=False), start=first_rank):
        position, item_id, _, reason = item
        values = _quote(item_id), rank, score, columns(position), _quote(_reason_text(reasons, reason))
        rows.append(b'{"item_id":%b,"rank":%d,"score":%b,%b,"reason":%b}' % values)
    return b"[%b]" % b",".join(rows)


def _encode_explained(release: LoadedRelease, recommendation: Recommendation, first_rank: int) -> bytes:
    items = serialize_items(release, recommendation.items, first_rank)
    for item, contributions in zip(items, recommendation.explanations, strict=False):
        item["why"] = {name: round(contribution, 4) for name, contribution in contributions.items()}
    return to_json(items)


def _reason_text(texts: Mapping[str, str], reason: str) -> str:
    """Return the domain's text for a reason, which may name an item: `follows_item:7`."""
    name, separator, item_id = reason.partition(":")
    return texts.get(name, name) + separator + item_id


@lru_cache(maxsize=32_768)
def _quote(text: str) -> bytes:
    return to_json(text)
