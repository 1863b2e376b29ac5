"""From positions to what is shown of items."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic_core import to_json

from app.endpoint import Shown
from app.serving import Served
from script_shared.inference.answers import Recommendation, RecommendedItem


def shown(served: Served, items: Sequence[RecommendedItem]) -> list[Shown]:
    """Return plain JSON values of items, ranked as they come."""
    return [
        {
            "item_id": each.item_id,
            "rank": rank,
            "score": each.score if math.isfinite(each.score) else None,
            **served.catalogue.row(each.item),
            "reason": each.reason,
        }
        for rank, each in enumerate(items, start=1)
    ]


def shown_json(served: Served, found: Recommendation) -> bytes:
    """Return the items of an answer as JSON; it is made once for an answer that is given again."""
    told = found.told.get("items")
    if told is None:
        told = found.told["items"] = to_json(_explained(shown(served, found.items), found))
    return told


def _explained(items: list[Shown], found: Recommendation) -> list[Shown]:
    for item, why in zip(items, found.why, strict=False):
        item["why"] = {name: round(added, 4) for name, added in why.items()}
    return items
