"""From positions to what is shown of items."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.endpoint import Shown
from app.serving import Served
from script_shared.inference.answers import RecommendedItem


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
