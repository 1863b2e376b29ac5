"""From positions to what is shown of items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from pydantic_core import to_json

from app.domains.base import Shown
from app.serving.loaded_release import LoadedRelease
from script_shared.inference.results import Recommendation, RecommendedItem


def shown(served: LoadedRelease, items: Sequence[RecommendedItem], first: int = 1) -> list[Shown]:
    """Return plain JSON values of items, ranked as they come from `first` on."""
    return [
        {
            "item_id": each.item_id,
            "rank": rank,
            "score": each.score if math.isfinite(each.score) else None,
            **served.catalogue.row(each.item),
            "reason": each.reason,
        }
        for rank, each in enumerate(items, start=first)
    ]


def shown_json(served: LoadedRelease, found: Recommendation, first: int = 1) -> bytes:
    """Return the items of an answer as JSON; it is made once for an answer that is given again."""
    told = found.derived.get("items")
    if told is None:
        told = found.derived["items"] = (_explained if found.explanations else _joined)(served, found, first)
    return told


def _joined(served: LoadedRelease, found: Recommendation, first: int) -> bytes:
    """Put together what `shown` gives: what is shown of an item is ready, for it is always the same."""
    finite = [score if math.isfinite(score) else None for _, _, score, _ in found.items]
    scores, tell, items = to_json(finite)[1:-1].split(b","), served.catalogue.json, []
    for rank, ((item, item_id, _, reason), score) in enumerate(
        zip(found.items, scores, strict=False), start=first
    ):
        told = _quoted(item_id), rank, score, tell(item), _quoted(reason)
        items.append(b'{"item_id":%b,"rank":%d,"score":%b,%b,"reason":%b}' % told)
    return b"[%b]" % b",".join(items)


@lru_cache(maxsize=32_768)
def _quoted(text: str) -> bytes:
    return to_json(text)


def _explained(served: LoadedRelease, found: Recommendation, first: int) -> bytes:
    items = shown(served, found.items, first)
    for item, why in zip(items, found.explanations, strict=False):
        item["why"] = {name: round(added, 4) for name, added in why.items()}
    return to_json(items)
